// What a filter lacks for a runtime, where the table alone does not say: conditions, agents, calls that stand in for
// others, and what is not known of the node.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultCompileOptions } from '../../../../src/profile/compile-options.ts';
import { prepareFile } from '../../../../src/profile/prepare.ts';
import { type EffectiveFilter, resolve } from '../../../../src/profile/resolve.ts';
import { type Lack, missingToExec, missingToStart } from '../../../../src/profile/start/missing.ts';

const test = suite('src/profile/start/missing');

const filterOf = (profile: object, runtime: 'runc' | 'crun' = 'runc'): EffectiveFilter => {
  const content = new TextEncoder().encode(JSON.stringify(profile));
  const [prepared] = prepareFile(content, 'f', 'f', defaultCompileOptions).profiles;
  const node = { architecture: 'amd64', runtime, libseccomp: '2.6.1', dialect: 'containerd' } as const;
  return resolve(prepared!.source, { ...defaultCompileOptions, ...node });
};

/** Refuses one call in one way, and allows the rest. */
const without = (name: string, rule: object = { action: 'SCMP_ACT_ERRNO' }): EffectiveFilter =>
  filterOf({ defaultAction: 'SCMP_ACT_ALLOW', syscalls: [{ names: [name], ...rule }] });

const RUNC = {
  architecture: 'amd64',
  runtime: { name: 'runc', version: '1.5.2' },
  noNewPrivileges: true,
} as const;

const spell = (lacks: readonly Lack[]): readonly string[] =>
  lacks.map(({ certainty, effect, calls }) => `${certainty} ${effect}: ${calls.map(({ name }) => name)}`);

test('nothing is missing where everything is allowed', () => {
  const filter = filterOf({ defaultAction: 'SCMP_ACT_LOG' });
  for (const name of ['runc', 'crun'] as const) {
    assert.equal(missingToStart(filter, { architecture: 'amd64', runtime: { name } }), []);
  }
});

test('without execve the container starts and ends at once', () => {
  assert.equal(spell(missingToStart(without('execve'), RUNC)), ['refused ends at once: execve']);
});

test('a call that is refused under a condition, or by an agent, may be missing', () => {
  const args = [{ index: 0, value: 1, op: 'SCMP_CMP_EQ' }];
  const conditional = without('close', { action: 'SCMP_ACT_ERRNO', args });
  assert.equal(spell(missingToStart(conditional, RUNC)), ['may does not start: close']);
  const rule = { names: ['close'], action: 'SCMP_ACT_NOTIFY' };
  const asked = filterOf({ defaultAction: 'SCMP_ACT_ALLOW', listenerPath: '/a', syscalls: [rule] });
  assert.equal(spell(missingToStart(asked, RUNC)), ['may does not start: close']);
});

test('most runcs do without openat2 where they have fcntl and readlinkat, unless they are killed for it', () => {
  assert.equal(missingToStart(without('openat2'), RUNC), []);
  for (const [version, lacks] of [
    ['1.2.8', ['refused does not start: openat2']],
    ['1.2.9', []],
    ['1.3.3', ['refused does not start: openat2']],
    ['1.3.4', []],
    ['1.4.0', []],
  ] as const) {
    const older = { ...RUNC, runtime: { name: 'runc', version } } as const;
    assert.equal(spell(missingToStart(without('openat2'), older)), lacks, version);
  }
  const killing = without('openat2', { action: 'SCMP_ACT_KILL_PROCESS' });
  assert.equal(spell(missingToStart(killing, RUNC)), ['refused does not start: openat2']);
  const rule = { names: ['openat2', 'readlinkat'], action: 'SCMP_ACT_ERRNO' };
  const both = filterOf({ defaultAction: 'SCMP_ACT_ALLOW', syscalls: [rule] });
  assert.equal(spell(missingToStart(both, RUNC)), ['refused does not start: openat2']);
});

test('a call of Go’s own runtime may be missing, one that is borne is not unless it kills', () => {
  assert.equal(spell(missingToStart(without('futex'), RUNC)), ['may does not start: futex']);
  assert.equal(missingToStart(without('fcntl'), RUNC), []);
  const killing = without('fcntl', { action: 'SCMP_ACT_KILL_PROCESS' });
  assert.equal(spell(missingToStart(killing, RUNC)), ['refused does not start: fcntl']);
});

test('what is unknown of the node is asked in every way', () => {
  const lacks = missingToStart(without('setuid'), { architecture: 'amd64', runtime: { name: 'runc' } });
  assert.ok(lacks.length > 1 && lacks.every(({ noNewPrivileges }) => !noNewPrivileges));
  assert.is(new Set(lacks.map(({ runtime }) => runtime.version)).size, lacks.length);
});

test('on another architecture than the measured one only execve is sure', () => {
  const question = { ...RUNC, architecture: 'arm64' } as const;
  const content = (name: string) => ({
    defaultAction: 'SCMP_ACT_ALLOW',
    syscalls: [{ names: [name], action: 'SCMP_ACT_ERRNO' }],
  });
  const on = (name: string): EffectiveFilter => {
    const bytes = new TextEncoder().encode(JSON.stringify(content(name)));
    const [prepared] = prepareFile(bytes, 'f', 'f', defaultCompileOptions).profiles;
    const node = {
      architecture: 'arm64',
      runtime: 'runc',
      libseccomp: '2.6.1',
      dialect: 'containerd',
    } as const;
    return resolve(prepared!.source, { ...defaultCompileOptions, ...node });
  };
  assert.equal(spell(missingToStart(on('close'), question)), ['may does not start: close']);
  assert.equal(spell(missingToStart(on('execve'), question)), ['refused ends at once: execve']);
});

test('crun needs more for exec than to start, runc does not', () => {
  const crun = { ...RUNC, runtime: { name: 'crun', version: '1.8.1' }, noNewPrivileges: false } as const;
  const rule = { names: ['setgroups'], action: 'SCMP_ACT_ERRNO' };
  const filter = filterOf({ defaultAction: 'SCMP_ACT_ALLOW', syscalls: [rule] }, 'crun');
  assert.equal(missingToStart(filter, crun), []);
  assert.equal(spell(missingToExec(filter, crun)), ['refused does not start: setgroups']);
  assert.equal(missingToExec(filter, RUNC), missingToStart(filter, RUNC));
});

test.run();
