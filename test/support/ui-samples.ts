// States of the terminal UI over a recorded fleet, the keys that lead from one to the next, and a port that answers from
// memory.

import { actionsOf, type Press } from '../../plugin/tui/keys.ts';
import { parsePlace } from '../../plugin/tui/place.ts';
import type { Answer, Port } from '../../plugin/tui/port.ts';
import { type Action, reduce } from '../../plugin/tui/reduce.ts';
import { askKey, firstState, type Size, type State } from '../../plugin/tui/state.ts';
import type { Manifest } from '../../src/bundle/manifest-types.ts';
import type { FleetNews } from '../../src/rollout/fleet.ts';
import { digest16, NODE_LABEL_PREFIX } from '../../src/rollout/names.ts';
import type { NodeSeen } from '../../src/rollout/node.ts';
import type { Release } from '../../src/rollout/release.ts';
import { sampleNode } from './fake-cluster.ts';
import { sampleDigest, sampleRelease, sampleReleaseNode } from './rollout-samples.ts';

export const VERBS: State['verbs'] = [
  ['apply', 'Put profiles onto nodes'],
  ['status', 'Show what is where'],
  ['verify', 'Compare the disks'],
  ['delete', 'Remove a bundle'],
  ['rollback', 'Bring back what was before'],
  ['lint', 'Say what is wrong'],
  ['diff', 'Compare two profiles'],
];

const NOW_MS = Date.parse('2026-03-01T12:00:00Z');
const ZONES = ['eu-1a', 'eu-1b', 'eu-1c'];
export const BUNDLES = ['api', 'db', 'web'] as const;

/** The digest of a bundle's revision. */
export const digestOf = (bundle: string, revision: number): string => sampleDigest(`${bundle} v${revision}`);

const manifestOf = (bundle: string, revision: number): Manifest => ({
  formatVersion: 1,
  name: bundle,
  profiles: [
    { path: `${bundle}.json`, sha256: digestOf(bundle, revision), sizeBytes: 300 + revision },
    { path: 'sidecar.json', sha256: sampleDigest('sidecar'), sizeBytes: 250 },
  ],
});

/** Which state a node of the fleet is in, by its number: a few of each kind. */
const labelsOf = (number: number, revisions: number): Record<string, string> =>
  Object.fromEntries(
    BUNDLES.flatMap((bundle): [string, string][] => {
      if (bundle === 'db' && number % 7 === 3) return [];
      const revision = bundle === 'web' && number % 5 === 2 ? revisions - 1 : revisions;
      return [[bundle, digest16(digestOf(bundle, revision))]];
    }),
  );

/** Makes nodes in three zones and two pools; some are behind, some lack a bundle, one in eleven is not ready. */
export const sampleNodes = (count: number, revisions = 2): readonly NodeSeen[] =>
  Array.from({ length: count }, (_, number) => {
    const name = `node-${String(number + 1).padStart(String(count).length, '0')}`;
    const labels = labelsOf(number, revisions);
    return sampleNode(name, {
      labels,
      isReady: number % 11 !== 10,
      allLabels: {
        'kubernetes.io/hostname': name,
        'topology.kubernetes.io/zone': ZONES[number % ZONES.length]!,
        'karpenter.sh/nodepool': number % 2 === 0 ? 'general' : 'spot',
        ...Object.fromEntries(
          Object.entries(labels).map(([bundle, digest]) => [NODE_LABEL_PREFIX + bundle, digest]),
        ),
      },
    });
  });

/** Makes the records of three bundles. */
export const sampleReleases = (nodes: readonly NodeSeen[], revisions = 2): readonly Release[] =>
  BUNDLES.flatMap((bundle) =>
    Array.from({ length: revisions }, (_, index) => {
      const revision = index + 1;
      return sampleRelease([], {
        bundle,
        revision,
        digest: digestOf(bundle, revision),
        manifest: manifestOf(bundle, revision),
        startedAt: `2026-03-01T${String(8 + revision).padStart(2, '0')}:00:00.000Z`,
        nodes: Object.fromEntries(
          nodes.map((node, number) => [
            node.name,
            sampleReleaseNode(
              node,
              bundle === 'api' && number % 9 === 4 && revision === revisions
                ? { result: 'failed', reason: 'no-space' }
                : {},
            ),
          ]),
        ),
      });
    }),
  );

