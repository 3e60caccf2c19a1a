// The one law on names: what a bundle and its profiles may be called, and what an archive's entries are called.
// Every name that passes is safe as a file name on a node, in a Kubernetes object and on a terminal.
import { MAXIMUM_NAME_LENGTH, MAXIMUM_PATH_DEPTH, MAXIMUM_PATH_LENGTH } from './limits.ts';
import { quote } from './refusal.ts';

export const MANIFEST_ENTRY = 'manifest.json';

/** Names the entry that holds a blob; at most 77 characters, so that it always fits a tar header's name field. */
export const blobEntry = (sha256: string): string => `blobs/sha256/${sha256}`;

/**
 * `operator` is the Security Profiles Operator's folder under the same root: a bundle of that name would fight it
 * for `operator/`.
 */
const RESERVED_NAMES: readonly string[] = ['operator'];

/** Checks a bundle's name: it becomes a link under the seccomp root, a label key and part of object names. */
export const checkBundleName = (name: string): string | undefined => {
  if (name.length > MAXIMUM_NAME_LENGTH) {
    return `bundle name ${quote(name)} has ${name.length} characters: at most ${MAXIMUM_NAME_LENGTH} are allowed`;
  }
  // No dot and no `@`: `.web.json`, `.trash-…` and `web@<digest16>` beside the link are ours and can't be hit.
  if (!/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(name)) {
    return `bundle name ${quote(name)} is not a DNS label: lower-case letters, digits and inner hyphens are allowed`;
  }
  if (RESERVED_NAMES.includes(name)) {
    return `bundle name ${quote(name)} is reserved: that folder belongs to the Security Profiles Operator`;
  }
  return undefined;
};

/**
 * A first character that is a letter or digit keeps out `..` (climbs out of the generation), `.manifest.json` and
 * other hidden names (ours), and `-rf` (an option to whoever cleans up by hand). The alphabet keeps out NUL (cuts the
 * name short in a system call), `\` and `:` (separators on Windows), control characters and look-alike Unicode.
 */
const SEGMENT = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** Checks where a profile lies below its bundle's folder, e.g. `sub/nginx.json`. */
export const checkProfilePath = (path: string): string | undefined => {
  if (path.length > MAXIMUM_PATH_LENGTH) {
    return `profile path ${quote(path)} has ${path.length} characters: at most ${MAXIMUM_PATH_LENGTH} are allowed`;
  }
  // An absolute path would be written wherever it points to.
  if (path.startsWith('/')) return `profile path ${quote(path)} is absolute: it must be relative`;
  const segments = path.split('/');
  if (segments.length > MAXIMUM_PATH_DEPTH) {
    return `profile path ${quote(path)} is ${segments.length} levels deep: at most ${MAXIMUM_PATH_DEPTH} are allowed`;
  }
  const wrong = segments.find((segment) => !SEGMENT.test(segment));
  if (wrong === undefined) return undefined;
  return (
    `profile path ${quote(path)} has the segment ${quote(wrong)}: ` +
    'a letter or digit, then letters, digits, dots, underscores and hyphens are allowed'
  );
};

/**
 * Checks that no path is also a folder of another (`a.json` and `a.json/b.json`): only one of them could exist.
 * Paths that differ in case only are two files: nodes that run seccomp have case-sensitive disks.
 */
export const checkPathCollisions = (paths: readonly string[]): string | undefined => {
  const files = new Set(paths);
  for (const path of files) {
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
      const folder = path.slice(0, slash);
      if (files.has(folder)) {
        return `profile path ${quote(folder)} is also the folder of ${quote(path)}: one of them must be renamed`;
      }
    }
  }
  return undefined;
};
