// Conditions that say nothing.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkConditions } from '../../../../src/profile/lint/check-conditions.ts';
import { denyList, errno, spellAll, tellOf, when } from './check-sample.ts';

const test = suite('src/profile/lint/check-conditions');

const tell = (...args: readonly Readonly<Record<string, unknown>>[]) =>
  spellAll(tellOf(checkConditions, denyList(errno(1, ...args))));

const MAX = 2n ** 64n - 1n;

test('what holds for every call is told', () => {
  assert.equal(tell(when(0, 'GE', 0)), ['SP316 warning $.syscalls[0]: a0 >= 0 holds for every call']);
  assert.equal(tell(when(1, 'LE', MAX)), [
    'SP316 warning $.syscalls[0]: a1 <= 0xffffffffffffffff holds for every call',
  ]);
});

test('what holds for none is told, and that the rule does nothing then', () => {
  assert.equal(tell(when(0, 'LT', 0)), [
    'SP317 warning $.syscalls[0]: a0 < 0 holds for no call, so this rule does nothing',
  ]);
  assert.equal(tell(when(0, 'GT', MAX), when(0, 'EQ', 1)), [
    'SP317 warning $.syscalls[0]: a0 > 0xffffffffffffffff holds for no call',
  ]);
});

test('alternatives that leave nothing out are told', () => {
  for (const [one, other] of [
    [when(0, 'NE', 1), when(0, 'NE', 2)],
    [when(0, 'LT', 5), when(0, 'GE', 3)],
    [when(0, 'NE', 7), when(0, 'MASKED_EQ', 1, 1)],
  ]) {
    const told = tell(one!, other!);
    assert.is(told.length, 1);
    assert.match(told[0]!, /^SP316 warning .* as alternatives/);
  }
});

test('ordinary conditions and alternatives are not', () => {
  assert.equal(tell(when(0, 'NE', 1), when(1, 'NE', 2)), []);
  assert.equal(tell(when(0, 'LT', 3), when(0, 'GT', 3)), []);
});

test.run();
