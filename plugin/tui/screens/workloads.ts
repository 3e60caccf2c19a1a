// Workloads: which container runs under which profile; those without one first, then those whose file is missing. Drawn
// from the live rows and what is known of the nodes; a row is worked out again only when one of the two has changed.
import { type Contents, contentsOf } from '../../../src/rollout/contents.ts';
import type { NodeSeen } from '../../../src/rollout/node.ts';
import type { Release } from '../../../src/rollout/release.ts';
import { judgeUsage, type Usage } from '../../../src/rollout/usage.ts';
import type { WorkloadRow } from '../../../src/workload/rows.ts';
import { namesTarget } from '../../../src/workload/target.ts';
import { countBy } from '../../output/many-rows.ts';
import { plural } from '../../output/rollout-result.ts';
import { type Line, line, span, type Tone } from '../line.ts';
import { memoize } from '../memo.ts';
import type { Model } from '../model.ts';
import type { Place } from '../place.ts';
import { type State, workloadsOf } from '../state.ts';
import { cell, type Row, type Table } from '../table.ts';

type WorkloadsPlace = Extract<Place, { readonly screen: 'workloads' }>;

/** Draws the workloads. */
export const workloadsModel = (state: State, { target }: WorkloadsPlace): Model => {
  const { namespace, fleet } = state;
  const now = workloadsOf(state);
  const isKnown = fleet.synced.nodes && fleet.synced.records;
  const { table, bare, troubled } = drawRows(
    rowsFor(now?.rows ?? NO_ROWS, target),
    isKnown ? fleet.nodes : undefined,
    fleet.releases,
  );
  const where = namespace === undefined ? 'all namespaces' : `namespace ${namespace}`;
  const count = table.rows.length;
  return {
    command: [
      'usage',
      ...(target === undefined ? [] : [target]),
      ...(namespace === undefined ? ['-A'] : ['-n', namespace]),
      ...['-o', 'wide'],
    ],
    head: [
      [
        span(`${now === undefined ? '…' : plural(count, 'container')} in ${where}  `),
        ...(now === undefined ? [] : [span(`${bare} without a profile`, bare > 0 ? 'bad' : 'good')]),
        ...(troubled > 0 ? [span(`  ${troubled} with file trouble`, 'warn')] : []),
        ...(now?.isWhole || now?.lost !== undefined ? [] : [span('  reading …', 'warn')]),
      ],
      ...(now?.lost === undefined ? [] : [line(`NOT LIVE: ${now.lost}`, 'bad')]),
      ...(now?.unread ?? []).map((one): Line => line(`cannot read ${one.resource}: ${one.message}`, 'bad')),
    ],
    table,
    keys: [
      { key: 'Enter', what: 'its profile' },
      { key: 'b', what: 'bind to a profile', isChange: true },
      { key: 'n', what: namespace === undefined ? 'only this namespace' : 'all namespaces' },
    ],
    empty: now?.isWhole ? 'No workloads.' : 'Reading the workloads …',
  };
};

const NO_ROWS: readonly WorkloadRow[] = [];

const rowsFor = memoize((rows: readonly WorkloadRow[], target: string | undefined): readonly WorkloadRow[] =>
  target === undefined ? rows : rows.filter(({ confinement }) => namesTarget(confinement, target)),
);

const knownContents = memoize(contentsOf);

interface Drawn {
  readonly table: Table;
  /** Without any filter. */
  readonly bare: number;
  /** With a file that is missing or out of date. */
  readonly troubled: number;
}

/** Without nodes nothing is known of files. */
const drawRows = memoize(
  (
    rows: readonly WorkloadRow[],
    nodes: readonly NodeSeen[] | undefined,
    releases: readonly Release[],
  ): Drawn => {
    const isFileNamed = rows.some(({ confinement }) => confinement.profile.kind === 'localhost');
    const contents = isFileNamed && nodes !== undefined ? knownContents(nodes, releases) : undefined;
    const drawn = rows.map((row) => drawRow(row, nodes ?? [], contents));
    return {
      table: {
        columns: [
          { title: 'namespace' },
          { title: 'workload' },
          { title: 'container', isElastic: true },
          { title: 'profile' },
          { title: 'pods' },
          { title: 'nodes' },
          { title: 'state', isElastic: true },
        ],
        rows: drawn.toSorted((one, other) => one.rank - other.rank).map(({ row }) => row),
      },
      bare: drawn.filter(({ rank }) => rank === 0).length,
      troubled: drawn.filter(({ rank }) => rank === 1).length,
    };
  },
);

interface DrawnRow {
  /** 0: no filter at all; 1: a file that is missing or out of date; 2: all is well. */
  readonly rank: 0 | 1 | 2;
  readonly row: Row;
}

const known = new WeakMap<WorkloadRow, DrawnRow & { readonly contents: Contents | undefined }>();

const drawRow = (row: WorkloadRow, nodes: readonly NodeSeen[], contents: Contents | undefined): DrawnRow => {
  const found = known.get(row);
  const isOfFile = row.confinement.profile.kind === 'localhost';
  if (found !== undefined && (!isOfFile || found.contents === contents)) return found;
  const drawn = judgeUsage([row], nodes, contents).map((usage) => ({ ...render(usage), contents }))[0]!;
  known.set(row, drawn);
  return drawn;
};

const TROUBLES = ['missing-bundle', 'missing-profile', 'unmanaged', 'older'];
const TONES: readonly Tone[] = ['bad', 'warn', 'plain'];
const WORDS = { 'runtime-default': 'RuntimeDefault', unconfined: 'Unconfined', none: 'none set' } as const;

const render = ({ row, named, pods, eligible }: Usage): DrawnRow => {
  const { namespace, workload, container, confinement } = row;
  const { profile, notApplied } = confinement;
  const summary = eligible ?? countBy(pods.flatMap(({ use }) => use ?? []));
  const isBare =
    notApplied === undefined
      ? profile.kind === 'unconfined' || profile.kind === 'none'
      : notApplied === 'privileged';
  const isTroubled = Object.entries(summary).some(([state, count]) => count > 0 && TROUBLES.includes(state));
  const rank = isBare ? 0 : isTroubled ? 1 : 2;
  const tone = TONES[rank]!;
  const name = `${workload.kind.toLowerCase()}/${workload.name}`;
  const words = profile.kind === 'localhost' ? profile.path : WORDS[profile.kind];
  const states = Object.entries(summary).map(([state, count]) => `${count} ${state.replace('-', ' ')}`);
  return {
    rank,
    row: {
      key: [namespace, name, container.role, container.name, words, notApplied ?? ''].join(' '),
      cells: [
        cell(namespace),
        cell(name),
        cell(container.role === 'container' ? container.name : `${container.name} (${container.role})`),
        cell(words, tone),
        cell(String(pods.length)),
        cell(String(new Set(pods.flatMap(({ node }) => node ?? [])).size)),
        cell([...(notApplied ? [`not applied (${notApplied})`] : []), ...states].join(', ') || '-', tone),
      ],
      // A node's screen asks who runs there.
      words: [...new Set(pods.flatMap(({ node }) => node ?? []))].join(' '),
      ...(named?.kind === 'linked' && {
        opens: { screen: 'profile', bundle: named.bundle, path: named.path },
      }),
    },
  };
};
