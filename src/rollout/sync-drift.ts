// Asks the disks of all nodes, and tells which of them are not as the records want them.

import { inspectNodes } from './inspect.ts';
import { judge } from './judge.ts';
import type { NodeSeen } from './node.ts';
import type { Release } from './release.ts';
import type { Outside } from './rollout.ts';
import type { SyncPolicy } from './sync-bundle.ts';
import type { SyncEvent } from './sync-events.ts';
import { desiredOn } from './sync-plan.ts';

/** Names the bundles that records know, sorted. */
export const bundlesOf = (releases: readonly Release[]): string[] =>
  [...new Set(releases.map(({ bundle }) => bundle))].toSorted();

/** Returns by bundle the nodes that have not what they should; a disk that could not be asked is a warning. */
export async function* inspectDrift(
  nodes: readonly NodeSeen[],
  releases: readonly Release[],
  policy: SyncPolicy,
  outside: Outside,
): AsyncGenerator<SyncEvent, Map<string, Set<string>>, void> {
  const drifted = new Map<string, Set<string>>();
  const byName = new Map(nodes.map((node) => [node.name, node]));
  yield { kind: 'phase', text: 'asking the disks of all nodes' };
  for await (const event of inspectNodes({ selection: { selector: '' }, policy }, outside)) {
    if (event.kind === 'warning' || event.kind === 'phase') yield event;
    if (event.kind === 'failed')
      yield { kind: 'warning', message: `cannot ask the disk of ${event.node}: ${event.reason.message}` };
    const node = event.kind === 'done' && byName.get(event.node);
    if (!node) continue;
    for (const { bundle, state } of judge(event.report.inspection, wantedOn(node, releases))) {
      if (state === 'in-sync' || state === 'unknown') continue;
      drifted.set(bundle, (drifted.get(bundle) ?? new Set()).add(node.name));
    }
  }
  return drifted;
}

const wantedOn = (node: NodeSeen, releases: readonly Release[]): Map<string, string | undefined> =>
  new Map(
    bundlesOf(releases).flatMap((bundle): [string, string | undefined][] => {
      const desired = desiredOn(
        node,
        releases.filter((release) => release.bundle === bundle),
      );
      return desired ? [[bundle, desired.digest]] : [];
    }),
  );
