// Bundles: one row for each, as `status` sums them up.
import { generationName } from '../../../src/protocol/layout.ts';
import type { Release } from '../../../src/rollout/release.ts';
import { renderCounts } from '../../output/many-rows.ts';
import { plural } from '../../output/rollout-result.ts';
import { coarseAge, coarseTime } from '../age.ts';
import { line } from '../line.ts';
import { memoize } from '../memo.ts';
import type { Key, Model } from '../model.ts';
import type { State } from '../state.ts';
import {
  countStates,
  type FleetStatus,
  goneFrom,
  newestReleases,
  statusOfFleet,
  unknownYet,
} from '../status.ts';
import { cell, type Row, type Table } from '../table.ts';

export const BUNDLE_KEYS: readonly Key[] = [
  { key: 'H', what: 'history' },
  { key: 'u', what: 'who uses it' },
  { key: 'a', what: 'apply', isChange: true },
  { key: 'R', what: 'roll back', isChange: true },
  { key: 'v', what: 'verify', isChange: true },
  { key: 'D', what: 'delete', isChange: true },
];

/** Draws the list of bundles. */
export const bundlesModel = (state: State): Model => {
  const { fleet } = state;
  const status = statusOfFleet(fleet.nodes, fleet.releases);
  const gone = goneFrom(fleet);
  const goneNodes = new Set(gone.map(({ node }) => node)).size;
  const about = gone.length === 0 ? '' : `; ${plural(goneNodes, 'node')} left with a bundle on the disk`;
  return {
    command: ['status', '-o', 'wide'],
    head: [
      line(
        fleet.synced.nodes && fleet.synced.records
          ? `${plural(status.bundles.length, 'bundle')} on ${plural(fleet.nodes.length, 'node')}${about}`
          : '… bundles',
      ),
    ],
    table: bundleTable(status, newestReleases(fleet.releases), coarseTime(state.nowMs)),
    keys: [{ key: 'Enter', what: 'open' }, ...BUNDLE_KEYS],
    empty:
      unknownYet(fleet, 'records') ?? (state.isReadOnly ? 'No bundles.' : 'No bundles: a applies the first.'),
  };
};

const bundleTable = memoize(
  (status: FleetStatus, newest: readonly Release[], coarseMs: number): Table => ({
    columns: [
      { title: 'bundle' },
      { title: 'revision' },
      { title: 'generation' },
      { title: 'in sync' },
      { title: 'otherwise', isElastic: true },
      { title: 'age', isNoNews: true },
      { title: 'by', isElastic: true },
    ],
    rows: status.bundles.map((bundle) =>
      bundleRow(
        bundle,
        status,
        newest.find((one) => one.bundle === bundle),
        coarseMs,
      ),
    ),
  }),
);

const bundleRow = (
  bundle: string,
  status: FleetStatus,
  release: Release | undefined,
  coarseMs: number,
): Row => {
  const { 'in-sync': good = 0, ...others } = countStates(status, bundle);
  const total = good + Object.values(others).reduce((sum, count) => sum + count, 0);
  const isGood = good === total;
  return {
    key: bundle,
    cells: [
      cell(bundle),
      cell(
        release === undefined
          ? ''
          : `v${release.revision} ${release.outcome === 'succeeded' ? '' : release.outcome}`.trim(),
      ),
      cell(release?.digest === undefined ? '' : generationName(bundle, release.digest)),
      cell(`${good.toLocaleString('en-US')}/${total.toLocaleString('en-US')}`, isGood ? 'good' : 'warn'),
      cell(renderCounts(others), 'bad'),
      cell(coarseAge(release?.startedAt, coarseMs)),
      cell(release?.who ?? '', 'dim'),
    ],
    opens: { screen: 'bundle', bundle },
  };
};
