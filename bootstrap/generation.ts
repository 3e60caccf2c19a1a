// One generation on disk: whose it is, and how it differs from its manifest. Reads only.
import { MAXIMUM_MANIFEST_BYTES } from '../src/bundle/limits.ts';
import { digestOf, parseManifest, sha256Of } from '../src/bundle/manifest.ts';
import type { Manifest } from '../src/bundle/manifest-types.ts';
import { SeccompError } from '../src/error.ts';
import { isWaitingLinkName, MANIFEST_NAME, parseGenerationName } from '../src/protocol/layout.ts';
import type { Drift } from '../src/protocol/report.ts';
import { type Entry, hasCode } from './disk.ts';
import { FILE_MODE, FOLDER_MODE, listNames, readFile } from './folders.ts';
import { at, type Site } from './site.ts';

export type Generation =
  | { readonly kind: 'absent' }
  /** Not a folder at all. */
  | { readonly kind: 'foreign'; readonly found: Entry['kind'] }
  /** The manifest is missing or is not what the name says: perhaps ours once, perhaps never. */
  | { readonly kind: 'damaged'; readonly why: string }
  /** The manifest hashes to the name. Undefined where a newer program wrote it in a format unknown here. */
  | {
      readonly kind: 'ours';
      readonly digest: string;
      readonly manifest: Manifest | undefined;
      readonly manifestBytes: Uint8Array;
    };

/** Reads whose a folder named like a generation is. Only the manifest's hash tells; a name proves nothing. */
export const readGeneration = async (site: Site, name: string): Promise<Generation> => {
  const entry = await site.disk.look(at(site, name));
  if (entry === undefined) return { kind: 'absent' };
  if (entry.kind !== 'folder') return { kind: 'foreign', found: entry.kind };
  const manifestBytes = (await readManifest(site, name)) ?? (await readManifest(site, name));
  if (manifestBytes === undefined) {
    // A remove may have moved it away between the looks.
    if ((await site.disk.look(at(site, name))) === undefined) return { kind: 'absent' };
    return { kind: 'damaged', why: `it has no file ${MANIFEST_NAME} of a manifest's size` };
  }
  const digest = digestOf(manifestBytes);
  if (!digest.startsWith(parseGenerationName(name)?.digest16 ?? '-')) {
    return { kind: 'damaged', why: `the sha256 of ${MANIFEST_NAME} is ${digest}` };
  }
  return { kind: 'ours', digest, manifest: parseKnown(manifestBytes), manifestBytes };
};

const readManifest = async (site: Site, name: string): Promise<Uint8Array | undefined> => {
  const path = at(site, name, MANIFEST_NAME);
  try {
    // A pipe or device is never opened.
    if ((await site.disk.look(path))?.kind !== 'file') return undefined;
    return await readFile(site.disk, path, MAXIMUM_MANIFEST_BYTES);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'EFBIG')) return undefined;
    throw error;
  }
};

const parseKnown = (bytes: Uint8Array): Manifest | undefined => {
  try {
    return parseManifest(bytes);
  } catch (error) {
    if (error instanceof SeccompError) return undefined;
    throw error;
  }
};

