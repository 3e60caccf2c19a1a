// Rollouts that are killed, interrupted or doubled: nothing is left over and the next apply finishes.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { suiteThatNeeds } from '../support/requires.ts';
import { attachCluster } from './cluster.ts';
import type { Cluster } from './handle.ts';
import { EXAMPLES, inFolder, mustPlugin, plugin, startPlugin } from './plugin.ts';
import { poll } from './processes.ts';

const test = suiteThatNeeds('test/cluster/interruption', ['cluster']);

const APPLY = ['apply', '-f', EXAMPLES, '--name', 'web'];

const leftovers = async (cluster: Cluster): Promise<string[]> =>
  (await cluster.mustKubectl(['get', 'jobs,pods', '-n', 'kubectl-seccomp', '-o', 'name']))
    .split('\n')
    .filter(Boolean);

const untilJobs = (cluster: Cluster, atLeast: number): Promise<true> =>
  poll(
    `${atLeast} Jobs exist`,
    async () => {
      const { stdout } = await cluster.kubectl(['get', 'jobs', '-n', 'kubectl-seccomp', '-o', 'name']);
      return stdout.split('\n').filter(Boolean).length >= atLeast && (true as const);
    },
    { everyMs: 20 },
  );

const nothingLeft = (cluster: Cluster): Promise<true> =>
  poll('nothing of ours is left', async () => (await leftovers(cluster)).length === 0 && (true as const), {
    describe: async () => (await leftovers(cluster)).join(' '),
  });

test.before.each(async () => {
  const cluster = attachCluster();
  await cluster.reset();
  // So that the install namespace and its ServiceAccount exist before a test stops the controller manager.
  await inFolder(async (folder) => {
    writeFileSync(join(folder, 'a.json'), '{"defaultAction":"SCMP_ACT_ALLOW"}');
    await mustPlugin(cluster, ['apply', '-f', folder, '--name', 'other', '--nodes', 'node-1']);
  });
  await nothingLeft(cluster);
});

test('killed with SIGKILL in the middle: the next apply finishes it and nothing is left over', async () => {
  const cluster = attachCluster();
  // No Job gets a Pod while the controller manager stands still, so the client is surely in the middle.
  cluster.freezeControllerManager();
  const killed = startPlugin(cluster, APPLY);
  await untilJobs(cluster, 3);
  killed.child.kill('SIGKILL');
  await killed.ended;
  cluster.thawControllerManager();
  const printed = await mustPlugin(cluster, [...APPLY, '--timeout', '60s']);
  assert.match(printed, /web@v1/);
  await nothingLeft(cluster);
  assert.is((await plugin(cluster, ['verify', 'web'])).code, 0);
});

test('Ctrl-C cleans up within seconds and exits 130', async () => {
  const cluster = attachCluster();
  cluster.freezeControllerManager();
  const running = startPlugin(cluster, APPLY);
  await untilJobs(cluster, 3);
  const started = Date.now();
  running.child.kill('SIGINT');
  const { code, stderr } = await running.ended;
  assert.is(code, 130, stderr);
  assert.ok(Date.now() - started < 10_000);
  cluster.thawControllerManager();
  await nothingLeft(cluster);
  await mustPlugin(cluster, APPLY);
});

test('two at once: the second names the first and waits, and both end well', async () => {
  const cluster = attachCluster();
  await inFolder(async (folder) => {
    writeFileSync(join(folder, 'a.json'), '{"defaultAction":"SCMP_ACT_ALLOW"}');
    cluster.freezeControllerManager();
    const first = startPlugin(cluster, APPLY);
    await untilJobs(cluster, 1);
    const second = startPlugin(cluster, ['apply', '-f', folder, '--name', 'web']);
    await poll(
      'the second names the first',
      () => /root@|lease|another/.test(second.stderr()) && (true as const),
      {
        describe: () => second.stderr(),
      },
    );
    cluster.thawControllerManager();
    const [one, two] = await Promise.all([first.ended, second.ended]);
    assert.is(one.code, 0, one.stderr);
    assert.is(two.code, 0, two.stderr);
    assert.match(two.stdout, /web@v2/);
  });
  await nothingLeft(cluster);
  assert.is((await plugin(cluster, ['verify', 'web'])).code, 0);
});

test('a Job of an old revision that runs late is refused by the node', async () => {
  const cluster = attachCluster();
  cluster.freezeControllerManager();
  const first = startPlugin(cluster, [...APPLY, '--nodes', 'node-1']);
  await untilJobs(cluster, 1);
  const { items } = await cluster.getJson<{
    items: { metadata: Record<string, unknown>; spec: Record<string, unknown> }[];
  }>(['jobs', '-n', 'kubectl-seccomp']);
  first.child.kill('SIGINT');
  await first.ended;
  cluster.thawControllerManager();

  await inFolder(async (folder) => {
    writeFileSync(join(folder, 'a.json'), '{"defaultAction":"SCMP_ACT_ALLOW"}');
    await mustPlugin(cluster, ['apply', '-f', folder, '--name', 'web']);
  });

  const [job] = items;
  assert.ok(job);
  const {
    manualSelector: _,
    selector: __,
    template,
    ...spec
  } = job.spec as {
    manualSelector?: unknown;
    selector?: unknown;
    template: { spec: unknown; metadata?: unknown };
  };
  const late = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'late', namespace: 'kubectl-seccomp' },
    spec: { ...spec, suspend: false, template: { spec: template.spec } },
  };
  await cluster.mustKubectl(['create', '-f', '-'], { input: JSON.stringify(late) });
  const message = await poll('the late Job has reported', async () => {
    const pods = await cluster.getJson<{
      items: { status: { containerStatuses?: { state: { terminated?: { message?: string } } }[] } }[];
    }>(['pods', '-n', 'kubectl-seccomp', '-l', 'job-name=late']);
    return pods.items[0]?.status.containerStatuses?.[0]?.state.terminated?.message;
  });
  assert.match(message, '"stale"');
  await cluster.mustKubectl(['delete', 'job', 'late', '-n', 'kubectl-seccomp']);
  assert.is((await plugin(cluster, ['verify', 'web'])).code, 0);
});

test.run();
