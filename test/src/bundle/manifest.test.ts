// One manifest, one byte sequence; everything else is refused with what was wrong.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { digestOf, parseManifest, renderManifest } from '../../../src/bundle/manifest.ts';
import type { Manifest, ManifestProfile } from '../../../src/bundle/manifest-types.ts';
import { assertRefusal } from '../../support/assert-refusal.ts';

const test = suite('src/bundle/manifest');

const SHA = 'ab'.repeat(32);
const profile = (path: string, extra: Partial<ManifestProfile> = {}): ManifestProfile => ({
  path,
  sha256: SHA,
  sizeBytes: 12,
  ...extra,
});
const manifest = (...profiles: ManifestProfile[]): Manifest => ({ formatVersion: 1, name: 'web', profiles });
const bytesOf = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const refuses = (value: unknown, message: RegExp) =>
  assertRefusal(() => parseManifest(bytesOf(value)), message);

test('the canonical form has fixed keys, no white space, and profiles in order', () => {
  const source = { sha256: 'cd'.repeat(32), format: 'docker' } as const;
  const bytes = renderManifest(
    manifest(
      profile('b.json', { source, architectures: ['arm64', 'arm'] }),
      profile('b.json', { source, architectures: ['amd64'] }),
      profile('B.json'),
      profile('a/z.json'),
      profile('a.json'),
    ),
  );
  const [middle, end] = [
    `"sha256":"${SHA}","sizeBytes":12`,
    `"source":{"format":"docker","sha256":"${source.sha256}"}}`,
  ];
  assert.is(
    Buffer.from(bytes).toString(),
    `{"formatVersion":1,"name":"web","profiles":[{"path":"B.json",${middle}},{"path":"a.json",${middle}},` +
      `{"path":"a/z.json",${middle}},{"path":"b.json",${middle},"architectures":["amd64"],${end},` +
      `{"path":"b.json",${middle},"architectures":["arm","arm64"],${end}]}`,
  );
  assert.equal(renderManifest(parseManifest(bytes)), bytes);
});

