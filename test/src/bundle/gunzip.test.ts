// One gzip member, whole, and nothing else.
import { constants, deflateRawSync, gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ByteReader } from '../../../src/bundle/byte-reader.ts';
import { gunzip, isGzip } from '../../../src/bundle/gunzip.ts';
import { assertRejection } from '../../support/assert-refusal.ts';
import { sampleSource } from '../../support/bundle-samples.ts';
import { Random } from '../../support/hostile-tar.ts';

const test = suite('src/bundle/gunzip');

const random = new Random(1);
const TEXT = Buffer.from('a seccomp profile '.repeat(200));
const NOISE = random.bytes(5000);

const unpack = async (gzip: Uint8Array, pieceBytes?: number): Promise<Buffer> => {
  const pieces: Uint8Array[] = [];
  for await (const piece of gunzip(new ByteReader(sampleSource(gzip, pieceBytes)))) pieces.push(piece);
  return Buffer.concat(pieces);
};

test('gzip is told by its first two bytes', () => {
  assert.is(isGzip(gzipSync(TEXT)), true);
  for (const start of [[], [0x1f], [0x1f, 0x8c], [0x6d, 0x61]])
    assert.is(isGzip(Uint8Array.from(start)), false);
});

test('what any level packed is unpacked, from pieces of any size', async () => {
  for (const data of [TEXT, NOISE, new Uint8Array(0), new Uint8Array(3_000_000)]) {
    for (const level of [0, 1, 9]) {
      if (level === 0 && data.length > 10_000) continue;
      const gzip = gzipSync(data, { level });
      for (const pieceBytes of [1, 2, 1023, 1024, 1025, 65_536]) {
        assert.is(Buffer.compare(await unpack(gzip, pieceBytes), data), 0);
      }
    }
  }
});

test('the end is found wherever it lies in a slice', async () => {
  for (let length = 980; length < 1060; length += 1) {
    const data = NOISE.subarray(0, length);
    assert.is(Buffer.compare(await unpack(gzipSync(data)), data), 0);
    await assertRejection(unpack(Buffer.concat([gzipSync(data), Buffer.alloc(1)])), /something follows/);
  }
});

test('a file cut off anywhere is refused', async () => {
  const gzip = gzipSync(NOISE.subarray(0, 1500));
  for (let length = 0; length < gzip.length; length += 1) {
    await assertRejection(unpack(gzip.subarray(0, length)), /gzip data is cut off/);
  }
});

test('a second member, zeros or garbage behind the first are refused', async () => {
  const gzip = gzipSync(TEXT);
  for (const more of [gzip, gzipSync(''), new Uint8Array(1), new Uint8Array(4096), Buffer.from('x')]) {
    await assertRejection(unpack(Buffer.concat([gzip, more])), /something follows the gzip data/);
    await assertRejection(unpack(Buffer.concat([gzip, more]), 1), /something follows the gzip data/);
  }
});

test('a wrong CRC, size, method, flag or code is refused', async () => {
  const gzip = gzipSync(TEXT);
  const changed = (offset: number, value: number) => {
    const copy = Buffer.from(gzip);
    copy[(offset + copy.length) % copy.length] = value;
    return unpack(copy);
  };
  await assertRejection(changed(-8, gzip.at(-8)! ^ 1), /its CRC differs/);
  await assertRejection(changed(-1, gzip.at(-1)! ^ 1), /its size differs/);
  await assertRejection(changed(2, 7), /gzip method 7 is unknown/);
  await assertRejection(changed(10, 0xff), /the gzip data is damaged: invalid block type/);
  for (const flag of [1, 2, 4, 8, 16, 32, 64, 128]) {
    const error = await assertRejection(changed(3, flag), /gzip flags are \d+: 0 was wanted/);
    assert.match(error.hint!, /gzip -n/);
  }
});

test('time, level and system in the header say nothing, and differ between machines', async () => {
  const gzip = gzipSync(TEXT);
  gzip.set([1, 2, 3, 4, 5, 6], 4);
  assert.is(Buffer.compare(await unpack(gzip), TEXT), 0);
});

test('a file that goes on forever without unpacking to anything is stopped at 8 MiB', async () => {
  const header = gzipSync('').subarray(0, 10);
  const emptyBlocks = Buffer.concat(Array.from({ length: 6_000 }, () => Buffer.from([0, 0, 0, 0xff, 0xff])));
  let pulled = 0;
  async function* source() {
    yield header;
    for (;;) {
      pulled += emptyBlocks.length;
      yield emptyBlocks;
    }
  }
  const reader = new ByteReader(source());
  await assertRejection(
    (async () => {
      for await (const piece of gunzip(reader)) assert.is(piece.length, 0);
    })(),
    /more than 8388608 bytes compressed/,
  );
  assert.ok(pulled < 8 * 2 ** 20 + 2 * emptyBlocks.length);
});

test('a bomb comes out in bounded steps: nothing more is read until they are taken', async () => {
  const bomb = deflateRawSync(new Uint8Array(2 ** 26), { level: constants.Z_BEST_COMPRESSION });
  let pulled = 0;
  async function* source() {
    yield gzipSync('').subarray(0, 10);
    for await (const piece of sampleSource(bomb, 256)) {
      pulled += piece.length;
      yield piece;
    }
  }
  const unpacked = gunzip(new ByteReader(source()));
  await unpacked.next();
  assert.is(pulled, 1024);
  await unpacked.return(undefined);
  assert.is(pulled, 1024);
});

test.run();
