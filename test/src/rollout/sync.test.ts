// A pass over all bundles: what left its selector, startup taints, disks that are asked, and dry runs.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SeccompError } from '../../../src/error.ts';
import { statusOf } from '../../../src/rollout/desired.ts';
import { digest16 } from '../../../src/rollout/names.ts';
import type { NodeSeen } from '../../../src/rollout/node.ts';
import { sampleNode } from '../../support/fake-cluster.ts';
import {
  DIGEST,
  makeBench,
  OTHER_DIGEST,
  sampleRelease,
  sampleReleaseNode,
} from '../../support/rollout-samples.ts';
import { has, labelOf, sync } from '../../support/sync-bench.ts';

const test = suite('src/rollout/sync');

const TAINT = 'kubectl-seccomp/not-ready';
const tainted = (node: NodeSeen): NodeSeen => ({ ...node, taints: [{ key: TAINT, effect: 'NoSchedule' }] });

test('a node that left the selector is told of, and nothing is done to it', async () => {
  const a = has('a');
  const bench = makeBench({ nodes: [a], releases: [sampleRelease([a], { selector: 'pool=web' })] });
  assert.equal((await sync(bench)).lines, ['left web a', 'finished complete']);
  assert.equal(bench.cluster.launched, []);
});

test('with --prune it is cleaned, and neither labels nor records speak of it any more', async () => {
  const a = has('a');
  const bench = makeBench({ nodes: [a], releases: [sampleRelease([a], { selector: 'pool=web' })] });
  const { lines } = await sync(bench, { isPruning: true });
  assert.equal(lines, ['left web a', 'planned a:run', 'launched a', 'done a removed', 'finished complete']);
  assert.equal(bench.cluster.nodes[0]?.labels, {});
  assert.equal(bench.cluster.releases[0]?.nodes, {});
  assert.equal((await sync(bench, { isPruning: true })).lines, ['finished complete']);
});

test('a node that was away while the bundle was deleted is cleaned with --prune, and nothing waits any more', async () => {
  const a = has('a');
  const removal = sampleRelease([], {
    revision: 2,
    operation: 'remove',
    outcome: 'failed',
    nodes: {
      a: sampleReleaseNode(a, { result: 'pending', reason: 'not-ready' }),
      b: sampleReleaseNode(sampleNode('b')),
    },
  });
  const bench = makeBench({ nodes: [a, sampleNode('b')], releases: [sampleRelease([a]), removal] });
  assert.equal((await sync(bench)).lines, ['left web a', 'finished complete']);
  await sync(bench, { isPruning: true });
  assert.equal(
    bench.cluster.nodes.map(({ labels }) => labels),
    [{}, {}],
  );
  assert.equal(
    statusOf(bench.cluster.nodes, bench.cluster.releases).rows.map(({ cells }) => cells),
    [{}, {}],
  );
});

test('what a container still uses is not taken away from under it', async () => {
  const a = has('a');
  const bench = makeBench({ nodes: [a], releases: [sampleRelease([a], { selector: 'pool=web' })] });
  bench.cluster.health = () => ({ using: 2, started: 0, waiting: 0, failing: [] });
  assert.equal((await sync(bench, { isPruning: true })).lines, [
    'left web a: 2 containers use it there',
    'finished complete',
  ]);
  assert.is(labelOf(bench, 'a'), digest16(DIGEST));
});

test('a bundle that cannot be synced is a warning, and keeps the others from nothing', async () => {
  const db = sampleRelease([], { bundle: 'db' });
  const bench = makeBench({ nodes: [tainted(sampleNode('a'))], releases: [db, sampleRelease()] });
  const { writeRelease } = bench.cluster;
  bench.cluster.writeRelease = async (release) => {
    if (release.bundle === 'db') throw new SeccompError('conflict', 'somebody else has changed the record');
    await writeRelease.call(bench.cluster, release);
  };
  const { lines } = await sync(bench, {}, { startupTaint: TAINT });
  assert.ok(
    lines.includes('warning bundle db could not be synced: somebody else has changed the record'),
    lines.join('\n'),
  );
  assert.is(labelOf(bench, 'a'), digest16(DIGEST));
  assert.equal(lines.slice(-2), ['taint a db', 'finished incomplete']);
});

