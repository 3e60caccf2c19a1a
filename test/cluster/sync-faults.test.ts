// Passes that are killed in their middle, on machines that die, or that meet others: nothing is lost, nothing is left, and
// what is said is true.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { suiteThatNeeds } from '../support/requires.ts';
import { attachCluster } from './cluster.ts';
import type { Cluster } from './handle.ts';
import { inFolder, mustPlugin, startPlugin } from './plugin.ts';
import { poll } from './processes.ts';
import { applyAs, nothingLeft, untilJobs } from './results.ts';

const test = suiteThatNeeds('test/cluster/sync-faults', ['cluster']);

const NAMESPACE = ['-n', 'kubectl-seccomp'];
const LABEL = 'kubectl-seccomp.node-restriction.kubernetes.io/web';

interface Job {
  readonly metadata: { readonly uid: string };
  readonly status: {
    readonly succeeded?: number;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}
interface Pods {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly spec: { readonly nodeName?: string };
    readonly status: {
      readonly containerStatuses?: readonly { readonly containerID?: string; readonly state?: object }[];
    };
  }[];
}

/** A node that has not what it should. */
const lose = async (cluster: Cluster, name: string): Promise<void> => {
  rmSync(join(cluster.node(name).seccompRoot, 'web'));
  await cluster.mustKubectl(['label', 'node', name, `${LABEL}-`]);
};

const status = async (cluster: Cluster) =>
  JSON.parse(await mustPlugin(cluster, ['status', 'web', '-o', 'json'])) as {
    readonly bundles: readonly { readonly revision: number; readonly summary: Record<string, number> }[];
    readonly nodes: readonly { readonly name: string; readonly bundles: readonly { state: string }[] }[];
  };
const stateOf = async (cluster: Cluster, node: string): Promise<string | undefined> =>
  (await status(cluster)).nodes.find(({ name }) => name === node)?.bundles[0]?.state;

/** A pass inside the cluster, without waiting for the minute. */
const startInside = (cluster: Cluster, name: string): Promise<string> =>
  cluster.mustKubectl(['create', 'job', name, '--from=cronjob/sync', ...NAMESPACE]);

const jobOf = (cluster: Cluster, name: string): Promise<Job> =>
  cluster.getJson<Job>(['job', name, ...NAMESPACE]);

const has = async (cluster: Cluster, name: string, type: string): Promise<boolean> =>
  ((await jobOf(cluster, name)).status.conditions ?? []).some(
    (condition) => condition.type === type && condition.status === 'True',
  );

const untilDone = (cluster: Cluster, name: string): Promise<boolean> =>
  poll(`${name} is complete`, () => has(cluster, name, 'Complete'), {
    timeoutMs: 45_000,
    describe: async () =>
      `${await cluster.mustKubectl(['get', 'jobs,pods', '-o', 'wide', ...NAMESPACE])}${(await cluster.kubectl(['logs', `job/${name}`, ...NAMESPACE])).stdout}`,
  });

/** Waits until a pass has begun a Job on a node, and returns its own Pod. */
const untilAtWork = async (cluster: Cluster, name: string): Promise<Pods['items'][number]> => {
  await poll('it has a node at work', async () => {
    const found = ['jobs', '-l', 'app.kubernetes.io/component=node-job', ...NAMESPACE];
    return (await cluster.getJson<{ items: unknown[] }>(found)).items.length > 0;
  });
  const pods = await cluster.getJson<Pods>(['pods', '-l', `job-name=${name}`, ...NAMESPACE]);
  return pods.items[0]!;
};

const holderOf = (cluster: Cluster): Promise<string> =>
  cluster.mustKubectl(['get', 'lease', 'rollout-web', ...NAMESPACE, '-o', 'jsonpath={.spec.holderIdentity}']);

const deletePasses = (cluster: Cluster): Promise<string> =>
  cluster.mustKubectl(['delete', 'jobs', '-l', 'app.kubernetes.io/component=sync', ...NAMESPACE]);

test.before(async () => {
  const cluster = attachCluster();
  await cluster.reset();
  await mustPlugin(cluster, applyAs('web'));
  await mustPlugin(cluster, ['sync', '--install']);
  // Only passes that this suite starts: the minute must not come in between.
  await cluster.mustKubectl(['patch', 'cronjob', 'sync', ...NAMESPACE, '-p', '{"spec":{"suspend":true}}']);
});

test.after(async () => {
  const cluster = attachCluster();
  for (const { name } of cluster.nodes) {
    await cluster.node(name).startKubelet();
    await cluster.mustKubectl(['uncordon', name]);
  }
});

