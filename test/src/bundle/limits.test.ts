// The limits fit each other.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  MAXIMUM_CHUNK_BYTES,
  MAXIMUM_COMPRESSED_BYTES,
  MAXIMUM_MANIFEST_BYTES,
  MAXIMUM_NAME_LENGTH,
  MAXIMUM_PATH_LENGTH,
  MAXIMUM_PROFILES,
} from '../../../src/bundle/limits.ts';
import { parseManifest, renderManifest } from '../../../src/bundle/manifest.ts';

const test = suite('src/bundle/limits');

test('the longest manifest that the other limits allow is allowed', () => {
  const profiles = Array.from({ length: MAXIMUM_PROFILES }, (_, index) => ({
    path: String(index).padStart(MAXIMUM_PATH_LENGTH, 'x'),
    sha256: index.toString(16).padStart(64, '0'),
    sizeBytes: 10_000,
    architectures: ['386', 'amd64', 'arm', 'arm64', 'loong64', 'mips64le', 'ppc64le', 'riscv64', 's390x'],
    source: { format: 'docker' as const, sha256: 'f'.repeat(64) },
  }));
  const bytes = renderManifest({ formatVersion: 1, name: 'x'.repeat(MAXIMUM_NAME_LENGTH), profiles });
  assert.ok(bytes.length < MAXIMUM_MANIFEST_BYTES, `${bytes.length} bytes`);
  assert.is(parseManifest(bytes).profiles.length, MAXIMUM_PROFILES);
});

test('the largest bundle fits ten chunks', () => {
  assert.ok(Math.ceil(MAXIMUM_COMPRESSED_BYTES / MAXIMUM_CHUNK_BYTES) <= 10);
});

test.run();
