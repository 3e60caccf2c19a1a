// A bundle whole in memory is the bundle that was packed.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { collectBundle } from '../../../src/bundle/collect.ts';
import { assertRejection } from '../../support/assert-refusal.ts';
import { sampleBundle, sampleCompressedBundle, sampleSource } from '../../support/bundle-samples.ts';

const test = suite('src/bundle/collect');

test('manifest, digest and tar are byte for byte what was packed, from the tar and from gzip', async () => {
  const bundle = await sampleBundle();
  assert.equal(await collectBundle(sampleSource(bundle.tar)), bundle);
  assert.equal(await collectBundle(sampleSource(await sampleCompressedBundle(), 1)), bundle);
});

test('a bundle that is not whole is refused', async () => {
  const { tar } = await sampleBundle();
  await assertRejection(collectBundle(sampleSource(tar.subarray(0, -1))), /end marker is missing/);
  await assertRejection(collectBundle(sampleSource(new Uint8Array(0))), /the bundle is empty/);
});

test.run();
