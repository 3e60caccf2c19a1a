// Which bytes a bundle's tar consists of, as far as the manifest says; everything but the blobs' content.
import type { Manifest } from './manifest-types.ts';

export const BLOCK_BYTES = 512;
/** Two blocks of zeros end an archive (POSIX pax, "ustar Interchange Format"). */
export const END_OF_ARCHIVE_BYTES = 2 * BLOCK_BYTES;

/** Computes how many zero bytes fill the last block of an entry's content. */
export const paddingBytes = (sizeBytes: number): number =>
  (BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES;

export interface Blob {
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** Lists the distinct blobs in the order of their entries: by hash. */
export const blobsOf = (manifest: Manifest): Blob[] => {
  const sizes = new Map(manifest.profiles.map(({ sha256, sizeBytes }) => [sha256, sizeBytes]));
  return [...sizes.keys()].sort().map((sha256) => ({ sha256, sizeBytes: sizes.get(sha256)! }));
};

/**
 * Computes an upper bound of the tar's size and of what a node writes. A blob counts once for every path that names
 * it: 4,096 paths to one blob of 1 MiB would be a small tar and 4 GiB on a node's disk.
 */
export const unpackedBytes = (manifest: Manifest, manifestBytes: number): number =>
  [manifestBytes, ...manifest.profiles.map((profile) => profile.sizeBytes)]
    .map((sizeBytes) => BLOCK_BYTES + sizeBytes + paddingBytes(sizeBytes))
    .reduce((sum, bytes) => sum + bytes, END_OF_ARCHIVE_BYTES);
