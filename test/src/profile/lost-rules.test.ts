// Where libseccomp's filter forgets the number of the call, and where it does not.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultCompileOptions } from '../../../src/profile/compile-options.ts';
import { evaluate } from '../../../src/profile/evaluate.ts';
import type { Facts } from '../../../src/profile/facts.ts';
import { lintFile } from '../../../src/profile/lint/lint.ts';
import { type EffectiveFilter, resolve } from '../../../src/profile/resolve.ts';
import { prepareValue } from './prepare-sample.ts';

const test = suite('src/profile/lost-rules');

const FACTS: Facts = {
  ...defaultCompileOptions,
  architecture: 'arm64',
  runtime: 'crun',
  libseccomp: '2.6.1',
  dialect: 'containerd',
};
const rule = (name: string, ...args: object[]): object => ({ names: [name], action: 'SCMP_ACT_ERRNO', args });
const when = (index: number, op = 'EQ'): object => ({ index, value: 1, op: `SCMP_CMP_${op}` });
const profile = (rules: readonly object[], architectures: readonly string[] = []): object => ({
  defaultAction: 'SCMP_ACT_ALLOW',
  architectures,
  syscalls: rules,
});
const filterOf = (value: object, facts: Partial<Facts> = {}): EffectiveFilter =>
  resolve(prepareValue(value).profiles[0]!.source, { ...FACTS, ...facts });
const lossOf = (value: object, facts: Partial<Facts> = {}): string => {
  const { lost } = [...filterOf(value, facts).parts.values()][0]!;
  return lost === undefined ? 'kept' : `${lost.isSure ? 'lost' : 'perhaps lost'} behind ${lost.name}`;
};
const CLONE = rule('clone', when(0));

test('all rules are lost behind a call that the architecture does not have and that has the fewest conditions', () => {
  assert.is(lossOf(profile([CLONE, rule('mkdir')])), 'lost behind mkdir');
  const two = rule('clone', when(0), when(1));
  assert.is(lossOf(profile([two, rule('mkdir', when(0))])), 'lost behind mkdir');
  // An order takes three tests where equality takes two.
  assert.is(lossOf(profile([rule('clone', when(0, 'GT')), rule('mkdir', when(0))])), 'lost behind mkdir');
});

test('none is lost where a call with as few conditions is there', () => {
  assert.is(lossOf(profile([CLONE, rule('mkdir'), rule('mkdirat')])), 'kept');
  assert.is(lossOf(profile([CLONE, rule('mkdir', when(0))])), 'kept');
  assert.is(lossOf(profile([CLONE, rule('no_such_call')])), 'kept');
  assert.is(lossOf(profile([rule('mkdir')])), 'kept');
  // A rule that says what the default says is left out before.
  assert.is(lossOf(profile([CLONE, { names: ['mkdir'], action: 'SCMP_ACT_ALLOW' }])), 'kept');
});

test('where several rules are put together it cannot be told for sure', () => {
  const both = [rule('clone', when(0)), rule('clone', when(1))];
  assert.is(lossOf(profile([...both, rule('mkdir', when(0), when(1))])), 'kept');
  assert.is(
    lossOf(profile([rule('clone', when(0), when(1)), rule('mkdir', when(0)), rule('mkdir', when(1))])),
    'perhaps lost behind mkdir',
  );
});

test('x86_64 loses them beside x32 only, i386 never', () => {
  const value = (...architectures: string[]): object =>
    profile([CLONE, rule('socketcall'), rule('io_pgetevents_time64')], architectures);
  assert.is(lossOf(value(), { architecture: 'amd64' }), 'kept');
  assert.is(lossOf(value('SCMP_ARCH_X32'), { architecture: 'amd64' }), 'lost behind socketcall');
  assert.is(lossOf(profile([CLONE, rule('arm_fadvise64_64')]), { architecture: '386' }), 'kept');
});

test('runc loses none of more than 32 rules', () => {
  const many = (count: number): object => profile([...Array(count).fill(CLONE), rule('mkdir')]);
  assert.is(lossOf(many(31), { runtime: 'runc' }), 'lost behind mkdir');
  assert.is(lossOf(many(32), { runtime: 'runc' }), 'kept');
  assert.is(lossOf(many(32)), 'lost behind mkdir');
});

test('what is lost evaluates to the default, what may be lost is not sure', () => {
  const clone = { architecture: 'SCMP_ARCH_AARCH64', number: 220, args: [1n, 1n] } as const;
  const lost = evaluate(filterOf(profile([CLONE, rule('mkdir')])), clone);
  assert.equal([lost.outcome.action, lost.by, lost.certainty], ['SCMP_ACT_ALLOW', 'default', 'exact']);
  const unsure = profile([rule('clone', when(0), when(1)), rule('mkdir', when(0)), rule('mkdir', when(1))]);
  assert.is(evaluate(filterOf(unsure), clone).certainty, 'libseccomp-decides');
});

test('lint tells it as an error on the architecture of the node, as a warning elsewhere', () => {
  const tell = (value: object, architecture: Facts['architecture']): readonly string[] => {
    const content = new TextEncoder().encode(JSON.stringify(value));
    const { runtime: _, libseccomp: __, ...facts } = FACTS;
    return lintFile(content, 'f', 'f', { facts: [{ ...facts, architecture }] })
      .problems.filter(({ code }) => code === 'SP318')
      .map(({ severity, path, message }) => `${severity} ${path} ${message}`);
  };
  const value = profile([CLONE, rule('mkdir')], ['SCMP_ARCH_AARCH64']);
  assert.equal(tell(value, 'arm64'), [
    'error $.syscalls[1] libseccomp asks for mkdir first, which SCMP_ARCH_AARCH64 does not have, and then never looks at the number of a call: no rule counts there and every call gets the default (ALLOW)',
  ]);
  assert.match(tell(value, 'amd64')[0]!, /^warning \$\.syscalls\[1\] .*\(on SCMP_ARCH_AARCH64\)$/);
  assert.equal(tell(profile([CLONE, rule('mkdirat')]), 'arm64'), []);
});

test.run();