/** Tells of a fleet as the watches do. */
export const sampleNews = (
  nodes: readonly NodeSeen[],
  releases: readonly Release[] = sampleReleases(nodes),
): readonly FleetNews[] => [
  ...nodes.map((node): FleetNews => ({ kind: 'node', node })),
  ...releases.map((release): FleetNews => ({ kind: 'release', release })),
  { kind: 'synced', part: 'nodes' },
  { kind: 'synced', part: 'records' },
];

export const SMALL: Size = { columns: 80, rows: 24 };
export const LARGE: Size = { columns: 160, rows: 50 };

/** The UI at an address, over so many nodes; with none nothing is known yet. */
export const sampleState = (
  address = 'fleet',
  {
    size = SMALL,
    nodes = 12,
    isReadOnly = false,
  }: { size?: Size; nodes?: number; isReadOnly?: boolean } = {},
): State => {
  const first = firstState({
    programName: 'kubectl seccomp',
    isReadOnly,
    verbs: VERBS,
    context: 'prod',
    place: parsePlace(address)!,
    size,
    nowMs: NOW_MS,
  });
  return nodes === 0 ? first : reduce(first, { kind: 'fleet', news: sampleNews(sampleNodes(nodes)) });
};

const NAMED = /^<(.+)>$/;

/** `<down>` is a named key, `<c-r>` Control-R, anything else is typed. */
const pressesOf = (key: string): readonly Press[] => {
  const name = NAMED.exec(key)?.[1];
  if (name === undefined) return [...key].map((text) => ({ text, isControl: false }));
  if (name.startsWith('c-')) return [{ text: name.slice(2), isControl: true }];
  return [{ name: name as NonNullable<Press['name']>, text: '', isControl: false }];
};

/** Presses keys one after the other. */
export const press = (state: State, ...keys: readonly string[]): State =>
  keys.flatMap(pressesOf).reduce((now, one) => act(now, ...actionsOf(now, one)), state);

/** Applies actions one after the other. */
export const act = (state: State, ...actions: readonly Action[]): State => actions.reduce(reduce, state);

/** Says what a verb answered. */
export const answered = (state: State, words: readonly string[], answer: Partial<Answer> | object): State => {
  const isAnswer = 'stdout' in answer || 'stderr' in answer || 'exitCode' in answer;
  const full: Answer = isAnswer
    ? { exitCode: 0, stdout: '', stderr: '', ...answer }
    : { exitCode: 0, stdout: JSON.stringify(answer), stderr: '' };
  return act(state, { kind: 'answered', key: askKey(words), answer: full });
};

/** A port that knows nothing; tests replace what they ask of it. */
export const fakePort = (changes: Partial<Port> = {}): Port => ({
  watchFleet: async function* () {},
  watchWorkloads: async function* () {},
  ask: async () => ({ exitCode: 0, stdout: '', stderr: '' }),
  run: async function* () {
    yield { kind: 'ended', answer: { exitCode: 0, stdout: '', stderr: '' } };
  },
  readProfile: async () => '{}',
  listFolder: async (path) => ({ path, entries: [] }),
  readContexts: async () => ['prod', 'test'],
  ...changes,
});

/** What `eval` says of a call that a rule lets through. */
export const ALLOWED_BY_LINE_10 = {
  fate: 'goes through',
  answers: [
    {
      action: 'SCMP_ACT_ALLOW',
      by: 'rule',
      certainty: 'exact',
      runtimes: [],
      libseccomp: [],
      place: { line: 10 },
    },
  ],
};
