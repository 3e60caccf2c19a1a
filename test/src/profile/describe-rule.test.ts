// Conditions in words, with the names that programmers know values by.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { describeConditions, renderCall } from '../../../src/profile/describe-rule.ts';
import { nameOfValue } from '../../../src/profile/describe-rule-values.ts';
import type { Condition } from '../../../src/profile/oci.ts';
import type { Operator } from '../../../src/profile/operators.ts';

const test = suite('src/profile/describe-rule');

const when = (index: number, op: string, value: bigint, valueTwo = 0n): Condition => ({
  index,
  op: `SCMP_CMP_${op}` as Operator,
  value,
  valueTwo,
});

test('namespaces by their flags, those that are left out named', () => {
  assert.is(describeConditions('clone', [[when(0, 'MASKED_EQ', 0x7e020000n)]]), 'it makes no new namespaces');
  assert.is(
    describeConditions('clone', [[when(0, 'MASKED_EQ', 0x7c020000n)]]),
    'it makes no new namespaces but CLONE_NEWCGROUP',
  );
  assert.is(describeConditions('unshare', [[when(0, 'MASKED_EQ', 0x20000n)]]), 'a0 without CLONE_NEWNS');
  // On s390x.
  assert.is(describeConditions('clone', [[when(1, 'MASKED_EQ', 0x7e020000n)]]), 'it makes no new namespaces');
});

test('single values of one argument are a list', () => {
  const families = [1n, 2n, 10n, 0x63n].map((family) => [when(0, 'EQ', family)]);
  assert.is(describeConditions('socket', families), 'a0 is AF_UNIX, AF_INET, AF_INET6 or 0x63');
  assert.is(
    describeConditions('socket', [...families.slice(0, 1), [when(0, 'EQ', 16n), when(2, 'EQ', 9n)]]),
    'a0 is AF_UNIX, or a0 is AF_NETLINK and a2 is 9',
  );
});

test('every operator', () => {
  const say = (...args: Parameters<typeof when>): string => describeConditions('lseek', [[when(...args)]]);
  assert.is(say(2, 'NE', 1n), 'a2 is not 1');
  assert.is(say(2, 'LT', 16n), 'a2 < 0x10');
  assert.is(say(2, 'LE', 16n), 'a2 <= 0x10');
  assert.is(say(2, 'GE', 16n), 'a2 >= 0x10');
  assert.is(say(2, 'GT', 16n), 'a2 > 0x10');
  assert.is(say(2, 'MASKED_EQ', 4n), 'a2 without 4');
  assert.is(say(2, 'MASKED_EQ', 4n, 4n), 'a2 with 4');
  assert.is(say(2, 'MASKED_EQ', 6n, 4n), 'a2 & 0x6 is 4');
});

test('a rule without conditions holds always', () => {
  assert.is(describeConditions('read', [[], [when(0, 'EQ', 1n)]]), 'always');
});

test('a call shows what is not 0, by name where it has one', () => {
  assert.is(
    renderCall('clone', [0x10000000n, 0n, 5n, 0n, 0n, 0n]),
    'clone a0=0x10000000 (CLONE_NEWUSER) a2=0x5',
  );
  assert.is(renderCall('read', [0n, 0n, 0n, 0n, 0n, 0n]), 'read');
});

test('flags have a name only where all of them are known', () => {
  assert.is(nameOfValue('mmap', 2, 5n), 'PROT_READ|PROT_EXEC');
  assert.is(nameOfValue('mmap', 2, 0n), 'PROT_NONE');
  assert.is(nameOfValue('mmap', 2, 0x105n), undefined);
  assert.is(nameOfValue('clone', 0, 0x80n), undefined);
  assert.is(nameOfValue('unshare', 0, 0x80n), 'CLONE_NEWTIME');
  assert.is(nameOfValue('read', 0, 1n), undefined);
  assert.is(nameOfValue('personality', 0, 0x40000n), 'ADDR_NO_RANDOMIZE');
});

test.run();
