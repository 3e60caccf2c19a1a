// Where one is in the UI, as an address: `fleet/zone=a`, `bundle/web/nginx.json`, `node/worker-1`. The breadcrumb shows
// it, and `ui ADDRESS` opens it.

import { GROUP_KINDS, type Group } from '../../src/rollout/groups.ts';

export const GROUPINGS = ['node', ...GROUP_KINDS] as const;
export type Grouping = (typeof GROUPINGS)[number];

export type Place =
  | { readonly screen: 'fleet'; readonly group?: Group }
  | { readonly screen: 'bundles' }
  | {
      readonly screen: 'bundle';
      readonly bundle: string;
      readonly revision?: number;
      /** The revision that it is compared with; absent: the one before it. */
      readonly against?: number;
    }
  | {
      readonly screen: 'profile';
      readonly bundle: string;
      readonly path: string;
      readonly revision?: number;
    }
  | { readonly screen: 'node'; readonly node: string }
  /** `target`: a bundle or a profile; absent: every container. */
  | { readonly screen: 'workloads'; readonly target?: string }
  | { readonly screen: 'history'; readonly bundle: string }
  /** Two profiles as `diff` names them: files, or those of revisions such as `web@v1/nginx.json`. */
  | { readonly screen: 'diff'; readonly before: string; readonly after: string }
  | { readonly screen: 'rollout' }
  /** What a verb printed. */
  | { readonly screen: 'command'; readonly words: readonly string[] }
  /** Chooses what to apply. */
  | { readonly screen: 'files'; readonly folder: string }
  /** What a verb would do, before anything is sent. */
  | { readonly screen: 'preview'; readonly words: readonly string[] };

export type Screen = Place['screen'];

/** Renders an address. */
export const formatPlace = (place: Place): string => {
  switch (place.screen) {
    case 'fleet':
      return place.group === undefined ? 'fleet' : `fleet/${formatGroup(place.group)}`;
    case 'bundle':
      return `bundle/${place.bundle}${atRevision(place.revision)}${place.against === undefined ? '' : `~v${place.against}`}`;
    case 'profile':
      return `bundle/${place.bundle}${atRevision(place.revision)}/${place.path}`;
    case 'node':
      return `node/${place.node}`;
    case 'workloads':
      return place.target === undefined ? 'workloads' : `workloads/${place.target}`;
    case 'history':
      return `history/${place.bundle}`;
    case 'diff':
      return formatDiff(place.before, place.after);
    case 'command':
    case 'preview':
      return `${place.screen}/${place.words.join(' ')}`;
    case 'files':
      return `files/${place.folder}`;
    default:
      return place.screen;
  }
};

/** Two revisions of one profile are written shortly: `diff/web/v1..v2/nginx.json`. */
const formatDiff = (before: string, after: string): string => {
  const [one, other] = [before, after].map((name) => NAMED_PROFILE.exec(name)?.groups);
  if (one === undefined || other === undefined || one.bundle !== other.bundle || one.path !== other.path)
    return `diff/${before}..${after}`;
  return `diff/${one.bundle}/v${one.revision}..v${other.revision}/${one.path}`;
};

/** A profile of a revision, as verbs read it. */
const NAMED_PROFILE = /^(?<bundle>[^@/]+)@v(?<revision>\d{1,9})\/(?<path>.+)$/;

const formatGroup = ({ by, bundle, value }: Group): string =>
  `${by}${bundle === undefined ? '' : `:${bundle}`}=${value}`;

const atRevision = (revision: number | undefined): string => (revision === undefined ? '' : `@v${revision}`);

/** Parses an address that a user may give; undefined for what is none. What a verb does has no address. */
export const parsePlace = (address: string): Place | undefined => {
  const [screen = '', ...rest] = address.split('/');
  const tail = rest.join('/');
  switch (screen) {
    case 'fleet':
      return tail === '' ? { screen } : parseGroup(tail);
    case 'bundles':
    case 'rollout':
      return tail === '' ? { screen } : undefined;
    case 'workloads':
      return tail === '' ? { screen } : { screen, target: tail };
    case 'node':
      return tail === '' ? undefined : { screen, node: tail };
    case 'history':
      return tail === '' || rest.length > 1 ? undefined : { screen, bundle: tail };
    case 'bundle':
      return parseBundle(rest);
    case 'diff':
      return parseDiff(rest);
    case 'files':
      return { screen, folder: tail === '' ? '.' : tail };
    default:
      return undefined;
  }
};

const parseGroup = (text: string): Place | undefined => {
  const [, by = '', bundle, value = ''] = /^([a-z]+)(?::([^=]+))?=(.*)$/.exec(text) ?? [];
  const grouping = GROUPINGS.find((one) => one === by);
  if (grouping === undefined || grouping === 'node') return undefined;
  return { screen: 'fleet', group: { by: grouping, value, ...(bundle !== undefined && { bundle }) } };
};

const parseBundle = ([named = '', ...path]: readonly string[]): Place | undefined => {
  const [, bundle, number, other] = /^([^@~]+)(?:@v(\d{1,9})(?:~v(\d{1,9}))?)?$/.exec(named) ?? [];
  if (bundle === undefined) return undefined;
  const revision = number === undefined ? {} : { revision: Number(number) };
  if (path.length === 0)
    return { screen: 'bundle', bundle, ...revision, ...(other !== undefined && { against: Number(other) }) };
  if (other !== undefined) return undefined;
  return { screen: 'profile', bundle, path: path.join('/'), ...revision };
};

const parseDiff = ([bundle = '', range = '', ...path]: readonly string[]): Place | undefined => {
  const [, one, other] = /^v(\d{1,9})\.\.v(\d{1,9})$/.exec(range) ?? [];
  if (bundle !== '' && one !== undefined && path.length > 0) {
    const [before, after] = [one, other].map((revision) => `${bundle}@v${revision}/${path.join('/')}`);
    return { screen: 'diff', before: before!, after: after! };
  }
  const [, before = '', after = ''] = /^(.+?[^./])\.\.(.+)$/.exec([bundle, range, ...path].join('/')) ?? [];
  return isProfileName(before) && isProfileName(after) ? { screen: 'diff', before, after } : undefined;
};

/** Tells whether a word of a verb names one profile: a file, or one of a revision or generation. */
export const isProfileName = (word: string): boolean =>
  /\.(json|ya?ml)$/i.test(word) || /^[^@/]+@(v\d+|[0-9a-f]{16})\/./.test(word);

/** Returns the comparison of a profile of two revisions. */
export const diffPlace = (bundle: string, path: string, before: number, after: number): Place => ({
  screen: 'diff',
  before: `${bundle}@v${before}/${path}`,
  after: `${bundle}@v${after}/${path}`,
});
