// The law on names, and each threat that it keeps out.
import { posix } from 'node:path';
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  blobEntry,
  checkBundleName,
  checkPathCollisions,
  checkProfilePath,
} from '../../../src/bundle/entry-path.ts';

const test = suite('src/bundle/entry-path');

test('a bundle name is a DNS label of at most 40 characters', () => {
  for (const name of ['web', 'a', '0', 'web-2', 'a--b', 'x'.repeat(40)])
    assert.is(checkBundleName(name), undefined, name);
  for (const name of [
    '',
    '.',
    '..',
    '-a',
    'a-',
    'A',
    'a.b',
    'a_b',
    'a/b',
    'a b',
    'web@1',
    'é',
    'a\n',
    'x'.repeat(41),
  ]) {
    assert.type(checkBundleName(name), 'string', JSON.stringify(name));
  }
});

test('the folder of the Security Profiles Operator is refused as a bundle name', () => {
  assert.match(checkBundleName('operator')!, /reserved.*Security Profiles Operator/);
  assert.is(checkBundleName('operator-2'), undefined);
});

test('a profile path is relative, at most 200 characters and 4 levels deep', () => {
  for (const path of ['nginx.json', 'a', 'a/b/c/d.json', 'A_b-c..json', '0.json', 'x'.repeat(200)]) {
    assert.is(checkProfilePath(path), undefined, path);
  }
  assert.match(checkProfilePath('/etc/passwd')!, /"\/etc\/passwd" is absolute/);
  assert.match(checkProfilePath('a/b/c/d/e')!, /5 levels deep: at most 4/);
  assert.match(checkProfilePath('x'.repeat(201))!, /201 characters: at most 200/);
});

test('a profile path with a hostile segment is refused, and the segment is named', () => {
  const hostile = [
    '..',
    '.',
    '',
    '.manifest.json',
    '-rf',
    '_a',
    'a\\b',
    'C:',
    'a\0',
    'a\n',
    'a b',
    'ä',
    'a@b',
    'ａ',
    '‮a',
  ];
  for (const segment of hostile) {
    for (const path of [segment, `ok/${segment}`, `a/${segment}/b`]) {
      assert.type(checkProfilePath(path), 'string', JSON.stringify(path));
    }
  }
  assert.match(checkProfilePath('a/../b.json')!, /has the segment "\.\."/);
});

test('whatever text a path is: if it passes, it stays below its folder and hits no hidden name', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(fc.constantFrom('.', '..', '/', 'a', 'b.json', '\\', '\0', '-', '_'), { maxLength: 9 })
      .map((parts) => parts.join('')),
  );
  let passed = 0;
  fc.assert(
    fc.property(text, (path) => {
      if (checkProfilePath(path) !== undefined) return;
      passed += 1;
      assert.is(posix.normalize(`/root/web/${path}`), `/root/web/${path}`);
      assert.ok(path.split('/').every((segment) => /^[A-Za-z0-9]/.test(segment)));
    }),
    { numRuns: 3000, seed: 1 },
  );
  assert.ok(passed > 50, `${passed} paths passed`);
});

test('a file that is also a folder is refused at every depth; names that only begin alike are not', () => {
  assert.match(
    checkPathCollisions(['a.json', 'a.json/b.json'])!,
    /"a.json" is also the folder of "a.json\/b.json"/,
  );
  assert.type(checkPathCollisions(['a/b/c/d', 'a/b-x', 'a/b']), 'string');
  assert.is(checkPathCollisions(['a', 'a-b', 'a.json', 'ab/c', 'A/b']), undefined);
});

test('a blob entry fits the name field of a tar header', () => {
  assert.is(blobEntry('f'.repeat(64)).length, 77);
});

test.run();
