// `delete`: asks first, removes, and says what came of it.
import { Readable } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCli } from '../../../plugin/cli.ts';
import { type DeleteOptions, deleteCommand } from '../../../plugin/commands/delete.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeCluster, sampleNode } from '../../support/fake-cluster.ts';
import { type FakeOutsideOptions, fakeOutside } from '../../support/fake-outside.ts';
import { parseCommand } from '../../support/parse-command.ts';

const test = suite('plugin/commands/delete');

const files = { 'web.json': '{"defaultAction":"SCMP_ACT_ERRNO"}' };

const applied = async (): Promise<Required<Pick<FakeOutsideOptions, 'clock' | 'cluster'>>> => {
  const clock = new FakeClock();
  const cluster = new FakeCluster({ nodes: [sampleNode('node-1'), sampleNode('node-2')], clock });
  await runCli(
    ['apply', '-f', 'web.json', '--name', 'web', '--quiet'],
    fakeOutside({ files, clock, cluster }),
  );
  return { clock, cluster };
};

test('flags arrive', async () => {
  const options = await parseCommand<DeleteOptions>(deleteCommand, [
    'web',
    '-y',
    '--force',
    '--dry-run=client',
    '--nodes=a',
  ]);
  assert.is(options.bundle, 'web');
  assert.ok(options.isYes && options.isForced);
  assert.is(options.dryRun, 'client');
  assert.equal(options.selection.names, ['a']);
});

test('without a terminal and without --yes it refuses and touches nothing', async () => {
  const outside = fakeOutside(await applied());
  await runCli(['delete', 'web'], outside).then(
    () => assert.unreachable(),
    (thrown) => {
      assert.is(thrown.code, 'usage');
      assert.match(thrown.hint, '--yes');
    },
  );
  assert.equal(outside.connections, []);
});

test('on a terminal it asks; anything but a yes changes nothing', async () => {
  for (const answer of ['n\n', '\n', '', 'yesterday\n']) {
    const outside = fakeOutside({ ...(await applied()), isTerminal: true, stdin: answer });
    await runCli(['delete', 'web'], outside).then(
      () => assert.unreachable(),
      (thrown) => assert.match(thrown.message, 'nothing was changed'),
    );
    assert.match(outside.stderrText(), 'Delete bundle "web" from every node? [y/N] ');
    assert.equal(outside.connections, []);
  }
});

test('a yes on the terminal deletes', async () => {
  const outside = fakeOutside({ ...(await applied()), isTerminal: true, stdin: 'y\n' });
  await runCli(['delete', 'web'], outside);
  assert.is(
    outside.stdoutText(),
    'node/node-1 removed\nnode/node-2 removed\nweb@v2: 2 nodes done, 0 failed\n',
  );
  assert.is(outside.exitCode(), 0);
});

test('Ctrl-C at the question ends it', async () => {
  const outside = fakeOutside({ ...(await applied()), isTerminal: true });
  const silent = Object.assign(new Readable({ read: () => {} }), { isTTY: true });
  const asking = runCli(['delete', 'web'], { ...outside, stdin: silent });
  while (!outside.stderrText().includes('[y/N]')) await new Promise((resolve) => setImmediate(resolve));
  outside.interruption.abort(new Error('interrupted'));
  await asking.then(
    () => assert.unreachable(),
    (thrown) => assert.is(thrown.message, 'interrupted'),
  );
});

test('an end of input at the question is a no, and ends the line', async () => {
  const outside = fakeOutside({ ...(await applied()), isTerminal: true, stdin: '' });
  await runCli(['delete', 'web'], outside).catch(() => {});
  assert.is(outside.stderrText(), 'Delete bundle "web" from every node? [y/N] \n');
});

test('a bundle that was never there is an error; one that was deleted already is done', async () => {
  const given = await applied();
  const outside = fakeOutside(given);
  await runCli(['delete', 'wbe', '--yes', '--quiet'], outside).then(
    () => assert.unreachable(),
    (thrown) =>
      assert.is(thrown.message, 'bundle "wbe" was never applied here, and no node is known to have it'),
  );
  assert.is(outside.stdoutText(), '');
  for (const _ of ['first', 'again']) {
    const again = fakeOutside(given);
    await runCli(['delete', 'web', '--yes', '--quiet'], again);
    assert.is(again.exitCode(), 0);
  }
});

test('-o json is the written document', async () => {
  const outside = fakeOutside(await applied());
  await runCli(['delete', 'web', '--yes', '-o', 'json'], outside);
  const { kind, bundle, revision, summary } = JSON.parse(outside.stdoutText());
  assert.equal(
    { kind, bundle, revision, done: summary.done },
    { kind: 'DeleteResult', bundle: 'web', revision: 2, done: 2 },
  );
});

test.run();
