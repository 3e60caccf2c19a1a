// The sync that runs inside the cluster, as objects: a CronJob under an account of its own, with the rights it needs and
// no other. Pure; the golden file beside its test shows the whole of it.
import type { V1CronJob, V1ObjectMeta, V1PodSpec } from '@kubernetes/client-node';
import { loaderCommand, PROGRAM_FILE } from '../../src/protocol/loader.ts';
import { PROGRAM_MOUNT } from '../../src/protocol/request.ts';
import { SYNC_NAME, syncNameElsewhere } from '../../src/rollout/names.ts';
import { objectLabels } from './labels.ts';
import { CLUSTER_RULES, EVENT_RULES, type Rule, ruleOfPruning, rulesInNamespace } from './sync-rights.ts';

/** Where the program inside the cluster finds what it is to do. */
export const SYNC_VARIABLE = 'KUBECTL_SECCOMP_SYNC';
/** Every minute: as often as a CronJob can. */
export const SYNC_SCHEDULE = '* * * * *';
/** Events about Nodes lie in this namespace. */
const NODE_EVENTS_NAMESPACE = 'default';
/** The image's `nobody`. */
const NOBODY = 65534;
/** A pass over thousands of nodes takes long; what is cut off, the next one goes on with. */
const LONGEST_PASS_SECONDS = 30 * 60;
/** What was missed for longer is not made up for. */
const STARTING_DEADLINE_SECONDS = 120;
/** After SIGTERM its Jobs on the nodes are deleted and the records closed. */
const GRACE_SECONDS = 30;
const MEMORY_LIMIT = '512Mi';

export interface SyncSettings {
  readonly namespace: string;
  readonly image: string;
  readonly imagePullSecret?: string;
  readonly priorityClass?: string;
  readonly startupTaint?: string;
  readonly isPruning: boolean;
  /** Of the program's bytes. */
  readonly programSha256: string;
  /** What the program reads: `SyncOrder` as JSON. */
  readonly order: string;
}

export interface SyncObject {
  /** Of the collection it belongs to. */
  readonly path: string;
  readonly object: { readonly metadata?: V1ObjectMeta; readonly [field: string]: unknown };
}

/** Names the ConfigMap of the program. */
export const syncProgramName = (sha256: string): string => `${SYNC_NAME}-${sha256.slice(0, 16)}`;

/** Lists where the objects lie, in the order in which they are removed: what starts Pods first, their rights last. */
export const syncPlaces = (namespace: string): { readonly path: string; readonly name: string }[] =>
  syncObjects({ namespace, image: '', isPruning: false, programSha256: '', order: '' })
    .map(({ path, object }) => ({ path, name: object.metadata?.name ?? '' }))
    .toReversed();

/** Builds all objects but the program's ConfigMap, in the order in which they are made. */
export const syncObjects = (settings: SyncSettings): SyncObject[] => {
  const { namespace } = settings;
  const clusterRules = [...CLUSTER_RULES(settings), ...(settings.isPruning ? [ruleOfPruning] : [])];
  return [
    {
      path: `/api/v1/namespaces/${namespace}/serviceaccounts`,
      object: {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: meta(SYNC_NAME, namespace),
        // Who does not ask for the token is not given it.
        automountServiceAccountToken: false,
      },
    },
    ...grant(syncNameElsewhere(namespace), clusterRules, namespace),
    ...grant(syncNameElsewhere(namespace), EVENT_RULES, namespace, NODE_EVENTS_NAMESPACE),
    ...grant(SYNC_NAME, rulesInNamespace(namespace), namespace, namespace),
    { path: `/apis/batch/v1/namespaces/${namespace}/cronjobs`, object: { ...cronJob(settings) } },
  ];
};

const meta = (name: string, namespace?: string): V1ObjectMeta => ({
  name,
  ...(namespace !== undefined && { namespace }),
  labels: objectLabels('sync'),
});

const RBAC = 'rbac.authorization.k8s.io';

