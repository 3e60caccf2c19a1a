// `version`: the plugin's always, the cluster's where it answers.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCli } from '../../../plugin/cli.ts';
import { type VersionOptions, versionCommand } from '../../../plugin/commands/version.ts';
import { SeccompError } from '../../../src/error.ts';
import { fakeOutside } from '../../support/fake-outside.ts';
import { parseCommand } from '../../support/parse-command.ts';

const test = suite('plugin/commands/version');

test('flags arrive', async () => {
  const options = await parseCommand<VersionOptions>(versionCommand, ['--client', '-oyaml', '--context=c']);
  assert.ok(options.isClientOnly);
  assert.is(options.output, 'yaml');
  assert.is(options.connect.context, 'c');
});

test('both versions', async () => {
  const outside = fakeOutside();
  await runCli(['version'], outside);
  assert.is(outside.stdoutText(), 'Client Version: v1.2.3\nServer Version: v1.37.0\n');
});

test('--client asks no cluster', async () => {
  const outside = { ...fakeOutside(), readServerVersion: () => Promise.reject(new Error('asked')) };
  await runCli(['version', '--client', '-o', 'json'], outside);
  assert.equal(JSON.parse(outside.stdoutText()), {
    apiVersion: 'kubectl-seccomp/v1',
    kind: 'Version',
    clientVersion: 'v1.2.3',
  });
});

test('a cluster that does not answer is an error after the plugin’s own version', async () => {
  const refused = new SeccompError('api', 'connection refused');
  const outside = { ...fakeOutside(), readServerVersion: () => Promise.reject(refused) };
  await runCli(['version'], outside).then(
    () => assert.unreachable(),
    (thrown) => assert.is(thrown, refused),
  );
  assert.is(outside.stdoutText(), 'Client Version: v1.2.3\n');
});

test.run();
