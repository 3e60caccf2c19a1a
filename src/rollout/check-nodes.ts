// Which nodes a pod could come to, what they are called together, and how verdicts on single nodes become rows. Pure.
import { readKernelVersion, renderKernelVersion } from '../profile/kernel-version.ts';
import { type ClassVerdict, type StartReason, worstOf } from '../workload/check.ts';
import type { RuntimeClassSeen } from '../workload/check-ports.ts';
import type { PodSpec } from '../workload/objects.ts';
import { canPlace, type Toleration } from '../workload/placement.ts';
import type { NodeSeen } from './node.ts';

/** Taints of a node's passing condition: what is checked is whether a pod would start when it is over. */
const CONDITIONS: readonly string[] = [
  'node.kubernetes.io/not-ready',
  'node.kubernetes.io/unreachable',
  'node.kubernetes.io/memory-pressure',
  'node.kubernetes.io/disk-pressure',
  'node.kubernetes.io/pid-pressure',
  'node.kubernetes.io/network-unavailable',
];

/** What the DaemonSet controller adds to its pods, beside the conditions (pkg/controller/daemon/util). */
const OF_DAEMON_SETS: Toleration = {
  key: 'node.kubernetes.io/unschedulable',
  operator: 'Exists',
  effect: 'NoSchedule',
};

/** Returns a spec as the scheduler will see it: with what the RuntimeClass and the controller add. */
export const scheduledSpec = (spec: PodSpec, kind: string, runtimeClass?: RuntimeClassSeen): PodSpec => ({
  ...spec,
  nodeSelector: { ...spec.nodeSelector, ...runtimeClass?.nodeSelector },
  tolerations: tolerationsOf(spec, kind, runtimeClass),
});

/** Returns what a pod tolerates once it is made. */
export const tolerationsOf = (
  { tolerations = [] }: PodSpec,
  kind: string,
  runtimeClass?: RuntimeClassSeen,
): readonly Toleration[] => [
  ...tolerations,
  ...(runtimeClass?.tolerations ?? []),
  ...(kind === 'DaemonSet' ? [OF_DAEMON_SETS] : []),
];

/** Says why a pod cannot come to a node; undefined where it can. */
export const whyNotHere = (spec: PodSpec, node: NodeSeen): string | undefined => {
  if (node.os !== '' && node.os !== 'linux') return `it runs ${node.os}`;
  const { name, allLabels = {}, taints = [], isUnschedulable } = node;
  const placed = canPlace(spec, {
    name,
    labels: allLabels,
    taints: taints.filter(({ key }) => !CONDITIONS.includes(key)),
    ...(isUnschedulable !== undefined && { isUnschedulable }),
  });
  return placed === true ? undefined : placed.map(({ message }) => message).join('; ');
};

/** Names what nodes have in common that matters to a profile, e.g. `amd64, Linux 6.18, containerd 2.4.2`. */
export const nodeClassOf = ({ architecture, kernel, runtime }: NodeSeen): string => {
  const version = readKernelVersion(kernel);
  const linux = version === undefined ? kernel : renderKernelVersion(version);
  return [architecture, linux && `Linux ${linux}`, runtime.replace('://', ' ')].filter(Boolean).join(', ');
};

export interface NodeVerdict {
  readonly node: NodeSeen;
  readonly reasons: readonly StartReason[];
}

/** Puts nodes together that are alike in class and reasons; the worst come first. */
export const classesOf = (verdicts: readonly NodeVerdict[]): readonly ClassVerdict[] => {
  const groups = Map.groupBy(verdicts, ({ node, reasons }) => JSON.stringify([nodeClassOf(node), reasons]));
  return [...groups.values()]
    .map((group): ClassVerdict => {
      const [{ node, reasons }] = group as [NodeVerdict];
      const ready = group.find(({ node: { isReady } }) => isReady)?.node.name;
      return {
        nodeClass: nodeClassOf(node),
        nodes: group.map(({ node: { name } }) => name).toSorted(),
        verdict: worstOf(reasons.map(({ verdict }) => verdict)),
        reasons,
        ...(ready !== undefined && { readyNode: ready }),
      };
    })
    .toSorted((one, other) => ORDER.indexOf(one.verdict) - ORDER.indexOf(other.verdict));
};

const ORDER: readonly ClassVerdict['verdict'][] = ['fails', 'unknown', 'starts'];
