import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { digest16 } from '../../../src/rollout/names.ts';
import { removeBundle } from '../../../src/rollout/remove.ts';
import { sampleInstalledNode, sampleNode } from '../../support/fake-cluster.ts';
import {
  type Bench,
  DIGEST,
  makeBench,
  sampleRelease,
  sampleReleaseNode,
} from '../../support/rollout-samples.ts';

const test = suite('src/rollout/remove');
const all = { selector: '' };
const remove = ({ collect, outside }: Bench, policy = {}) =>
  collect(removeBundle({ bundle: 'web', selection: all, policy }, outside));

test('removes from the nodes that may have it, takes the next number and every label of the bundle', async () => {
  const a = sampleInstalledNode('a', 'web', DIGEST);
  const both = { ...a, labels: { ...a.labels, 'web.0000000000000000': '', webby: 'x' } };
  const bench = makeBench({ nodes: [both, sampleNode('b')], releases: [sampleRelease([a])] });
  assert.equal(await remove(bench), [
    'planned v2 a:run b:up-to-date',
    'launched a',
    'done a removed',
    'finished complete',
  ]);
  assert.equal(bench.cluster.nodes.find(({ name }) => name === 'a')?.labels, { webby: 'x' });
  assert.ok(bench.cluster.calls.includes(`label a web- web.${digest16(DIGEST)}- web.0000000000000000-`));
  assert.is(bench.cluster.uploaded.size, 0);
  assert.is(bench.cluster.releases.at(-1)?.operation, 'remove');
});

test('a node whose labels were lost is remembered by the record, also of the same machine under a new Node', async () => {
  const a = sampleNode('a');
  const bench = makeBench({ nodes: [{ ...a, uid: 'another' }], releases: [sampleRelease([a])] });
  assert.is((await remove(bench))[0], 'planned v2 a:run');
});

test('a node where an install failed half-way is cleaned too', async () => {
  const a = sampleNode('a');
  const failed = sampleRelease([], {
    outcome: 'failed',
    nodes: { a: sampleReleaseNode(a, { result: 'failed' }) },
  });
  assert.is((await remove(makeBench({ nodes: [a], releases: [failed] })))[0], 'planned v2 a:run');
});

test('where nothing is known of the bundle nothing is done, unless forced', async () => {
  const bench = makeBench({ nodes: [sampleNode('a')] });
  assert.equal(await remove(bench), ['planned a:up-to-date', 'finished complete']);
  assert.is((await remove(bench, { force: true }))[0], 'planned v1 a:run');
});

test('an install after a removal takes a higher number, and runs again', async () => {
  const a = sampleInstalledNode('a', 'web', DIGEST);
  const bench = makeBench({ nodes: [a], releases: [sampleRelease([a])] });
  await remove(bench);
  assert.is((await bench.install())[0], 'planned v3 a:run');
});

test.run();
