// One node's task -> the Job that does it. Pure; the golden file beside its test shows the whole of it.
import { createHash } from 'node:crypto';
import type {
  V1Container,
  V1Job,
  V1OwnerReference,
  V1Pod,
  V1PodTemplateSpec,
  V1Volume,
} from '@kubernetes/client-node';
import { loaderCommand, PROGRAM_FILE } from '../../src/protocol/loader.ts';
import { renderRequest } from '../../src/protocol/parse-request.ts';
import {
  CHUNKS_MOUNT,
  PROGRAM_MOUNT,
  REQUEST_VARIABLE,
  SECCOMP_ROOT_MOUNT,
  TERMINATION_LOG,
} from '../../src/protocol/request.ts';
import type { NodeTask } from '../../src/rollout/ports.ts';
import { BUNDLE_LABEL, NODE_ANNOTATION, objectLabels, RUN_LABEL } from './labels.ts';

export interface JobSettings {
  readonly namespace: string;
  readonly image: string;
  readonly imagePullSecret?: string;
  readonly privilege: 'default' | 'privileged';
  readonly priorityClass?: string;
  readonly jobTimeoutMs: number;
  /** Of the program's bytes; also names its ConfigMap. */
  readonly programSha256: string;
}

/**
 * What a Job may use at most. The largest bundle (8 MiB compressed, 62 MiB unpacked) took 137 MiB at its peak on a real
 * node, page cache included.
 */
const MEMORY_LIMIT = '256Mi';
/** How long a Job that nobody waits for any more stays: its client was killed. */
export const LEFTOVER_SECONDS = 300;
/** Between SIGTERM and SIGKILL: the program stops at the next file. */
const GRACE_SECONDS = 5;

/** Key of a chunk's bytes in its ConfigMap. */
export const CHUNK_KEY = 'chunk';

/** Returns the name of the program's ConfigMap. */
export const programName = (sha256: string): string => `program-${sha256.slice(0, 16)}`;

/** Returns the Job's name, at most 63 characters: a Pod's label repeats it. */
export const jobName = ({ node, attempt, run, request }: NodeTask): string => {
  // 40 bits of the UID: among 5,000 nodes two alike are one chance in 90,000, and then the API server refuses one.
  const bits = createHash('sha256').update(node.uid).digest().readUIntBE(0, 5);
  const hash = bits.toString(36).padStart(8, '0');
  // Neither has a revision of its own.
  if (request.operation === 'inspect' || request.operation === 'prune') return `${run}-${hash}`;
  return `${request.bundle}-v${request.revision}-${hash}-${attempt}`;
};

/** Builds the Job. */
export const nodeJob = (task: NodeTask, settings: JobSettings): V1Job => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: {
    name: jobName(task),
    namespace: settings.namespace,
    labels: taskLabels(task),
    annotations: { [NODE_ANNOTATION]: task.node.name },
  },
  spec: {
    backoffLimit: 0,
    activeDeadlineSeconds: Math.ceil(settings.jobTimeoutMs / 1000),
    ttlSecondsAfterFinished: LEFTOVER_SECONDS,
    template: podTemplate(task, settings),
  },
});

/**
 * Builds the bare Pod that stands for the Job. It names its node, past the scheduler, which binds some fifty Pods a
 * second: a node that has no room says so itself.
 */
export const nodePod = (task: NodeTask, settings: JobSettings, owner: V1OwnerReference): V1Pod => {
  const { metadata, spec } = podTemplate(task, settings);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...metadata,
      name: jobName(task),
      namespace: settings.namespace,
      ownerReferences: [owner],
    },
    spec: {
      ...spec!,
      nodeName: task.node.name,
      activeDeadlineSeconds: Math.ceil(settings.jobTimeoutMs / 1000),
    },
  };
};

/**
 * Builds the empty Job that bare Pods belong to. It wants no Pod of its own, so it is complete at once, and the cluster
 * deletes it, with the Pods, once the last Pod that it is given in time must have ended.
 */
export const ownerJob = (task: NodeTask, settings: JobSettings, number: number): V1Job => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: {
    name: `${task.run}-pods-${number}`,
    namespace: settings.namespace,
    labels: taskLabels(task),
  },
  spec: {
    parallelism: 0,
    completions: 0,
    backoffLimit: 0,
    ttlSecondsAfterFinished: 2 * LEFTOVER_SECONDS + Math.ceil(settings.jobTimeoutMs / 1000),
    template: podTemplate(task, settings),
  },
});

