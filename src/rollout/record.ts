// The record of a rollout while it runs: made from the plan, changed by each node's end, closed by the ending.
import type { PlannedNode, RolloutEvent } from './events.ts';
import type { NodeSeen } from './node.ts';
import type { NodeSelection } from './ports.ts';
import type { Release, ReleaseNode } from './release.ts';
import type { Revision } from './revision.ts';
import { newestStatement } from './statement.ts';

/** What a record says of a rollout besides its nodes. */
export type Recorded = Pick<Release, 'bundle' | 'operation' | 'digest' | 'manifest' | 'rolledBackTo'> & {
  readonly chunks: NonNullable<Release['chunks']>;
  readonly selection: NodeSelection;
};

/** Returns the record without outcome and nodes; one that is carried on keeps its start. */
export const openRecord = (
  { bundle, operation, digest, manifest, rolledBackTo, chunks, selection }: Recorded,
  { number, attempt, resumed }: Revision,
  who: string,
  startedAt: string,
): Omit<Release, 'outcome' | 'nodes'> => ({
  version: 1,
  bundle,
  revision: number,
  attempt,
  operation,
  ...(digest !== undefined && { digest }),
  ...(manifest && { manifest }),
  ...(rolledBackTo !== undefined && { rolledBackTo }),
  ...(operation === 'install' && { chunks: chunks.map(({ name, sha256 }) => ({ name, sha256 })) }),
  selector: selection.selector,
  ...(selection.names && { nodeNames: selection.names }),
  who,
  startedAt: resumed?.startedAt ?? startedAt,
});

/**
 * Returns each planned node's first entry. What was said earlier of nodes that are up to date is carried over, and so
 * is what a resumed record says of the disk of one that cannot be reached now: nothing else would remember it.
 */
export const firstEntries = (
  planned: readonly PlannedNode[],
  releases: readonly Release[],
  resumed?: Release,
): Record<string, ReleaseNode> =>
  Object.fromEntries(
    planned.map(({ node, action, reason }): [string, ReleaseNode] => {
      const entry = identify(node);
      const because = reason && { reason: reason.code };
      switch (action) {
        case 'run':
          return [node.name, { result: 'unfinished', ...entry }];
        case 'up-to-date': {
          const { at, installedAt } = newestStatement(releases, node)?.node ?? {};
          return [
            node.name,
            {
              result: 'done',
              ...entry,
              ...(at !== undefined && { at }),
              ...(installedAt !== undefined && { installedAt }),
            },
          ];
        }
        default: {
          const earlier = resumed?.nodes[node.name];
          const isOfDisk = earlier && ['done', 'failed', 'unfinished'].includes(earlier.result);
          if (isOfDisk && earlier.uid === node.uid) return [node.name, earlier];
          return [node.name, { result: action, ...because, ...entry }];
        }
      }
    }),
  );

/** Returns the entry of a node that came to an end; undefined for an event that is none. */
export const lastEntry = (event: RolloutEvent, node: NodeSeen, at: string): ReleaseNode | undefined => {
  if (event.kind === 'done') {
    const { outcome, at: installedAt } = event.report;
    // What was there already came earlier, and an earlier entry says when.
    const came = outcome !== 'unchanged' && installedAt !== undefined && { installedAt };
    return { result: 'done', ...identify(node), at, ...came };
  }
  if (event.kind !== 'failed') return undefined;
  const result = event.reason.code === 'interrupted' ? 'unfinished' : 'failed';
  return { result, reason: event.reason.code, ...identify(node), at };
};

const identify = (node: NodeSeen) => ({
  uid: node.uid,
  machineId: node.machineId,
  bootId: node.bootId,
  seccompRoot: `${node.kubeletRoot}/seccomp`,
});
