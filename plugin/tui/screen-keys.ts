// Keys that mean something on single screens only; undefined leaves a key to its common meaning.
import { digest16 } from '../../src/rollout/names.ts';
import { actionsOfVerb } from './commands.ts';
import type { Press } from './keys.ts';
import { diffPlace, type Place } from './place.ts';
import { profileKeys } from './profile-keys.ts';
import type { Action } from './reduce.ts';
import { selectedRow } from './screen.ts';
import { comparedWith } from './screens/bundle.ts';
import { chosenBundle } from './screens/fleet.ts';
import { currentVisit, isPausable, rolledOut, type State } from './state.ts';
import { flagsOfGroup, releaseAt, releasesOf, statusOfFleet } from './status.ts';
import { confirmationOf, confirmedWords, joinWords } from './words.ts';

/** Returns what a key press means on the current screen. */
export const screenKeys = (state: State, press: Press): readonly Action[] | undefined => {
  const { place } = currentVisit(state);
  if (press.isControl) return undefined;
  switch (place.screen) {
    case 'fleet':
      return fleetKeys(state, press);
    case 'bundles':
      return bundleKeys(state, selectedRow(state)?.key, press);
    case 'bundle':
      return press.text === 'd' ? compareProfile(state, place) : bundleKeys(state, place.bundle, press);
    case 'profile':
      return profileKeys(state, place, press);
    case 'node':
      return nodeKeys(state, place.node, press);
    case 'workloads':
      return workloadsKeys(state, press);
    case 'history':
      return historyKeys(state, place.bundle, press);
    case 'diff':
      return press.text === 'x'
        ? [open({ ...place, before: place.after, after: place.before }, 'instead')]
        : undefined;
    case 'rollout':
      return rolloutKeys(state, press);
    case 'files':
      return filesKeys(state, press);
    case 'preview':
      return previewKeys(state, place.words, press);
    default:
      return undefined;
  }
};

const open = (place: Place, how?: 'instead'): Action => ({ kind: 'open', place, ...(how && { how }) });

const fleetKeys = (state: State, { text }: Press): readonly Action[] | undefined => {
  const bundle = chosenBundle(state);
  switch (text) {
    case 'b':
      return isGroup(state) ? [] : [{ kind: 'regroup' }];
    case 'B':
      return bundle === undefined ? [] : [open({ screen: 'bundle', bundle })];
    case 'v':
      return verifyRow(state);
    case 'a':
    case 'R':
      return bundleKeys(state, bundle, { text, isControl: false });
    default:
      return undefined;
  }
};

/** Asks the disks of the nodes that the chosen row stands for, and of no others. */
const verifyRow = (state: State): readonly Action[] => {
  const opens = selectedRow(state)?.opens;
  if (opens?.screen === 'node') return actionsOfVerb(state, ['verify', '--nodes', opens.node]);
  const group = opens?.screen === 'fleet' ? opens.group : undefined;
  if (group === undefined) return actionsOfVerb(state, ['verify']);
  const flags = flagsOfGroup(group, statusOfFleet(state.fleet.nodes, state.fleet.releases));
  if (flags !== undefined) return actionsOfVerb(state, ['verify', ...flags]);
  const text =
    'no label tells these nodes from others, and they are too many to name: :verify takes all, b groups otherwise';
  return [{ kind: 'say', text, isError: true }];
};

const isGroup = (state: State): boolean => {
  const { place } = currentVisit(state);
  return place.screen === 'fleet' && place.group !== undefined;
};

const bundleKeys = (
  state: State,
  bundle: string | undefined,
  { text }: Press,
): readonly Action[] | undefined => {
  if (text === 'a') return [open({ screen: 'files', folder: '.' })];
  if (bundle === undefined) return undefined;
  switch (text) {
    case 'H':
      return [open({ screen: 'history', bundle })];
    case 'u':
      return [open({ screen: 'workloads', target: bundle })];
    case 'R':
      return actionsOfVerb(state, ['rollback', bundle]);
    case 'v':
      return actionsOfVerb(state, ['verify', bundle]);
    case 'D':
      return actionsOfVerb(state, ['delete', bundle]);
    default:
      return undefined;
  }
};

const compareProfile = (state: State, place: Extract<Place, { screen: 'bundle' }>): readonly Action[] => {
  const { releases } = state.fleet;
  const release = releaseAt(releases, place.bundle, place.revision);
  const before = comparedWith(releases, place, release);
  const path = selectedRow(state)?.key;
  const isIn = (one: typeof release): boolean =>
    one?.manifest?.profiles.some((profile) => profile.path === path) ?? false;
  if (release === undefined || before === undefined || path === undefined) return [];
  if (!isIn(release) || !isIn(before)) {
    const missing = isIn(release) ? before.revision : release.revision;
    return [{ kind: 'say', text: `v${missing} has no ${path}`, isError: true }];
  }
  const { bundle } = place;
  return [open(diffPlace(bundle, path, before.revision, release.revision))];
};

const nodeKeys = (state: State, node: string, { text }: Press): readonly Action[] | undefined => {
  switch (text) {
    case 'v':
      return actionsOfVerb(state, ['verify', '--nodes', node]);
    case 'u':
      return [open({ screen: 'workloads' }), { kind: 'filter', text: node }];
    case 'd':
      return compareNode(state, node);
    default:
      return undefined;
  }
};

