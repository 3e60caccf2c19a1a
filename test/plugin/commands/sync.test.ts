// `sync`: once, until Ctrl-C, and inside the cluster.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCli } from '../../../plugin/cli.ts';
import { type SyncOptions, syncCommand } from '../../../plugin/commands/sync.ts';
import { parseSyncOrder, syncOrder } from '../../../plugin/commands/sync-order.ts';
import { runOnePass } from '../../../plugin/commands/sync-pass.ts';
import { SeccompError } from '../../../src/error.ts';
import { Channel } from '../../../src/rollout/channel.ts';
import type { FleetNews } from '../../../src/rollout/fleet.ts';
import { FakeClock, settle } from '../../support/fake-clock.ts';
import { FakeCluster, sampleNode } from '../../support/fake-cluster.ts';
import { FakeClusterSync } from '../../support/fake-cluster-sync.ts';
import { type FakeOutside, type FakeOutsideOptions, fakeOutside } from '../../support/fake-outside.ts';
import { matchGolden } from '../../support/golden.ts';
import { parseCommand } from '../../support/parse-command.ts';

const test = suite('plugin/commands/sync');

const files = { 'web.json': '{"defaultAction":"SCMP_ACT_ERRNO"}' };

/** node-1 has web, node-2 joined afterwards. */
const joined = async (): Promise<Required<Pick<FakeOutsideOptions, 'clock' | 'cluster'>>> => {
  const clock = new FakeClock();
  const cluster = new FakeCluster({ nodes: [sampleNode('node-1')], clock });
  const args = ['apply', '-f', 'web.json', '--name', 'web', '--quiet'];
  await runCli(args, fakeOutside({ files, clock, cluster }));
  cluster.setNode('node-2', sampleNode('node-2'));
  return { clock, cluster };
};

const sync = async (options: FakeOutsideOptions, ...args: string[]): Promise<FakeOutside> => {
  const outside = fakeOutside(options);
  await runCli(['sync', '--quiet', ...args], outside);
  return outside;
};

test('flags arrive', async () => {
  const args = ['--verify', '--prune', '--startup-taint', 'example.com/wait', '--max-in-flight=3', '-o=json'];
  const { connect: _, ...options } = await parseCommand<SyncOptions>(syncCommand, args);
  assert.equal(options, {
    mode: 'once',
    isVerifying: true,
    isPruning: true,
    startupTaint: 'example.com/wait',
    isDryRun: false,
    maxInFlight: 3,
    output: 'json',
    isQuiet: false,
  });
  assert.is((await parseCommand<SyncOptions>(syncCommand, ['--watch'])).mode, 'watch');
});

for (const [words, ...args] of [
  ['--watch and --install exclude each other', '--watch', '--install'],
  ['--verify cannot be used with --install', '--verify', '--install'],
  ['--dry-run and -o cannot be used with --watch', '--watch', '--dry-run=client', '-o=json'],
  [
    '--prune and --startup-taint cannot be used with --uninstall',
    '--uninstall',
    '--prune',
    '--startup-taint=x',
  ],
  ['--launch=pod cannot be used with --install', '--install', '--launch=pod'],
  ['"a:NoSchedule" is not the key of a taint', '--startup-taint=a:NoSchedule'],
] as const)
  test(`refused: ${words}`, async () => {
    await runCli(['sync', ...args], fakeOutside()).then(
      () => assert.unreachable(),
      (thrown) => {
        assert.is(thrown.code, 'usage');
        assert.match(thrown.message, words);
      },
    );
  });

test('a node that joined gets what it should have, and only that is told of nodes', async () => {
  const outside = await sync(await joined());
  matchGolden('sync.txt', outside.stdoutText());
  assert.is(outside.stderrText(), '');
  assert.is(outside.exitCode(), 0);
});

test('-o json is the written document', async () => {
  matchGolden('sync.json', (await sync(await joined(), '-o', 'json')).stdoutText());
});

test('a dry run says so and changes nothing', async () => {
  const given = await joined();
  const outside = await sync(given, '--dry-run=client');
  assert.match(outside.stdoutText(), 'node/node-2 installed web@v1 (dry run)\n');
  assert.is(outside.exitCode(), 0);
  assert.equal(given.cluster.nodes.find(({ name }) => name === 'node-2')?.labels, {});
});

