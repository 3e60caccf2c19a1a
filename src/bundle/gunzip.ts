// Unpacks a gzip file of one member, piece by piece. node:zlib's own gunzip joins further members and passes over
// trailing zeros, so that one bundle could go by many files; here the member is the whole file or it is refused.
import { crc32, createInflateRaw } from 'node:zlib';
import type { ByteReader } from './byte-reader.ts';
import { MAXIMUM_COMPRESSED_BYTES } from './limits.ts';
import { refusal } from './refusal.ts';

const DEFLATE_METHOD = 8;
const HEADER_BYTES = 10;
const TRAILER_BYTES = 8;
/** Deflate expands at most 1032 times: what one slice becomes, all of which is held, stays near 1 MiB. */
const SLICE_BYTES = 1024;

/** Tells gzip from a plain tar by the first two bytes. */
export const isGzip = (start: Uint8Array): boolean => start[0] === 0x1f && start[1] === 0x8b;

/**
 * Yields the unpacked bytes; throws `bundle` on anything but one whole gzip member with nothing behind it. Closes the
 * reader in every case once it has begun.
 */
export async function* gunzip(reader: ByteReader): AsyncGenerator<Uint8Array> {
  const inflater = new Inflater();
  let checksum = 0;
  let sizeBytes = 0;
  try {
    refuseOtherGzipHeader(await reader.take(HEADER_BYTES));
    while (!inflater.isEnded) {
      const slice = await reader.take(SLICE_BYTES);
      if (slice.length === 0) throw refusal('the gzip data is cut off');
      // Also stops what never ends: deflate may hold any number of blocks that unpack to nothing.
      if (reader.position > MAXIMUM_COMPRESSED_BYTES) {
        throw refusal(`the bundle has more than ${MAXIMUM_COMPRESSED_BYTES} bytes compressed`);
      }
      for (const piece of await inflater.inflate(slice)) {
        checksum = crc32(piece, checksum);
        sizeBytes += piece.length;
        yield piece;
      }
    }
    // One byte more than wanted, to see what must not be there.
    const rest = await reader.take(Math.max(0, TRAILER_BYTES + 1 - inflater.rest.length));
    refuseOtherTrailer(Buffer.concat([inflater.rest, rest]), checksum, sizeBytes);
  } finally {
    inflater.close();
    await reader.close();
  }
}

const refuseOtherGzipHeader = (header: Uint8Array): void => {
  if (header.length < HEADER_BYTES) throw refusal('the gzip data is cut off in its header');
  if (header[2] !== DEFLATE_METHOD)
    throw refusal(`gzip method ${header[2]} is unknown: 8, deflate, was wanted`);
  // File name, comment and extra field: bytes that nothing checks.
  if (header[3] !== 0) {
    throw refusal(
      `gzip flags are ${header[3]}: 0 was wanted`,
      'Compress with `gzip -n < bundle.tar`, or not at all.',
    );
  }
};

const refuseOtherTrailer = (bytes: Buffer, checksum: number, sizeBytes: number): void => {
  if (bytes.length < TRAILER_BYTES) throw refusal('the gzip data is cut off in its trailer');
  if (bytes.readUInt32LE(0) !== checksum) throw refusal('the gzip data is damaged: its CRC differs');
  if (bytes.readUInt32LE(4) !== sizeBytes) throw refusal('the gzip data is damaged: its size differs');
  if (bytes.length > TRAILER_BYTES) {
    throw refusal('something follows the gzip data: a second member or trailing bytes are not allowed');
  }
};

/** node:zlib's raw inflate, turned from events into one answer per slice. */
class Inflater {
  readonly #stream = createInflateRaw();
  readonly #pieces: Uint8Array[] = [];
  readonly #end: Promise<void>;
  isEnded = false;
  /** What of the last slice lies behind the end of the deflate data. */
  rest: Uint8Array = new Uint8Array(0);

  constructor() {
    this.#stream.on('data', (piece: Uint8Array) => this.#pieces.push(piece));
    this.#end = new Promise((resolve, reject) => {
      this.#stream.once('end', resolve);
      this.#stream.once('error', (error) =>
        reject(refusal(`the gzip data is damaged: ${error.message}`, undefined, error)),
      );
    });
    // Whoever inflates meets the failure; nobody else waits for it.
    this.#end.catch(() => {});
  }

  async inflate(slice: Uint8Array): Promise<Uint8Array[]> {
    const consumedBefore = this.#stream.bytesWritten;
    const written = new Promise<void>((resolve) => {
      this.#stream.write(slice, (error) => {
        if (!error) resolve();
      });
    });
    // Whether a write is answered that meets the end or a failure differs between releases of Node.
    await Promise.race([written, this.#end]);
    const consumed = this.#stream.bytesWritten - consumedBefore;
    // Only what is past its end does inflate leave untouched.
    if (consumed < slice.length) {
      await this.#end;
      this.isEnded = true;
      this.rest = slice.subarray(consumed);
    }
    return this.#pieces.splice(0);
  }

  close(): void {
    this.#stream.destroy();
  }
}
