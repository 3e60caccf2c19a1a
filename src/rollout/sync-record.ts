// What a sync writes: it has no revision of its own, but is one more attempt at those that there are. Only entries of the
// nodes it has to do with are changed; outcome, times and author stay what they were.
import type { RolloutEvent } from './events.ts';
import type { NodeSeen } from './node.ts';
import { lastEntry } from './record.ts';
import type { Release, ReleaseNode } from './release.ts';
import { failingSince } from './sync-plan.ts';

/** Returns an attempt that no earlier run of this bundle had: a dead run's Jobs are told from ours by it. */
export const nextAttempt = (releases: readonly Release[]): number =>
  Math.max(0, ...releases.map(({ attempt = 1 }) => attempt)) + 1;

/** Marks the nodes as begun under an attempt: whoever kills the sync now leaves behind that nobody knows. */
export const beginNodes = (release: Release, nodes: readonly NodeSeen[], attempt: number): Release => ({
  ...release,
  attempt,
  nodes: {
    ...release.nodes,
    ...Object.fromEntries(
      nodes.map((node): [string, ReleaseNode] => [
        node.name,
        {
          result: 'unfinished',
          uid: node.uid,
          machineId: node.machineId,
          bootId: node.bootId,
          seccompRoot: `${node.kubeletRoot}/seccomp`,
        },
      ]),
    ),
  },
});

/** Returns the entry of a node that has come to an end; `before` is what was said of it before this sync. */
export const endNode = (
  event: RolloutEvent,
  node: NodeSeen,
  at: string,
  before: ReleaseNode | undefined,
): ReleaseNode | undefined => {
  const entry = lastEntry(event, node, at);
  if (entry?.result !== 'failed' || entry.reason === undefined) return entry;
  const isSame = before?.uid === entry.uid && before.machineId === entry.machineId;
  return { ...entry, failingSince: failingSince(isSame ? before : undefined, entry.reason, at) };
};

/**
 * Returns the newer records that speak of a node's disk although they are not for that node any more, without it: what
 * they say has been overtaken. One that was stopped before the node goes on waiting for it.
 */
export const withoutOvertaken = (
  releases: readonly Release[],
  target: Release,
  names: ReadonlySet<string>,
): Release[] =>
  releases
    .filter(({ revision }) => revision > target.revision)
    .flatMap((release) => withoutNodes(release, names, ['done', 'failed']));

/** Returns the records that speak of nodes from which the bundle was removed, without them. */
export const withoutPruned = (releases: readonly Release[], names: ReadonlySet<string>): Release[] =>
  releases.flatMap((release) => withoutNodes(release, names, ['done', 'failed', 'pending', 'excluded']));

/** Returns the record without nodes of these results; nothing where it has none of them. */
const withoutNodes = (
  release: Release,
  names: ReadonlySet<string>,
  results: readonly ReleaseNode['result'][],
): Release[] => {
  const kept = Object.entries(release.nodes).filter(
    ([name, { result }]) => !names.has(name) || !results.includes(result),
  );
  return kept.length === Object.keys(release.nodes).length
    ? []
    : [{ ...release, nodes: Object.fromEntries(kept) }];
};
