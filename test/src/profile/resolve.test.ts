// What becomes of a file's rules on the way to the kernel: by who reads it, and by what an architecture's calls look like.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { answer, fateOf } from '../../../src/profile/answer.ts';
import { defaultCompileOptions } from '../../../src/profile/compile-options.ts';
import { evaluate } from '../../../src/profile/evaluate.ts';
import type { Facts, KnownFacts } from '../../../src/profile/facts.ts';
import { prepareFile } from '../../../src/profile/prepare.ts';
import { type EffectiveFilter, resolve } from '../../../src/profile/resolve.ts';

const test = suite('src/profile/resolve');

const sourceOf = (profile: object) => {
  const content = new TextEncoder().encode(JSON.stringify(profile));
  const options = { ...defaultCompileOptions, architectures: ['s390x', '386'] as const };
  const { profiles, problems } = prepareFile(content, 'f', 'f', options);
  if (profiles[0] === undefined) throw new Error(problems.map(({ message }) => message).join('\n'));
  return profiles[0].source;
};

const facts: Facts = {
  ...defaultCompileOptions,
  architecture: '386',
  runtime: 'runc',
  libseccomp: '2.6.1',
  dialect: 'docker',
};
const outcome = (filter: EffectiveFilter, number: number, ...args: bigint[]): string => {
  const [architecture] = filter.parts.keys();
  const verdict = evaluate(filter, { architecture: architecture!, number, args });
  return `${verdict.outcome.action.slice(9)} ${verdict.by}`;
};

const SOCKETCALL = 102;
const SOCKET = 359;
const when = (index: number, value: number) => ({ index, value, op: 'SCMP_CMP_EQ' });

test('a rule on a part of socketcall counts for both ways, without its condition on argument 0', () => {
  const rule = { names: ['socket'], action: 'SCMP_ACT_ERRNO', args: [when(0, 16), when(1, 3)] };
  const filter = resolve(sourceOf({ defaultAction: 'SCMP_ACT_ALLOW', syscalls: [rule] }), facts);
  assert.is(outcome(filter, SOCKET, 16n, 3n), 'ERRNO rule');
  assert.is(outcome(filter, SOCKET, 1n, 3n), 'ALLOW default');
  assert.is(outcome(filter, SOCKETCALL, 1n, 3n), 'ERRNO rule');
  assert.is(outcome(filter, SOCKETCALL, 2n, 3n), 'ALLOW default');
});

test('on s390x runc answers ENOSYS to 0, which stands for numbers that the kernel does not know', () => {
  const profile = {
    defaultAction: 'SCMP_ACT_ERRNO',
    syscalls: [{ names: ['read'], action: 'SCMP_ACT_ALLOW' }],
  };
  const on = (runtime: Facts['runtime']): EffectiveFilter =>
    resolve(sourceOf(profile), { ...facts, architecture: 's390x', runtime });
  assert.is(outcome(on('runc'), 0), 'ERRNO stub');
  assert.is(outcome(on('crun'), 0), 'ERRNO default');
  assert.is(outcome(on('runc'), 3), 'ALLOW rule');
});

test('ENOSYS has another number on mips', () => {
  const enosys = (architecture: Facts['architecture']): number | undefined =>
    resolve(sourceOf({ defaultAction: 'SCMP_ACT_ALLOW' }), { ...facts, architecture }).enosys.errno;
  assert.is(enosys('amd64'), 38);
  assert.is(enosys('mips64le'), 89);
});

test("containerd passes over archMap and errnos by name, CRI-O doesn't", () => {
  const source = sourceOf({
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrno: 'ENOSYS',
    archMap: [{ architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86'] }],
    syscalls: [
      { names: ['chown'], action: 'SCMP_ACT_ERRNO', errno: 'EACCES', excludes: { arches: ['amd64'] } },
    ],
  });
  const on = (dialect: Facts['dialect']): EffectiveFilter =>
    resolve(source, { ...facts, architecture: 'amd64', dialect });
  assert.equal([...on('containerd').parts.keys()], ['SCMP_ARCH_X86_64']);
  assert.equal([...on('cri-o').parts.keys()], ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86']);
  assert.equal(on('containerd').fallback, { action: 'SCMP_ACT_ERRNO', errno: 1 });
  assert.equal(on('cri-o').fallback, { action: 'SCMP_ACT_ERRNO', errno: 38 });
  assert.is(on('cri-o').parts.get('SCMP_ARCH_X86_64')?.rules.size, 0);
  // Without the condition the rule stays, and without the name its errno is EPERM: what the default says anyway.
  assert.is(on('containerd').parts.get('SCMP_ARCH_X86_64')?.rules.size, 0);
  assert.is(on('containerd').parts.get('SCMP_ARCH_X86_64')?.stubAbove, 92);
});

test('an errno beyond 16 bits is cut, as runtimes cut it', () => {
  const source = { ...sourceOf({ defaultAction: 'SCMP_ACT_ERRNO' }), defaultErrnoRet: 65549 };
  assert.is(resolve(source, facts).fallback.errno, 13);
});

test('answers that agree are one, and name all for whom they hold', () => {
  const known: KnownFacts = { ...defaultCompileOptions, architecture: 'amd64', dialect: 'docker' };
  const source = sourceOf({ defaultAction: 'SCMP_ACT_ALLOW' });
  const answers = answer(source, { syscall: '0x53', args: [] }, known)!;
  assert.is(answers.length, 1);
  assert.equal(answers[0]?.runtimes, ['runc', 'crun']);
  assert.is(fateOf(answers), 'goes through');
  assert.is(answer(source, { syscall: '4294967296', args: [] }, known), undefined);
});

test.run();
