// One bundle: who is brought to what, and what the records say afterwards.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { statusOf } from '../../../src/rollout/desired.ts';
import { digest16 } from '../../../src/rollout/names.ts';
import type { Release } from '../../../src/rollout/release.ts';
import { sampleInstalledNode, sampleNode } from '../../support/fake-cluster.ts';
import {
  type Bench,
  DIGEST,
  makeBench,
  OTHER_DIGEST,
  sampleRelease,
  sampleReleaseNode,
} from '../../support/rollout-samples.ts';
import { has, labelOf, sync } from '../../support/sync-bench.ts';

const test = suite('src/rollout/sync-bundle');

const recordOf = (bench: Bench, revision: number): Release | undefined =>
  bench.cluster.releases.find((release) => release.revision === revision);
const stateOf = (bench: Bench, name: string): string | undefined =>
  statusOf(bench.cluster.nodes, bench.cluster.releases).rows.find(({ node }) => node.name === name)?.cells.web
    ?.state;

test('a node that joined gets the content, and its record and status say so; the revision stays what it was', async () => {
  const first = has('a');
  const release = sampleRelease([first]);
  const bench = makeBench({ nodes: [first, sampleNode('b')], releases: [release] });
  const { lines } = await sync(bench);
  assert.equal(lines, [
    'planned v1 a:up-to-date b:run',
    'launched b',
    'done b installed',
    'finished complete',
  ]);
  assert.is(labelOf(bench, 'b'), digest16(DIGEST));
  assert.is(stateOf(bench, 'b'), 'in-sync');
  const record = recordOf(bench, 1)!;
  assert.is(record.nodes.b?.result, 'done');
  assert.equal({ ...record, nodes: {}, attempt: 1 }, { ...release, nodes: {} });
  assert.is(bench.cluster.releases.length, 1);
});

test('where nothing is to be done, nothing is written and no lease is taken', async () => {
  const bench = makeBench({ nodes: [has('a')], releases: [sampleRelease([has('a')])] });
  assert.equal((await sync(bench)).lines, ['planned v1 a:up-to-date', 'finished complete']);
  assert.equal(bench.cluster.calls, ['readNodes', 'readReleases']);
});

test('another machine under the same name is installed anew, and labels that came along are taken back', async () => {
  const old = sampleInstalledNode('a', 'web', DIGEST);
  const labels = { ...old.labels, [`web.${digest16(OTHER_DIGEST)}`]: '' };
  const bench = makeBench({
    nodes: [{ ...old, labels, machineId: 'new machine' }],
    releases: [sampleRelease([old])],
  });
  await sync(bench);
  assert.equal(bench.cluster.nodes[0]?.labels, old.labels);
  assert.is(recordOf(bench, 1)?.nodes.a?.machineId, 'new machine');
  assert.is(stateOf(bench, 'a'), 'in-sync');
});

test('each attempt has a number of its own, and its Jobs are swept before it', async () => {
  const bench = makeBench({
    nodes: [sampleNode('a')],
    releases: [sampleRelease([], { attempt: 4 })],
  });
  bench.cluster.leftovers = 1;
  const { lines } = await sync(bench);
  assert.ok(lines.includes('phase removed 1 Jobs that an earlier run left behind'));
  assert.is(bench.cluster.launched[0]?.run, 'web-v1-5');
  assert.is(recordOf(bench, 1)?.attempt, 5);
});

test('a stopped rollout is not carried on: what it had done counts, the others stay with what they had', async () => {
  const [a, b] = [has('a', OTHER_DIGEST), has('b')];
  const stopped = sampleRelease([a], {
    revision: 2,
    digest: OTHER_DIGEST,
    outcome: 'failed',
    nodes: { a: sampleReleaseNode(a), b: sampleReleaseNode(b, { result: 'unfinished' }) },
  });
  const bench = makeBench({ nodes: [a, b, sampleNode('c')], releases: [sampleRelease([a, b]), stopped] });
  const { lines } = await sync(bench);
  assert.equal(lines, [
    'planned v1 b:up-to-date c:run',
    'launched c',
    'done c installed',
    'planned v2 a:up-to-date',
    'held web v2 failed b c',
    'finished complete',
  ]);
  assert.is(labelOf(bench, 'c'), digest16(DIGEST));
  // Nodes refuse numbers that are lower than what they have seen.
  const { request } = bench.cluster.launched[0]!;
  assert.is('revision' in request && request.revision, 2);
});

test('a node that is healed still waits for the rollout that was stopped before it', async () => {
  const a = has('a', OTHER_DIGEST);
  const stopped = sampleRelease([a], {
    revision: 2,
    digest: OTHER_DIGEST,
    outcome: 'failed',
    nodes: { a: sampleReleaseNode(a), b: sampleReleaseNode(sampleNode('b'), { result: 'unfinished' }) },
  });
  const bench = makeBench({ nodes: [a, sampleNode('b')], releases: [sampleRelease([a]), stopped] });
  await sync(bench);
  assert.is(labelOf(bench, 'b'), digest16(DIGEST));
  assert.equal(recordOf(bench, 2)?.nodes, stopped.nodes);
});

