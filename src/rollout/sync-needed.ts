// Whether a pass would do anything, by what watches have told: of the nodes that come and go, wake and sleep, few need one.
import type { NodeSeen } from './node.ts';
import type { Release } from './release.ts';
import type { SyncInput } from './sync.ts';
import { bundlesOf } from './sync-drift.ts';
import { planSync } from './sync-plan.ts';

/** Tells whether a node is to be brought to its state now, or may lose its startup taint. `releases` by revision, upwards. */
export const isSyncNeeded = (
  nodes: readonly NodeSeen[],
  releases: readonly Release[],
  { policy, startupTaint }: Pick<SyncInput, 'policy' | 'startupTaint'>,
  nowMs: number,
): boolean => {
  const waiting = new Set<string>();
  for (const bundle of bundlesOf(releases)) {
    const own = releases.filter((release) => release.bundle === bundle);
    const question = { bundle, drifted: new Set<string>(), isImpatient: policy.isImpatient, nowMs };
    for (const { kind, node } of planSync(nodes, own, question)) {
      if (kind === 'install' || (kind === 'left' && policy.isPruning && node.isReady)) return true;
      if (kind === 'pending' || kind === 'held') waiting.add(node.name);
    }
  }
  return (
    startupTaint !== undefined &&
    releases.length > 0 &&
    nodes.some(({ name, taints }) => !waiting.has(name) && taints?.some(({ key }) => key === startupTaint))
  );
};
