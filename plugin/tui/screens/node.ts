// Node: what it is, which bundles it should have and says it has, and what its disk showed when it was last read.

import { generationName } from '../../../src/protocol/layout.ts';
import type { Drift, Inspection } from '../../../src/protocol/report.ts';
import type { StatusRow } from '../../../src/rollout/desired.ts';
import { groupValue } from '../../../src/rollout/groups.ts';
import { judge, wantedOn } from '../../../src/rollout/judge.ts';
import { digest16 } from '../../../src/rollout/names.ts';
import { age } from '../age.ts';
import { type Line, line, span } from '../line.ts';
import { memoize } from '../memo.ts';
import type { Model } from '../model.ts';
import type { Place } from '../place.ts';
import type { Inspected, State } from '../state.ts';
import { statusOfFleet, unknownYet } from '../status.ts';
import { cell, type Row, type Table } from '../table.ts';
import { markOf } from '../theme.ts';

/** Draws a node. */
export const nodeModel = (
  state: State,
  { node: name }: Extract<Place, { readonly screen: 'node' }>,
): Model => {
  const { fleet } = state;
  const row = statusOfFleet(fleet.nodes, fleet.releases).rows.find(({ node }) => node.name === name);
  const inspected = state.inspections[name];
  return {
    // What the disk shows only verify says.
    command:
      inspected === undefined ? ['status', '--nodes', name, '-o', 'wide'] : ['verify', '--nodes', name],
    head: row === undefined ? [line(name, 'title')] : headOf(row, inspected, state.nowMs),
    table:
      row === undefined
        ? { columns: [{ title: 'bundle' }], rows: [] }
        : nodeTable(row, fleet.releases, inspected),
    keys: [
      { key: 'Enter', what: 'open the bundle' },
      { key: 'v', what: 'read its disk', isChange: true },
      { key: 'd', what: 'compare what it has' },
      { key: 'u', what: 'who runs here' },
    ],
    empty:
      row !== undefined
        ? 'No bundle is here, and none should be.'
        : (unknownYet(fleet, 'nodes') ?? `There is no node ${name} (any more).`),
  };
};

const headOf = (row: StatusRow, inspected: Inspected | undefined, nowMs: number): readonly Line[] => {
  const { node } = row;
  const field = (name: string, value: string): Line => [span(name.padEnd(14), 'dim'), span(value)];
  return [
    [
      span(node.name, 'title'),
      span('  '),
      node.isReady ? span('ready', 'good') : span('NOT READY', 'bad'),
      ...(node.exclusion === undefined ? [] : [span(`  excluded: ${node.exclusion}`, 'warn')]),
    ],
    field('Platform', `${node.os}/${node.architecture}, Linux ${node.kernel}, ${node.runtime}`),
    field('Zone, pool', `${groupValue(row, 'zone', undefined)}, ${groupValue(row, 'pool', undefined)}`),
    field('Seccomp root', `${node.kubeletRoot}/seccomp`),
    field('Machine', node.machineId),
    inspected === undefined
      ? [span('Disk'.padEnd(14), 'dim'), span('not read from here yet: v reads it', 'warn')]
      : field(
          'Disk',
          `read ${age(new Date(inspected.atMs).toISOString(), nowMs)} ago; ${inspected.inspection.foreign.length === 0 ? 'nothing foreign' : 'foreign files stand below'}`,
        ),
  ];
};

const nodeTable = memoize(
  (row: StatusRow, releases: State['fleet']['releases'], inspected: Inspected | undefined): Table => {
    const verdicts = new Map(
      inspected === undefined
        ? []
        : judge(inspected.inspection, wantedOn(row.node, releases)).map((one) => [one.bundle, one]),
    );
    const names = [...new Set([...Object.keys(row.cells), ...verdicts.keys()])].toSorted();
    const foreign = inspected?.inspection.foreign ?? [];
    const rows = names.flatMap((bundle): Row[] => {
      const known = row.cells[bundle];
      const verdict = verdicts.get(bundle);
      const mark = markOf(known?.state ?? 'unknown');
      const why = known?.reason === undefined ? '' : ` (${known.reason})`;
      const opens: Place = { screen: 'bundle', bundle };
      const first: Row = {
        key: bundle,
        cells: [
          cell(bundle),
          known === undefined
            ? cell('-', 'dim')
            : [span(`${mark.letter} `, mark.tone), span(`${known.state}${why}`)],
          cell(known?.revision === undefined ? '' : `v${known.revision}`),
          cell(known?.current ?? '-'),
          known?.wanted !== undefined && digest16(known.wanted) === known.current
            ? cell('the same', 'dim')
            : cell(known?.wanted === undefined ? '-' : digest16(known.wanted)),
          verdict === undefined
            ? cell('?', 'dim')
            : [span(`${markOf(verdict.state).letter} `, markOf(verdict.state).tone), span(verdict.state)],
        ],
        opens,
      };
      const below = [...generationsOf(inspected?.inspection, bundle), ...(verdict ? faultsOf(verdict) : [])];
      return [first, ...below.map((text, index) => belowRow(bundle, text, index, opens))];
    });
    return {
      columns: ['bundle', 'state', 'rev', 'has', 'should have', 'disk'].map((title) => ({ title })),
      rows: [...rows, ...foreign.map((name, index) => belowRow('', line(`foreign: ${name}`, 'dim'), index))],
    };
  },
);

const belowRow = (bundle: string, text: Line, index: number, opens?: Place): Row => ({
  key: `${bundle} ${index}`,
  cells: [text],
  isSpanning: true,
  ...(opens && { opens }),
});

const generationsOf = (inspection: Inspection | undefined, bundle: string): readonly Line[] =>
  (inspection?.bundles.find(({ name }) => name === bundle)?.generations ?? []).map(({ digest, state }) => [
    span(`  ${generationName(bundle, digest)}`, 'dim'),
    span(` ${state}`, state === 'intact' ? 'good' : 'bad'),
  ]);

const faultsOf = ({
  drift,
  problems,
}: {
  drift: readonly Drift[];
  problems: readonly string[];
}): readonly Line[] => [
  ...drift.map(({ path, kind }) => line(`  ${kind}: ${path}`, 'bad')),
  ...problems.map((text) => line(`  ${text}`, 'bad')),
];
