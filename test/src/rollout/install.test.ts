import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { digest16 } from '../../../src/rollout/names.ts';
import { sampleInstalledNode, sampleNode } from '../../support/fake-cluster.ts';
import {
  DIGEST,
  makeBench,
  OTHER_DIGEST,
  sampleRelease,
  sampleReleaseNode,
} from '../../support/rollout-samples.ts';

const test = suite('src/rollout/install');
const D16 = digest16(DIGEST);
const a = sampleNode('a');
const b = sampleNode('b');

test('installs on every node, labels it, and does each step in its order', async () => {
  const { cluster, install } = makeBench({ nodes: [b, a] });
  assert.equal(await install({ policy: { maxInFlight: 1 } }), [
    'planned v1 a:run b:run',
    'launched a',
    'done a installed',
    'launched b',
    'done b installed',
    'finished complete',
  ]);
  assert.equal(cluster.calls, [
    'readNodes',
    'readReleases',
    'acquireLease',
    'readReleases',
    'writeRelease v1 running',
    'prepare',
    'admit a',
    'launch a',
    `label a web=${D16} web.${D16}=`,
    'discard a',
    'launch b',
    `label b web=${D16} web.${D16}=`,
    'discard b',
    'writeRelease v1 succeeded',
    'releaseLease',
  ]);
  const [record] = cluster.releases;
  assert.is(record?.nodes.b?.result, 'done');
  assert.is(record?.nodes.b?.machineId, 'machine-of-b');
  assert.is(record?.who, 'alice');
  assert.is(cluster.uploaded.size, 1);
  assert.is(record?.chunks?.[0]?.name, [...cluster.uploaded.keys()][0]);
});

test('a node that has the digest is not touched again; with nothing to do there is no lease and no new revision', async () => {
  const nodes = [sampleInstalledNode('a', 'web', DIGEST)];
  const { cluster, install } = makeBench({ nodes, releases: [sampleRelease(nodes)] });
  assert.equal(await install(), ['planned v1 a:up-to-date', 'finished complete']);
  assert.equal(cluster.calls, ['readNodes', 'readReleases']);
});

test('force runs on nodes that have the digest, as the next revision', async () => {
  const nodes = [sampleInstalledNode('a', 'web', DIGEST)];
  const { cluster, install } = makeBench({ nodes, releases: [sampleRelease(nodes)] });
  const events = await install({ policy: { force: true } });
  assert.is(events[0], 'planned v2 a:run');
  const [task] = cluster.launched;
  assert.is(task?.request.operation === 'install' && task.request.force, true);
});

test('a label is believed only with a record of the very machine', async () => {
  const labelled = sampleInstalledNode('a', 'web', DIGEST);
  const reinstalled = { ...labelled, machineId: 'another disk' };
  const registeredAnew = { ...labelled, uid: 'another' };
  for (const [nodes, releases] of [
    [[labelled], []],
    [[reinstalled], [sampleRelease([labelled])]],
    [[registeredAnew], [sampleRelease([labelled])]],
    [[labelled], [sampleRelease([labelled], { digest: OTHER_DIGEST })]],
    [
      [labelled],
      [
        sampleRelease([labelled]),
        sampleRelease([], {
          revision: 2,
          digest: OTHER_DIGEST,
          outcome: 'failed',
          nodes: { a: sampleReleaseNode(labelled, { result: 'failed', reason: 'timeout' }) },
        }),
      ],
    ],
  ] as const) {
    const { install } = makeBench({ nodes, releases });
    assert.match((await install())[0] ?? '', /a:run/);
  }
});

test('a NotReady node is pending and a Windows node is excluded; only the first keeps it from being complete', async () => {
  const windows = sampleNode('w', { os: 'windows', exclusion: 'it runs windows' });
  const nodes = [a, sampleNode('b', { isReady: false }), windows];
  const { cluster, install } = makeBench({ nodes });
  const events = await install();
  assert.is(events[0], 'planned v1 a:run b:pending w:excluded');
  assert.is(events.at(-1), 'finished incomplete');
  assert.equal(
    cluster.launched.map(({ node }) => node.name),
    ['a'],
  );
  assert.is(cluster.releases[0]?.outcome, 'failed');
  assert.is(cluster.releases[0]?.nodes.b?.result, 'pending');
  const second = makeBench({ nodes: [a, windows] });
  assert.is((await second.install()).at(-1), 'finished complete');
});

test('the same command again carries the revision on and retries just what failed', async () => {
  const nodes = [a, b, sampleNode('c')];
  const bench = makeBench({
    nodes,
    script: ({ node, attempt }) =>
      node.name === 'b' && attempt === 1
        ? [
            {
              kind: 'reported',
              report: { outcome: 'failed', error: { code: 'no-space', message: 'the disk is full' } },
            },
          ]
        : [{ kind: 'reported' }],
  });
  const first = await bench.install();
  assert.ok(first.includes('failed b no-space: the disk is full'));
  assert.is(first.at(-1), 'finished incomplete');
  assert.is(bench.cluster.releases[0]?.nodes.b?.reason, 'no-space');
  const second = await bench.install();
  assert.equal(second, [
    'planned v1 a:up-to-date b:run c:up-to-date',
    'launched b',
    'done b installed',
    'finished complete',
  ]);
  assert.is(bench.cluster.releases.length, 1);
  assert.is(bench.cluster.releases[0]?.outcome, 'succeeded');
  assert.is(bench.cluster.launched.at(-1)?.run, 'web-v1-2');
});

test('another digest or another selection takes the next number', async () => {
  const failed = sampleRelease([], {
    outcome: 'failed',
    nodes: { a: sampleReleaseNode(a, { result: 'failed' }) },
  });
  for (const changes of [{ digest: OTHER_DIGEST }, { selection: { selector: '', names: ['a'] } }]) {
    const { install } = makeBench({ nodes: [a], releases: [failed] });
    assert.is((await install(changes))[0], 'planned v2 a:run');
  }
});

test('a record that was never closed is closed, though no node is left to do', async () => {
  const nodes = [sampleInstalledNode('a', 'web', DIGEST)];
  const { cluster, install } = makeBench({ nodes, releases: [sampleRelease(nodes, { outcome: 'running' })] });
  assert.equal(await install(), ['planned v1 a:up-to-date', 'finished complete']);
  assert.is(cluster.releases[0]?.outcome, 'succeeded');
});

test.run();
