// Which earlier content a bundle goes back to, and on which nodes.
import { SeccompError } from '../error.ts';
import type { Release } from './release.ts';

/** An install whose content can be read again. */
export type Restorable = Release & Required<Pick<Release, 'digest' | 'manifest' | 'chunks'>>;

/**
 * Chooses what `rollback` brings back: revision `to`, or the newest that succeeded with another content than the newest
 * record's. `releases` are those of the bundle, newest last. Throws SeccompError `bundle` where there is none.
 */
export const chooseRollback = (bundle: string, releases: readonly Release[], to?: number): Restorable => {
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
  if (previous) return previous;
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
