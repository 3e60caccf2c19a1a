// Packing: the same profiles, the same bytes, on every machine and in every release.
import { readFile } from 'node:fs/promises';
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { collectBundle } from '../../../src/bundle/collect.ts';
import { compressBundle } from '../../../src/bundle/compress.ts';
import { sha256Of } from '../../../src/bundle/manifest.ts';
import { type BundleProfile, packBundle, packParts } from '../../../src/bundle/pack.ts';
import { assertRejection } from '../../support/assert-refusal.ts';
import { SAMPLE_PROFILES, sampleBundle, sampleSource } from '../../support/bundle-samples.ts';
import { blobEntryOf, manifestEntryOf, renderRawTar } from '../../support/hostile-tar.ts';

const test = suite('src/bundle/pack');

const FIXTURE = new URL('../../fixtures/bundles/v1.tar', import.meta.url);

test('format version 1 never drifts: the sample is the file that was once packed', async () => {
  const { tar, digest } = await sampleBundle();
  assert.is(digest, '66557e35baaf815181c3a832c530a0cac2c38ee34b97a9200b50fb543858851d');
  assert.is(sha256Of(tar), '2f55ac4cfe2e6fc303a8d2d96818de2c614079f43191cc8a8d26d40b43f3d438');
  const fixture = await readFile(FIXTURE);
  assert.is(Buffer.compare(tar, fixture), 0);
  assert.is((await collectBundle(sampleSource(fixture))).digest, digest);
});

test('the tar is what another writer makes of the manifest and the blobs', async () => {
  const { manifestBytes, tar } = await sampleBundle();
  const blobs = SAMPLE_PROFILES.map(({ content }) => blobEntryOf(content));
  const distinct = [...new Map(blobs.map((blob) => [blob.name, blob])).values()];
  const sorted = distinct.sort((a, b) => (a.name < b.name ? -1 : 1));
  const manifest = manifestEntryOf(Buffer.from(manifestBytes).toString());
  assert.is(Buffer.compare(tar, renderRawTar([manifest, ...sorted])), 0);
});

const segment = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,8}$/);
const content = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 1200 }),
  fc.constantFrom(...[1, 511, 512, 513, 1024].map((length) => new Uint8Array(length).fill(7))),
);
/** Folders end in `-d` and files in `-f`, so that none is both. */
const path = fc
  .tuple(fc.array(segment, { maxLength: 3 }), segment)
  .map(([folders, file]) => [...folders.map((folder) => `${folder}-d`), `${file}-f`].join('/'));
const builds = fc.oneof(
  content.map((bytes) => [{ content: bytes }]),
  fc.tuple(content, content).map(([first, second]) => [
    {
      content: first,
      architectures: ['arm64', 'amd64'],
      source: { format: 'spo' as const, sha256: 'c'.repeat(64) },
    },
    { content: second, architectures: ['riscv64'] },
  ]),
);
const profileSet = fc
  .uniqueArray(fc.tuple(path, builds), { minLength: 1, maxLength: 12, selector: ([name]) => name })
  .map((entries): BundleProfile[] =>
    entries.flatMap(([name, list]) => list.map((build) => ({ path: name, ...build }))),
  );

test('whatever is packed is read back the same, plain and compressed, in whatever pieces', async () => {
  await fc.assert(
    fc.asyncProperty(profileSet, fc.integer({ min: 1, max: 2000 }), async (profiles, pieceBytes) => {
      const bundle = await packBundle('web', profiles);
      assert.equal(await collectBundle(sampleSource(bundle.tar, pieceBytes)), bundle);
      assert.equal(await collectBundle(sampleSource(compressBundle(bundle.tar), pieceBytes)), bundle);
      assert.is(bundle.manifest.profiles.length, profiles.length);
      for (const profile of profiles) {
        const sha256 = sha256Of(profile.content);
        assert.ok(
          bundle.manifest.profiles.some((entry) => entry.path === profile.path && entry.sha256 === sha256),
        );
      }
    }),
    { numRuns: 100, seed: 1 },
  );
});

test('the order in which profiles come never matters', async () => {
  const shuffled = profileSet.chain((profiles) =>
    fc.tuple(fc.constant(profiles), fc.shuffledSubarray(profiles, { minLength: profiles.length })),
  );
  await fc.assert(
    fc.asyncProperty(shuffled, async ([profiles, permuted]) => {
      const [first, second] = [await packBundle('web', profiles), await packBundle('web', permuted)];
      assert.is(first.digest, second.digest);
      assert.is(Buffer.compare(first.tar, second.tar), 0);
    }),
    { numRuns: 100, seed: 2 },
  );
});

test('a view into a larger buffer is packed as what it shows', async () => {
  const larger = Buffer.from('xx{"defaultAction":1}yy');
  const { tar } = await packBundle('web', [{ path: 'a', content: larger.subarray(2, -2) }]);
  const same = await packBundle('web', [{ path: 'a', content: Buffer.from('{"defaultAction":1}') }]);
  assert.is(Buffer.compare(tar, same.tar), 0);
});

test('identical content is stored once, however many paths have it', async () => {
  const profiles = Array.from({ length: 50 }, (_, index) => ({
    path: `${index}.json`,
    content: new Uint8Array(5000).fill(1),
  }));
  assert.ok((await packBundle('web', profiles)).tar.length < 20_000);
});

test('what a reader would refuse is not packed, and the message names the profile', async () => {
  const pack = (...profiles: BundleProfile[]) => packBundle('web', profiles);
  const one = Buffer.from('{}');
  await assertRejection(pack(), /profiles is empty/);
  await assertRejection(packBundle('operator', [{ path: 'a', content: one }]), /reserved/);
  await assertRejection(pack({ path: '../a', content: one }), /"\.\.\/a" has the segment/);
  await assertRejection(pack({ path: 'a', content: new Uint8Array(0) }), /profile "a": sizeBytes is 0/);
  await assertRejection(
    pack({ path: 'a', content: new Uint8Array(2 ** 20 + 1) }),
    /profile "a": sizeBytes is 1048577/,
  );
  await assertRejection(pack({ path: 'a', content: one }, { path: 'a', content: one }), /"a" stands twice/);
  await assertRejection(pack({ path: 'a', content: one }, { path: 'a/b', content: one }), /also the folder/);
  await assertRejection(
    pack(
      { path: 'a', content: one, architectures: ['arm'] },
      { path: 'a', content: one, architectures: ['386', 'arm'] },
    ),
    /"a" stands twice for arm nodes/,
  );
  const large = Array.from({ length: 64 }, (_, index) => ({
    path: `${index}`,
    content: new Uint8Array(2 ** 20),
  }));
  await assertRejection(pack(...large), /unpacks to \d+ bytes/);
});

test('a manifest is not packed without its blobs', async () => {
  const { manifestBytes } = await sampleBundle();
  await assertRejection(packParts(manifestBytes, new Map()), /blob [0-9a-f]{64} of the manifest is missing/);
});

test.run();
