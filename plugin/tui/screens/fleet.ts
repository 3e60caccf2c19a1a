// Fleet: bundles × nodes. Of many nodes each row is a group of them, and each cell counts their states by letter.
import type { StatusRow } from '../../../src/rollout/desired.ts';
import { digest16 } from '../../../src/rollout/names.ts';
import type { Release } from '../../../src/rollout/release.ts';
import { plural } from '../../output/rollout-result.ts';
import { EMPTY, type Line, lineWidth, type Span, span } from '../line.ts';
import { memoize } from '../memo.ts';
import type { Key, Model } from '../model.ts';
import type { Group, Grouping } from '../place.ts';
import { currentVisit, type State } from '../state.ts';
import {
  type FleetStatus,
  groupingOf,
  groupValue,
  newestReleases,
  selectorOf,
  statusOfFleet,
  unknownYet,
} from '../status.ts';
import { cell, type Row, type Table } from '../table.ts';
import { markOf, STATES } from '../theme.ts';

const KEYS: readonly Key[] = [
  { key: 'Enter', what: 'open' },
  { key: '←→', what: 'bundle' },
  { key: 'B', what: 'open it' },
  { key: 'b', what: 'group by …' },
  { key: 'a', what: 'apply', isChange: true },
  { key: 'v', what: 'verify', isChange: true },
  { key: 'R', what: 'roll back', isChange: true },
];

/** Columns before those of the bundles. */
const FIRST = 2;

/** Returns the bundle that the chosen column stands for. */
export const chosenBundle = (state: State): string | undefined => {
  const { bundles } = statusOfFleet(state.fleet.nodes, state.fleet.releases);
  const { column } = currentVisit(state);
  return bundles[Math.min(column, bundles.length - 1)];
};

/** Draws the fleet. */
export const fleetModel = (state: State): Model => {
  const { fleet } = state;
  const visit = currentVisit(state);
  const group = visit.place.screen === 'fleet' ? visit.place.group : undefined;
  const status = statusOfFleet(fleet.nodes, fleet.releases);
  const grouping = group === undefined ? groupingOf(state.grouping, fleet.nodes.length) : 'node';
  const bundle = chosenBundle(state);
  const table =
    grouping === 'node'
      ? nodeTable(status, fleet.releases, group)
      : groupTable(status, grouping, grouping === 'state' || grouping === 'digest' ? bundle : undefined);
  return {
    command: ['status', ...(grouping === 'node' ? ['-o', 'wide'] : []), ...selectorWords(state, group)],
    head: headOf(state, status, grouping, group, bundle, table.rows.length),
    table,
    columns: { from: FIRST, count: status.bundles.length },
    keys: group === undefined ? KEYS : KEYS.filter(({ key }) => key !== 'b'),
    empty:
      unknownYet(fleet, 'nodes') ??
      (group === undefined ? 'No nodes.' : 'No node is in this group (any more).'),
  };
};

/** What chooses the nodes of a group on the command line; those in one state no label tells. */
const selectorWords = ({ fleet }: State, group: Group | undefined): readonly string[] => {
  const selector = group && selectorOf(group, fleet.nodes);
  return selector === undefined ? [] : ['-l', selector];
};

const headOf = (
  { fleet, size }: State,
  status: FleetStatus,
  grouping: Grouping,
  group: Group | undefined,
  bundle: string | undefined,
  shown: number,
): readonly Line[] => {
  const total = fleet.nodes.length;
  const about = grouping === 'state' || grouping === 'digest' ? ` of ${bundle ?? 'no bundle'}` : '';
  const of = group?.bundle === undefined ? '' : ` of ${group.bundle}`;
  const words =
    group === undefined
      ? `${plural(total, 'node')}, by ${grouping}${about}`
      : `${shown.toLocaleString('en-US')} of ${plural(total, 'node')}, ${group.by}${of} ${group.value}`;
  const seen = statesIn(status);
  const legend = STATES.filter((state) => seen.has(state)).flatMap((state): Span[] => {
    const { letter, tone } = markOf(state);
    return [span('  '), span(letter, tone), span(` ${state}`, 'dim')];
  });
  const first = span(fleet.synced.nodes || total > 0 ? words : '… nodes');
  const isOneLine = lineWidth([first, ...legend]) <= size.columns || legend.length === 0;
  return isOneLine ? [[first, ...legend]] : [[first], legend.slice(1)];
};

