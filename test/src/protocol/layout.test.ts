import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  generationName,
  isStagingName,
  isTrashName,
  parseGenerationName,
  parseLocalhostProfile,
  parseRecordName,
  parseTakenName,
  recordName,
  stagingName,
  takenName,
  trashName,
} from '../../../src/protocol/layout.ts';

const test = suite('src/protocol/layout');
const ID = '0123456789abcdef0123456789abcdef';

test('a generation is named by its bundle and the first 16 digits of its digest, and parsed back', () => {
  const name = generationName('web', 'f'.repeat(64));
  assert.is(name, `web@${'f'.repeat(16)}`);
  assert.equal(parseGenerationName(name), { bundle: 'web', digest16: 'f'.repeat(16) });
});

test('other names are no generation', () => {
  for (const name of [
    'web',
    'web@',
    'web@abc',
    `web@${'F'.repeat(16)}`,
    `web@${'f'.repeat(17)}`,
    `../web@${'f'.repeat(16)}`,
    `web@${'f'.repeat(16)}/..`,
    `operator@${'f'.repeat(16)}`,
    `${'a'.repeat(41)}@${'f'.repeat(16)}`,
    `web@${'f'.repeat(16)}\n`,
    `web@${'f'.repeat(16)}.damaged-${ID}`,
  ]) {
    assert.is(parseGenerationName(name), undefined, name);
  }
});

test('staging of a generation, a record and a removal is known; what is only alike is foreign', () => {
  for (const subject of ['web', 'web.json', `web@${'a'.repeat(16)}`]) {
    assert.ok(isStagingName(stagingName(subject, ID)), subject);
  }
  for (const name of [
    `.operator.partial-${ID}`,
    `.web.partial-${ID}x`,
    '.web.partial-abc',
    `web.partial-${ID}`,
    `.we b.partial-${ID}`,
    `.web.txt.partial-${ID}`,
  ]) {
    assert.not(isStagingName(name), name);
  }
});

test('records and trash are known by exact names', () => {
  assert.is(parseRecordName(recordName('web')), 'web');
  assert.is(parseRecordName('.operator.json'), undefined);
  assert.is(parseRecordName('web.json'), undefined);
  assert.ok(isTrashName(trashName(ID)));
  assert.not(isTrashName('.trash-1'));
  assert.is(parseTakenName(takenName('web@0123456789abcdef', ID)), 'web@0123456789abcdef');
  for (const name of [takenName('web', ID), '.web@0123456789abcdef.taken-1', stagingName('web', ID)])
    assert.is(parseTakenName(name), undefined, name);
  assert.not(isStagingName(takenName('web@0123456789abcdef', ID)));
});

test('what a pod names is the link, a generation, the operator’s folder, or nothing of ours', () => {
  const pinned = { kind: 'pinned', bundle: 'web', digest16: '0123456789abcdef' };
  assert.equal(parseLocalhostProfile('web/a.json'), { kind: 'linked', bundle: 'web', path: 'a.json' });
  assert.equal(parseLocalhostProfile('web@0123456789abcdef/b/a.json'), { ...pinned, path: 'b/a.json' });
  assert.equal(parseLocalhostProfile('operator/ns/cm/a'), { kind: 'operator', path: 'ns/cm/a' });
  for (const name of [
    '',
    'a.json',
    'web',
    'web/',
    'Web/a.json',
    'web/.manifest.json',
    'web@0123/a.json',
    'web/../x',
  ])
    assert.equal(parseLocalhostProfile(name), { kind: 'foreign' }, name);
});

test('what the kubelet joins to the same path is the same', () => {
  for (const name of ['./web//a.json', 'web/./a.json'])
    assert.equal(parseLocalhostProfile(name), { kind: 'linked', bundle: 'web', path: 'a.json' }, name);
});

test.run();
