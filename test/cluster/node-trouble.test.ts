// What can happen to a node, or to the cluster around it, while a rollout is at work on it.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { suiteThatNeeds } from '../support/requires.ts';
import { attachCluster } from './cluster.ts';
import type { Cluster } from './handle.ts';
import { mustPlugin, plugin, startPlugin } from './plugin.ts';
import { poll } from './processes.ts';
import { applyAs, failuresIn, nothingLeft, resultsOf, untilJobs } from './results.ts';
import { deletePods } from './workload.ts';

const test = suiteThatNeeds('test/cluster/node-trouble', ['cluster']);

const createIn = (cluster: Cluster, object: object): Promise<string> =>
  cluster.mustKubectl(['create', '-f', '-'], { input: JSON.stringify(object) });

/** Applies a bundle of its own, so that what an earlier test installed is not in the way. */
const applyExpectingFailure = async (cluster: Cluster, bundle: string, ...more: string[]) =>
  failuresIn(await plugin(cluster, [...applyAs(bundle), '-o', 'json', ...more]));

test.before(async () => {
  const cluster = attachCluster();
  await cluster.reset();
  // The install namespace and its ServiceAccount exist before a test stops the controller manager.
  await mustPlugin(cluster, ['verify', '--nodes', 'node-1']);
  await nothingLeft(cluster);
});

test('a file in the place of the seccomp root, and a node whose memory is spoken for', async () => {
  const cluster = attachCluster();
  const { seccompRoot } = cluster.node('node-1');
  rmSync(seccompRoot, { recursive: true });
  writeFileSync(seccompRoot, '');
  const { status } = await cluster.getJson<{ status: { allocatable: { memory: string } } }>([
    'node',
    'node-2',
  ]);
  const freeKi = Number.parseInt(status.allocatable.memory, 10);
  await createIn(cluster, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'hungry', namespace: 'default' },
    spec: {
      nodeName: 'node-2',
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: 'pause',
          image: 'registry.k8s.io/pause:3.10',
          resources: { requests: { memory: `${freeKi - 16 * 1024}Ki` } },
        },
      ],
    },
  });
  try {
    const nodes = await applyExpectingFailure(cluster, 'mount', '--timeout', '8s');
    assert.equal(resultsOf(nodes), {
      'node-1': 'failed: mount',
      'node-2': 'failed: unschedulable',
      'node-3': 'installed',
    });
    assert.match(nodes.get('node-1')?.reason?.message ?? '', /hostPath type check failed.*not a directory/s);
    assert.match(nodes.get('node-2')?.reason?.message ?? '', /Insufficient memory/);
  } finally {
    rmSync(seccompRoot);
    mkdirSync(seccompRoot);
    await deletePods(cluster, 'hungry');
  }
});

test('a cluster where Jobs get no Pods: each node says that nothing was heard of it', async () => {
  const cluster = attachCluster();
  cluster.freezeControllerManager();
  const nodes = await applyExpectingFailure(cluster, 'timeout', '--timeout', '1s');
  assert.equal(new Set(Object.values(resultsOf(nodes))), new Set(['failed: timeout']));
  assert.match(nodes.get('node-1')?.reason?.hint ?? '', '--timeout');
  cluster.thawControllerManager();
  await nothingLeft(cluster);
});

test('a Node that is deleted in the middle is gone, and the others are done', async () => {
  const cluster = attachCluster();
  await createIn(cluster, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-9' } });
  const ready = { status: { conditions: [{ type: 'Ready', status: 'True', reason: 'x', message: 'x' }] } };
  await cluster.mustKubectl([
    ...['patch', 'node', 'node-9', '--subresource=status', '--type=merge', '-p', JSON.stringify(ready)],
  ]);
  cluster.freezeControllerManager();
  const running = startPlugin(cluster, [...applyAs('gone'), '-o', 'json']);
  await untilJobs(cluster, 4, running);
  await cluster.mustKubectl(['delete', 'node', 'node-9']);
  cluster.thawControllerManager();
  const nodes = failuresIn(await running.ended);
  assert.equal(resultsOf(nodes), {
    'node-1': 'installed',
    'node-2': 'installed',
    'node-3': 'installed',
    'node-9': 'failed: node-gone',
  });
  await nothingLeft(cluster);
});

test('a Pod that somebody deletes in the middle is no success', async () => {
  const cluster = attachCluster();
  const node = cluster.node('node-1');
  await node.stopKubelet();
  const running = startPlugin(cluster, [...applyAs('deleted'), '-o', 'json']);
  const pod = await poll('the Pod is placed', async () => {
    const { items } = await cluster.getJson<{
      items: { metadata: { name: string }; spec: { nodeName?: string } }[];
    }>(['pods', '-n', 'kubectl-seccomp']);
    return items.find(({ spec }) => spec.nodeName === 'node-1')?.metadata.name;
  });
  await cluster.mustKubectl([
    ...['delete', 'pod', pod, '-n', 'kubectl-seccomp', '--force', '--grace-period=0'],
  ]);
  const nodes = failuresIn(await running.ended);
  assert.equal(resultsOf(nodes), {
    'node-1': 'failed: evicted',
    'node-2': 'installed',
    'node-3': 'installed',
  });
  await node.startKubelet();
  await mustPlugin(cluster, applyAs('deleted'));
});

test('an API server that is killed and started again in the middle: the rollout goes on to its end', async () => {
  const cluster = attachCluster();
  cluster.freezeControllerManager();
  const running = startPlugin(cluster, applyAs('restart'));
  await untilJobs(cluster, 3, running);
  await cluster.restartApiServer();
  cluster.thawControllerManager();
  const { code, stdout, stderr } = await running.ended;
  assert.is(code, 0, stderr);
  assert.match(stdout, /3 nodes done/);
  await nothingLeft(cluster);
  assert.is((await plugin(cluster, ['verify', 'restart'])).code, 0);
});

test('a lease taken by force stops the rollout, which names the taker and leaves nothing running', async () => {
  const cluster = attachCluster();
  cluster.freezeControllerManager();
  const running = startPlugin(cluster, applyAs('lease'));
  await untilJobs(cluster, 3, running);
  await cluster.mustKubectl([
    ...['patch', 'lease', 'rollout-lease', '-n', 'kubectl-seccomp', '--type=merge', '-p'],
    '{"spec":{"holderIdentity":"mallory@elsewhere"}}',
  ]);
  const { code, stderr } = await running.ended;
  assert.is(code, 1);
  assert.match(stderr, 'mallory@elsewhere');
  cluster.thawControllerManager();
  await nothingLeft(cluster);
  const labels = await cluster.mustKubectl(['get', 'nodes', '--show-labels']);
  assert.not.match(labels, 'kubernetes.io/lease');
});

test.run();
