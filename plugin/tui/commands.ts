// What `:` offers: every screen and every verb, those first that begin with what was typed; and what a line means.
import { SeccompError } from '../../src/error.ts';
import type { Release } from '../../src/rollout/release.ts';
import { isProfileName, parsePlace } from './place.ts';
import type { Action } from './reduce.ts';
import { currentVisit, type State } from './state.ts';
import { newestReleases, releaseAt } from './status.ts';
import { isScattered } from './table.ts';
import { isReading, splitWords } from './words.ts';

export interface Choice {
  /** Takes the place of what was typed. */
  readonly line: string;
  readonly what: string;
}

const SCREENS: readonly Choice[] = [
  { line: 'fleet', what: 'screen: bundles × nodes' },
  { line: 'bundles', what: 'screen: the bundles' },
  { line: 'workloads', what: 'screen: who runs under which profile' },
  { line: 'rollout', what: 'screen: the rollout at work, or the last one' },
  { line: 'node/', what: 'screen: one node' },
  { line: 'bundle/', what: 'screen: one bundle, or a profile of it' },
  { line: 'history/', what: 'screen: the revisions of a bundle' },
  { line: 'files', what: 'screen: choose what to apply' },
  { line: 'context ', what: 'change over to another context' },
  { line: 'namespace ', what: 'show the workloads of one namespace; without a name, all' },
  { line: 'help ', what: 'what a verb does, and its flags' },
  { line: 'quit', what: 'leave' },
];

/** Returns what a line may become, the likeliest first. */
export const commandChoices = (state: State, text: string): readonly Choice[] => {
  const typed = text.toLowerCase();
  const named = [
    ...SCREENS,
    ...state.contexts.map((name) => ({ line: `context ${name}`, what: 'context' })),
    ...state.verbs.map(([verb, what]) => ({ line: `${verb} `, what })),
    ...namedChoices(state, text),
  ];
  if (typed === '') return named.filter(({ line }) => !line.startsWith('context ') || line === 'context ');
  const rank = ({ line }: Choice): number => (line.startsWith(typed) ? 0 : line.includes(typed) ? 1 : 2);
  return named
    .filter(({ line }) => isScattered(typed, line.toLowerCase()) && line.trim() !== text.trim())
    .toSorted((one, other) => rank(one) - rank(other));
};

/** Verbs whose first word is a bundle. */
const ABOUT_BUNDLES = new Set(['status', 'verify', 'history', 'rollback', 'delete', 'prune', 'usage']);

/** What there is in this cluster to be named, where a name is due. */
const namedChoices = (state: State, text: string): readonly Choice[] => {
  const { fleet, verbs } = state;
  const bundles = newestReleases(fleet.releases).map(({ bundle }) => bundle);
  const [, verb = ''] = /^([a-z]+) \S*$/.exec(text) ?? [];
  if (verb === 'help') return verbs.map(([name, what]) => ({ line: `help ${name}`, what }));
  const profiles = profileChoices(state, text);
  if (ABOUT_BUNDLES.has(verb))
    return [...bundles.map((name) => ({ line: `${verb} ${name}`, what: 'bundle' })), ...profiles];
  if (profiles.length > 0) return profiles;
  if (text.startsWith('history/'))
    return bundles.map((name) => ({ line: `history/${name}`, what: 'bundle' }));
  if (text.startsWith('node/'))
    return fleet.nodes.map(({ name }) => ({ line: `node/${name}`, what: 'node' }));
  if (!text.startsWith('bundle/')) return [];
  const [, bundle = '', more] = text.split('/');
  if (more === undefined) return bundles.map((name) => ({ line: `bundle/${name}`, what: 'bundle' }));
  return pathsIn(releaseAt(fleet.releases, bundle, undefined)).map((path) => ({
    line: `bundle/${bundle}/${path}`,
    what: 'profile',
  }));
};

const pathsIn = (release: Release | undefined): readonly string[] => [
  // A path may stand there once for each architecture.
  ...new Set(release?.manifest?.profiles.map(({ path }) => path)),
];

/** Verbs that name a profile at their end: as pods do, or as one of a revision. */
const ABOUT_PROFILES = /^(bind (?:.* )?|(?:usage|explain|eval) )\S*$/;

const profileChoices = ({ fleet: { releases } }: State, text: string): readonly Choice[] => {
  const [, before = ''] = ABOUT_PROFILES.exec(text) ?? [];
  const [verb = '', workload] = before.split(' ').filter(Boolean);
  // The word behind `-n` or `-c` is another name.
  if (verb === '' || (verb === 'bind' && workload === undefined) || / -[a-z] $/.test(before)) return [];
  const isOfRevision = verb === 'explain' || verb === 'eval';
  return newestReleases(releases).flatMap(({ bundle }) => {
    const release = releaseAt(releases, bundle, undefined);
    const name = isOfRevision ? `${bundle}@v${release?.revision}` : bundle;
    return pathsIn(release).map((path) => ({ line: `${before}${name}/${path}`, what: 'profile' }));
  });
};

/** Returns what a line does; throws SeccompError `usage` for one that means nothing. */
export const actionsOfLine = (state: State, text: string): readonly Action[] => {
  const words = splitWords(text.trim());
  const [first = '', second, ...more] = words;
  if (first === '') return [];
  if (first === 'quit' || first === 'q' || first === 'q!') return [{ kind: 'leave' }];
  if (first === 'context' || first === 'ctx') return switchContext(state, second);
  if (first === 'namespace' || first === 'ns')
    return [
      { kind: 'namespace', namespace: second },
      { kind: 'open', place: { screen: 'workloads' } },
    ];
  if (first === 'help')
    return second === undefined ? [{ kind: 'help', isOpen: true }] : actionsOfLine(state, `${second} --help`);
  if (first === 'files' && words.length > 1)
    return [{ kind: 'open', place: { screen: 'files', folder: second ?? '.' } }];
  const place = words.length === 1 ? parsePlace(first) : undefined;
  if (place !== undefined) return [{ kind: 'open', place }];
  if (first === 'diff' && words.length === 3 && words.slice(1).every(isProfileName))
    return [{ kind: 'open', place: { screen: 'diff', before: words[1]!, after: words[2]! } }];
  if (state.verbs.some(([verb]) => verb === first)) return actionsOfVerb(state, words);
  throw new SeccompError(
    'usage',
    `"${[first, second, ...more].filter(Boolean).join(' ')}" is no verb and no screen`,
    {
      hint: 'Tab completes what is typed.',
    },
  );
};

/** A verb that only reads is run at once; what others would do is shown first. */
export const actionsOfVerb = (state: State, words: readonly string[]): readonly Action[] => {
  if (words[0] === 'ui') throw new SeccompError('usage', 'this is the UI');
  if (isReading(words)) return [{ kind: 'open', place: { screen: 'command', words } }];
  if (state.isReadOnly)
    return [{ kind: 'say', text: `${words[0]} changes something, and this is --read-only`, isError: true }];
  const isPreview = currentVisit(state).place.screen === 'preview';
  return [
    { kind: 'open', place: { screen: 'preview', words }, ...(isPreview && { how: 'instead' as const }) },
  ];
};

const switchContext = ({ contexts, run }: State, name: string | undefined): readonly Action[] => {
  if (run !== undefined && run.endedMs === undefined)
    throw new SeccompError('usage', `${run.words[0]} is at work in this context`);
  if (name !== undefined && contexts.includes(name)) return [{ kind: 'switch', context: name }];
  throw new SeccompError('usage', `there is no context "${name ?? ''}"`, {
    hint: `There are ${contexts.join(', ') || 'none'}.`,
  });
};
