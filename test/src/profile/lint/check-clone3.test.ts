// clone3, and what programs do when it is refused.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkClone3 } from '../../../../src/profile/lint/check-clone3.ts';
import { allow, allowList, denyList, refuse, spellAll, tellOf } from './check-sample.ts';

const test = suite('src/profile/lint/check-clone3');

const MESSAGE =
  'clone3 is answered with ERRNO 1: programs with glibc 2.34 or newer take that for final and cannot make threads';

test('runc answers ENOSYS above all numbers that a profile names, crun does not', () => {
  assert.equal(spellAll(tellOf(checkClone3, allowList(allow(['clone', 'read'])))), [
    `SP503 warning $.defaultAction: ${MESSAGE} (on crun)`,
  ]);
  // faccessat2 is 439, clone3 435.
  assert.equal(spellAll(tellOf(checkClone3, allowList(allow(['clone', 'faccessat2'])))), [
    `SP503 warning $.defaultAction: ${MESSAGE} (on runc, crun)`,
  ]);
});

test('ENOSYS, clone3 itself, and profiles without threads are fine', () => {
  const enosys = { ...refuse(['clone3']), errnoRet: 38 };
  for (const profile of [
    allowList(allow(['clone', 'faccessat2']), enosys),
    denyList(enosys),
    allowList(allow(['clone', 'clone3'])),
    allowList(allow(['read', 'faccessat2'])),
  ])
    assert.equal(tellOf(checkClone3, profile), []);
});

test('a rule that refuses it otherwise is where it is told', () => {
  const [told] = tellOf(checkClone3, denyList(refuse(['clone3'])));
  assert.is(told?.path, '$.syscalls[0]');
});

test.run();
