// Unpacks a bundle next to where it will lie, under a name that nobody else has. Every file and folder is durable
// when this returns; nothing is written before the manifest is known to be the wanted one.

import type { Manifest } from '../src/bundle/manifest-types.ts';
import { readBundle } from '../src/bundle/read.ts';
import { generationName, MANIFEST_NAME, stagingName } from '../src/protocol/layout.ts';
import type { InstallRequest } from '../src/protocol/request.ts';
import { finishFolder, removeTree, writeNewFile } from './folders.ts';
import { chooseFiles, foldersOf, type WantedFile } from './generation.ts';
import { NodeFailure } from './node-failure.ts';
import { at, type Site } from './site.ts';

export interface Staged {
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
}

export type OpenBundle = () => AsyncIterable<Uint8Array>;

/** Stages the whole generation, or only the files given, for a repair; removes what it wrote when it fails. */
export const stage = async (
  site: Site,
  request: InstallRequest,
  openBundle: OpenBundle,
  only: ReadonlySet<string> | undefined,
): Promise<Staged> => {
  const path = at(site, stagingName(generationName(request.bundle, request.digest), site.newId()));
  try {
    return { path, bytes: await unpack(site, request, openBundle, only, path) };
  } catch (error) {
    // A full disk must not be left fuller; the first error is the one to tell.
    await removeTree(site.disk, path).catch(() => {});
    throw error;
  }
};

const unpack = async (
  site: Site,
  request: InstallRequest,
  openBundle: OpenBundle,
  only: ReadonlySet<string> | undefined,
  staging: string,
): Promise<number> => {
  const isWanted = (path: string): boolean => only === undefined || only.has(path);
  const waiting = new Map<string, string[]>();
  let folders: string[] = [];
  let bytes = 0;
  const write = async (path: string, content: Uint8Array): Promise<void> => {
    await writeNewFile(site.disk, `${staging}/${path}`, content);
    bytes += content.length;
  };
  for await (const part of readBundle(openBundle())) {
    if (site.signal?.aborted) throw new NodeFailure('interrupted', 'interrupted before anything was changed');
    if (part.kind === 'blob') {
      for (const path of waiting.get(part.sha256) ?? []) await write(path, part.content);
      waiting.delete(part.sha256);
      continue;
    }
    refuseOtherBundle(part.manifest, part.digest, request);
    const files = chooseForNode(part.manifest, site.architecture).filter(({ path }) => isWanted(path));
    for (const { path, sha256 } of files) waiting.set(sha256, [...(waiting.get(sha256) ?? []), path]);
    folders = foldersOf(files.map(({ path }) => path));
    await site.disk.makeFolder(staging);
    for (const folder of folders) await site.disk.makeFolder(`${staging}/${folder}`);
    if (isWanted(MANIFEST_NAME)) await write(MANIFEST_NAME, part.bytes);
  }
  // The reader promises all blobs; a generation with a hole in it would be worse than this line.
  if (waiting.size > 0)
    throw new NodeFailure('bundle', `the bundle ends before ${[...waiting.values()][0]?.[0]}`);
  // The files of a repair are renamed out of here one by one: these folders' own names need not last.
  if (only !== undefined) return bytes;
  for (const folder of folders.reverse()) await finishFolder(site.disk, `${staging}/${folder}`);
  await finishFolder(site.disk, staging);
  return bytes;
};

const refuseOtherBundle = (manifest: Manifest, digest: string, request: InstallRequest): void => {
  if (digest !== request.digest) {
    throw new NodeFailure('bundle', `the bundle has the digest ${digest}: ${request.digest} was wanted`);
  }
  if (manifest.name !== request.bundle) {
    throw new NodeFailure('bundle', `the bundle is named ${manifest.name}: ${request.bundle} was wanted`);
  }
};

/** Chooses this node's build of each profile; throws `architecture` where a profile has none. */
export const chooseForNode = (manifest: Manifest, architecture: string): readonly WantedFile[] => {
  const { files, withoutBuild } = chooseFiles(manifest, architecture);
  if (withoutBuild.length === 0) return files;
  const builds = manifest.profiles.filter(({ path }) => path === withoutBuild[0]);
  throw new NodeFailure(
    'architecture',
    `${withoutBuild[0]} has no build for ${architecture}, only for ` +
      `${builds.flatMap((build) => build.architectures ?? []).join(', ')}` +
      (withoutBuild.length > 1 ? `; ${withoutBuild.length - 1} more profiles likewise` : ''),
  );
};
