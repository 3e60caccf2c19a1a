// Rules with different answers to one call.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkOverlaps } from '../../../../src/profile/lint/check-overlaps.ts';
import { denyList, errno, spellAll, tellOf, when } from './check-sample.ts';

const test = suite('src/profile/lint/check-overlaps');

const tell = (...rules: readonly Readonly<Record<string, unknown>>[]) =>
  spellAll(tellOf(checkOverlaps, denyList(...rules)));

test('of equality rules that meet, the one whose lowest argument is the higher wins, in either order of the file', () => {
  const low = errno(2, when(0, 'EQ', 1));
  const high = errno(3, when(1, 'EQ', 2));
  assert.equal(tell(low, high), [
    'SP311 warning $.syscalls[1]: mkdir: ERRNO 3 here and ERRNO 2 in syscalls[0] both fit a0=1, a1=2; whatever their order, libseccomp asks the one first whose lowest argument is the higher: this rule',
  ]);
  assert.equal(tell(high, low), [
    'SP311 warning $.syscalls[1]: mkdir: ERRNO 2 here and ERRNO 3 in syscalls[0] both fit a0=1, a1=2; whatever their order, libseccomp asks the one first whose lowest argument is the higher: syscalls[0]',
  ]);
});

test('of rules on one argument, or with an order in them, nobody can tell which wins', () => {
  for (const [one, other] of [
    [when(0, 'MASKED_EQ', 1, 1), when(0, 'MASKED_EQ', 2, 2)],
    [when(0, 'GT', 5), when(1, 'EQ', 2)],
  ]) {
    const [told, ...more] = tell(errno(2, one!), errno(3, other!));
    assert.match(told!, /which of them wins is libseccomp's choice/);
    assert.equal(more, []);
  }
});

test('rules that exclude each other or give the same answer do not overlap', () => {
  assert.equal(tell(errno(2, when(0, 'EQ', 1)), errno(3, when(0, 'EQ', 2))), []);
  assert.equal(tell(errno(2, when(0, 'LT', 5)), errno(3, when(0, 'GE', 5))), []);
  assert.equal(tell(errno(2, when(0, 'MASKED_EQ', 3, 1)), errno(3, when(0, 'MASKED_EQ', 5, 4))), []);
  assert.equal(tell(errno(2, when(0, 'EQ', 1)), errno(2, when(1, 'EQ', 2))), []);
});

test('a file of thousands of rules on one call is not compared rule by rule', () => {
  const rules = Array.from({ length: 3000 }, (_, at) => errno(2 + (at % 2), when(0, 'EQ', at)));
  assert.equal(
    tellOf(checkOverlaps, denyList(...rules)).map(({ code }) => code),
    ['SP312'],
  );
});

test.run();
