import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Manifest, ManifestProfile } from '../../../src/bundle/manifest-types.ts';
import { changesBetween } from '../../../src/rollout/changes.ts';

const test = suite('src/rollout/changes');

const profile = (path: string, content: string, ...architectures: string[]): ManifestProfile => ({
  path,
  sha256: content.repeat(64),
  sizeBytes: 1,
  ...(architectures.length > 0 && { architectures }),
});
const manifest = (...profiles: ManifestProfile[]): Manifest => ({ formatVersion: 1, name: 'web', profiles });

test('a path is added, removed, changed or none of them', () => {
  const before = manifest(profile('gone.json', 'a'), profile('other.json', 'b'), profile('same.json', 'c'));
  const after = manifest(profile('new.json', 'a'), profile('other.json', 'd'), profile('same.json', 'c'));
  assert.equal(changesBetween(before, after), {
    added: ['new.json'],
    removed: ['gone.json'],
    changed: ['other.json'],
  });
});

test('a path is named once, however many architectures it was built for, and changed when any build did', () => {
  const before = manifest(profile('a.json', 'a', 'amd64'), profile('a.json', 'b', 'arm64'));
  const after = manifest(profile('a.json', 'a', 'amd64'), profile('a.json', 'c', 'arm64'));
  assert.equal(changesBetween(before, after).changed, ['a.json']);
  assert.equal(changesBetween(before, before).changed, []);
  // The same bytes, but no longer for every node.
  assert.equal(
    changesBetween(manifest(profile('a.json', 'a')), manifest(profile('a.json', 'a', 'amd64'))).changed,
    ['a.json'],
  );
});

test('without a content before it, everything was added; without one after it, everything was removed', () => {
  const content = manifest(profile('a.json', 'a'));
  assert.equal(changesBetween(undefined, content), { added: ['a.json'], removed: [], changed: [] });
  assert.equal(changesBetween(content, undefined), { added: [], removed: ['a.json'], changed: [] });
});

test.run();
