// A probe: one short pod on one node under a container's own confinement, whose fate shows what words about runtimes and
// versions only predict. The cluster's port runs it; what is taken over from a workload, and what a fate means, is here.
import { type StartReason, type StartVerdict, worstOf } from './check.ts';
import type { ContainerObject, PodSpec } from './objects.ts';
import type { Toleration } from './placement.ts';

/** What decides how a container starts, and whether the API server admits it. The pod's other fields are not taken over. */
export interface ProbeRequest {
  /** The workload's own: its Pod Security, quotas and policies are then asked too. */
  readonly namespace: string;
  readonly node: string;
  readonly localhostProfile: string;
  /** The container's securityContext; its seccompProfile is replaced by the one above. */
  readonly securityContext?: object;
  /** The pod's. */
  readonly podSecurityContext?: object;
  readonly runtimeClassName?: string;
  readonly serviceAccountName?: string;
  readonly imagePullSecrets?: readonly { readonly name?: string }[];
  readonly hostUsers?: boolean;
  readonly tolerations?: readonly Toleration[];
  /** Also run a second program in the container, as exec probes and hooks do. */
  readonly isExecAsked: boolean;
}

/** What became of it, as the kubelet told. */
export interface ProbeFate {
  /** `killed`: it was started, and a system call ended it; that may have been the very one that executes the program. */
  readonly start: 'started' | 'failed' | 'killed' | 'unknown';
  /** Absent where it was not asked, or could not be seen. */
  readonly exec?: 'works' | 'fails';
  /** The kubelet's word, e.g. `StartError`, or ours where it never came so far. */
  readonly reason: string;
  readonly message: string;
}

export interface Prober {
  /** Starts the pod, waits for its fate and deletes it in every case, also when the signal aborts. */
  probe(request: ProbeRequest, signal: AbortSignal): Promise<ProbeFate>;
}

/** Takes over from a container and its pod what decides how it starts. */
export const probeRequestOf = (
  namespace: string,
  node: string,
  {
    spec,
    container,
    localhostProfile,
    isExecAsked,
  }: {
    readonly spec: PodSpec & ProbedFields;
    readonly container: ContainerObject;
    readonly localhostProfile: string;
    readonly isExecAsked: boolean;
  },
): ProbeRequest => ({
  namespace,
  node,
  localhostProfile,
  ...(container.securityContext && { securityContext: container.securityContext }),
  ...(spec.securityContext && { podSecurityContext: spec.securityContext }),
  ...(spec.runtimeClassName && { runtimeClassName: spec.runtimeClassName }),
  ...(spec.serviceAccountName && { serviceAccountName: spec.serviceAccountName }),
  ...(spec.imagePullSecrets && { imagePullSecrets: spec.imagePullSecrets }),
  ...(spec.hostUsers !== undefined && { hostUsers: spec.hostUsers }),
  ...(spec.tolerations && { tolerations: spec.tolerations }),
  isExecAsked,
});

interface ProbedFields {
  readonly serviceAccountName?: string;
  readonly imagePullSecrets?: readonly { readonly name?: string }[];
  readonly hostUsers?: boolean;
}

/** A number that is no user. */
const NOBODY = 65_534;

/**
 * Returns the request for nobody's container in particular: as rollouts in waves start one under a new content. It is
 * confined as far as the start is the same: an admission policy may ask for that.
 */
export const plainProbe = (
  namespace: string,
  node: string,
  localhostProfile: string,
  allowPrivilegeEscalation: boolean,
): ProbeRequest => ({
  namespace,
  node,
  localhostProfile,
  securityContext: {
    allowPrivilegeEscalation,
    runAsNonRoot: true,
    runAsUser: NOBODY,
    capabilities: { drop: ['ALL'] },
  },
  tolerations: [{ operator: 'Exists' }],
  isExecAsked: false,
});

/** Says what a fate makes of a prediction: what was seen counts, and where nothing was seen the prediction stays. */
export const settle = (
  predicted: readonly StartReason[],
  { start, exec, reason, message }: ProbeFate,
  isExecAsked: boolean,
): readonly StartReason[] => {
  const words = [reason, message].filter((text) => text !== '').join(': ');
  const told = (verdict: StartVerdict, text: string): StartReason => ({
    code: 'probe',
    verdict,
    message: text,
  });
  const aside = predicted.filter(({ verdict, code }) => verdict === 'starts' && code !== 'exec');
  const execs = predicted.filter(({ code }) => code === 'exec');
  switch (start) {
    case 'failed':
      return [told('fails', `a pod there did not start: ${words}`)];
    case 'started':
      if (!isExecAsked) return [...aside, told('starts', 'a pod started there')];
      if (exec === 'works') return [...aside, told('starts', 'a pod started there, and exec works')];
      if (exec === 'fails') return [told('fails', `a pod started there, but exec does not work: ${words}`)];
      return [
        ...(execs.length > 0 ? execs : aside),
        told(
          execs.length > 0 || worstOf(predicted.map(({ verdict }) => verdict)) === 'starts'
            ? 'starts'
            : 'unknown',
          `a pod started there; whether exec works could not be seen: ${words}`,
        ),
      ];
    case 'killed':
      return [
        ...predicted,
        told('starts', `a pod started there and its program was killed at once: ${words}`),
      ];
    case 'unknown':
      return [...predicted, told('starts', `the probe could not tell: ${words}`)];
  }
};