test('a removal that fails is told, and leaves it incomplete', async () => {
  const a = has('a');
  const bench = makeBench({ nodes: [a], releases: [sampleRelease([a], { selector: 'pool=web' })] });
  bench.cluster.script = () => [{ kind: 'failed', reason: { code: 'read-only', message: 'read-only' } }];
  assert.is((await sync(bench, { isPruning: true })).lines.at(-1), 'finished incomplete');
  assert.is(labelOf(bench, 'a'), digest16(DIGEST));
  assert.ok(bench.cluster.releases[0]?.nodes.a);
});

test('a dry run says what it would do and changes nothing', async () => {
  const bench = makeBench({ nodes: [sampleNode('a')], releases: [sampleRelease()] });
  const { lines } = await sync(bench, { isDryRun: true, isPruning: true });
  assert.equal(lines, ['planned v1 a:run', 'finished incomplete']);
  assert.equal(bench.cluster.calls, ['readNodes', 'readReleases']);
});

test('the startup taint goes once every bundle is there, and stays where one is missing', async () => {
  const db = sampleRelease([], { bundle: 'db' });
  const bench = makeBench({
    nodes: [tainted(sampleNode('a')), tainted(sampleNode('b'))],
    releases: [db, sampleRelease()],
    script: ({ node, request }) =>
      node.name === 'b' && 'bundle' in request && request.bundle === 'db'
        ? [{ kind: 'failed', reason: { code: 'no-space', message: 'full' } }]
        : [{ kind: 'reported' }],
  });
  const { lines } = await sync(bench, {}, { startupTaint: TAINT });
  assert.equal(
    lines.filter((line) => line.startsWith('taint')),
    ['taint a', 'taint b db'],
  );
  assert.equal(
    bench.cluster.nodes.filter(({ taints = [] }) => taints.length > 0).map(({ name }) => name),
    ['b'],
  );
});

test('while a first rollout is at work or was stopped, a node that it has not come to keeps its taint', async () => {
  for (const outcome of ['running', 'interrupted'] as const) {
    const bench = makeBench({
      nodes: [tainted(has('a')), tainted(sampleNode('b'))],
      releases: [sampleRelease([has('a')], { outcome })],
    });
    const { lines } = await sync(bench, {}, { startupTaint: TAINT });
    assert.equal(lines.slice(1), [`held web v1 ${outcome} b`, 'taint a', 'taint b web', 'finished complete']);
  }
});

test('a later rollout that was stopped keeps no node waiting that has what it should have until then', async () => {
  const stopped = sampleRelease([], { revision: 2, digest: OTHER_DIGEST, outcome: 'interrupted' });
  const bench = makeBench({ nodes: [tainted(has('a'))], releases: [sampleRelease([has('a')]), stopped] });
  const { lines } = await sync(bench, {}, { startupTaint: TAINT });
  assert.equal(lines.slice(1), ['held web v2 interrupted a', 'taint a', 'finished complete']);
});

test('where nothing was ever applied, nobody knows what is missing: the taint stays', async () => {
  const bench = makeBench({ nodes: [tainted(sampleNode('a'))] });
  const { lines } = await sync(bench, {}, { startupTaint: TAINT });
  assert.match(lines[0] ?? '', 'nothing was ever applied');
  assert.is(bench.cluster.nodes[0]?.taints?.length, 1);
});

test('asked for, the disks are looked at, and what has drifted is put right', async () => {
  const nodes = [has('a'), has('b')];
  const bench = makeBench({ nodes, releases: [sampleRelease(nodes)] });
  const generation = `web@${digest16(DIGEST)}`;
  const disk = (name: string) => ({
    bundles: [
      {
        name: 'web',
        current: generation,
        generations: [
          {
            digest: DIGEST,
            state: name === 'b' ? ('drifted' as const) : ('intact' as const),
            drift: name === 'b' ? [{ path: 'x.json', kind: 'changed' as const }] : [],
          },
        ],
        problems: [],
      },
    ],
    foreign: [],
    leftovers: [],
  });
  bench.cluster.script = ({ node, request }) =>
    request.operation === 'inspect'
      ? [{ kind: 'reported', report: { inspection: disk(node.name) as never } }]
      : [{ kind: 'reported', report: { outcome: 'repaired' } }];
  const { lines } = await sync(bench, {}, { isVerifying: true });
  assert.ok(lines.includes('planned v1 a:up-to-date b:run'), lines.join('\n'));
  assert.ok(lines.includes('done b repaired'));
});

test.run();
