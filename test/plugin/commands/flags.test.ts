// kubectl's global flags against ours: what its users type by habit must mean the same, or be refused in words.
import { execFileSync } from 'node:child_process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { clusterFlags } from '../../../plugin/commands/flags.ts';
import { versionCommand } from '../../../plugin/commands/version.ts';
import { kubectlPath } from '../../support/beside-kubectl.ts';
import { parseCommand } from '../../support/parse-command.ts';
import { suiteThatNeeds } from '../../support/requires.ts';

const test = suite('plugin/commands/flags');

const connectOf = async (...args: string[]): Promise<object> => {
  const { connect } = (await parseCommand(versionCommand, args)) as { readonly connect: object };
  const { image, installNamespace, jobTimeoutMs, launch, privilege, ...rest } = connect as Record<
    string,
    unknown
  >;
  return rest;
};

test('credentials, impersonation and the rest are handed on', async () => {
  assert.equal(
    await connectOf(
      ...['--username=jo', '--password', 'a b', '--as-user-extra=a/b=x', '--as-user-extra=a/b=y,z'],
      ...['--as-group=g,h', '--disable-compression', '--match-server-version', '--warnings-as-errors'],
      ...['--kuberc=rc', '-v=6', '--proxy-url=http://p:1'],
    ),
    {
      username: 'jo',
      password: 'a b',
      asUserExtra: { 'a/b': ['x', 'y,z'] },
      asGroup: ['g,h'],
      isCompressionDisabled: true,
      isVersionMatched: true,
      areWarningsErrors: true,
      kuberc: 'rc',
      verbosity: 6,
      proxyUrl: 'http://p:1',
    },
  );
  assert.equal(await connectOf('--v=9', '-v', '7'), { verbosity: 7 });
});

test('what tunes kubectl itself is taken, and changes nothing', async () => {
  assert.equal(
    await connectOf(
      '--cache-dir=x',
      '--profile=cpu',
      '--profile-output=x',
      '--log-flush-frequency=1s',
      '--vmodule=a=1',
    ),
    {},
  );
});

test('values that make no sense are refused with their flag', async () => {
  for (const [args, wanted] of [
    [['-v=x'], '-v: "x" is not a whole number'],
    [['--as-user-extra=x'], '--as-user-extra: "x" is not KEY=VALUE'],
  ] as const) {
    const message = await connectOf(...args).catch((thrown: Error) => thrown.message);
    assert.is(message, wanted);
  }
});

test.run();

const beside = suiteThatNeeds('plugin/commands/flags beside kubectl', ['runc']);

beside(
  'every global flag of kubectl’s is known, with its letter, and takes a value where it does there',
  () => {
    const text = execFileSync(kubectlPath(), ['options'], { encoding: 'utf8', env: { HOME: '/nowhere' } });
    const theirs = [...text.matchAll(/^ {4}(?:-(\w), )?--([\w-]+)=(.*):$/gm)];
    assert.ok(theirs.length > 25, text);
    for (const [, letter, name = '', value] of theirs) {
      // That one ends kubectl itself; ours is `--version` before any verb.
      if (name === 'version') continue;
      const ours = clusterFlags[name];
      assert.ok(ours, `--${name} is unknown here`);
      assert.is(ours.type === 'boolean', value === 'false', `--${name}=${value}`);
      if (letter !== undefined && letter !== name) assert.is(ours.alias, letter);
    }
  },
);

beside.run();
