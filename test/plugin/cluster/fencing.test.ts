// What a process that was frozen past its lease may still do when it wakes: nothing that only the holder may.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createKubernetesCluster } from '../../../plugin/cluster/kubernetes-cluster.ts';
import { SeccompError } from '../../../src/error.ts';
import { FakeApi } from '../../support/fake-api.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { sampleNode } from '../../support/fake-cluster.ts';
import { sampleTask } from '../../support/rollout-samples.ts';

const test = suite('plugin/cluster/fencing');

const node = sampleNode('a');
const task = sampleTask('a');

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (thrown) => (thrown instanceof SeccompError ? thrown.code : String(thrown)),
  );

test('it neither labels, launches, sweeps nor forgets for that bundle any more, and for others goes on', async () => {
  const api = new FakeApi();
  const clock = new FakeClock();
  const cluster = createKubernetesCluster({
    api,
    clock,
    options: {
      installNamespace: 'kubectl-seccomp',
      image: 'node:24',
      privilege: 'default',
      launch: 'job',
      jobTimeoutMs: 1000,
    },
    program: new TextEncoder().encode('program'),
    holder: 'alice@laptop',
    signal: new AbortController().signal,
  });
  api.put('/api/v1/nodes/a', { metadata: { uid: node.uid } });
  await cluster.prepare([]);
  const lease = await cluster.acquireLease('web', {
    waitMs: 0,
    onWait: () => {},
    signal: new AbortController().signal,
  });
  clock.freeze(20_000);
  for (const key of ['web', 'web.0123456789abcdef'])
    assert.is(await codeOf(cluster.label(node, { [key]: 'x' })), 'conflict');
  assert.is(await codeOf(cluster.launch(task)), 'conflict');
  assert.is(await codeOf(cluster.sweep('web')), 'conflict');
  assert.is(
    await codeOf(cluster.forget({ releases: [], chunks: ['bundle-web-0123456789abcdef'] })),
    'conflict',
  );
  assert.is(await codeOf(cluster.label(node, { other: 'x' })), 'done');
  assert.is(await codeOf(cluster.sweep('other')), 'done');
  assert.ok(lease.lost.aborted);
  await lease.release();
});

test.run();
