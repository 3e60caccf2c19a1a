// Fleet: bundles × nodes. Of many nodes each row is a group of them, and each cell counts their states by letter.
import type { StatusRow } from '../../../src/rollout/desired.ts';
import {
  CELL_STATES,
  type Group,
  type GroupKind,
  groupRows,
  groupValue,
  isOfBundle,
} from '../../../src/rollout/groups.ts';
import { digest16 } from '../../../src/rollout/names.ts';
import type { Release } from '../../../src/rollout/release.ts';
import { plural } from '../../output/rollout-result.ts';
import { EMPTY, type Line, lineWidth, type Span, span } from '../line.ts';
import { memoize } from '../memo.ts';
import type { Key, Model } from '../model.ts';
import type { Grouping } from '../place.ts';
import { currentVisit, type State } from '../state.ts';
import {
  type FleetStatus,
  flagsOfGroup,
  groupingOf,
  newestReleases,
  statusOfFleet,
  unknownYet,
} from '../status.ts';
import { cell, type Row, type Table } from '../table.ts';
import { markOf } from '../theme.ts';

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
      : groupTable(status, grouping, isOfBundle(grouping) ? bundle : undefined);
  return {
    command:
      grouping === 'node'
        ? ['status', '-o', 'wide', ...(group ? (flagsOfGroup(group, status) ?? []) : [])]
        : groupWords(grouping, bundle),
    head: headOf(state, status, grouping, group, bundle, table.rows.length),
    table,
    columns: { from: FIRST, count: status.bundles.length },
    keys: group === undefined ? KEYS : KEYS.filter(({ key }) => key !== 'b'),
    empty:
      unknownYet(fleet, 'nodes') ??
      (group === undefined ? 'No nodes.' : 'No node is in this group (any more).'),
  };
};

/** Of one bundle the command shows that one alone. */
const groupWords = (by: GroupKind, bundle: string | undefined): readonly string[] => [
  'status',
  ...(isOfBundle(by) && bundle !== undefined ? [bundle] : []),
  '--by',
  by,
];

const headOf = (
  { fleet, size }: State,
  status: FleetStatus,
  grouping: Grouping,
  group: Group | undefined,
  bundle: string | undefined,
  shown: number,
): readonly Line[] => {
  const total = fleet.nodes.length;
  const about = grouping !== 'node' && isOfBundle(grouping) ? ` of ${bundle ?? 'no bundle'}` : '';
  const of = group?.bundle === undefined ? '' : ` of ${group.bundle}`;
  const words =
    group === undefined
      ? `${plural(total, 'node')}, by ${grouping}${about}`
      : `${shown.toLocaleString('en-US')} of ${plural(total, 'node')}, ${group.by}${of} ${group.value}`;
  const seen = statesIn(status);
  const legend = CELL_STATES.filter((state) => seen.has(state)).flatMap((state): Span[] => {
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

const groupTable = memoize(
  (status: FleetStatus, by: GroupKind, bundle: string | undefined): Table => ({
    columns: [{ title: by }, { title: 'nodes' }, ...status.bundles.map((title) => ({ title }))],
    rows: groupRows(status.rows, by, bundle).map(({ value, nodes, counts }) => ({
      key: value,
      cells: [
        by === 'state' && value !== '-'
          ? [span(`${markOf(value).letter} `, markOf(value).tone), span(value)]
          : cell(value),
        cell(nodes.toLocaleString('en-US')),
        ...status.bundles.map((name) => countCell(counts.get(name))),
      ],
      opens: { screen: 'fleet', group: { by, value, ...(bundle !== undefined && { bundle }) } },
    })),
  }),
);

/** `S4,210 F3`: each state's letter with its number. */
const countCell = (counts: ReadonlyMap<string, number> | undefined): Line => {
  if (counts === undefined) return cell('-', 'dim');
  const found = CELL_STATES.filter((state) => counts.has(state)).toReversed();
  if (found.length === 0) return EMPTY;
  return found.flatMap((state, index): Span[] => {
    const { letter, tone } = markOf(state);
    return [span(`${index > 0 ? ' ' : ''}${letter}${counts.get(state)!.toLocaleString('en-US')}`, tone)];
  });
};