const statesIn = memoize(({ rows }: FleetStatus): ReadonlySet<string> => {
  const seen = new Set<string>();
  for (const { cells } of rows) for (const bundle in cells) seen.add(cells[bundle]!.state);
  return seen;
});

const nodeTable = memoize(
  (status: FleetStatus, releases: readonly Release[], group: Group | undefined): Table => {
    const rows =
      group === undefined
        ? status.rows
        : status.rows.filter((row) => groupValue(row, group.by, group.bundle) === group.value);
    return {
      columns: [{ title: 'node' }, { title: 'ready' }, ...status.bundles.map((title) => ({ title }))],
      rows: rows.map(nodeRows(releases, status.bundles.join(' '))),
    };
  },
);

/** Draws rows, each once: of 5,000 nodes a change makes one anew, and the others are no garbage. */
const nodeRows = memoize((releases: readonly Release[], bundles: string) => {
  const newest = new Map(newestReleases(releases).map((release) => [release.bundle, release]));
  const names = bundles.split(' ').filter(Boolean);
  const known = new WeakMap<StatusRow, Row>();
  return (status: StatusRow): Row => {
    const row = known.get(status) ?? nodeRow(status, names, newest);
    known.set(status, row);
    return row;
  };
});

const nodeRow = (
  { node, cells }: StatusRow,
  bundles: readonly string[],
  newest: ReadonlyMap<string, Release>,
): Row => ({
  key: node.name,
  cells: [
    cell(node.name),
    node.isReady ? cell('yes', 'dim') : cell('NO', 'bad'),
    ...bundles.map((bundle): Line => {
      const one = cells[bundle];
      if (one === undefined) return cell('-', 'dim');
      const { letter, tone } = markOf(one.state);
      const digest = newest.get(bundle)?.digest;
      const isOther = one.current !== undefined && (digest === undefined || digest16(digest) !== one.current);
      const revision = one.revision === undefined ? '' : ` v${one.revision}`;
      const why = one.reason === undefined ? '' : ` ${one.reason}`;
      return [
        span(letter, tone),
        span(`${revision}${why}`, 'dim'),
        ...(isOther ? [span(` @${one.current!.slice(0, 8)}`, 'warn')] : []),
      ];
    }),
  ],
  opens: { screen: 'node', node: node.name },
});

const groupTable = memoize((status: FleetStatus, by: Group['by'], bundle: string | undefined): Table => {
  const groups = new Map<string, { nodes: number; counts: Map<string, Map<string, number>> }>();
  for (const row of status.rows) {
    const value = groupValue(row, by, bundle);
    const group = groups.get(value) ?? { nodes: 0, counts: new Map() };
    groups.set(value, group);
    group.nodes += 1;
    for (const [name, { state }] of Object.entries(row.cells)) {
      const counts = group.counts.get(name) ?? new Map<string, number>();
      group.counts.set(name, counts);
      counts.set(state, (counts.get(state) ?? 0) + 1);
    }
  }
  const isByState = by === 'state';
  const rankOf = (value: string): number => (STATES as readonly string[]).indexOf(value);
  // What needs attention stands first.
  const sorted = [...groups].toSorted(([one], [other]) =>
    isByState ? rankOf(other) - rankOf(one) : one.localeCompare(other, 'en', { numeric: true }),
  );
  return {
    columns: [{ title: by }, { title: 'nodes' }, ...status.bundles.map((title) => ({ title }))],
    rows: sorted.map(([value, { nodes, counts }]) => ({
      key: value,
      cells: [
        isByState && value !== '-'
          ? [span(`${markOf(value).letter} `, markOf(value).tone), span(value)]
          : cell(value),
        cell(nodes.toLocaleString('en-US')),
        ...status.bundles.map((name) => countCell(counts.get(name))),
      ],
      opens: { screen: 'fleet', group: { by, value, ...(bundle !== undefined && { bundle }) } },
    })),
  };
});

/** `S4,210 F3`: each state's letter with its number. */
const countCell = (counts: ReadonlyMap<string, number> | undefined): Line => {
  if (counts === undefined) return cell('-', 'dim');
  const found = STATES.filter((state) => counts.has(state)).toReversed();
  if (found.length === 0) return EMPTY;
  return found.flatMap((state, index): Span[] => {
    const { letter, tone } = markOf(state);
    return [span(`${index > 0 ? ' ' : ''}${letter}${counts.get(state)!.toLocaleString('en-US')}`, tone)];
  });
};
