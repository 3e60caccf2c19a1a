// The story this program exists for: pods that cannot start because their profile is missing start by themselves
// after `apply`, and the kernel enforces the profile. For each of the three input formats.
import * as assert from 'uvu/assert';
import { suiteThatNeeds } from '../support/requires.ts';
import { attachCluster } from './cluster.ts';
import { EXAMPLES, mustPlugin, plugin } from './plugin.ts';
import { poll } from './processes.ts';
import { createPod, deletePods, effectInside, untilPhase, waitingMessage } from './workload.ts';

const test = suiteThatNeeds('test/cluster/story', ['cluster']);

const PODS = [
  { name: 'oci', node: 'node-1', localhostProfile: 'web/nginx.json' },
  { name: 'docker', node: 'node-2', localhostProfile: 'web/worker.json' },
  { name: 'spo', node: 'node-3', localhostProfile: 'web/batch.json' },
];

test('pods without their profile start by themselves once it is applied, and mkdir is refused in them', async () => {
  const cluster = attachCluster();
  await cluster.reset();
  for (const pod of PODS) await createPod(cluster, pod);
  for (const pod of PODS) {
    const message = await waitingMessage(cluster, pod.name, 'CreateContainerError');
    assert.match(message, 'no such file or directory');
  }

  const printed = await mustPlugin(cluster, ['apply', '-f', EXAMPLES, '--name', 'web']);
  assert.match(printed, 'node-1');
  assert.match(printed, /web@v1/);

  for (const pod of PODS) {
    await untilPhase(cluster, pod.name, 'Running');
    assert.equal(await effectInside(cluster, pod.name), { mkdir: 'refused', seccomp: '2' }, pod.name);
  }
  await deletePods(cluster, ...PODS.map((pod) => pod.name));
});

test('a second apply of the same content touches no node and writes no revision', async () => {
  const cluster = attachCluster();
  const mark = await cluster.auditMark();
  const printed = await mustPlugin(cluster, ['apply', '-f', EXAMPLES, '--name', 'web']);
  assert.match(printed, /web@v1/);
  // To ask what one may do is a POST that writes nothing.
  const writes = (await cluster.requests('kubectl-seccomp/', mark)).filter(
    ({ verb, resource }) => !['get', 'list', 'watch'].includes(verb) && !resource?.startsWith('selfsubject'),
  );
  assert.equal(writes, []);
});

test('status and verify say that all three nodes are in sync', async () => {
  const cluster = attachCluster();
  const status = JSON.parse(await mustPlugin(cluster, ['status', '-o', 'json'])) as unknown;
  assert.match(JSON.stringify(status), 'in-sync');
  const verify = await plugin(cluster, ['verify', 'web']);
  assert.is(verify.code, 0, verify.stderr + verify.stdout);
  for (const node of ['node-1', 'node-2', 'node-3']) assert.match(verify.stdout, node);
});

test('nothing keeps running: soon no Job and no Pod is left in the install namespace', async () => {
  const cluster = attachCluster();
  const left = (): Promise<string> =>
    cluster.mustKubectl(['get', 'jobs,pods', '-n', 'kubectl-seccomp', '-o', 'name']);
  await poll('nothing is left', async () => (await left()) === '', { timeoutMs: 15_000, describe: left });
});

test.run();
