// Pods and templates reduced to what `usage` needs of them: a few hundred bytes of an object of many thousand.
import { type Confinement, type ConfinementFacts, confinementOf } from './confinement.ts';
import type { ContainerObject, ControllerObject, PodObject, PodSpec, PodTemplate } from './objects.ts';
import { type Owners, type WorkloadName, workloadOf } from './owner.ts';
import type { PlacementSpec } from './placement.ts';

export type ContainerRole = 'container' | 'init' | 'sidecar' | 'ephemeral';

export interface ContainerSeen {
  readonly name: string;
  readonly role: ContainerRole;
  readonly confinement: Confinement;
}

/** The part of a spec that asks for nodes; cordons and taints, which come and go, are not asked about it. */
export type Placement = Pick<PlacementSpec, 'nodeName' | 'nodeSelector' | 'affinity'>;

export type RunState = 'running' | 'waiting' | 'ended' | 'unknown';

export interface PodContainerSeen extends ContainerSeen {
  readonly state: RunState;
  /** When the running one was started, by the node's clock, RFC 3339 to the second. */
  readonly startedAt?: string;
  /** Why it waits, e.g. `CreateContainerError`. */
  readonly reason?: string;
}

export interface PodSeen {
  readonly namespace: string;
  readonly name: string;
  readonly workload: WorkloadName;
  /** Absent until it is scheduled. */
  readonly node?: string;
  readonly containers: readonly PodContainerSeen[];
}

export interface TemplateSeen {
  readonly namespace: string;
  readonly workload: WorkloadName;
  /** Which nodes its pods ask for. */
  readonly placement: Placement;
  readonly containers: readonly ContainerSeen[];
}

/** Reads a pod; undefined for one that has ended: nothing of it runs or will run again. */
export const readPod = (
  { metadata = {}, spec = {}, status = {} }: PodObject,
  owners: Owners,
  facts: ConfinementFacts,
): PodSeen | undefined => {
  if (status.phase === 'Succeeded' || status.phase === 'Failed') return undefined;
  const statuses = new Map(
    [status.initContainerStatuses, status.containerStatuses, status.ephemeralContainerStatuses]
      .flatMap((list) => list ?? [])
      .map((one) => [one.name, one.state ?? {}]),
  );
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    workload: workloadOf(metadata, 'Pod', owners),
    ...(spec.nodeName && { node: spec.nodeName }),
    containers: readContainers(spec, metadata.annotations ?? {}, facts).map((container): PodContainerSeen => {
      const { running, waiting, terminated } = statuses.get(container.name) ?? {};
      const state = running ? 'running' : terminated ? 'ended' : waiting ? 'waiting' : 'unknown';
      return {
        ...container,
        state,
        ...(running?.startedAt && { startedAt: running.startedAt }),
        ...(waiting?.reason && { reason: waiting.reason }),
      };
    }),
  };
};

/** Reads a controller's template under the name of the workload it belongs to. */
export const readTemplate = (
  { metadata = {}, spec = {} }: ControllerObject,
  workload: WorkloadName,
  facts: ConfinementFacts,
): TemplateSeen => {
  const template: PodTemplate = spec.jobTemplate?.spec?.template ?? spec.template ?? {};
  return {
    namespace: metadata.namespace ?? '',
    workload,
    placement: readPlacement(template.spec ?? {}),
    containers: readContainers(template.spec ?? {}, template.metadata?.annotations ?? {}, facts),
  };
};

const readPlacement = ({ nodeName, nodeSelector, affinity }: PodSpec): Placement => {
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return {
    ...(nodeName && { nodeName }),
    ...(nodeSelector && { nodeSelector }),
    ...(required && {
      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } },
    }),
  };
};

const readContainers = (
  spec: PodSpec,
  annotations: Readonly<Record<string, string>>,
  facts: ConfinementFacts,
): ContainerSeen[] => {
  const read = (list: readonly ContainerObject[] | undefined, role: ContainerRole): ContainerSeen[] =>
    (list ?? []).map((container) => ({
      name: container.name,
      role: role === 'init' && container.restartPolicy === 'Always' ? 'sidecar' : role,
      confinement: confinementOf(spec, annotations, container, facts),
    }));
  return [
    ...read(spec.initContainers, 'init'),
    ...read(spec.containers, 'container'),
    ...read(spec.ephemeralContainers, 'ephemeral'),
  ];
};
