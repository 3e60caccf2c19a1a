// Workloads: which container runs under which profile; those without one first, then those whose file is missing.

import { renderDuration } from '../../output/duration.ts';
import { plural } from '../../output/rollout-result.ts';
import type { ContainerUsageDocument, UsageDocument } from '../../output/usage-document.ts';
import { documentOf } from '../answers.ts';
import { type Line, line, span, type Tone } from '../line.ts';
import { memoize } from '../memo.ts';
import type { Model } from '../model.ts';
import type { Place } from '../place.ts';
import { askKey, type State } from '../state.ts';
import { cell, type Row, type Table } from '../table.ts';

type WorkloadsPlace = Extract<Place, { readonly screen: 'workloads' }>;

/** Returns what is asked for the screen. */
export const usageWords = ({ namespace }: State, { target }: WorkloadsPlace): readonly string[] => [
  'usage',
  ...(target === undefined ? [] : [target]),
  ...(namespace === undefined ? ['-A'] : ['-n', namespace]),
  ...['-o', 'json'],
];

/** Draws the workloads. */
export const workloadsModel = (state: State, place: WorkloadsPlace): Model => {
  const words = usageWords(state, place);
  const { document, error } = documentOf<UsageDocument>(state, words);
  const { atMs } = state.asked[askKey(words)] ?? {};
  const containers = document?.containers ?? [];
  const bare = containers.filter((one) => rankOf(one) === 0).length;
  const missing = containers.filter((one) => rankOf(one) === 1).length;
  const where = state.namespace === undefined ? 'all namespaces' : `namespace ${state.namespace}`;
  return {
    command: words.with(-1, 'wide'),
    head: [
      [
        span(`${document === undefined ? '…' : plural(containers.length, 'container')} in ${where}  `),
        ...(document === undefined ? [] : [span(`${bare} without a profile`, bare > 0 ? 'bad' : 'good')]),
        ...(atMs === undefined ? [] : [span(`  read ${renderDuration(state.nowMs - atMs)} ago`, 'dim')]),
        ...(missing > 0 ? [span(`  ${missing} with file trouble`, 'warn')] : []),
      ],
      ...(document?.unread ?? []).map(
        (one): Line => line(`cannot read ${one.resource}: ${one.message}`, 'bad'),
      ),
    ],
    table: usageTable(containers),
    keys: [
      { key: 'Enter', what: 'its profile' },
      { key: 'b', what: 'bind to a profile', isChange: true },
      { key: 'n', what: state.namespace === undefined ? 'only this namespace' : 'all namespaces' },
      { key: 'Ctrl-R', what: 'read again' },
    ],
    empty: error ?? (document === undefined ? 'Reading the workloads …' : 'No workloads.'),
  };
};

const TROUBLES = ['missing-bundle', 'missing-profile', 'unmanaged', 'older'];

/** 0: no filter at all; 1: a file that is missing or out of date; 2: all is well. */
const rankOf = ({ profile, notApplied, summary }: ContainerUsageDocument): 0 | 1 | 2 => {
  const isBare =
    notApplied === undefined
      ? profile.type === 'Unconfined' || profile.type === 'None'
      : notApplied === 'privileged';
  if (isBare) return 0;
  return TROUBLES.some((state) => (summary[state] ?? 0) > 0) ? 1 : 2;
};

const TONES: readonly Tone[] = ['bad', 'warn', 'plain'];

const usageTable = memoize(
  (containers: readonly ContainerUsageDocument[]): Table => ({
    columns: [
      { title: 'namespace' },
      { title: 'workload' },
      { title: 'container', isElastic: true },
      { title: 'profile' },
      { title: 'pods' },
      { title: 'nodes' },
      { title: 'state', isElastic: true },
    ],
    rows: containers
      .map((one) => ({ rank: rankOf(one), row: usageRow(one) }))
      .toSorted((one, other) => one.rank - other.rank)
      .map(({ row }) => row),
  }),
);

const usageRow = (one: ContainerUsageDocument): Row => {
  const { namespace, workload, container, profile, pods, summary, notApplied, bundle, generation } = one;
  const tone = TONES[rankOf(one)]!;
  const name = `${workload.kind.toLowerCase()}/${workload.name}`;
  const nodes = new Set(pods.flatMap(({ node }) => node ?? [])).size;
  const words = profile.type === 'None' ? 'none set' : (profile.localhostProfile ?? profile.type);
  const states = Object.entries(summary).map(([state, count]) => `${count} ${state.replace('-', ' ')}`);
  const path = (profile.localhostProfile ?? '').split('/').slice(1).join('/');
  const opens: Place | undefined =
    bundle !== undefined && generation === undefined && path !== ''
      ? { screen: 'profile', bundle, path }
      : undefined;
  return {
    key: [namespace, name, container.role, container.name, words, notApplied ?? ''].join(' '),
    cells: [
      cell(namespace),
      cell(name),
      cell(container.role === 'container' ? container.name : `${container.name} (${container.role})`),
      cell(words, tone),
      cell(String(pods.length)),
      cell(String(nodes)),
      cell([...(notApplied ? [`not applied (${notApplied})`] : []), ...states].join(', ') || '-', tone),
    ],
    ...(opens && { opens }),
  };
};