/** What a node has of a bundle against what it should have. */
const compareNode = (state: State, node: string): readonly Action[] => {
  const row = statusOfFleet(state.fleet.nodes, state.fleet.releases).rows.find(
    (one) => one.node.name === node,
  );
  const opened = selectedRow(state)?.opens;
  const bundle = opened?.screen === 'bundle' ? opened.bundle : undefined;
  const cell = bundle === undefined ? undefined : row?.cells[bundle];
  if (bundle === undefined || cell === undefined) return [];
  const { current } = cell;
  const wanted = cell.wanted === undefined ? undefined : digest16(cell.wanted);
  if (current !== undefined && wanted !== undefined && current !== wanted)
    return actionsOfVerb(state, ['diff', `${bundle}@${current}`, `${bundle}@${wanted}`]);
  const what =
    current === undefined
      ? 'has nothing'
      : current === wanted
        ? 'has what it should have'
        : 'should have nothing';
  return [{ kind: 'say', text: `${node} ${what} of ${bundle}`, isError: false }];
};

const workloadsKeys = (state: State, { text }: Press): readonly Action[] | undefined => {
  const [namespace = '', workload = ''] = (selectedRow(state)?.key ?? '').split(' ');
  if (text === 'b' && workload !== '' && !state.isReadOnly) {
    // The profile is typed next; what it would change is shown before anything is sent.
    const line = `${joinWords(['bind', workload, '-n', namespace])} `;
    return [{ kind: 'prompt', prompt: { kind: 'command', text: line, chosen: -1 } }];
  }
  if (text !== 'n') return undefined;
  return [
    { kind: 'namespace', namespace: state.namespace === undefined ? namespace || undefined : undefined },
  ];
};

const historyKeys = (state: State, bundle: string, { text }: Press): readonly Action[] | undefined => {
  const row = selectedRow(state);
  if (row === undefined) return undefined;
  const revision = Number(row.key.slice(1));
  const { marked } = currentVisit(state);
  switch (text) {
    case 'm':
      return [{ kind: 'mark', key: marked === row.key ? undefined : row.key }];
    case 'R':
      return actionsOfVerb(state, ['rollback', bundle, '--to', String(revision)]);
    case 'd':
      return compareRevisions(
        state,
        bundle,
        revision,
        marked === undefined ? undefined : Number(marked.slice(1)),
      );
    default:
      return undefined;
  }
};

/** Of two revisions that differ in one profile that one is shown at once; else the list of what differs. */
const compareRevisions = (
  state: State,
  bundle: string,
  revision: number,
  against: number | undefined,
): readonly Action[] => {
  const { releases } = state.fleet;
  const release = releaseAt(releases, bundle, revision);
  const place = { screen: 'bundle', bundle, revision, ...(against !== undefined && { against }) } as const;
  const before = comparedWith(releases, place, release);
  const isKnown = releasesOf(releases, bundle).includes(before!);
  if (before === undefined || !isKnown || before.revision === revision)
    return [{ kind: 'say', text: `there is nothing to compare v${revision} with`, isError: true }];
  return [open({ ...place, against: before.revision })];
};

const rolloutKeys = (state: State, { text }: Press): readonly Action[] | undefined => {
  const { run } = state;
  if (run === undefined) return undefined;
  if (text === 'w') return [{ kind: 'change-over' }];
  if (run.endedMs === undefined) {
    if (text === 's') return [{ kind: 'stop' }];
    return text === 'p' && isPausable(run) ? [{ kind: 'pause', isPaused: !run.isPaused }] : undefined;
  }
  if (text === 'c') return actionsOfVerb(state, run.words);
  const bundle = rolledOut(run);
  return text === 'R' && bundle !== undefined ? actionsOfVerb(state, ['rollback', bundle]) : undefined;
};

const filesKeys = (state: State, { name, text }: Press): readonly Action[] | undefined => {
  const row = selectedRow(state);
  if (row === undefined) return undefined;
  if (name === 'return' && row.opens !== undefined) return [open(row.opens, 'instead')];
  if (text === 'L') return actionsOfVerb(state, ['lint', row.key]);
  if (text === 'd')
    // What it is compared with is typed before it.
    return [
      {
        kind: 'prompt',
        prompt: { kind: 'command', text: 'diff ', after: ` ${joinWords([row.key])}`, chosen: -1 },
      },
    ];
  if (text !== 'a' && name !== 'return') return undefined;
  if (state.isReadOnly) return actionsOfVerb(state, ['apply']);
  // The line is written so far that it can be read before it is sent, and changed.
  const line = joinWords([
    'apply',
    '-f',
    row.key,
    ...(isBundleFile(row.key) ? [] : ['--name', nameFor(row.key)]),
  ]);
  return [{ kind: 'prompt', prompt: { kind: 'command', text: line, chosen: -1 } }];
};

const isBundleFile = (path: string): boolean => /\.(tar|tgz|tar\.gz)$/.test(path);

/** A name that a bundle can have, from that of a file or folder. */
const nameFor = (path: string): string =>
  (path.split('/').findLast((part) => part !== '') ?? '')
    .replace(/\.[^.]*$/, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40) || 'profiles';

const previewKeys = (
  state: State,
  words: readonly string[],
  { name, text }: Press,
): readonly Action[] | undefined => {
  if (text === 'e')
    return [{ kind: 'prompt', prompt: { kind: 'command', text: joinWords(words), chosen: -1 } }];
  return name === 'return' ? confirmOf(state, words) : undefined;
};

const confirmOf = (state: State, words: readonly string[]): readonly Action[] => {
  const { run } = state;
  if (run !== undefined && run.endedMs === undefined)
    return [{ kind: 'say', text: `${run.words[0]} is still at work: one at a time`, isError: true }];
  const wanted = confirmationOf(words);
  return wanted === undefined
    ? [{ kind: 'run', words: confirmedWords(words) }]
    : [{ kind: 'prompt', prompt: { kind: 'confirm', text: '', wanted } }];
};
