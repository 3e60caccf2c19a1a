// A probe -> the Pod that is started for it. Pure; the golden file beside its test shows the whole of it.
import type { V1Pod, V1PodSecurityContext, V1SecurityContext } from '@kubernetes/client-node';
import type { ProbeRequest } from '../../src/workload/probe.ts';
import { NODE_ANNOTATION, objectLabels } from './labels.ts';

export interface ProbeSettings {
  /** Any that has `sleep` and `true`: the Jobs' own is on the nodes already. */
  readonly image: string;
  readonly timeoutMs: number;
}

/** Beyond the time that it is waited for: its client was killed. */
const LEFTOVER_SECONDS = 30;
/** A number that is no user: for pods that must not run as root, where the workload's image would say which. */
const NOBODY = 65_534;

/** Builds the Pod. It has none of the workload's labels: no Service may send it anything. */
export const probePod = (request: ProbeRequest, name: string, { image, timeoutMs }: ProbeSettings): V1Pod => {
  const seconds = Math.ceil(timeoutMs / 1000) + LEFTOVER_SECONDS;
  const { runtimeClassName, serviceAccountName, imagePullSecrets, hostUsers, tolerations } = request;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: request.namespace,
      labels: {
        ...objectLabels('probe'),
        'sidecar.istio.io/inject': 'false',
        'kuma.io/sidecar-injection': 'disabled',
      },
      annotations: {
        [NODE_ANNOTATION]: request.node,
        'sidecar.istio.io/inject': 'false',
        'linkerd.io/inject': 'disabled',
        'consul.hashicorp.com/connect-inject': 'false',
      },
    },
    spec: {
      restartPolicy: 'Never',
      activeDeadlineSeconds: seconds,
      terminationGracePeriodSeconds: 1,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      ...(runtimeClassName !== undefined && { runtimeClassName }),
      ...(serviceAccountName !== undefined && { serviceAccountName }),
      ...(imagePullSecrets && { imagePullSecrets: imagePullSecrets.map(({ name = '' }) => ({ name })) }),
      ...(hostUsers !== undefined && { hostUsers }),
      // Through the scheduler, which knows taints and room, as the workload's own pods come there.
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [
              { matchFields: [{ key: 'metadata.name', operator: 'In', values: [request.node] }] },
            ],
          },
        },
      },
      ...(tolerations && { tolerations: tolerations.map((one) => ({ ...one })) }),
      securityContext: podSecurityContext(request),
      containers: [
        {
          name: 'probe',
          image,
          imagePullPolicy: 'IfNotPresent',
          command: ['sleep', String(seconds)],
          // What keeps the program from being executed stands in the container's log only.
          terminationMessagePolicy: 'FallbackToLogsOnError',
          resources: {
            requests: { cpu: '1m', memory: '16Mi' },
            limits: { cpu: '100m', memory: '64Mi' },
          },
          securityContext: securityContext(request),
          ...(request.isExecAsked && {
            startupProbe: {
              exec: { command: ['true'] },
              periodSeconds: 1,
              timeoutSeconds: 5,
              // Never so often that the kubelet ends it: what it says is read before.
              failureThreshold: seconds,
            },
          }),
        },
      ],
    },
  };
};

/** The profile is the container's, as the pod's own only counts where a container has none. */
const podSecurityContext = ({ podSecurityContext = {} }: ProbeRequest): V1PodSecurityContext => {
  const { seccompProfile: _, ...others } = podSecurityContext as V1PodSecurityContext;
  return others;
};

const securityContext = ({
  securityContext = {},
  podSecurityContext = {},
  localhostProfile,
}: ProbeRequest): V1SecurityContext => {
  const own = securityContext as V1SecurityContext;
  const ofPod = podSecurityContext as V1PodSecurityContext;
  const isNonRoot = own.runAsNonRoot ?? ofPod.runAsNonRoot ?? false;
  const user = own.runAsUser ?? ofPod.runAsUser;
  return {
    ...own,
    ...(isNonRoot && user === undefined && { runAsUser: NOBODY }),
    seccompProfile: { type: 'Localhost', localhostProfile },
  };
};
