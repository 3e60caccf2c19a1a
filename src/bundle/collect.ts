// Reads a bundle whole, for a machine with memory to spare (at most 64 MiB, twice while it is put together).
import type { Bundle } from './manifest-types.ts';
import { packParts } from './pack.ts';
import { readBundle } from './read.ts';

/** Reads and verifies a bundle from any source, plain or gzipped; `tar` is what was packed, byte for byte. */
export const collectBundle = async (source: AsyncIterable<Uint8Array>): Promise<Bundle> => {
  let manifestBytes: Uint8Array = new Uint8Array(0);
  const blobs = new Map<string, Uint8Array>();
  for await (const part of readBundle(source)) {
    if (part.kind === 'manifest') manifestBytes = part.bytes;
    else blobs.set(part.sha256, part.content);
  }
  return packParts(manifestBytes, blobs);
};
