// Reading: what is handed out is verified, in order, once; and the reader holds and pulls no more than it must.

import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { digestOf, sha256Of } from '../../../src/bundle/manifest.ts';
import type { BundlePart } from '../../../src/bundle/manifest-types.ts';
import { readBundle } from '../../../src/bundle/read.ts';
import { assertRejection } from '../../support/assert-refusal.ts';
import { sampleBundle, sampleSource } from '../../support/bundle-samples.ts';
import { blobEntryOf, manifestEntryOf, rawSha256, renderRawTar } from '../../support/hostile-tar.ts';

const test = suite('src/bundle/read');

const partsOf = async (source: AsyncIterable<Uint8Array>): Promise<BundlePart[]> => {
  const parts: BundlePart[] = [];
  for await (const part of readBundle(source)) parts.push(part);
  return parts;
};

/** A source that says what was pulled from it and whether it was released. */
const watch = (bytes: Uint8Array, pieceBytes: number) => {
  const seen = { pulledBytes: 0, isReleased: false };
  async function* source() {
    try {
      for await (const piece of sampleSource(bytes, pieceBytes)) {
        seen.pulledBytes += piece.length;
        yield piece;
      }
    } finally {
      seen.isReleased = true;
    }
  }
  return { seen, source: source() };
};

test('the manifest comes first, then every distinct blob once, each with the bytes of its hash', async () => {
  const { manifest, manifestBytes, digest, tar } = await sampleBundle();
  const [first, ...blobs] = await partsOf(sampleSource(tar));
  assert.equal(first, { kind: 'manifest', manifest, bytes: manifestBytes, digest });
  assert.is(digestOf(manifestBytes), digest);
  const hashes = blobs.map((part) => {
    if (part.kind !== 'blob') return assert.unreachable();
    assert.is(sha256Of(part.content), part.sha256);
    return part.sha256;
  });
  assert.equal(hashes, [...new Set(manifest.profiles.map(({ sha256 }) => sha256))].sort());
});

test('piece borders never matter, plain or gzipped', async () => {
  const { tar } = await sampleBundle();
  const wanted = await partsOf(sampleSource(tar));
  for (const bytes of [tar, gzipSync(tar)]) {
    for (const pieceBytes of [1, 2, 7, 511, 512, 513, 1 << 20]) {
      assert.equal(await partsOf(sampleSource(bytes, pieceBytes)), wanted);
    }
  }
});

test('a node stream is read, and destroyed when the consumer stops', async () => {
  const { tar } = await sampleBundle();
  const stream = Readable.from(sampleSource(gzipSync(tar), 10));
  for await (const part of readBundle(stream)) {
    assert.is(part.kind, 'manifest');
    break;
  }
  assert.is(stream.destroyed, true);
});

test('the source is released at the end, at a refusal and when the consumer stops or throws', async () => {
  const { tar } = await sampleBundle();
  for (const bytes of [tar, gzipSync(tar)]) {
    const whole = watch(bytes, 100);
    await partsOf(whole.source);
    assert.equal(whole.seen, { pulledBytes: bytes.length, isReleased: true });

    const cut = watch(Buffer.concat([bytes, bytes]), 100);
    await assertRejection(partsOf(cut.source), /something follows/);
    assert.is(cut.seen.isReleased, true);

    const stopped = watch(bytes, 100);
    await readBundle(stopped.source).return(undefined);
    const stoppedLater = watch(bytes, 100);
    const reading = readBundle(stoppedLater.source);
    await reading.next();
    await reading.return(undefined);
    assert.is(stoppedLater.seen.isReleased, true);
  }
});

test('no more is pulled than the part at hand needs', async () => {
  const { tar, manifestBytes } = await sampleBundle();
  const { seen, source } = watch(tar, 1);
  await readBundle(source).next();
  assert.is(seen.pulledBytes, 512 + Math.ceil(manifestBytes.length / 512) * 512);
});

test('a zip bomb is stopped at the first byte too many, wherever it hides', async () => {
  const content = Buffer.from('{}');
  const manifestText = (sizeBytes: number) =>
    JSON.stringify({
      formatVersion: 1,
      name: 'web',
      profiles: [{ path: 'a.json', sha256: rawSha256(content), sizeBytes }],
    });
  const right = [manifestEntryOf(manifestText(2)), blobEntryOf(content)];
  const huge = '77777777777 ';
  const bombs: [string, Uint8Array, RegExp][] = [
    ['after the end', renderRawTar(right), /something follows the end/],
    ['in the end marker', renderRawTar(right, new Uint8Array(512)), /something follows the end/],
    [
      'in the manifest',
      renderRawTar([{ ...right[0]!, patches: [[124, huge]] }], Buffer.alloc(0)),
      /8589934591 bytes: at most 3145728/,
    ],
    [
      'in a blob',
      renderRawTar([right[0]!, { ...right[1]!, patches: [[124, huge]] }], Buffer.alloc(0)),
      /8589934591 bytes: 2 were wanted/,
    ],
    [
      'in zeros for a blob',
      renderRawTar(
        [manifestEntryOf(manifestText(2 ** 20)), { ...right[1]!, patches: [[124, '00004000000 ']] }],
        Buffer.alloc(0),
      ),
      /has the sha256 .*: its content was changed/,
    ],
    ['instead of a header', renderRawTar([right[0]!], Buffer.alloc(0)), /the archive ends here/],
    ['from the start', Buffer.alloc(0), /the archive ends here/],
  ];
  const zeros = new Uint8Array(2 ** 27);
  for (const [where, start, message] of bombs) {
    const bomb = gzipSync(Buffer.concat([start, zeros]), { level: 1 });
    const { seen, source } = watch(bomb, 256);
    await assertRejection(partsOf(source), message);
    assert.ok(bomb.length > 500_000, `${bomb.length}`);
    // Two blobs' worth of zeros at 1 : 250, and one slice that was begun.
    assert.ok(seen.pulledBytes <= 10_000, `${where}: ${seen.pulledBytes} of ${bomb.length} bytes`);
  }
});

test('what is not a bundle is refused in words', async () => {
  const cases: [Uint8Array, RegExp][] = [
    [new Uint8Array(0), /the bundle is empty/],
    [Buffer.from('x'), /cut off in a tar header/],
    [Buffer.alloc(600, '{"defaultAction":"SCMP_ACT_ALLOW"}'), /this is no tar header/],
    [Buffer.from([0x1f, 0x8b]), /cut off in its header/],
  ];
  for (const [bytes, message] of cases) await assertRejection(partsOf(sampleSource(bytes)), message);
});

test('an error of the source passes through as it is', async () => {
  async function* source() {
    yield new Uint8Array(100);
    throw new Error('disk');
  }
  await partsOf(source()).then(
    () => assert.unreachable(),
    (error: Error) => assert.is(error.message, 'disk'),
  );
});

test.run();
