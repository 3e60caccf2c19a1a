// What the root says about one bundle: its link, its record, its generations. Reads, and decides what is foreign.

import { SeccompError } from '../src/error.ts';
import { isTrashName, parseGenerationName, REMOVAL_MODE, recordName } from '../src/protocol/layout.ts';
import { MAXIMUM_RECORD_BYTES, type NodeRecord, parseRecord } from '../src/protocol/node-record.ts';
import { hasCode } from './disk.ts';
import { readFile } from './folders.ts';
import { readGeneration } from './generation.ts';
import { NodeFailure } from './node-failure.ts';
import { at, type Site } from './site.ts';

export type LinkState =
  | { readonly kind: 'absent' }
  /** A link to a generation of this bundle, which may be gone. */
  | { readonly kind: 'ours'; readonly generation: string }
  /** The folder that stands here while the bundle is removed. */
  | { readonly kind: 'removal' }
  | { readonly kind: 'foreign'; readonly what: string };

/** Reads what stands at the bundle's name. */
export const readLinkState = async (site: Site, bundle: string): Promise<LinkState> => {
  const path = at(site, bundle);
  const entry = await site.disk.look(path);
  if (entry === undefined) return { kind: 'absent' };
  try {
    if (entry.kind === 'link') {
      const target = await site.disk.readLink(path);
      // Only the very form that we write: an absolute target or one through other folders is somebody else's.
      if (parseGenerationName(target)?.bundle === bundle) return { kind: 'ours', generation: target };
      return { kind: 'foreign', what: `a link to ${JSON.stringify(target)}` };
    }
    if (entry.kind === 'folder' && entry.mode === REMOVAL_MODE) {
      const names = await site.disk.list(path);
      if (names.every(isTrashName)) return { kind: 'removal' };
      // A link that came into its place was listed through.
      if ((await site.disk.look(path))?.kind !== 'folder') return readLinkState(site, bundle);
    }
  } catch (error) {
    // Swapped between the two looks.
    if (hasCode(error, 'ENOENT', 'EINVAL', 'ENOTDIR')) return readLinkState(site, bundle);
    throw error;
  }
  return { kind: 'foreign', what: `a ${entry.kind === 'other' ? 'device, pipe or socket' : entry.kind}` };
};

/** Reads the link and refuses what is not ours: it is never changed, not even with force. */
export const readOwnLink = async (
  site: Site,
  bundle: string,
): Promise<Exclude<LinkState, { kind: 'foreign' }>> => {
  const link = await readLinkState(site, bundle);
  if (link.kind !== 'foreign') return link;
  throw new NodeFailure(
    'foreign',
    `${bundle} in the seccomp root is ${link.what}, which is not ours: it was left alone, and nothing was changed`,
  );
};

/** Reads the record; undefined where there is none. Throws `damaged` for one that cannot be read. */
export const readRecord = async (site: Site, bundle: string): Promise<NodeRecord | undefined> => {
  const name = recordName(bundle);
  const entry = await site.disk.look(at(site, name));
  if (entry === undefined) return undefined;
  if (entry.kind !== 'file')
    throw new NodeFailure(
      'foreign',
      `${name} in the seccomp root is a ${entry.kind}: a file of ours was wanted`,
    );
  try {
    return parseRecord(
      new TextDecoder().decode(await readFile(site.disk, at(site, name), MAXIMUM_RECORD_BYTES)),
    );
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    if (!(error instanceof SeccompError) && !hasCode(error, 'EFBIG')) throw error;
    throw new NodeFailure(
      'damaged',
      `${name} in the seccomp root cannot be read: ${(error as Error).message}`,
      error,
    );
  }
};

/** A late Job must not undo what a newer one did. */
export const refuseStale = (
  record: NodeRecord | undefined,
  request: { readonly bundle: string; readonly revision: number; readonly force: boolean },
): void => {
  if (record === undefined || record.revision <= request.revision || request.force) return;
  throw new NodeFailure(
    'stale',
    `revision ${request.revision} of ${request.bundle} comes too late: revision ${record.revision} ` +
      `(${record.operation}) was done here at ${record.at}`,
  );
};

/** Lists the folders that are named like generations of this bundle, whoever made them. */
export const listGenerationNames = async (site: Site, bundle: string): Promise<string[]> =>
  (await site.disk.list(site.root)).filter((name) => parseGenerationName(name)?.bundle === bundle);

/** Lists the generations of this bundle that are ours. */
export const listOwnGenerations = async (site: Site, bundle: string): Promise<string[]> => {
  const own: string[] = [];
  for (const name of await listGenerationNames(site, bundle)) {
    if ((await readGeneration(site, name)).kind === 'ours') own.push(name);
  }
  return own;
};

/** Reads the full digest of what the link names; undefined without a link to a generation of ours. */
export const readCurrentDigest = async (site: Site, bundle: string): Promise<string | undefined> => {
  const link = await readLinkState(site, bundle);
  if (link.kind !== 'ours') return undefined;
  const generation = await readGeneration(site, link.generation);
  return generation.kind === 'ours' ? generation.digest : undefined;
};
