// The command line as a whole: help, wrong words, and that every verb is found.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCli } from '../../plugin/cli.ts';
import { verbs } from '../../plugin/commands/verbs.ts';
import { SeccompError } from '../../src/error.ts';
import { fakeOutside } from '../support/fake-outside.ts';
import { matchGolden } from '../support/golden.ts';

const test = suite('plugin/cli');

const help = async (...args: string[]): Promise<string> => {
  const outside = fakeOutside();
  await runCli(args, outside);
  assert.is(outside.stderrText(), '');
  return outside.stdoutText();
};

/** Runs a command line that makes no sense. */
const refused = async (...args: string[]): Promise<SeccompError> => {
  const outside = fakeOutside();
  try {
    await runCli(args, outside);
  } catch (thrown) {
    assert.instance(thrown, SeccompError);
    assert.is((thrown as SeccompError).code, 'usage');
    assert.is(outside.stdoutText(), '');
    return thrown as SeccompError;
  }
  throw new Error(`${args.join(' ')} was accepted`);
};

test('help of the whole, by any of its names, and without a verb', async () => {
  const text = await help('--help');
  matchGolden('help.txt', text);
  for (const args of [[], ['help'], ['-h'], ['help', '--help']])
    assert.is(await help(...args), text, args.join(' '));
});

for (const verb of [...Object.keys(verbs), 'bundle build', 'bundle inspect', 'bundle verify']) {
  test(`help of ${verb}`, async () => {
    const text = await help(...verb.split(' '), '--help');
    matchGolden(`help-${verb.replace(' ', '-')}.txt`, text);
    assert.is(await help('help', ...verb.split(' ')), text);
  });
}

test('an unknown verb is named, with where to look', async () => {
  const { message, hint } = await refused('aply');
  assert.is(message, 'unknown command "aply" for "kubectl seccomp"');
  assert.is(hint, "See 'kubectl seccomp --help' for usage.");
});

test('an unknown flag is named as it was typed', async () => {
  const { message, hint } = await refused('apply', '--dry-runn=client');
  assert.is(message, 'unknown flag: --dry-runn');
  assert.is(hint, "See 'kubectl seccomp apply --help' for usage.");
});

test('a flag without its value', async () => {
  assert.is((await refused('status', '--context')).message, 'flag needs a value: --context');
  assert.is((await refused('apply', '-f')).message, 'flag needs a value: -f');
});

test('too many and too few arguments', async () => {
  assert.is(
    (await refused('status', 'a', 'b')).message,
    'unexpected argument "b" for "kubectl seccomp status"',
  );
  assert.is((await refused('delete')).message, 'delete: an argument is missing');
  assert.is((await refused('bundle', 'verify')).message, 'bundle verify: an argument is missing');
});

test('what stands behind -- is an argument like any other', async () => {
  assert.is(
    (await refused('apply', '-f', 'profiles', '--', '--force')).message,
    'unexpected argument "--force" for "kubectl seccomp apply"',
  );
  assert.is(
    (await refused('bundle', 'verify', 'a', '--', '-b')).message,
    'unexpected argument "-b" for "kubectl seccomp bundle verify"',
  );
});

test('a switch is true or false, and nothing else passes for either', async () => {
  for (const given of ['--force=no', '--quiet=', '-R=x', '--insecure-skip-tls-verify=yes'])
    assert.match((await refused('apply', '-f', 'x', given)).message, 'is neither true nor false', given);
  assert.match(
    (await refused('delete', 'web', '--yes=yes')).message,
    '--yes: "yes" is neither true nor false',
  );
  assert.match((await refused('version', '--client=0x1')).message, '--client: "0x1"');
});

test('values that would go astray in the cluster are refused here', async () => {
  const message = async (...args: string[]): Promise<string> =>
    (await refused('apply', '-f', 'x', ...args)).message;
  assert.is(await message('--nodes='), '--nodes: "" names no node');
  assert.is(await message('--nodes', ','), '--nodes: "," names no node');
  for (const path of ['var/lib/kubelet', '/a/../b', '/a/.', ''])
    assert.match(
      await message(`--kubelet-root=${path}`),
      `--kubelet-root: "${path}" is not an absolute path`,
    );
  for (const name of ['../nodes', 'A', '', 'a'.repeat(64)])
    assert.is(
      await message('--install-namespace', name),
      `--install-namespace: "${name}" is not the name of a namespace`,
    );
  assert.match(await message('--image='), '--image: "" is not the name of an image');
  assert.match(await message('--root='), '--root: "" is not a folder');
  assert.match(await message('-l', 'a in'), '"a in" is no label selector');
});

test('values that are none of the words, no duration, or out of range', async () => {
  assert.match(
    (await refused('status', '-o', 'xml')).message,
    '-o: "xml" is not one of wide, json, yaml, name',
  );
  assert.match((await refused('apply', '--timeout', '1d')).message, '--timeout: "1d" is not a duration');
  assert.match((await refused('apply', '--timeout', '2h')).message, 'not between 1s and 1h');
  assert.match((await refused('apply', '--max-in-flight', '0')).message, '"0" is not a whole number from 1');
});

test('a group says which verbs it has', async () => {
  assert.match((await refused('bundle')).message, 'say build, inspect or verify');
  assert.is((await refused('bundle', 'x')).message, 'unknown command "x" for "kubectl seccomp bundle"');
});

test.run();