const taskLabels = ({ run, request }: NodeTask): Record<string, string> =>
  objectLabels('node-job', {
    [RUN_LABEL]: run,
    // An inspection has no bundle's lease, so a rollout must not sweep it.
    ...(request.operation !== 'inspect' && { [BUNDLE_LABEL]: request.bundle }),
  });

/** Builds the Pod of the Job; alone it is what admission is asked about. */
export const podTemplate = (task: NodeTask, settings: JobSettings): V1PodTemplateSpec => ({
  metadata: {
    labels: {
      ...taskLabels(task),
      // A sidecar would never end, and the Job with it.
      'sidecar.istio.io/inject': 'false',
      'kuma.io/sidecar-injection': 'disabled',
    },
    annotations: {
      [NODE_ANNOTATION]: task.node.name,
      'sidecar.istio.io/inject': 'false',
      'linkerd.io/inject': 'disabled',
      'consul.hashicorp.com/connect-inject': 'false',
    },
  },
  spec: {
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: GRACE_SECONDS,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(settings.priorityClass !== undefined && { priorityClassName: settings.priorityClass }),
    ...(settings.imagePullSecret !== undefined && { imagePullSecrets: [{ name: settings.imagePullSecret }] }),
    // As a DaemonSet's Pod: through the scheduler, so that a full node says so, but past every taint.
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            { matchFields: [{ key: 'metadata.name', operator: 'In', values: [task.node.name] }] },
          ],
        },
      },
    },
    tolerations: [{ operator: 'Exists' }],
    securityContext: {
      runAsUser: 0,
      runAsGroup: 0,
      runAsNonRoot: false,
      seccompProfile: { type: 'RuntimeDefault' },
      // Ignored where SELinux is off; a confined type may not write below the kubelet's root.
      seLinuxOptions: { type: 'spc_t' },
    },
    containers: [container(task, settings)],
    volumes: volumes(task, settings),
  },
});

const container = ({ request }: NodeTask, { image, privilege, programSha256 }: JobSettings): V1Container => ({
  name: 'seccomp',
  image,
  imagePullPolicy: 'IfNotPresent',
  command: loaderCommand(programSha256),
  env: [{ name: REQUEST_VARIABLE, value: escapeReferences(renderRequest(request)) }],
  terminationMessagePath: TERMINATION_LOG,
  terminationMessagePolicy: 'FallbackToLogsOnError',
  resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: MEMORY_LIMIT } },
  securityContext:
    privilege === 'privileged'
      ? { privileged: true, readOnlyRootFilesystem: true }
      : {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          // Root writes below its own folders without any. What that cannot put right (a folder of ours that was given
          // to another owner) fails with a hint to --privilege.
          capabilities: { drop: ['ALL'] },
        },
  volumeMounts: [
    { name: 'program', mountPath: PROGRAM_MOUNT, readOnly: true },
    ...(request.operation === 'install' ? [{ name: 'bundle', mountPath: CHUNKS_MOUNT, readOnly: true }] : []),
    {
      name: 'seccomp-root',
      mountPath: SECCOMP_ROOT_MOUNT,
      ...(request.operation === 'inspect' && { readOnly: true }),
    },
  ],
});

/** The kubelet expands `$(NAME)` in a variable's value; `$$` keeps a dollar (no name of ours has one, to be sure). */
const escapeReferences = (value: string): string => value.replaceAll('$', '$$$$');

const volumes = (
  { node, request, chunkConfigMaps }: NodeTask,
  { programSha256 }: JobSettings,
): V1Volume[] => [
  {
    name: 'program',
    configMap: { name: programName(programSha256), items: [{ key: PROGRAM_FILE, path: PROGRAM_FILE }] },
  },
  ...(request.operation === 'install'
    ? [
        {
          name: 'bundle',
          projected: {
            sources: [...new Set(chunkConfigMaps)].map((name) => ({
              configMap: { name, items: [{ key: CHUNK_KEY, path: name }] },
            })),
          },
        },
      ]
    : []),
  { name: 'seccomp-root', hostPath: { path: `${node.kubeletRoot}/seccomp`, type: 'DirectoryOrCreate' } },
];
