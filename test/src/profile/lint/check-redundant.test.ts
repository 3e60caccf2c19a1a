// Rules that change nothing.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkRedundant } from '../../../../src/profile/lint/check-redundant.ts';
import { allow, allowList, denyList, errno, refuse, spellAll, tellOf, when } from './check-sample.ts';

const test = suite('src/profile/lint/check-redundant');

const tell = (profile: Readonly<Record<string, unknown>>) => spellAll(tellOf(checkRedundant, profile));

test('an exception that says what the default says is none: a warning', () => {
  assert.equal(tell(denyList(allow(['mkdir'], when(0, 'EQ', 5)), errno(1))), [
    'SP314 warning $.syscalls[0]: mkdir: ALLOW is the default, and runtimes leave such a rule out: it is no exception from syscalls[1] (ERRNO 1)',
  ]);
});

test('a rule that only says what the default says is a note, for all its names together', () => {
  assert.equal(tell(allowList(refuse(['mkdir', 'rmdir']))), [
    'SP315 note $.syscalls[0]: mkdir, rmdir: the default says ERRNO 1 as well, so the rule changes nothing',
  ]);
});

test('a name that an earlier rule has with the same answer is a note', () => {
  assert.equal(tell(allowList(allow(['read', 'write']), allow(['write', 'close']))), [
    'SP315 note $.syscalls[1]: write: syscalls[0] says ALLOW already, so the rule changes nothing',
  ]);
});

test('conditions within those of another rule with the same answer are a note, whichever comes first', () => {
  const narrow = errno(1, when(0, 'EQ', 5), when(1, 'EQ', 1));
  const wide = errno(1, when(0, 'GT', 2));
  for (const [rules, at, other] of [
    [[narrow, wide], 0, 1],
    [[wide, narrow], 1, 0],
  ] as const)
    assert.equal(tell(denyList(...rules)), [
      `SP315 note $.syscalls[${at}]: mkdir: whatever meets these conditions meets those of syscalls[${other}] too, with the same answer`,
    ]);
});

test('of two that are worth the same the later one is told', () => {
  const told = tell(denyList(errno(1, when(0, 'LT', 5)), errno(1, when(0, 'LE', 4))));
  assert.equal(
    told.map((text) => text.slice(0, 24)),
    ['SP315 note $.syscalls[1]'],
  );
});

test('rules that each make a difference are not told', () => {
  assert.equal(
    tell(denyList(errno(1, when(0, 'EQ', 5)), errno(1, when(0, 'EQ', 6)), errno(2, when(1, 'EQ', 5)))),
    [],
  );
});

test.run();
