// Reads a bundle that nobody vouches for. It accepts exactly the bytes that packing makes, plain or in one gzip
// member, holds one blob at a time, and hands out nothing that it has not verified.
import { ByteReader } from './byte-reader.ts';
import { blobEntry, MANIFEST_ENTRY } from './entry-path.ts';
import { gunzip, isGzip } from './gunzip.ts';
import { MAXIMUM_MANIFEST_BYTES } from './limits.ts';
import { digestOf, parseManifest, sha256Of } from './manifest.ts';
import type { BundlePart } from './manifest-types.ts';
import { quote, refusal } from './refusal.ts';
import { parseSize, refuseOtherHeader } from './tar-header.ts';
import { BLOCK_BYTES, blobsOf, END_OF_ARCHIVE_BYTES, paddingBytes } from './tar-layout.ts';

/**
 * Yields the manifest, then each distinct blob once; returns only when all was there, verified, and nothing followed.
 * Throws `bundle` at the first byte that differs; what was yielded before stays true, but the bundle is not whole.
 * Errors of the source pass through. The source is closed in every case, also when the consumer stops early.
 */
export async function* readBundle(source: AsyncIterable<Uint8Array>): AsyncGenerator<BundlePart> {
  const outer = new ByteReader(source);
  const reader = isGzip(await outer.peek(2)) ? new ByteReader(gunzip(outer)) : outer;
  try {
    yield* readTar(reader);
  } finally {
    await reader.close();
  }
}

async function* readTar(reader: ByteReader): AsyncGenerator<BundlePart> {
  const bytes = await readManifestEntry(reader);
  const manifest = parseManifest(bytes);
  yield { kind: 'manifest', manifest, bytes, digest: digestOf(bytes) };
  // From here on the manifest says every byte but the blobs' own, and those have a hash: there is nothing to interpret.
  for (const { sha256, sizeBytes } of blobsOf(manifest)) {
    const name = blobEntry(sha256);
    refuseOtherHeader(await reader.take(BLOCK_BYTES), { name, sizeBytes });
    const content = await readContent(reader, name, sizeBytes);
    const found = sha256Of(content);
    if (found !== sha256) throw refusal(`blob ${sha256} has the sha256 ${found}: its content was changed`);
    yield { kind: 'blob', sha256, content };
  }
  await readEnd(reader);
}

/** The one entry whose size only its own header says: bounded before anything is read for it. */
const readManifestEntry = async (reader: ByteReader): Promise<Uint8Array> => {
  const header = await reader.take(BLOCK_BYTES);
  if (header.length === 0) throw refusal('the bundle is empty: a tar, plain or gzipped, was wanted');
  const sizeBytes = parseSize(header) ?? 0;
  refuseOtherHeader(header, { name: MANIFEST_ENTRY, sizeBytes });
  if (sizeBytes > MAXIMUM_MANIFEST_BYTES) {
    throw refusal(`the manifest has ${sizeBytes} bytes: at most ${MAXIMUM_MANIFEST_BYTES} are allowed`);
  }
  return readContent(reader, MANIFEST_ENTRY, sizeBytes);
};

const readContent = async (reader: ByteReader, name: string, sizeBytes: number): Promise<Uint8Array> => {
  const content = await reader.take(sizeBytes);
  const padding = await reader.take(paddingBytes(sizeBytes));
  if (content.length < sizeBytes || padding.length < paddingBytes(sizeBytes)) {
    throw refusal(`the archive is cut off in ${quote(name)}`);
  }
  // Bytes that no reader shows are a place to hide something, and would give one bundle many files.
  if (padding.some((byte) => byte !== 0)) throw refusal(`the padding of ${quote(name)} is not zero`);
  return content;
};

/** Exactly the two blocks that packing writes: GNU tar's padding to 10 KiB would give one bundle many files. */
const readEnd = async (reader: ByteReader): Promise<void> => {
  const end = await reader.take(END_OF_ARCHIVE_BYTES);
  // A block that is not zero is one more entry: what it holds does not matter.
  if (end.some((byte) => byte !== 0))
    throw refusal('an entry follows that the manifest does not list, or a repeated one');
  if (end.length < END_OF_ARCHIVE_BYTES) throw refusal('the archive is cut off: its end marker is missing');
  if ((await reader.take(1)).length > 0) throw refusal('something follows the end of the archive');
};