test('what failed and what waits is told with its reason, and the exit code is 1', async () => {
  const given = await joined();
  given.cluster.setNode('node-3', sampleNode('node-3', { isReady: false }));
  given.cluster.script = () => [{ kind: 'failed', reason: { code: 'no-space', message: 'disk is full' } }];
  const outside = await sync(given);
  assert.match(
    outside.stdoutText(),
    'node/node-2 failed (no-space) web@v1\nnode/node-3 pending (not-ready) web@v1\n',
  );
  assert.match(outside.stderrText(), 'error: node/node-2: disk is full\n');
  assert.is(outside.exitCode(), 1);
});

test('what a node that left still has is told, and removed with --prune', async () => {
  const clock = new FakeClock();
  const pool = (value: string) => ({ allLabels: { pool: value } });
  const cluster = new FakeCluster({ nodes: [sampleNode('a', pool('web'))], clock });
  const args = ['apply', '-f', 'web.json', '--name', 'web', '-l', 'pool=web', '--quiet'];
  await runCli(args, fakeOutside({ files, clock, cluster }));
  cluster.setNode('a', { ...cluster.nodes[0]!, ...pool('db') });
  const told = await sync({ clock, cluster });
  assert.is(told.stdoutText(), 'node/a left web: nothing wants it there any more; --prune removes it\n');
  assert.is(told.exitCode(), 0);
  cluster.health = () => ({ using: 1, started: 0, waiting: 0, failing: [] });
  assert.is(
    (await sync({ clock, cluster }, '--prune')).stdoutText(),
    'node/a left web, and keeps it: 1 container uses it there\n',
  );
  cluster.health = () => ({ using: 0, started: 0, waiting: 0, failing: [] });
  assert.is((await sync({ clock, cluster }, '--prune')).stdoutText(), 'node/a removed web\n');
});

test('with nothing applied it says that there is nothing to do', async () => {
  const outside = await sync({});
  assert.is(outside.stdoutText(), '');
  assert.is(outside.stderrText(), 'Nothing should be on any node.\n');
});

test('--install hands over what shapes the Jobs, and no way into the cluster from here', async () => {
  const clusterSync = new FakeClusterSync();
  const outside = await sync(
    { clusterSync },
    ...['--install', '--token=secret', '--image=mirror/node:24', '--startup-taint=wait', '--prune'],
  );
  assert.is(outside.stdoutText(), 'sync installed in namespace kubectl-seccomp: it runs every minute\n');
  const [order] = clusterSync.orders;
  assert.not.match(JSON.stringify(order), 'secret');
  assert.is(order?.connect.image, 'mirror/node:24');
  assert.is(order?.startupTaint, 'wait');
  assert.is(order?.isPruning, true);
  assert.equal(parseSyncOrder(JSON.stringify(order)), order);
});

test('--uninstall says whether there was one', async () => {
  const clusterSync = new FakeClusterSync();
  await sync({ clusterSync }, '--install');
  const uninstall = async () => (await sync({ clusterSync }, '--uninstall')).stdoutText();
  assert.is(await uninstall(), 'sync uninstalled from namespace kubectl-seccomp\n');
  assert.is(await uninstall(), 'no sync is installed in namespace kubectl-seccomp\n');
});

test('an order of another version is refused', () => {
  for (const text of [undefined, '', 'x', '{}', '{"version":2,"connect":{"installNamespace":"x"}}'])
    assert.throws(() => parseSyncOrder(text), /no order for a sync of version 1/);
});

test('inside the cluster a node that is away is no failure, one that fails is', async () => {
  const { connect } = await parseCommand<SyncOptions>(syncCommand, []);
  const order = syncOrder({ isPruning: false, connect });
  const run = async (change: (cluster: FakeCluster) => void) => {
    const given = await joined();
    change(given.cluster);
    const outside = fakeOutside(given);
    return await runOnePass(order, await outside.connect(connect), outside);
  };
  assert.is(await run(() => {}), 0);
  assert.is(await run((cluster) => cluster.setNode('node-2', sampleNode('node-2', { isReady: false }))), 0);
  assert.is(
    await run((cluster) => {
      cluster.script = () => [{ kind: 'failed', reason: { code: 'disk', message: 'broken' } }];
    }),
    1,
  );
});

