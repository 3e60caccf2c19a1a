// The names that this program makes under a seccomp root (`<kubelet root>/seccomp`), and no others: what does not
// match here is foreign and is never changed.
import { checkBundleName, checkProfilePath } from '../bundle/entry-path.ts';

/** The manifest's name inside a generation; profiles cannot have it, their names begin with a letter or digit. */
export const MANIFEST_NAME = '.manifest.json';

/**
 * The longest that a Job of ours may live: whoever makes Jobs gives them no longer deadline. What a run leaves
 * behind when it is killed is swept at twice this age, so that a clock that is put right meanwhile harms nobody.
 */
export const LONGEST_JOB_MS = 60 * 60 * 1000;
export const SWEEP_AGE_MS = 2 * LONGEST_JOB_MS;

/** Names the folder that holds one content of a bundle: its name and the first 16 digits of its digest. */
export const generationName = (bundle: string, digest: string): string => `${bundle}@${digest.slice(0, 16)}`;

export interface GenerationName {
  readonly bundle: string;
  /** The first 16 digits of the digest. */
  readonly digest16: string;
}

/** Parses a generation's name; undefined for any other name. */
export const parseGenerationName = (name: string): GenerationName | undefined => {
  const [, bundle, digest16] = /^([^@]+)@([0-9a-f]{16})$/.exec(name) ?? [];
  if (bundle === undefined || digest16 === undefined || checkBundleName(bundle) !== undefined)
    return undefined;
  return { bundle, digest16 };
};

/** Names the record of what was last done with a bundle on this node. */
export const recordName = (bundle: string): string => `.${bundle}.json`;

/** Parses a record's name to its bundle; undefined for any other name. */
export const parseRecordName = (name: string): string | undefined => {
  const [, bundle] = /^\.([^.]+)\.json$/.exec(name) ?? [];
  return bundle !== undefined && checkBundleName(bundle) === undefined ? bundle : undefined;
};

/** Names where something is prepared before it is renamed to `<subject>`; `id` is 32 random hex digits. */
export const stagingName = (subject: string, id: string): string => `.${subject}.partial-${id}`;

/** Tells staging of ours: of a generation, of a record, or of a bundle's marker of removal. */
export const isStagingName = (name: string): boolean => {
  const [, subject] = /^\.(.+)\.partial-[0-9a-f]{32}$/.exec(name) ?? [];
  if (subject === undefined) return false;
  return (
    checkBundleName(subject) === undefined ||
    parseGenerationName(subject) !== undefined ||
    parseRecordName(`.${subject}`) !== undefined
  );
};

/** Names what is waiting to be unlinked: nothing live is ever unlinked where it lies. */
export const trashName = (id: string): string => `.trash-${id}`;

export const isTrashName = (name: string): boolean => /^\.trash-[0-9a-f]{32}$/.test(name);

/** Names the folder that a generation is renamed into before it is unlinked, while the bundle itself stays. */
export const takenName = (generation: string, id: string): string => `.${generation}.taken-${id}`;

/** Parses the name of such a folder to its generation's name; undefined for any other name. */
export const parseTakenName = (name: string): string | undefined => {
  const [, generation] = /^\.(.+)\.taken-[0-9a-f]{32}$/.exec(name) ?? [];
  return generation !== undefined && parseGenerationName(generation) ? generation : undefined;
};

/** Names a link that waits inside the generation it points to until it is renamed to the bundle's name. */
export const waitingLinkName = (id: string): string => `.link-${id}`;

export const isWaitingLinkName = (name: string): boolean => /^\.link-[0-9a-f]{32}$/.test(name);

/** Names what was damaged and then moved aside by `--force`; from there on it is foreign. */
export const damagedName = (name: string, id: string): string => `${name}.damaged-${id}`;

/**
 * The mode of the folder that stands at a bundle's name while the bundle is removed. A folder made by anybody else
 * has another one, so that an empty folder of theirs is never taken for ours.
 */
export const REMOVAL_MODE = 0o1700;

/** What a pod's `localhostProfile` names below the seccomp root. */
export type LocalhostProfile =
  /** `web/nginx.json`: whatever content the bundle's link names when the container is created. */
  | { readonly kind: 'linked'; readonly bundle: string; readonly path: string }
  /** `web@<digest16>/nginx.json`: that content for good. */
  | ({ readonly kind: 'pinned'; readonly path: string } & GenerationName)
  /** Below `operator/`: the folder of the Seccomp Operator of 2020 and of the Security Profiles Operator. */
  | { readonly kind: 'operator'; readonly path: string }
  /** Nothing that a bundle could hold. */
  | { readonly kind: 'foreign' };

/**
 * Parses a `localhostProfile`, joined to the root as the kubelet does (`filepath.Join`: empty segments and `.` mean
 * nothing; the API server refuses `..`). What is `linked` by its form may still be a folder of somebody else.
 */
export const parseLocalhostProfile = (localhostProfile: string): LocalhostProfile => {
  const [first = '', ...rest] = localhostProfile
    .split('/')
    .filter((segment) => segment !== '' && segment !== '.');
  const path = rest.join('/');
  if (first === 'operator') return { kind: 'operator', path };
  if (checkProfilePath(path) !== undefined) return { kind: 'foreign' };
  const generation = parseGenerationName(first);
  if (generation) return { kind: 'pinned', ...generation, path };
  return checkBundleName(first) === undefined ? { kind: 'linked', bundle: first, path } : { kind: 'foreign' };
};
