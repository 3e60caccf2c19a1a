// Holders that freeze, nodes that reboot or come back as others, clocks that are an hour off: nothing is lost, and what is
// said is true.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { suiteThatNeeds } from '../support/requires.ts';
import { attachCluster } from './cluster.ts';
import type { Cluster } from './handle.ts';
import { inFolder, mustPlugin, PROGRAM, plugin, startPlugin } from './plugin.ts';
import { poll } from './processes.ts';
import { applyAs, nothingLeft, untilJobs } from './results.ts';

const test = suiteThatNeeds('test/cluster/faults', ['cluster']);

/** What it shifts is the time of day; timers and the monotonic clock stay as they are. */
const SHIFTED_DATE =
  'const Real=Date;globalThis.Date=class extends Real{constructor(...a){if(a.length===0)super(Real.now()+36e5);else super(...a)}static now(){return Real.now()+36e5}};';
/** The plugin as JavaScript on a Node.js that takes the time of day for an hour later. */
const HOUR_AHEAD = [
  process.execPath,
  '--import',
  `data:text/javascript,${encodeURIComponent(SHIFTED_DATE)}`,
  PROGRAM,
];

/** Applies one profile of its own content under a name. */
const applyOther = (folder: string, bundle: string): string[] => {
  writeFileSync(join(folder, 'other.json'), '{"defaultAction":"SCMP_ACT_LOG"}');
  return ['apply', '-f', folder, '--name', bundle];
};

const labelOf = (cluster: Cluster, node: string, bundle: string): Promise<string> =>
  cluster.mustKubectl([
    ...['get', 'node', node, '-o'],
    `jsonpath={.metadata.labels.kubectl-seccomp\\.node-restriction\\.kubernetes\\.io/${bundle}}`,
  ]);

test.before(async () => {
  const cluster = attachCluster();
  await cluster.reset();
  // The install namespace and its ServiceAccount exist before a test stops the controller manager.
  await mustPlugin(cluster, ['verify', '--nodes', 'node-1']);
  await nothingLeft(cluster);
});

test('a holder that froze finds on waking that another has taken over, and stops', async () => {
  const cluster = attachCluster();
  cluster.freezeControllerManager();
  const frozen = startPlugin(cluster, [...applyAs('fence'), '--nodes', 'node-1,node-2']);
  await untilJobs(cluster, 2, frozen);
  frozen.child.kill('SIGSTOP');
  cluster.thawControllerManager();
  await inFolder(async (folder) => {
    const printed = await mustPlugin(cluster, applyOther(folder, 'fence'));
    assert.match(printed, /fence@v2 .*3 nodes done/);
  });
  const taken = await labelOf(cluster, 'node-1', 'fence');
  frozen.child.kill('SIGCONT');
  const { code, stderr } = await frozen.ended;
  assert.is(code, 1, stderr);
  assert.match(stderr, /lease/);
  assert.is(await labelOf(cluster, 'node-1', 'fence'), taken);
  await nothingLeft(cluster);
  assert.is((await plugin(cluster, ['verify', 'fence'])).code, 0);
  const { stdout } = await plugin(cluster, ['status', 'fence', '-o', 'json']);
  assert.is(JSON.parse(stdout).bundles[0].summary['in-sync'], 3, stdout);
});

test('a client whose clock is an hour ahead waits its turn, and its record is read like any other', async () => {
  const cluster = attachCluster();
  cluster.freezeControllerManager();
  const first = startPlugin(cluster, applyAs('clock'));
  await untilJobs(cluster, 3, first);
  await inFolder(async (folder) => {
    const second = startPlugin(cluster, applyOther(folder, 'clock'), {}, HOUR_AHEAD);
    await poll('it waits', () => /waiting for/.test(second.stderr()) && (true as const), {
      describe: () => second.stderr(),
    });
    cluster.thawControllerManager();
    const [one, two] = await Promise.all([first.ended, second.ended]);
    assert.is(one.code, 0, one.stderr);
    assert.is(two.code, 0, two.stderr);
    assert.match(two.stdout, /clock@v2/);
  });
  // And back, by a clock that is an hour behind the newest record's.
  assert.match(await mustPlugin(cluster, ['rollback', 'clock']), /clock@v3/);
  assert.is((await plugin(cluster, ['verify', 'clock'])).code, 0);
});

test('a node that reboots while it is at work: what is said of it is true, and the next apply finishes', async () => {
  const cluster = attachCluster();
  const node = cluster.node('node-1');
  await node.stopKubelet();
  const running = startPlugin(cluster, [...applyAs('reboot'), '--timeout', '60s', '-o', 'json']);
  await untilJobs(cluster, 1, running);
  // What was being started is lost with the runtime; the kubelet begins anew.
  await node.restartRuntime();
  await node.startKubelet();
  const { code, stdout } = await running.ended;
  const { nodes } = JSON.parse(stdout) as { nodes: { name: string; result: string }[] };
  const result = nodes.find(({ name }) => name === 'node-1')?.result;
  assert.is(code === 0, result === 'installed', stdout);
  await mustPlugin(cluster, applyAs('reboot'));
  await nothingLeft(cluster);
  assert.is((await plugin(cluster, ['verify', 'reboot'])).code, 0);
});

test('a Node that is deleted and comes back under its name is another one until it is asked', async () => {
  const cluster = attachCluster();
  const node = cluster.node('node-1');
  await mustPlugin(cluster, applyAs('again'));
  await node.stopKubelet();
  await cluster.mustKubectl(['delete', 'node', 'node-1']);
  await node.startKubelet();
  assert.is(await labelOf(cluster, 'node-1', 'again'), '');
  const { stdout } = await plugin(cluster, ['status', 'again', '-o', 'json']);
  assert.is(JSON.parse(stdout).bundles[0].summary['in-sync'], 2, stdout);
  assert.match(await mustPlugin(cluster, applyAs('again')), /node\/node-1 unchanged/);
  const after = await plugin(cluster, ['status', 'again', '-o', 'json']);
  assert.is(JSON.parse(after.stdout).bundles[0].summary['in-sync'], 3, after.stdout);
});

test.run();