export interface WantedFile {
  readonly path: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

export interface Choice {
  /** One per path: the build for this architecture. */
  readonly files: readonly WantedFile[];
  /** Paths that have builds, but none for this architecture. */
  readonly withoutBuild: readonly string[];
}

/** Chooses of each profile the build for one architecture; a build that names none is for all. */
export const chooseFiles = (manifest: Manifest, architecture: string): Choice => {
  const files = manifest.profiles
    .filter(({ architectures }) => architectures === undefined || architectures.includes(architecture))
    .map(({ path, sha256, sizeBytes }) => ({ path, sha256, sizeBytes }));
  const built = new Set(files.map(({ path }) => path));
  const withoutBuild = [...new Set(manifest.profiles.map(({ path }) => path))].filter(
    (path) => !built.has(path),
  );
  return { files, withoutBuild };
};

/** Lists the folders that files lie in, parents first, without the generation's own. */
export const foldersOf = (paths: readonly string[]): string[] => {
  const folders = new Set<string>();
  for (const path of paths) {
    const segments = path.split('/');
    for (let depth = 1; depth < segments.length; depth++) folders.add(segments.slice(0, depth).join('/'));
  }
  return [...folders].sort();
};

/** Compares every byte, mode and owner with the manifest. A generation is ours whole: what is more in it is drift. */
export const compareGeneration = async (
  site: Site,
  name: string,
  { manifest, manifestBytes }: { readonly manifest: Manifest; readonly manifestBytes: Uint8Array },
): Promise<Drift[]> => {
  const { files, withoutBuild } = chooseFiles(manifest, site.architecture);
  const manifestFile = {
    path: MANIFEST_NAME,
    sha256: digestOf(manifestBytes),
    sizeBytes: manifestBytes.length,
  };
  const wanted = new Map([manifestFile, ...files].map((file) => [file.path, file]));
  const folders = new Set(foldersOf(files.map(({ path }) => path)));
  const drift: Drift[] = withoutBuild.map((path) => ({ path, kind: 'missing' }));
  const seen = new Set<string>();
  const visit = async (folder: string): Promise<void> => {
    const prefix = folder === '' ? '' : `${folder}/`;
    for (const segment of await listNames(site.disk, at(site, name + (folder && `/${folder}`)))) {
      const path = `${prefix}${segment}`;
      // Another run is about to rename it to the bundle's name, or was killed before it could.
      if (folder === '' && isWaitingLinkName(segment)) continue;
      const entry = await site.disk.look(at(site, name, path));
      if (entry === undefined) continue;
      const file = wanted.get(path);
      const kind = file
        ? await compareFile(site, at(site, name, path), entry, file)
        : folders.has(path)
          ? compareFolder(site, entry)
          : 'extra';
      if (kind) drift.push({ path, kind });
      seen.add(path);
      if (folders.has(path) && entry.kind === 'folder') await visit(path);
    }
  };
  const top = await site.disk.look(at(site, name));
  const topKind = top && compareFolder(site, top);
  if (topKind) drift.push({ path: '.', kind: topKind });
  await visit('');
  for (const path of [...wanted.keys(), ...folders])
    if (!seen.has(path)) drift.push({ path, kind: 'missing' });
  return drift.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
};

const compareFile = async (
  site: Site,
  path: string,
  entry: Entry,
  wanted: WantedFile,
): Promise<Drift['kind'] | undefined> => {
  if (entry.kind !== 'file') return 'not-a-file';
  if (entry.sizeBytes !== wanted.sizeBytes) return 'changed';
  try {
    if (sha256Of(await readFile(site.disk, path, wanted.sizeBytes)) !== wanted.sha256) return 'changed';
  } catch (error) {
    // Replaced between the two looks.
    if (hasCode(error, 'EFBIG', 'ELOOP')) return 'changed';
    if (hasCode(error, 'ENOENT')) return 'missing';
    // Root without capabilities may not read it, and a repair replaces it by rename, which asks nothing of the file.
    const drift = hasCode(error, 'EACCES') ? compareOwnerAndMode(site, entry, FILE_MODE) : undefined;
    if (drift === undefined) throw error;
    return drift;
  }
  return compareOwnerAndMode(site, entry, FILE_MODE);
};

const compareFolder = (site: Site, entry: Entry): Drift['kind'] | undefined =>
  entry.kind === 'folder' ? compareOwnerAndMode(site, entry, FOLDER_MODE) : 'not-a-file';

/** Whoever owns a file can change it: only root and whoever runs this may. */
const compareOwnerAndMode = (site: Site, entry: Entry, mode: number): Drift['kind'] | undefined => {
  if (entry.uid !== 0 && entry.uid !== site.uid) return 'owner';
  return entry.mode === mode ? undefined : 'mode';
};