test('a pass that is killed leaves its node open, and the next one takes over, sweeps and finishes', async () => {
  const cluster = attachCluster();
  const broken = cluster.node('node-2');
  await cluster.mustKubectl(['cordon', 'node-2']);
  await lose(cluster, 'node-2');
  // Its Job waits: the pass is in its middle.
  await broken.stopKubelet();
  await startInside(cluster, 'killed');
  const { spec, status: seen } = await untilAtWork(cluster, 'killed');
  const id = seen.containerStatuses?.[0]?.containerID?.replace('containerd://', '') ?? '';
  const kill = ['ctr', '-n', 'k8s.io', 'tasks', 'kill', '-s', 'SIGKILL', id];
  assert.is((await cluster.node(spec.nodeName ?? '').exec(kill)).code, 0);
  await poll('it has failed', () => has(cluster, 'killed', 'Failed'));
  assert.match(await holderOf(cluster), /^sync@killed-/);
  assert.is.not(await stateOf(cluster, 'node-2'), 'in-sync');
  await broken.startKubelet();
  await startInside(cluster, 'next');
  await untilDone(cluster, 'next');
  const log = await cluster.mustKubectl(['logs', 'job/next', ...NAMESPACE]);
  assert.match(log, 'waiting for ');
  assert.match(log, 'removed 1 Jobs that an earlier run left behind');
  assert.match(log, /node\/node-2 (installed|repaired|unchanged)/);
  assert.is((await status(cluster)).bundles[0]?.summary['in-sync'], 3);
  assert.is(await holderOf(cluster), '');
  await cluster.mustKubectl(['uncordon', 'node-2']);
  await deletePasses(cluster);
  await nothingLeft(cluster);
});

test('a pass on a machine that died for good is not the last one', async () => {
  const cluster = attachCluster();
  for (const name of ['node-2', 'node-3']) await cluster.mustKubectl(['cordon', name]);
  await lose(cluster, 'node-2');
  await cluster.node('node-1').stopKubelet();
  await startInside(cluster, 'dead');
  const pod = await poll('its Pod is on the machine', async () => {
    const { items } = await cluster.getJson<Pods>(['pods', '-l', 'job-name=dead', ...NAMESPACE]);
    return items.find(({ spec }) => spec.nodeName === 'node-1') ?? false;
  });
  // As the taint's eviction does after five minutes; nobody there says that it has ended.
  await cluster.mustKubectl(['delete', 'pod', pod.metadata.name, '--wait=false', ...NAMESPACE]);
  await poll('its Job waits for it', () => has(cluster, 'dead', 'FailureTarget'));
  await cluster.mustKubectl(['cordon', 'node-1']);
  await cluster.mustKubectl(['uncordon', 'node-3']);
  // The CronJob takes it for one of its own, and has a minute to make up for.
  const { uid } = (await jobOf(cluster, 'dead')).metadata;
  const active = [{ apiVersion: 'batch/v1', kind: 'Job', name: 'dead', namespace: 'kubectl-seccomp', uid }];
  const lastScheduleTime = new Date(Date.now() - 180_000).toISOString().replace(/\.\d+/, '');
  await patchCronJob(cluster, { status: { active, lastScheduleTime } }, '--subresource=status');
  await patchCronJob(cluster, { spec: { suspend: false } });
  const name = await poll('the minute has its pass', async () => {
    const found = await cluster.mustKubectl(['get', 'jobs', '-o', 'name', ...NAMESPACE]);
    return /job\.batch\/(sync-\d+)/.exec(found)?.[1] ?? false;
  });
  await patchCronJob(cluster, { spec: { suspend: true } });
  await untilDone(cluster, name);
  assert.not.ok(await has(cluster, 'dead', 'Failed'));
  assert.is(await stateOf(cluster, 'node-2'), 'in-sync');
  assert.match(await mustPlugin(cluster, ['status']), /Sync: suspended; last run \S+ ago, last success/);
  await cluster.node('node-1').startKubelet();
  await cluster.mustKubectl(['uncordon', 'node-1']);
  await deletePasses(cluster);
  await nothingLeft(cluster);
});

const patchCronJob = (cluster: Cluster, patch: object, ...more: string[]): Promise<string> =>
  cluster.mustKubectl([
    ...['patch', 'cronjob', 'sync', '--type=merge', '-p', JSON.stringify(patch), ...more],
    ...NAMESPACE,
  ]);

test('syncs that meet each other and an apply take turns, and the newest content stays', async () => {
  const cluster = attachCluster();
  await lose(cluster, 'node-3');
  cluster.freezeControllerManager();
  const first = startPlugin(cluster, ['sync']);
  await untilJobs(cluster, 1, first);
  const second = startPlugin(cluster, ['sync']);
  await inFolder(async (folder) => {
    writeFileSync(join(folder, 'nginx.json'), '{"defaultAction":"SCMP_ACT_LOG"}');
    const person = startPlugin(cluster, ['apply', '-f', folder, '--name', 'web', '--force']);
    for (const one of [second, person])
      await poll('it waits', async () => one.stderr().includes('waiting for '), { describe: one.stderr });
    cluster.thawControllerManager();
    for (const one of [first, second, person]) {
      const { code, stdout, stderr } = await one.ended;
      assert.is(code, 0, `${stdout}${stderr}`);
    }
  });
  const [web] = (await status(cluster)).bundles;
  assert.is(web?.revision, 2);
  assert.is(web?.summary['in-sync'], 3);
  await mustPlugin(cluster, ['verify', 'web']);
  await nothingLeft(cluster);
});

test.run();
