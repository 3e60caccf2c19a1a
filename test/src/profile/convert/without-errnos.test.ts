// Errnos that a target has no place for: what refused still refuses, and no rule wakes up or falls asleep.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withoutErrnos } from '../../../../src/profile/convert/without-errnos.ts';
import type { Rule } from '../../../../src/profile/oci.ts';
import { FILE_START } from '../../../../src/profile/report.ts';

const test = suite('src/profile/convert/without-errnos');

const rule = (names: readonly string[], action: Rule['action'], errnoRet?: number): Rule => ({
  names,
  action,
  ...(errnoRet !== undefined && { errnoRet }),
  args: [],
  at: FILE_START,
});
const rulesOf = (rules: readonly Rule[], defaultErrnoRet?: number): readonly (readonly unknown[])[] =>
  withoutErrnos({
    defaultAction: 'SCMP_ACT_ERRNO',
    ...(defaultErrnoRet !== undefined && { defaultErrnoRet }),
    architectures: [],
    flags: [],
    rules,
  }).rules.map(({ names, action, errnoRet }) => [names.join(), action.slice(9), errnoRet]);

test('a rule that said what the default said goes on being passed over', () => {
  const rules = [rule(['bpf', 'read'], 'SCMP_ACT_ERRNO', 38), rule(['read'], 'SCMP_ACT_ALLOW')];
  assert.equal(rulesOf(rules, 38), [
    ['bpf,read', 'ERRNO', undefined],
    ['read', 'ALLOW', undefined],
  ]);
});

test('a rule that says what the default now says still wins over others on its calls', () => {
  const rules = [rule(['bpf'], 'SCMP_ACT_ERRNO', 1), rule(['bpf', 'read'], 'SCMP_ACT_ALLOW')];
  assert.equal(rulesOf(rules, 38), [
    ['bpf', 'ERRNO', 1],
    ['read', 'ALLOW', undefined],
  ]);
});

test('an errno of 0 is dropped, and the call refused', () => {
  const rules = [rule(['sync'], 'SCMP_ACT_ERRNO', 0), rule(['sync', 'read'], 'SCMP_ACT_ALLOW')];
  assert.equal(rulesOf(rules), [
    ['sync', 'ERRNO', undefined],
    ['read', 'ALLOW', undefined],
  ]);
});

test('other errnos stay', () => {
  assert.equal(rulesOf([rule(['bpf'], 'SCMP_ACT_ERRNO', 13)]), [['bpf', 'ERRNO', 13]]);
});

test.run();
