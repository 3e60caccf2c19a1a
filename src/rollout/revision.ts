// Which number a rollout gets: that of the unfinished one it carries on, or the next; no number is used twice.
import type { NodeSelection } from './ports.ts';
import type { Release } from './release.ts';

export interface Wanted {
  readonly operation: Release['operation'];
  readonly digest?: string;
  readonly selection: NodeSelection;
}

export interface Revision {
  readonly number: number;
  /** From 1; Jobs of a dead attempt are told from ours by it. */
  readonly attempt: number;
  /** The record that is carried on. */
  readonly resumed?: Release;
}

/** Chooses the revision. `releases` are those of the bundle, newest last, read while holding its lease. */
export const chooseRevision = (releases: readonly Release[], wanted: Wanted): Revision => {
  const newest = releases.at(-1);
  if (newest && isUnfinished(newest, wanted))
    return { number: newest.revision, attempt: (newest.attempt ?? 1) + 1, resumed: newest };
  return { number: (newest?.revision ?? 0) + 1, attempt: 1 };
};

/** Tells whether the newest record is of this very rollout and was not brought to its end. */
export const isUnfinished = (newest: Release | undefined, wanted: Wanted): boolean =>
  newest !== undefined &&
  newest.outcome !== 'succeeded' &&
  newest.operation === wanted.operation &&
  newest.digest === wanted.digest &&
  newest.selector === wanted.selection.selector &&
  sameNames(newest.nodeNames, wanted.selection.names);

const sameNames = (one: readonly string[] | undefined, other: readonly string[] | undefined): boolean =>
  JSON.stringify(one?.toSorted()) === JSON.stringify(other?.toSorted());
