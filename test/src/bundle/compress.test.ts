// Compression and chunks: small, bounded, and the same bytes when joined.
import { gunzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compressBundle, splitChunks } from '../../../src/bundle/compress.ts';
import { sha256Of } from '../../../src/bundle/manifest.ts';
import { assertRefusal } from '../../support/assert-refusal.ts';
import { sampleBundle } from '../../support/bundle-samples.ts';
import { Random } from '../../support/hostile-tar.ts';

const test = suite('src/bundle/compress');

test('compressed bytes unpack to the tar, carry no time, and are the same again', async () => {
  const { tar } = await sampleBundle();
  const compressed = compressBundle(tar);
  assert.is(Buffer.compare(gunzipSync(compressed), tar), 0);
  assert.equal([...compressed.subarray(3, 8)], [0, 0, 0, 0, 0]);
  assert.is(Buffer.compare(compressBundle(tar), compressed), 0);
});

test('more than 8 MiB compressed is refused with what to do', () => {
  const noise = new Random(7).bytes(2 ** 16);
  // A window of deflate reaches back 32 KiB only, so that repeated noise does not compress.
  const tar = Buffer.concat(Array.from({ length: 130 }, () => noise));
  const error = assertRefusal(() => compressBundle(tar), /bytes compressed: at most 8388608 are allowed/);
  assert.match(error.hint!, /several bundles/);
});

test('chunks hold at most 900 KiB, have the hash of their content, and join to the whole', () => {
  for (const length of [1, 921_600, 921_601, 2_000_000]) {
    const bytes = Buffer.alloc(length, 'abc');
    const chunks = splitChunks(bytes);
    assert.is(chunks.length, Math.ceil(length / 921_600));
    assert.is(Buffer.compare(Buffer.concat(chunks.map(({ content }) => content)), bytes), 0);
    for (const { sha256, content } of chunks) {
      assert.ok(content.length <= 900 * 1024);
      assert.is(sha256Of(content), sha256);
    }
  }
});

test.run();
