// Which earlier content a bundle goes back to, and on which nodes.
import { SeccompError } from '../error.ts';
import type { NodeSelection } from './ports.ts';
import type { Release } from './release.ts';

/** An install whose content can be read again. */
export type Restorable = Release & Required<Pick<Release, 'digest' | 'manifest' | 'chunks'>>;

export interface RollbackWish {
  /** The revision that was named. */
  readonly to?: number;
  /** The nodes that were named; left out, those of the newest revision. */
  readonly selection?: NodeSelection;
}

/**
 * Chooses what `rollback` brings back: revision `to`, or the newest that succeeded with another content than the newest
 * record's. `releases` are those of the bundle, newest last. Throws SeccompError `bundle` where there is none, or where
 * that one was not for all of the nodes: they have not all held one content before.
 */
export const chooseRollback = (
  bundle: string,
  releases: readonly Release[],
  { to, selection }: RollbackWish = {},
): Restorable => {
  const newest = releases.at(-1);
  if (newest === undefined)
    throw new SeccompError(
      'bundle',
      `bundle "${bundle}" has no history: nothing was ever applied under that name`,
    );
  if (to !== undefined) return chooseRevision(bundle, releases, to);
  const previous = releases.findLast(
    (release): release is Restorable =>
      isRestorable(release) && release.outcome === 'succeeded' && release.digest !== newest.digest,
  );
  if (previous && covers(previous, selection ?? selectionOf(newest))) return previous;
  if (previous)
    throw new SeccompError(
      'bundle',
      `${bundle}@v${previous.revision} was for ${describeNodes(previous)} alone: the nodes to roll back have not all held one content before`,
      {
        hint: `Choose a revision with --to, or nodes with -l or --nodes. Its revisions: ${describe(releases)}.`,
      },
    );
  throw new SeccompError(
    'bundle',
    `bundle "${bundle}" has nothing to go back to: no earlier revision with another content has succeeded`,
    { hint: `Its revisions: ${describe(releases)}. Choose one with --to.` },
  );
};

const chooseRevision = (bundle: string, releases: readonly Release[], to: number): Restorable => {
  const chosen = releases.find(({ revision }) => revision === to);
  if (chosen && isRestorable(chosen)) return chosen;
  const why = chosen ? 'removed the bundle: it has no content' : 'is not recorded (any more)';
  throw new SeccompError('bundle', `${bundle}@v${to} ${why}`, {
    hint: `Its revisions: ${describe(releases)}.`,
  });
};

const selectionOf = ({ selector, nodeNames }: Release): NodeSelection => ({
  selector,
  ...(nodeNames && { names: nodeNames }),
});

/** Tells whether a revision was for every node of a selection, whichever nodes there are. */
const covers = ({ selector, nodeNames }: Release, wanted: NodeSelection): boolean =>
  (selector === '' || selector === wanted.selector) &&
  (nodeNames === undefined || (wanted.names ?? ['']).every((name) => nodeNames.includes(name)));

const describeNodes = ({ selector, nodeNames }: Release): string =>
  nodeNames === undefined ? `nodes that match "${selector}"` : `node ${nodeNames.join(', ')}`;

const isRestorable = (release: Release): release is Restorable =>
  release.operation === 'install' &&
  release.digest !== undefined &&
  release.manifest !== undefined &&
  (release.chunks?.length ?? 0) > 0;

const describe = (releases: readonly Release[]): string =>
  releases
    .map(
      ({ revision, operation, outcome }) =>
        `v${revision} (${operation === 'remove' ? 'removal, ' : ''}${outcome})`,
    )
    .join(', ');