/** Role and binding; without `where`, in the whole cluster. */
const grant = (
  name: string,
  rules: readonly Rule[],
  accountNamespace: string,
  where?: string,
): SyncObject[] => {
  const kind = where === undefined ? 'ClusterRole' : 'Role';
  const scope = where === undefined ? '' : `/namespaces/${where}`;
  const base = { apiVersion: `${RBAC}/v1`, metadata: meta(name, where) };
  return [
    { path: `/apis/${RBAC}/v1${scope}/${kind.toLowerCase()}s`, object: { ...base, kind, rules } },
    {
      path: `/apis/${RBAC}/v1${scope}/${kind.toLowerCase()}bindings`,
      object: {
        ...base,
        kind: `${kind}Binding`,
        roleRef: { apiGroup: RBAC, kind, name },
        subjects: [{ kind: 'ServiceAccount', name: SYNC_NAME, namespace: accountNamespace }],
      },
    },
  ];
};

const cronJob = (settings: SyncSettings): V1CronJob => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: meta(SYNC_NAME, settings.namespace),
  spec: {
    schedule: SYNC_SCHEDULE,
    // A pass on a machine that died counts as active until its Node is deleted, and would be the last one. The leases
    // keep two from the same bundle.
    concurrencyPolicy: 'Allow',
    startingDeadlineSeconds: STARTING_DEADLINE_SECONDS,
    successfulJobsHistoryLimit: 1,
    failedJobsHistoryLimit: 1,
    jobTemplate: {
      metadata: { labels: objectLabels('sync') },
      spec: {
        // The next minute is the next try.
        backoffLimit: 0,
        activeDeadlineSeconds: LONGEST_PASS_SECONDS,
        template: {
          metadata: {
            labels: { ...objectLabels('sync'), 'sidecar.istio.io/inject': 'false' },
            annotations: { 'sidecar.istio.io/inject': 'false', 'linkerd.io/inject': 'disabled' },
          },
          spec: podSpec(settings),
        },
      },
    },
  },
});

const podSpec = ({
  image,
  imagePullSecret,
  priorityClass,
  startupTaint,
  programSha256,
  order,
}: SyncSettings): V1PodSpec => ({
  restartPolicy: 'Never',
  terminationGracePeriodSeconds: GRACE_SECONDS,
  serviceAccountName: SYNC_NAME,
  automountServiceAccountToken: true,
  enableServiceLinks: false,
  ...(priorityClass !== undefined && { priorityClassName: priorityClass }),
  ...(imagePullSecret !== undefined && { imagePullSecrets: [{ name: imagePullSecret }] }),
  nodeSelector: { 'kubernetes.io/os': 'linux' },
  // In a cluster whose nodes all wait for it, it must be able to run on one of them.
  tolerations: [
    { key: 'node-role.kubernetes.io/control-plane', operator: 'Exists' },
    ...(startupTaint === undefined ? [] : [{ key: startupTaint, operator: 'Exists' }]),
  ],
  securityContext: {
    runAsUser: NOBODY,
    runAsGroup: NOBODY,
    runAsNonRoot: true,
    seccompProfile: { type: 'RuntimeDefault' },
  },
  containers: [
    {
      name: 'sync',
      image,
      imagePullPolicy: 'IfNotPresent',
      command: loaderCommand(programSha256),
      // The kubelet expands `$(NAME)` in a variable's value; `$$` keeps a dollar.
      env: [{ name: SYNC_VARIABLE, value: order.replaceAll('$', '$$$$') }],
      terminationMessagePolicy: 'FallbackToLogsOnError',
      resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: MEMORY_LIMIT } },
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
      volumeMounts: [{ name: 'program', mountPath: PROGRAM_MOUNT, readOnly: true }],
    },
  ],
  volumes: [
    {
      name: 'program',
      configMap: {
        name: syncProgramName(programSha256),
        items: [{ key: PROGRAM_FILE, path: PROGRAM_FILE }],
      },
    },
  ],
});
