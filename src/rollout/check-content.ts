// Reads the bytes of profiles back from the cluster's own records: what a node has by its label is what was uploaded for
// the release of that digest, and its hash says so.
import { readBundle } from '../bundle/read.ts';
import { SeccompError } from '../error.ts';
import type { FileContent } from './check-file.ts';
import { digest16 } from './names.ts';
import type { Cluster } from './ports.ts';
import type { Release } from './release.ts';

/** By sha256; what could not be read is missing, and the reason stands in `unread`. */
export interface ReadContents {
  readonly blobs: ReadonlyMap<string, Uint8Array>;
  readonly unread: readonly { readonly resource: string; readonly message: string }[];
}

/** Reads each wanted content once; a bundle's chunks are asked for only where one of its profiles is wanted. */
export const readContents = async (
  wanted: readonly FileContent[],
  releases: readonly Release[],
  cluster: Pick<Cluster, 'readChunks'>,
): Promise<ReadContents> => {
  const blobs = new Map<string, Uint8Array>();
  const unread: { resource: string; message: string }[] = [];
  const generations = Map.groupBy(wanted, ({ bundle, digest16: digest }) => `${bundle}@${digest}`);
  for (const [generation, files] of generations) {
    const release = releases.findLast(
      ({ bundle, digest }) => digest !== undefined && `${bundle}@${digest16(digest)}` === generation,
    );
    if (release === undefined) continue;
    const hashes = new Set(files.map(({ sha256 }) => sha256));
    try {
      for (const [sha256, content] of await readBlobs(release, hashes, cluster)) blobs.set(sha256, content);
    } catch (thrown) {
      if (!(thrown instanceof SeccompError) || !['api', 'conflict', 'bundle'].includes(thrown.code))
        throw thrown;
      unread.push({ resource: generation, message: thrown.message });
    }
  }
  return { blobs, unread };
};

const readBlobs = async (
  release: Release,
  hashes: ReadonlySet<string>,
  cluster: Pick<Cluster, 'readChunks'>,
): Promise<Map<string, Uint8Array>> => {
  const found = new Map<string, Uint8Array>();
  const chunks = await cluster.readChunks(release);
  // To the end, though all may be found: only a whole bundle is verified.
  for await (const part of readBundle(asStream(chunks))) {
    // Neither the record nor the chunks are believed about the other.
    if (part.kind === 'manifest' && part.digest !== release.digest)
      throw new SeccompError(
        'conflict',
        `the content of ${release.bundle}@v${release.revision} is not what its record says`,
      );
    if (part.kind === 'blob' && hashes.has(part.sha256)) found.set(part.sha256, part.content);
  }
  return found;
};

async function* asStream(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void, void> {
  yield* chunks;
}
