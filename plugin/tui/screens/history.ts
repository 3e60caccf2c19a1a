// History: the revisions of a bundle, newest first.
import type { Release } from '../../../src/rollout/release.ts';
import { historyDocument } from '../../output/history.ts';
import type { RevisionDocument } from '../../output/history-document.ts';
import { renderNames } from '../../output/rollout-result.ts';
import { coarseAge, coarseTime } from '../age.ts';
import { line } from '../line.ts';
import { memoize } from '../memo.ts';
import type { Model } from '../model.ts';
import type { Place } from '../place.ts';
import type { State } from '../state.ts';
import { releasesOf, unknownYet } from '../status.ts';
import { cell, type Row, type Table } from '../table.ts';

/** Draws a bundle's history. */
export const historyModel = (
  { fleet, nowMs }: State,
  { bundle }: Extract<Place, { readonly screen: 'history' }>,
): Model => ({
  command: ['history', bundle, '-o', 'wide'],
  head: [line(`What was rolled out as ${bundle}, the newest first`)],
  table: historyTable(bundle, releasesOf(fleet.releases, bundle), coarseTime(nowMs)),
  keys: [
    { key: 'Enter', what: 'open' },
    { key: 'm', what: 'mark' },
    { key: 'd', what: 'compare with the marked or the one before' },
    { key: 'R', what: 'roll back to it', isChange: true },
  ],
  empty: unknownYet(fleet, 'records') ?? 'Nothing was ever applied under that name.',
});

const historyTable = memoize(
  (bundle: string, releases: readonly Release[], coarseMs: number): Table => ({
    columns: [
      { title: 'revision' },
      { title: 'generation' },
      { title: 'outcome' },
      { title: 'nodes' },
      { title: 'age', isNoNews: true },
      { title: 'by', isElastic: true },
      { title: 'changes', isElastic: true },
    ],
    rows: historyDocument(bundle, releases)
      .revisions.map((one) => revisionRow(bundle, one, coarseMs))
      .toReversed(),
  }),
);

const revisionRow = (bundle: string, one: RevisionDocument, coarseMs: number): Row => {
  const { done = 0, excluded: _, ...others } = one.summary;
  const total = done + Object.values(others).reduce((sum, count) => sum + count, 0);
  return {
    key: `v${one.revision}`,
    cells: [
      cell(`v${one.revision}`),
      cell(one.generation ?? '(removed)'),
      cell(one.outcome, one.outcome === 'succeeded' ? 'good' : one.outcome === 'running' ? 'accent' : 'bad'),
      cell(`${done}/${total}`),
      cell(coarseAge(one.startedAt, coarseMs)),
      cell(one.who, 'dim'),
      cell(renderChanges(one)),
    ],
    opens: { screen: 'bundle', bundle, revision: one.revision },
  };
};

const renderChanges = ({ operation, changes, rolledBackTo }: RevisionDocument): string => {
  if (operation === 'remove') return '';
  const words = (['added', 'changed', 'removed'] as const).flatMap((kind) =>
    changes && changes[kind].length > 0 ? [`${kind} ${renderNames(changes[kind])}`] : [],
  );
  return [...(rolledBackTo === undefined ? [] : [`back to v${rolledBackTo}`]), ...words].join('; ');
};
