// `uninstall`: every bundle off every node, then all that is ours in the cluster.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCli } from '../../../plugin/cli.ts';
import { type UninstallOptions, uninstallCommand } from '../../../plugin/commands/uninstall.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeCluster, sampleNode } from '../../support/fake-cluster.ts';
import { type FakeOutsideOptions, fakeOutside } from '../../support/fake-outside.ts';
import { FakeWorkloads, localhost, samplePod, sampleTemplate } from '../../support/fake-workloads.ts';
import { parseCommand } from '../../support/parse-command.ts';

const test = suite('plugin/commands/uninstall');

const files = { 'a.json': '{"defaultAction":"SCMP_ACT_ERRNO"}' };

const applied = async (): Promise<Required<Pick<FakeOutsideOptions, 'clock' | 'cluster'>>> => {
  const clock = new FakeClock();
  const cluster = new FakeCluster({ nodes: [sampleNode('node-1'), sampleNode('node-2')], clock });
  for (const name of ['db', 'web']) {
    await runCli(
      ['apply', '-f', 'a.json', '--name', name, '--quiet'],
      fakeOutside({ files, clock, cluster }),
    );
  }
  return { clock, cluster };
};

test('flags arrive', async () => {
  const options = await parseCommand<UninstallOptions>(uninstallCommand, [
    '--yes',
    '--force',
    '--install-namespace=n',
  ]);
  assert.ok(options.isYes && options.isForced);
  assert.is(options.connect.installNamespace, 'n');
});

test('each bundle has its summary, and the last line says that it is gone', async () => {
  const outside = fakeOutside(await applied());
  await runCli(['uninstall', '--yes', '--quiet'], outside);
  assert.is(
    outside.stdoutText(),
    'db@v2: 2 nodes done, 0 failed\nweb@v2: 2 nodes done, 0 failed\nkubectl-seccomp uninstalled from namespace kubectl-seccomp\n',
  );
  assert.is(outside.exitCode(), 0);
});

test('a node that cannot be cleaned keeps it from being done', async () => {
  const { clock, cluster } = await applied();
  cluster.script = ({ node }) =>
    node.name === 'node-2'
      ? [{ kind: 'failed', reason: { code: 'read-only', message: 'read-only' } }]
      : [{ kind: 'reported' }];
  const outside = fakeOutside({ clock, cluster });
  await runCli(['uninstall', '--yes', '--quiet'], outside);
  assert.match(outside.stdoutText(), 'web@v2: 1 node done, 1 failed\n');
  assert.not.match(outside.stdoutText(), 'uninstalled');
  assert.match(outside.stderrText(), 'error: node/node-2: read-only\n');
  assert.match(outside.stderrText(), 'run it again to finish');
  assert.is(outside.exitCode(), 1);
});

const pinned = samplePod('front-1', localhost('web/a.json'));

test('what uses any bundle stops it before the first is removed, with all users listed', async () => {
  const workloads = new FakeWorkloads();
  workloads.pages = [
    { kind: 'templates', templates: [sampleTemplate(localhost('db/a.json'))] },
    { kind: 'pods', pods: [pinned, samplePod('other-1', localhost('else/a.json'))] },
  ];
  const given = { ...(await applied()), workloads };
  const outside = fakeOutside(given);
  const launched = given.cluster.launched.length;
  await runCli(['uninstall', '--yes', '--quiet'], outside).then(
    () => assert.unreachable(),
    (thrown) => {
      assert.is(thrown.code, 'conflict');
      assert.match(thrown.message, 'bundle "db" is in use:\n  deployment/front -n shop');
      assert.match(thrown.message, 'bundle "web" is in use:\n  deployment/front -n shop');
      assert.not.match(thrown.message, 'else');
      assert.match(thrown.hint, '--force');
    },
  );
  assert.is(given.cluster.launched.length, launched);
  const dry = fakeOutside(given);
  await runCli(['uninstall', '--dry-run=client', '--quiet'], dry);
  assert.match(dry.stderrText(), 'warning: would be refused without --force: bundle "db" is in use:\n  ');
  const forced = fakeOutside(given);
  await runCli(['uninstall', '--yes', '--force', '--quiet'], forced);
  assert.is(forced.exitCode(), 0);
});

test('where not all users can be seen it refuses too', async () => {
  const workloads = new FakeWorkloads();
  workloads.pages = [{ kind: 'unread', resource: 'pods', message: 'forbidden' }];
  await runCli(['uninstall', '--yes'], fakeOutside({ ...(await applied()), workloads })).then(
    () => assert.unreachable(),
    (thrown) => assert.match(thrown.message, 'cannot tell whether anything uses db, web'),
  );
});

test('it asks like delete does', async () => {
  const outside = fakeOutside(await applied());
  await runCli(['uninstall'], outside).then(
    () => assert.unreachable(),
    (thrown) => assert.match(thrown.hint, '--yes'),
  );
});

test.run();
