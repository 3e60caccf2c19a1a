// What the manifest alone says of the tar.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { blobsOf, paddingBytes, unpackedBytes } from '../../../src/bundle/tar-layout.ts';
import { sampleBundle, sampleProfileBytes } from '../../support/bundle-samples.ts';

const test = suite('src/bundle/tar-layout');

test('padding fills the last block and is empty where the content does', () => {
  assert.equal([0, 1, 511, 512, 513].map(paddingBytes), [0, 511, 1, 0, 511]);
});

test('blobs come once each, by hash', async () => {
  const { manifest } = await sampleBundle();
  const hashes = blobsOf(manifest).map(({ sha256 }) => sha256);
  assert.is(hashes.length, 4);
  assert.equal(hashes, [...new Set(hashes)].sort());
});

test('the unpacked size is the tar where no blob is shared, and more where one is', async () => {
  const single = await sampleBundle({ profiles: [{ path: 'a', content: sampleProfileBytes('bpf') }] });
  assert.is(unpackedBytes(single.manifest, single.manifestBytes.length), single.tar.length);
  const shared = await sampleBundle();
  assert.ok(unpackedBytes(shared.manifest, shared.manifestBytes.length) > shared.tar.length);
});

test.run();
