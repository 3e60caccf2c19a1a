// Which program runs where only some may.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkPolicy, type PluginPolicy, permitPlugin } from '../../../plugin/cluster/plugin-policy.ts';
import { SeccompError } from '../../../src/error.ts';

const test = suite<{ folder: string }>('plugin/cluster/plugin-policy');

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'plugin-policy-'));
  for (const name of ['a', 'b']) {
    mkdirSync(join(context.folder, name));
    writeFileSync(join(context.folder, name, 'login'), '');
    chmodSync(join(context.folder, name, 'login'), 0o755);
  }
});

test.after.each(({ folder }) => rmSync(folder, { recursive: true, force: true }));

const allowing = (...allowlist: string[]): PluginPolicy => ({ type: 'Allowlist', allowlist, file: '/rc' });

const outcome = (policy: PluginPolicy, command: string, PATH: string): Promise<string> =>
  permitPlugin(policy, command, { PATH }).catch((thrown: SeccompError) => {
    assert.instance(thrown, SeccompError);
    assert.match(thrown.hint ?? '', '/rc');
    return thrown.message;
  });

test('without a limit the command is what it was; under DenyAll nothing runs', async () => {
  for (const type of ['', 'AllowAll']) assert.is(await outcome({ type, file: '/rc' }, 'login', ''), 'login');
  assert.is(
    await outcome({ type: 'DenyAll', file: '/rc' }, './login', ''),
    'getting credentials: plugin "login" not allowed: policy set to "DenyAll"',
  );
});

test('what was compared is what runs: the file that the PATH has first', async ({ folder }) => {
  const [first, second] = ['a', 'b'].map((name) => join(folder, name, 'login')) as [string, string];
  const path = [join(folder, 'a'), join(folder, 'b')].join(delimiter);
  assert.is(await outcome(allowing('login'), 'login', path), first);
  assert.is(await outcome(allowing(first), 'login', path), first);
  assert.is(await outcome(allowing('login'), first, path), first);
  assert.is(
    await outcome(allowing('login'), second, path),
    `getting credentials: plugin path "${second}" is not permitted by the credential plugin allowlist`,
  );
  assert.match(await outcome(allowing(second), 'login', path), 'is not permitted');
});

test('a program that is not there, or that the current folder would give, is none', async ({ folder }) => {
  assert.match(await outcome(allowing('/x/login'), 'login', join(folder, 'none')), 'cannot be resolved');
  const here = process.cwd();
  process.chdir(folder);
  try {
    const path = ['a', join(folder, 'b')].join(delimiter);
    assert.match(await outcome(allowing('/x/login'), 'login', path), 'cannot be resolved');
  } finally {
    process.chdir(here);
  }
});

test('a policy that contradicts itself is refused', () => {
  for (const [policy, wanted] of [
    [{ type: 'Some' }, 'unknown plugin policy: "Some"'],
    [{ type: 'Allowlist' }, 'allowlist is unspecified'],
    [{ type: 'Allowlist', allowlist: [] }, 'use "DenyAll" policy instead'],
    [{ type: 'Allowlist', allowlist: ['a', ''] }, 'empty allowlist entry #2'],
    [{ type: 'Allowlist', allowlist: ['/a/../b'] }, 'non-normalized file path: "/a/../b" vs "/b"'],
    [{ type: '', allowlist: ['a'] }, 'plugin policy is "" but allowlist is non-nil'],
    [{ type: 'DenyAll', allowlist: [] }, 'plugin policy is "DenyAll" but allowlist is non-nil'],
  ] as const)
    assert.throws(
      () => checkPolicy({ ...policy, file: '/rc' }),
      (thrown: Error) =>
        thrown.message.startsWith('invalid plugin policy: ') && thrown.message.endsWith(wanted),
    );
});

test.run();
