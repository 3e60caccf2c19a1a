// What counts for a policy is what a profile does, on every kind of node that is asked about.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { KnownFacts } from '../../../../src/profile/facts.ts';
import { lintFile } from '../../../../src/profile/lint/lint.ts';
import type { PolicyRule } from '../../../../src/profile/policy/policy.ts';
import { nodeWith } from '../lint/every-code.ts';

const test = suite('src/profile/policy/check-policy');

const breaches = (
  profile: object,
  rule: Partial<PolicyRule>,
  { facts = [nodeWith()], path = 'a.json' }: { facts?: readonly KnownFacts[]; path?: string } = {},
): readonly string[] =>
  lintFile(new TextEncoder().encode(JSON.stringify(profile)), path, path, {
    facts,
    policy: { rules: [{ paths: [], ...rule }] },
  })
    .problems.filter(({ code }) => code.startsWith('SP8'))
    .map(({ code, path: at, message }) => `${code} ${at}: ${message}`);

const rule = (name: string, action = 'SCMP_ACT_ALLOW', ...args: object[]): object => ({
  names: [name],
  action,
  args,
});
const deny = (...syscalls: object[]): object => ({ defaultAction: 'SCMP_ACT_ERRNO', syscalls });
const allow = (...syscalls: object[]): object => ({ defaultAction: 'SCMP_ACT_ALLOW', syscalls });
const FLAG = { index: 0, value: 1, op: 'SCMP_CMP_EQ' };
const BPF: Partial<PolicyRule> = { forbiddenSyscalls: ['bpf'] };

test('a forbidden call is found however it comes to go through', () => {
  assert.equal(breaches(deny(rule('bpf')), BPF), [
    'SP803 $.syscalls[0]: bpf: goes through, which the policy forbids',
  ]);
  assert.equal(breaches(allow(), BPF), [
    'SP803 $.defaultAction: bpf: goes through, which the policy forbids',
  ]);
  for (const action of ['LOG', 'TRACE', 'NOTIFY'].map((name) => `SCMP_ACT_${name}`)) {
    const profile = { ...deny(rule('bpf', action)), listenerPath: '/run/agent.sock' };
    assert.is(breaches(profile, BPF).length, 1, action);
  }
  assert.equal(breaches(deny(rule('bpf', 'SCMP_ACT_ALLOW', FLAG)), BPF), [
    'SP803 $.syscalls[0]: bpf: goes through under conditions, which the policy forbids',
  ]);
  assert.is(breaches(allow(rule('bpf', 'SCMP_ACT_ERRNO', FLAG)), BPF).length, 1);
});

test('a call that is refused is no breach, whichever way', () => {
  for (const profile of [
    deny(),
    allow(rule('bpf', 'SCMP_ACT_ERRNO')),
    allow(rule('bpf', 'SCMP_ACT_KILL_PROCESS')),
    deny(rule('bpf', 'SCMP_ACT_KILL'), rule('bpf')),
  ]) {
    assert.equal(breaches(profile, BPF), []);
  }
});

test('a rule that runtimes leave out hides no breach', () => {
  assert.is(breaches(deny(rule('bpf', 'SCMP_ACT_ERRNO'), rule('bpf')), BPF).length, 1);
});

test('a call may be allowed under conditions only', () => {
  const demand: Partial<PolicyRule> = { conditionalSyscalls: ['clone'], reason: 'section 4' };
  assert.equal(breaches(deny(rule('clone', 'SCMP_ACT_ALLOW', FLAG)), demand), []);
  assert.equal(breaches(allow(rule('clone', 'SCMP_ACT_ERRNO', FLAG)), demand), []);
  assert.equal(breaches(deny(rule('clone')), demand), [
    'SP804 $.syscalls[0]: clone: goes through whatever its arguments, which the policy allows only under conditions: section 4',
  ]);
});

test('with a list of what may go through, the rest may not', () => {
  const demand: Partial<PolicyRule> = { allowedSyscalls: ['read', 'write'] };
  assert.equal(breaches(deny(rule('read')), demand), []);
  assert.equal(breaches(deny(rule('read'), rule('mkdir')), demand), [
    'SP803 $.syscalls[1]: mkdir: goes through, which the policy does not allow',
  ]);
  assert.match(breaches(allow(), demand)[0]!, / and \d{3} more: goes through/);
});

test('every architecture of the filter is asked, and calls that are parts of another', () => {
  const i386 = { ...deny(rule('socketcall')), architectures: ['SCMP_ARCH_X86'] };
  const demand: Partial<PolicyRule> = { forbiddenSyscalls: ['socket'] };
  assert.equal(breaches(i386, demand), [
    'SP803 $.syscalls[0]: socket: goes through, which the policy forbids (on SCMP_ARCH_X86)',
  ]);
  assert.equal(breaches(deny(rule('socketcall')), demand), []);
  const bind = { ...deny(rule('bind')), architectures: ['SCMP_ARCH_X86'] };
  assert.equal(breaches(bind, demand), []);
});

test('actions and architectures', () => {
  assert.equal(breaches(allow(), { defaultActions: ['SCMP_ACT_ERRNO'], reason: 'no deny-lists' }), [
    'SP801 $.defaultAction: the policy allows SCMP_ACT_ERRNO as default action, not SCMP_ACT_ALLOW: no deny-lists',
  ]);
  assert.equal(breaches(deny(rule('read', 'SCMP_ACT_LOG'), rule('write')), { actions: ['SCMP_ACT_ALLOW'] }), [
    'SP802 $.syscalls[0]: the policy does not allow the action SCMP_ACT_LOG',
  ]);
  const demand: Partial<PolicyRule> = { requiredArchitectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'] };
  assert.equal(breaches(deny(), demand), [
    'SP805 $: the policy requires SCMP_ARCH_X86, which the filter does not cover on amd64',
  ]);
  assert.equal(breaches({ ...deny(), architectures: ['SCMP_ARCH_X86'] }, demand), []);
});

test('a rule counts for the paths that it names, in any of its patterns', () => {
  for (const [paths, count] of [
    [[], 1],
    [['a.json'], 1],
    [['b.json', 'a.*'], 1],
    [['web/*'], 0],
  ] as const) {
    assert.is(breaches(allow(), { ...BPF, paths }).length, count, paths.join());
  }
});

test('what is not known of the node is asked for all of them, and told once', () => {
  const facts = [nodeWith(), nodeWith({ architecture: 'arm64' })];
  assert.is(breaches(allow(), BPF, { facts }).length, 1);
  const docker = {
    defaultAction: 'SCMP_ACT_ERRNO',
    syscalls: [{ names: ['bpf'], action: 'SCMP_ACT_ALLOW', includes: { arches: ['arm64'] } }],
  };
  assert.is(breaches(docker, BPF, { facts }).length, 1);
  assert.is(breaches(docker, BPF).length, 0);
});

test.run();