/** A watch whose news the test tells. */
const watched = async () => {
  const given = await joined();
  const news = new Channel<FleetNews>();
  const outside = fakeOutside({ clock: new FakeClock({ isAutomatic: false }), cluster: given.cluster });
  const connect = outside.connect.bind(outside);
  Object.assign(outside, {
    connect: async (options: Parameters<typeof connect>[0]) =>
      Object.assign(await connect(options), {
        watchFleet: (signal: AbortSignal) => {
          signal.addEventListener('abort', () => news.close());
          return news;
        },
      }),
  });
  for (const node of given.cluster.nodes) news.push({ kind: 'node', node });
  for (const release of given.cluster.releases) news.push({ kind: 'release', release });
  news.push({ kind: 'synced', part: 'nodes' });
  news.push({ kind: 'synced', part: 'records' });
  const running = runCli(['sync', '--watch'], outside);
  const join = (name: string) => {
    given.cluster.setNode(name, sampleNode(name));
    news.push({ kind: 'node', node: sampleNode(name) });
  };
  await settle();
  // What the first pass has written.
  for (const node of given.cluster.nodes) news.push({ kind: 'node', node });
  for (const release of given.cluster.releases) news.push({ kind: 'release', release });
  return { ...given, outside, running, join, news };
};

test('--watch picks up a node that joins, and Ctrl-C between passes is its normal end', async () => {
  const { outside, running, join } = await watched();
  assert.match(outside.stdoutText(), 'node/node-2 installed web@v1\n');
  assert.match(outside.stderrText(), 'watching for nodes that join or change; Ctrl-C ends it\n');
  join('node-4');
  await outside.clock.advance(1_000);
  assert.match(outside.stdoutText(), 'node/node-4 installed web@v1\n');
  outside.interruption.abort(new SeccompError('interrupted', 'Ctrl-C'));
  await running;
  assert.is(outside.exitCode(), 0);
});

test('--watch looks once a minute without news, and says nothing twice', async () => {
  const { outside, running, cluster } = await watched();
  const passes = () => cluster.calls.filter((call) => call === 'readReleases').length;
  const before = passes();
  await outside.clock.advance(60_000);
  const said = outside.stdoutText();
  await outside.clock.advance(120_000);
  assert.is(passes(), before + 3);
  assert.is(outside.stdoutText(), said);
  outside.interruption.abort(new SeccompError('interrupted', 'Ctrl-C'));
  await running;
});

test('--watch asks nothing where what changes needs no pass', async () => {
  const { outside, running, cluster, news } = await watched();
  const passes = () => cluster.calls.filter((call) => call === 'readReleases').length;
  await outside.clock.advance(5_000);
  const before = passes();
  const [node] = cluster.nodes;
  for (const isReady of [false, true, false, true]) {
    news.push({ kind: 'node', node: { ...node!, isReady } });
    await outside.clock.advance(5_000);
  }
  assert.is(passes(), before);
  news.push({ kind: 'node', node: { ...node!, labels: {} } });
  await outside.clock.advance(5_000);
  assert.ok(passes() > before);
  outside.interruption.abort(new SeccompError('interrupted', 'Ctrl-C'));
  await running;
});

test('--watch outlives a cluster that is away for a while', async () => {
  const { outside, running, join, cluster } = await watched();
  const { readNodes } = cluster;
  cluster.readNodes = async () => {
    throw new SeccompError('api', 'connection refused');
  };
  join('node-4');
  await outside.clock.advance(1_000);
  assert.match(outside.stderrText(), 'error: connection refused; trying again\n');
  cluster.readNodes = readNodes;
  await outside.clock.advance(10_000);
  assert.match(outside.stdoutText(), 'node/node-4 installed web@v1\n');
  outside.interruption.abort(new SeccompError('interrupted', 'Ctrl-C'));
  await running;
});

test('--watch that is interrupted in the middle of its work ends with 130', async () => {
  const { outside, running, join, cluster } = await watched();
  cluster.script = () => [];
  join('node-4');
  await outside.clock.advance(1_000);
  outside.interruption.abort(new SeccompError('interrupted', 'Ctrl-C'));
  await running;
  assert.is(outside.exitCode(), 130);
  assert.is(cluster.inFlight, 0);
});

test.run();
