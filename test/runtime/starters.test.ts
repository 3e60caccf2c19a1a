// The starter profiles on real runtimes: with one, and with what the program itself calls, a container starts.
import * as assert from 'uvu/assert';
import { readBuiltin } from '../../src/profile/builtins.ts';
import { suiteThatNeeds } from '../support/requires.ts';
import { findRuncs, prepareContainers } from './runc.ts';

const test = suiteThatNeeds('test/runtime/starters', ['linux', 'root', 'runc', 'cc']);

/** The profile of that name, with what a program that does nothing calls. */
const withExit = (name: string): string => {
  const content = readBuiltin(name);
  assert.ok(content, name);
  const profile = JSON.parse(new TextDecoder().decode(content)) as { syscalls: { names: string[] }[] };
  profile.syscalls[0]!.names.push('exit', 'exit_group');
  return JSON.stringify(profile);
};

test('a container starts with its runtime’s minimum, with and without no-new-privileges', async () => {
  const containers = prepareContainers();
  try {
    for (const runc of findRuncs()) {
      const base = `runtime/runc-${runc.version}-minimum`;
      for (const [name, noNewPrivileges] of [
        [base, false],
        [base, true],
        [`${base}-no-new-privileges`, true],
      ] as const) {
        const outcome = await containers.run(runc, withExit(name), 'nothing', noNewPrivileges);
        assert.is(outcome.kind, 'started', `${name}, ${noNewPrivileges}: ${outcome.output}`);
        assert.is(outcome.code, 0, name);
      }
      // The shorter one is for containers with no-new-privileges only.
      const short = withExit(`${base}-no-new-privileges`);
      assert.is((await containers.run(runc, short, 'nothing', false)).kind, 'starved', runc.version);
    }
  } finally {
    containers.remove();
  }
});

test.run();