test('a rollout that came to every node is carried on where it failed or a node was away', async () => {
  const [a, b, c] = [has('a'), sampleNode('b'), sampleNode('c')];
  const release = sampleRelease([a], {
    outcome: 'failed',
    nodes: {
      a: sampleReleaseNode(a),
      b: sampleReleaseNode(b, { result: 'failed', reason: 'no-space' }),
      c: sampleReleaseNode(c, { result: 'pending', reason: 'not-ready' }),
    },
  });
  const bench = makeBench({ nodes: [a, b, c], releases: [release] });
  assert.is((await sync(bench)).lines.at(-1), 'finished complete');
  assert.is(labelOf(bench, 'b'), digest16(DIGEST));
  assert.is(labelOf(bench, 'c'), digest16(DIGEST));
});

test('one node that fails blocks no other', async () => {
  const bench = makeBench({
    nodes: [sampleNode('a'), sampleNode('b')],
    releases: [sampleRelease()],
    script: ({ node }) =>
      node.name === 'a'
        ? [{ kind: 'failed', reason: { code: 'no-space', message: 'disk is full' } }]
        : [{ kind: 'reported' }],
  });
  const { lines } = await sync(bench);
  assert.ok(lines.includes('failed a no-space: disk is full'));
  assert.ok(lines.includes('done b installed'));
  assert.is(lines.at(-1), 'finished incomplete');
  assert.match(bench.cluster.announcements[0]?.message ?? '', 'disk is full');
});

test('left to itself, a node that fails is tried after 1, 1, 2, 4 … minutes; by hand at once', async () => {
  const bench = makeBench({
    nodes: [sampleNode('a')],
    releases: [sampleRelease()],
    script: () => [{ kind: 'failed', reason: { code: 'no-space', message: 'disk is full' } }],
  });
  const triedAtMinutes: number[] = [];
  for (let minute = 0; minute < 20; minute += 1) {
    const before = bench.cluster.launched.length;
    await sync(bench, { isImpatient: false });
    if (bench.cluster.launched.length > before) triedAtMinutes.push(minute);
    await bench.clock.advance(60_000);
  }
  assert.equal(triedAtMinutes, [0, 1, 2, 4, 8, 16]);
  const { lines } = await sync(bench, { isImpatient: false });
  assert.equal(lines, ['planned v1 a:pending', 'finished incomplete']);
  await sync(bench);
  assert.is(bench.cluster.launched.length, triedAtMinutes.length + 1);
});

test('a bundle that somebody else is at work on is left alone and said; the others are synced', async () => {
  const db = sampleRelease([], { bundle: 'db' });
  const bench = makeBench({ nodes: [sampleNode('a')], releases: [db, sampleRelease()] });
  bench.cluster.otherHolder = { name: 'bob', untilMs: 25_000 };
  const { lines } = await sync(bench);
  assert.ok(lines.includes('busy db: bob is rolling out db'), lines.join('\n'));
  assert.is(labelOf(bench, 'a'), digest16(DIGEST));
  assert.is(lines.at(-1), 'finished incomplete');
});

test('a lease that nobody renews is waited for until it can be taken', async () => {
  const bench = makeBench({ nodes: [sampleNode('a')], releases: [sampleRelease()] });
  bench.cluster.otherHolder = { name: 'dead', untilMs: 15_000 };
  assert.is((await sync(bench)).lines.at(-1), 'finished complete');
});

test('a node that moved to an older selection gets its content, and the newer record lets go of it', async () => {
  const a = { ...has('a', OTHER_DIGEST), allLabels: { pool: 'old' } };
  const releases = [
    sampleRelease([], { selector: 'pool=old' }),
    sampleRelease([a], { revision: 2, digest: OTHER_DIGEST, selector: 'pool=new' }),
  ];
  const bench = makeBench({ nodes: [a], releases });
  await sync(bench);
  assert.is(labelOf(bench, 'a'), digest16(DIGEST));
  assert.equal(recordOf(bench, 2)?.nodes, {});
  assert.is(stateOf(bench, 'a'), 'in-sync');
});

test('interrupted, it cleans up, says which node is open, and the next one carries on', async () => {
  const bench = makeBench({ nodes: [sampleNode('a')], releases: [sampleRelease()] });
  bench.cluster.script = () => [{ kind: 'do', effect: () => bench.interruption.abort(new Error('Ctrl-C')) }];
  const { lines } = await sync(bench);
  assert.is(lines.at(-1), 'finished interrupted');
  assert.is(bench.cluster.inFlight, 0);
  assert.is(recordOf(bench, 1)?.nodes.a?.result, 'unfinished');
  const next = makeBench({ nodes: bench.cluster.nodes, releases: bench.cluster.releases });
  assert.is((await sync(next)).lines.at(-1), 'finished complete');
});

test('content that is gone from the cluster fails its nodes with that, and begins nothing', async () => {
  const chunks = [{ name: 'bundle-web-gone', sha256: 'x' }];
  const bench = makeBench({ nodes: [sampleNode('a')], releases: [sampleRelease([], { chunks })] });
  const { lines } = await sync(bench);
  assert.ok(lines.includes('failed a api: ConfigMap bundle-web-gone of web is gone'), lines.join('\n'));
  assert.equal(bench.cluster.launched, []);
});

test.run();
