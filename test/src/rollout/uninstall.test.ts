import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { uninstall } from '../../../src/rollout/uninstall.ts';
import { sampleInstalledNode, sampleNode } from '../../support/fake-cluster.ts';
import { type Bench, DIGEST, makeBench, sampleRelease } from '../../support/rollout-samples.ts';

const test = suite('src/rollout/uninstall');
const run = ({ collect, outside }: Bench, policy = {}) => collect(uninstall({ policy }, outside));
const a = sampleInstalledNode('a', 'web', DIGEST);

test('deletes every bundle that labels or records know, then labels, then the namespace', async () => {
  const c = { ...sampleNode('c'), labels: { db: '0000000000000000' } };
  const bench = makeBench({ nodes: [a, c], releases: [sampleRelease([a])] });
  assert.equal(await run(bench), [
    'phase deleting bundle db',
    'planned v1 a:up-to-date c:run',
    'launched c',
    'done c removed',
    'phase deleting bundle web',
    'planned v2 a:run c:up-to-date',
    'launched a',
    'done a removed',
    'phase removing labels',
    'phase removing the install namespace',
    'finished complete',
  ]);
  assert.is(bench.cluster.namespace, 'absent');
  assert.ok(bench.cluster.nodes.every(({ labels }) => Object.keys(labels).length === 0));
});

test('while a node still holds a bundle, labels and records stay; force removes them all the same', async () => {
  const nodes = [{ ...a, isReady: false }];
  const bench = makeBench({ nodes, releases: [sampleRelease([a])] });
  const events = await run(bench);
  assert.equal(events.slice(-2), [
    'warning nodes still hold, or may hold, web: labels and records are kept until they are gone',
    'finished incomplete',
  ]);
  assert.is(bench.cluster.namespace, 'ours');
  assert.is((await run(bench, { force: true })).at(-1), 'finished incomplete');
  assert.is(bench.cluster.namespace, 'absent');
  assert.equal(bench.cluster.nodes[0]?.labels, {});
});

test('a node that is gone is named, because nothing will remember its disk', async () => {
  const gone = sampleInstalledNode('gone', 'web', DIGEST);
  const bench = makeBench({ nodes: [a], releases: [sampleRelease([a, gone])] });
  const events = await run(bench);
  assert.ok(
    events.includes(
      'warning gone, gone from the cluster, may still hold web: nothing will remember that any more',
    ),
    events.join('\n'),
  );
  assert.is(events.at(-1), 'finished complete');
});

test('a namespace with foreign objects stays, and says so', async () => {
  const bench = makeBench({ nodes: [a], releases: [sampleRelease([a])] });
  bench.cluster.isNamespaceUsedByOthers = true;
  const events = await run(bench);
  assert.equal(events.slice(-2), [
    'warning the namespace holds objects that are not ours',
    'finished incomplete',
  ]);
});

test('a dry run plans every removal and removes nothing', async () => {
  const bench = makeBench({ nodes: [a], releases: [sampleRelease([a])] });
  const events = await run(bench, { dryRun: 'client' });
  assert.is(events.at(-1), 'finished complete');
  assert.equal(bench.cluster.launched, []);
  assert.is(bench.cluster.namespace, 'ours');
});

test.run();
