// Every kind of lie that an archive can tell, thousands of times: all refused, each for its own reason.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { collectBundle } from '../../../src/bundle/collect.ts';
import { digestOf, renderManifest, sha256Of } from '../../../src/bundle/manifest.ts';
import { readBundle } from '../../../src/bundle/read.ts';
import { SeccompError } from '../../../src/error.ts';
import { HOSTILE_KINDS, hostileBundles, sampleSource } from '../../support/bundle-samples.ts';
import { entriesOf, Random, renderRawTar, sampleDraft } from '../../support/hostile-tar.ts';

const test = suite('src/bundle/hostile');

const COUNT = 12_000;

/** Each must be met, and nothing may be refused for another. Limits that take megabytes to break are met in other suites. */
const REASONS: readonly RegExp[] = [
  /^the bundle is empty/,
  /^the archive is cut off in a tar header/,
  /^the archive is cut off in "/,
  /^the archive is cut off: its end marker is missing/,
  /^the archive ends here: a block of zeros/,
  /^this is no tar header/,
  /^tar checksum ".*" is wrong/,
  /^tar entry ".*" is a plain file of the old format/,
  /^tar entry ".*" is a hard link/,
  /^tar entry ".*" is a symbolic link/,
  /^tar entry ".*" is a (?:character|block) device/,
  /^tar entry ".*" is a directory/,
  /^tar entry ".*" is a FIFO/,
  /^tar entry ".*" is a (?:global )?pax header/,
  /^tar entry ".*" is a(?:n old)? GNU long (?:link )?name/,
  /^tar entry ".*" is a GNU (?:continuation|directory dump|sparse file|volume label)/,
  /^tar entry ".*" is a (?:contiguous file|Solaris access control list)/,
  /^tar entry ".*" is of the unknown type/,
  /^tar entry ".*" has an absolute name/,
  /^tar entry ".*" climbs out of its folder/,
  /^tar entry ".*" is unknown, repeated or out of order/,
  /^tar entry ".*" has the prefix/,
  /^tar entry ".*" has its size in base 256/,
  /^tar entry ".*" has the size ".*": eleven octal digits/,
  /^tar entry ".*" has \d+ bytes: \d+ were wanted/,
  /^tar entry ".*" has the name "/,
  /^tar entry ".*" has the mode "/,
  /^tar entry ".*" has the [ug]id "/,
  /^tar entry ".*" has the mtime "/,
  /^tar entry ".*" has the magic "/,
  /^tar entry ".*" has the link name "/,
  /^tar entry ".*" has the (?:user|group) name "/,
  /^tar entry ".*" has the device (?:major|minor) "/,
  /^tar entry ".*" has the reserved "/,
  /^the padding of ".*" is not zero/,
  /^blob [0-9a-f]{64} has the sha256 [0-9a-f]{64}/,
  /^an entry follows that the manifest does not list/,
  /^something follows the end of the archive/,
  /^gzip method \d+ is unknown/,
  /^gzip flags are \d+/,
  /^the gzip data is cut off in its header/,
  /^the gzip data is cut off$/,
  /^the gzip data is cut off in its trailer/,
  /^the gzip data is damaged: its CRC differs/,
  /^the gzip data is damaged: its size differs/,
  /^the gzip data is damaged: invalid/,
  /^something follows the gzip data/,
  /^the manifest has \d+ bytes/,
  /^the manifest is not JSON/,
  /^the manifest is (?:a list|null|1|".*"): a JSON object/,
  /^the manifest is not canonical/,
  /^the manifest has the unknown field/,
  /^the bundle has formatVersion .*: this program knows 1 only/,
  /^bundle name ".*" has \d+ characters/,
  /^bundle name ".*" is not a DNS label/,
  /^bundle name ".*" is reserved/,
  /^name is .*: a string was wanted/,
  /^profiles is .*: a list was wanted/,
  /^profiles is empty/,
  /^profiles\[\d+\] is .*: a JSON object was wanted/,
  /^profiles\[\d+\] has the unknown field/,
  /^profiles\[\d+\]\.path is .*: a string was wanted/,
  /^profile path ".*" has \d+ characters/,
  /^profile path ".*" is absolute/,
  /^profile path ".*" is \d+ levels deep/,
  /^profile path ".*" has the segment/,
  /^profile path ".*" is also the folder of/,
  /^profile path ".*" stands twice$/,
  /^profile path ".*" stands twice for \w+ nodes/,
  /^profile ".*": sha256 is .*: a sha256 of 64/,
  /^profile ".*": sizeBytes is .*: 1 to 1048576/,
  /^profile ".*": architectures is (?!empty)/,
  /^profile ".*": architectures is empty/,
  /^profile ".*": architectures has/,
  /^profile ".*": source is .*: a JSON object/,
  /^profile ".*": source has the unknown field/,
  /^profile ".*": source\.format is/,
  /^profile ".*": source\.sha256 is/,
  /^blob [0-9a-f]{64} is said to have \d+ and \d+ bytes/,
  /^the bundle unpacks to \d+ bytes/,
];

test('the archives that are made hostile are accepted before', async () => {
  for (let seed = 0; seed < 200; seed += 1) {
    const tar = renderRawTar(entriesOf(sampleDraft(new Random(seed))));
    assert.is(Buffer.compare((await collectBundle(sampleSource(tar))).tar, tar), 0, `seed ${seed}`);
  }
});

test(`${COUNT} hostile bundles are refused, every kind, and every reason is met`, async () => {
  const met = new Map(REASONS.map((reason) => [reason, 0]));
  const kinds = new Set<string>();
  let refused = 0;
  for (const { label, bytes } of hostileBundles(1, COUNT)) {
    const error = await refusalOf(bytes, label);
    const reasons = REASONS.filter((reason) => reason.test(error.message));
    assert.is(reasons.length, 1, `${label}: ${error.message} fits ${reasons.length} reasons`);
    met.set(reasons[0]!, met.get(reasons[0]!)! + 1);
    kinds.add(label.replace(/ \(seed.*/, ''));
    refused += 1;
  }
  assert.is(refused, COUNT);
  assert.equal([...kinds].sort(), [...HOSTILE_KINDS].sort());
  const missed = [...met].filter(([, count]) => count === 0).map(([reason]) => String(reason));
  assert.equal(missed, []);
});

/** Reads to the refusal, and checks that whatever was handed out before is what it claims to be. */
const refusalOf = async (bytes: Uint8Array, label: string): Promise<SeccompError> => {
  try {
    for await (const part of readBundle(sampleSource(bytes))) {
      if (part.kind === 'blob') assert.is(sha256Of(part.content), part.sha256, label);
      else {
        assert.is(digestOf(part.bytes), part.digest, label);
        assert.is(Buffer.compare(renderManifest(part.manifest), part.bytes), 0, label);
      }
    }
  } catch (error) {
    if (error instanceof SeccompError && error.code === 'bundle') return error;
    throw error;
  }
  throw new Error(`${label} was accepted`);
};

test('the same seed makes the same hostile bundles, another seed makes others', () => {
  const first = [...hostileBundles(5, 100)];
  assert.equal([...hostileBundles(5, 100)], first);
  assert.not.equal(
    [...hostileBundles(6, 100)].map(({ bytes }) => sha256Of(bytes)),
    first.map(({ bytes }) => sha256Of(bytes)),
  );
});

test.run();
