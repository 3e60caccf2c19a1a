// From a bundle's tar to what is stored in a cluster: gzip, then chunks small enough for a ConfigMap.
import { constants, gzipSync } from 'node:zlib';
import { MAXIMUM_CHUNK_BYTES, MAXIMUM_COMPRESSED_BYTES } from './limits.ts';
import { sha256Of } from './manifest.ts';
import { refusal } from './refusal.ts';

export interface BundleChunk {
  /** Of `content`: 64 lower-case hex digits. */
  readonly sha256: string;
  /** At most 900 KiB. */
  readonly content: Uint8Array;
}

/** Compresses a bundle's tar; throws `bundle` above 8 MiB. The bytes differ between zlib versions: never hash them as identity. */
export const compressBundle = (tar: Uint8Array): Uint8Array => {
  const compressed = gzipSync(tar, { level: constants.Z_BEST_COMPRESSION });
  if (compressed.length > MAXIMUM_COMPRESSED_BYTES) {
    throw refusal(
      `the bundle has ${compressed.length} bytes compressed: at most ${MAXIMUM_COMPRESSED_BYTES} are allowed`,
      'Split the profiles into several bundles.',
    );
  }
  return compressed;
};

/** Splits compressed bytes into chunks; joined in this order they are the bytes again. */
export const splitChunks = (compressed: Uint8Array): BundleChunk[] => {
  const chunks: BundleChunk[] = [];
  for (let start = 0; start < compressed.length; start += MAXIMUM_CHUNK_BYTES) {
    const content = compressed.subarray(start, start + MAXIMUM_CHUNK_BYTES);
    chunks.push({ sha256: sha256Of(content), content });
  }
  return chunks;
};
