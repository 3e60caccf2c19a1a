// What stands before `delete` and before an `apply` that takes a profile away or changes it: nobody may be using it,
// unless --force says so. Between the look and the deed somebody may begin to: nothing is locked.
import type { Bundle } from '../../src/bundle/manifest-types.ts';
import { SeccompError } from '../../src/error.ts';
import { changedPaths, findUsers, isLinkedTo, isTakenAway } from '../../src/rollout/in-use.ts';
import { mayHave } from '../../src/rollout/plan.ts';
import type { NodeSelection } from '../../src/rollout/ports.ts';
import { isUnfinished } from '../../src/rollout/revision.ts';
import type { Examined } from '../../src/rollout/rollout.ts';
import { foldWorkloads, type WorkloadRow, type WorkloadRows } from '../../src/workload/rows.ts';
import { namesTarget } from '../../src/workload/target.ts';
import { renderUsers } from '../output/users.ts';
import type { Connected } from '../outside.ts';
import { interruptible } from './interruptible.ts';

interface Guarded {
  readonly cluster: Connected;
  readonly signal: AbortSignal;
  /** A dry run only says what would be refused. */
  readonly isDryRun: boolean;
}

/**
 * Throws `conflict` where a container on the nodes names a profile of the bundle, or where that cannot be told; returns
 * the lines of what a dry run would be refused for.
 */
export const refuseDeleteInUse = async (
  bundle: string,
  { nodes, releases }: Examined,
  guarded: Guarded,
): Promise<readonly string[]> => {
  if (!nodes.some((node) => mayHave(node, releases, bundle))) return [];
  const found = await readUsers(bundle, guarded);
  const users = findUsers(found.rows, nodes, isTakenAway(bundle, nodes, releases));
  if (users.length > 0)
    return refuse(
      `bundle "${bundle}" is in use:\n${renderUsers(users)}`,
      'Running containers keep their filter, but none of these would start again. --force deletes it all the same.',
      guarded,
    );
  return refuseUnread(`whether anything uses bundle "${bundle}"`, found, guarded);
};

interface Change {
  readonly bundle: Bundle;
  readonly selection: NodeSelection;
  /** In waves: containers that fail under a changed content stop it, so that it need not be refused beforehand. */
  readonly isWatched: boolean;
}

/**
 * Throws `conflict` where a container on the nodes names a profile that would be gone or have another content. A
 * rollout that is carried on was let through when it began. Asks only when something changes at all; returns warnings.
 */
export const refuseChangeInUse = async (
  { bundle: { digest, manifest }, selection, isWatched }: Change,
  { nodes, releases }: Examined,
  guarded: Guarded,
): Promise<readonly string[]> => {
  const { name } = manifest;
  const isCarriedOn = isUnfinished(releases.at(-1), { operation: 'install', digest, selection });
  if (isCarriedOn || releases.every((release) => (release.digest ?? digest) === digest)) return [];
  const { removed, changed } = changedPaths(name, manifest, nodes, releases);
  if (removed.size + changed.size === 0) return [];
  const found = await readUsers(name, guarded);
  const losing = findUsers(found.rows, nodes, isLinkedTo(name, removed));
  const changing = isWatched ? [] : findUsers(found.rows, nodes, isLinkedTo(name, changed));
  if (losing.length + changing.length > 0)
    return refuse(describeChange(name, losing, changing), hintOfChange(losing), guarded);
  if (removed.size > 0) return refuseUnread(`whether anything uses ${list(name, removed)}`, found, guarded);
  // What is changed only waits for a restart, and can be changed back: without the right to look it is not refused.
  return found.unread.length > 0
    ? [`cannot tell ${whyUnread(`whether anything uses ${list(name, changed)}`, found)}`]
    : [];
};

const describeChange = (
  bundle: string,
  losing: readonly WorkloadRow[],
  changing: readonly WorkloadRow[],
): string =>
  [
    ...(losing.length > 0
      ? [`profiles that "${bundle}" would not hold any more are in use:\n${renderUsers(losing)}`]
      : []),
    ...(changing.length > 0
      ? [`profiles of "${bundle}" that would change are in use:\n${renderUsers(changing)}`]
      : []),
  ].join('\n');

const hintOfChange = (losing: readonly WorkloadRow[]): string =>
  losing.length > 0
    ? 'Running containers keep their filter; the next start finds no file, or the new content. --force applies it all the same.'
    : 'Running containers keep their filter, and take the new content when they start again. --force applies it; --waves watches them while it does.';

/** What may not be read may be a user: it is refused as one. */
const refuseUnread = (what: string, found: WorkloadRows, guarded: Guarded): readonly string[] =>
  found.unread.length === 0
    ? []
    : refuse(`cannot tell ${whyUnread(what, found)}`, '--force goes on without knowing.', guarded);

const whyUnread = (what: string, { unread }: WorkloadRows): string =>
  `${what}: not allowed to list ${unread.map(({ resource }) => resource).join(', ')} in all namespaces`;

const refuse = (message: string, hint: string, { isDryRun }: Guarded): readonly string[] => {
  if (!isDryRun) throw new SeccompError('conflict', message, { hint });
  return `would be refused without --force: ${message}`.split('\n');
};

const readUsers = (bundle: string, { cluster, signal }: Guarded): Promise<WorkloadRows> =>
  interruptible(
    foldWorkloads(cluster.workloads.read({ selector: '' }), (confinement) =>
      namesTarget(confinement, bundle),
    ),
    signal,
  );

const list = (bundle: string, paths: ReadonlySet<string>): string => {
  const [first = '', ...others] = [...paths].map((path) => `${bundle}/${path}`);
  return others.length === 0 ? first : `${first} and ${others.length} more`;
};