test('the digest is the sha256 of the bytes as stored', () => {
  assert.is(digestOf(bytesOf('abc')), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

test('another format version is refused as such, whatever else the manifest holds', () => {
  refuses({ formatVersion: 2, name: 'web', entries: [] }, /formatVersion 2: this program knows 1 only/);
  refuses({ name: 'web', profiles: [] }, /formatVersion nothing/);
});

test('a refusal of another version says what to do', () => {
  assert.match(
    assertRefusal(() => parseManifest(bytesOf({ formatVersion: 2 })), /formatVersion/).hint ?? '',
    /build it again/,
  );
});

test('what is not a JSON object in UTF-8 is refused', () => {
  for (const text of ['', '{', 'x', '\ufeff{}']) refuses(text, /not JSON in UTF-8/);
  assertRefusal(() => parseManifest(Buffer.from([0x22, 0xff, 0x22])), /not JSON in UTF-8/);
  refuses([], /the manifest is a list: a JSON object was wanted/);
  refuses('['.repeat(1_000_000), /not JSON/);
});

test('JSON that says the same in other bytes is refused: one content must not have two digests', () => {
  const text = Buffer.from(renderManifest(manifest(profile('a.json'), profile('b.json')))).toString();
  for (const other of [
    `${text}\n`,
    text.replace(':', ': '),
    text.replace('"name"', '"name":"evil","name"'),
    text.replace('"path":"a.json"', '"path":"/etc/passwd","path":"a.json"'),
    text.replace('a.json', '\\u0061.json'),
    text.replace('12', '12.0'),
    text.replace('"a.json"', '"c.json"'),
    JSON.stringify({ name: 'web', ...JSON.parse(text) }),
  ]) {
    refuses(other, /not canonical JSON/);
  }
});

test('unknown fields are refused by name, at every level', () => {
  refuses({ ...manifest(profile('a')), created: 1 }, /the manifest has the unknown field "created"/);
  refuses(
    manifest({ ...profile('a'), mode: 1 } as ManifestProfile),
    /profiles\[0\] has the unknown field "mode"/,
  );
  refuses('{"formatVersion":1,"name":"a","profiles":[],"__proto__":{}}', /unknown field "__proto__"/);
  const source = { format: 'docker', sha256: SHA, path: 'x' } as ManifestProfile['source'];
  refuses(manifest(profile('a', { source })), /source has the unknown field "path"/);
});

test('every field is checked, and the message names the profile', () => {
  const one = (extra: object) => manifest({ ...profile('a.json'), ...extra } as ManifestProfile);
  refuses({ ...manifest(profile('a')), name: 'operator' }, /reserved/);
  refuses({ ...manifest(profile('a')), name: 1 }, /name is 1: a string was wanted/);
  refuses(one({ path: '../x' }), /profile path "\.\.\/x" has the segment "\.\."/);
  refuses(one({ path: null }), /profiles\[0\]\.path is null/);
  refuses(one({ sha256: SHA.toUpperCase() }), /profile "a.json": sha256 is "ABAB.*lower-case/);
  for (const sizeBytes of [0, -1, 1.5, 2 ** 20 + 1, '1', null]) {
    refuses(one({ sizeBytes }), /profile "a.json": sizeBytes is .*: 1 to 1048576 bytes are allowed/);
  }
  refuses(one({ source: null }), /source is null/);
  refuses(
    one({ source: { format: 'oci', sha256: SHA } }),
    /source.format is "oci": "docker" or "spo" was wanted/,
  );
  refuses(one({ architectures: [] }), /architectures is empty/);
  refuses(one({ architectures: 'amd64' }), /architectures is "amd64": a list/);
  refuses(one({ architectures: ['x86_64'] }), /architectures has "x86_64": 386, amd64/);
  refuses(one({ architectures: ['toString'] }), /architectures has "toString"/);
  refuses(one({ architectures: ['arm64', 'amd64'] }), /not canonical/);
});

test('a bundle holds one to 4,096 profiles', () => {
  refuses(manifest(), /profiles is empty/);
  refuses({ ...manifest(), profiles: {} }, /profiles is an object: a list was wanted/);
  const many = Array.from({ length: 4097 }, (_, index) => profile(`${index}`, { sizeBytes: 1 }));
  refuses(manifest(...many), /4097 profiles: at most 4096/);
});

test('a path may stand several times only for disjoint architectures', () => {
  const on = (...architectures: string[]) => profile('a.json', { architectures });
  assert.is(parseManifest(renderManifest(manifest(on('amd64'), on('arm64', 'arm')))).profiles.length, 2);
  refuses(manifest(profile('a.json'), profile('a.json')), /"a.json" stands twice$/);
  refuses(manifest(on('amd64', 'arm64'), on('arm64')), /stands twice for arm64 nodes/);
  refuses(manifest(profile('a.json'), on('riscv64')), /stands twice for riscv64 nodes/);
  refuses(manifest(on('amd64', 'amd64')), /stands twice for amd64 nodes/);
});

test('a file that is also a folder, and one blob of two sizes, are refused', () => {
  refuses(manifest(profile('a'), profile('a/b')), /"a" is also the folder of "a\/b"/);
  refuses(manifest(profile('a'), profile('b', { sizeBytes: 13 })), /said to have 12 and 13 bytes/);
});

test('64 MiB unpacked counts a blob for every path, since a node writes it that often', () => {
  const paths = (count: number) =>
    Array.from({ length: count }, (_, index) => profile(`${index + 10}`, { sizeBytes: 2 ** 20 }));
  assert.is(parseManifest(renderManifest(manifest(...paths(63)))).profiles.length, 63);
  refuses(manifest(...paths(64)), /unpacks to \d+ bytes: at most 67108864 are allowed/);
});

test('a manifest over its limit is refused before it is parsed', () => {
  assertRefusal(() => parseManifest(Buffer.alloc(3 * 2 ** 20 + 1, ' ')), /3145729 bytes: at most 3145728/);
});

test.run();
