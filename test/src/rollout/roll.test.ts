import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SeccompError } from '../../../src/error.ts';
import { sampleNode } from '../../support/fake-cluster.ts';
import {
  DIGEST,
  makeBench,
  OTHER_DIGEST,
  sampleRelease,
  sampleReleaseNode,
} from '../../support/rollout-samples.ts';

const test = suite('src/rollout/roll');
const a = sampleNode('a');
const b = sampleNode('b');

test('never more at once than asked for', async () => {
  const nodes = Array.from({ length: 20 }, (_, index) => sampleNode(`n${index}`));
  const { cluster, install } = makeBench({ nodes, script: () => [{ kind: 'reported', afterMs: 1000 }] });
  await install({ policy: { maxInFlight: 7 } });
  assert.is(cluster.greatestInFlight, 7);
  assert.is(cluster.inFlight, 0);
});

test('a denial by admission fails every node with its words before any Job', async () => {
  const { cluster, install } = makeBench({ nodes: [a, b] });
  cluster.admission = { refusal: { code: 'pod-security', message: 'violates PodSecurity' } };
  const events = await install();
  assert.equal(events.slice(1), [
    'failed a pod-security: violates PodSecurity',
    'failed b pod-security: violates PodSecurity',
    'finished incomplete',
  ]);
  assert.is(cluster.launched.length, 0);
  assert.is(cluster.releases[0]?.outcome, 'failed');
});

test('a node that never answers ends by the clock and says what it last waited for', async () => {
  const { install } = makeBench({
    nodes: [a, b],
    script: ({ node }) =>
      node.name === 'a'
        ? [{ kind: 'waiting', reason: { code: 'node-full', message: 'Too many pods' }, afterMs: 1000 }]
        : [],
  });
  const events = await install({ policy: { nodeTimeoutMs: 60_000 } });
  assert.ok(events.includes('failed a node-full: gave up waiting: Too many pods'), events.join('\n'));
  assert.ok(events.includes('failed b timeout: nothing was heard of its Job for 80 s'), events.join('\n'));
});

test('an image that cannot be pulled is given up long before the deadline, however its words change', async () => {
  const bench = makeBench({
    nodes: [a],
    script: () => [
      { kind: 'waiting', reason: { code: 'image-pull', message: 'ErrImagePull' } },
      { kind: 'waiting', reason: { code: 'image-pull', message: 'ImagePullBackOff' }, afterMs: 20_000 },
    ],
  });
  const events = await bench.install();
  assert.ok(events.includes('failed a image-pull: ImagePullBackOff'));
  assert.is(bench.clock.monotonic(), 45_000);
});

test('patience with a matter starts anew when another one came in between', async () => {
  const pull = { code: 'image-pull', message: 'ErrImagePull' } as const;
  const bench = makeBench({
    nodes: [a],
    script: () => [
      { kind: 'waiting', reason: pull },
      { kind: 'waiting', reason: { code: 'mount', message: 'm' }, afterMs: 10_000 },
      { kind: 'waiting', reason: pull, afterMs: 10_000 },
      { kind: 'reported', afterMs: 30_000 },
    ],
  });
  assert.is((await bench.install()).at(-1), 'finished complete');
});

test('an interruption stops launching, discards what runs and records it', async () => {
  const bench = makeBench({
    nodes: [a, b, sampleNode('c')],
    script: ({ node }) =>
      node.name === 'a' ? [{ kind: 'do', effect: () => bench.interruption.abort(), afterMs: 5 }] : [],
  });
  const events = await bench.install({ policy: { maxInFlight: 2 } });
  assert.equal(events, [
    'planned v1 a:run b:run c:run',
    'launched a',
    'launched b',
    'failed a interrupted: interrupted before the node answered',
    'failed b interrupted: interrupted before the node answered',
    'finished interrupted',
  ]);
  assert.equal(
    bench.cluster.discarded.map(({ node }) => node.name),
    ['a', 'b'],
  );
  assert.is(bench.cluster.releases[0]?.outcome, 'interrupted');
  assert.is(bench.cluster.releases[0]?.nodes.a?.result, 'unfinished');
  assert.is(bench.cluster.calls.at(-1), 'releaseLease');
  assert.ok(bench.clock.monotonic() < 1000);
});

test('a lost lease stops the same way and says who took it', async () => {
  const bench = makeBench({
    nodes: [a],
    script: () => [{ kind: 'do', effect: () => bench.cluster.stealLease('web', 'bob@desk'), afterMs: 5 }],
  });
  const events = await bench.install();
  const words = 'stopped, because the lease was lost: bob@desk has taken over the rollout of web';
  assert.equal(events.slice(-3), [`failed a api: ${words}`, `warning ${words}`, 'finished incomplete']);
  assert.is(bench.cluster.releases[0]?.outcome, 'interrupted');
  assert.is(bench.cluster.inFlight, 0);
});

test('an interruption that cuts a request short is an ending, not an error', async () => {
  for (const method of ['readNodes', 'readReleases', 'whoAmI', 'prepare', 'admit'] as const) {
    const bench = makeBench({ nodes: [a] });
    bench.cluster[method] = async (): Promise<never> => {
      bench.interruption.abort(new SeccompError('interrupted', 'interrupted by SIGINT'));
      throw bench.interruption.signal.reason;
    };
    assert.is((await bench.install()).at(-1), 'finished interrupted', method);
    assert.is(
      bench.cluster.calls.at(-1) === 'releaseLease',
      bench.cluster.calls.includes('acquireLease'),
      method,
    );
    assert.not.ok(
      bench.cluster.releases.some(({ outcome }) => outcome === 'running'),
      method,
    );
  }
});

test('a node that failed and cannot be reached now is still remembered: something may lie on its disk', async () => {
  const earlier = sampleRelease([], {
    outcome: 'failed',
    nodes: { a: sampleReleaseNode(a, { result: 'failed', reason: 'api' }) },
  });
  const bench = makeBench({ nodes: [{ ...a, isReady: false }, b], releases: [earlier] });
  const events = await bench.install();
  assert.is(events.at(-1), 'finished incomplete');
  assert.is(bench.cluster.releases[0]?.revision, 1);
  assert.is(bench.cluster.releases[0]?.nodes.a?.result, 'failed');
});

test('somebody else at work is named and waited for, and what changed meanwhile is read again', async () => {
  const { cluster, install } = makeBench({ nodes: [a] });
  cluster.otherHolder = { name: 'bob@desk', untilMs: 30_000 };
  const events = await install();
  assert.is(events[0], 'phase waiting for bob@desk, who is at work on bundle web');
  assert.is(cluster.calls.filter((call) => call === 'readNodes').length, 2);
  assert.is(events.at(-1), 'finished complete');
});

test('who holds the lease for too long makes it fail with a conflict', async () => {
  const { cluster, install } = makeBench({ nodes: [a] });
  cluster.otherHolder = { name: 'bob@desk', untilMs: Number.POSITIVE_INFINITY };
  try {
    await install({ policy: { leaseWaitMs: 1000 } });
    assert.unreachable();
  } catch (thrown) {
    assert.instance(thrown, SeccompError);
    assert.match(String(thrown), 'bob@desk');
  }
  assert.is(cluster.writes.length, 0);
});

test('a node that was replaced while we were at work is gone, and gets no label', async () => {
  const bench = makeBench({
    nodes: [a],
    script: () => [
      {
        kind: 'do',
        effect: () => bench.cluster.setNode('a', sampleNode('a', { uid: 'another' })),
        afterMs: 5,
      },
      { kind: 'reported' },
    ],
  });
  const events = await bench.install();
  assert.ok(events.includes('failed a node-gone: the Node was deleted or replaced'));
  assert.equal(bench.cluster.nodes[0]?.labels, {});
});

test('a report on another digest is not believed', async () => {
  const { install, cluster } = makeBench({
    nodes: [a],
    script: () => [{ kind: 'reported', report: { digest: OTHER_DIGEST } }],
  });
  assert.match((await install())[2] ?? '', /^failed a program: .*reports digest/);
  assert.equal(cluster.nodes[0]?.labels, {});
});

test('a launch that may or may not have arrived is discarded; a refused one is not', async () => {
  const bench = makeBench({ nodes: [a, b] });
  bench.cluster.refuseLaunch = ({ node }) => {
    if (node.name === 'b') return { code: 'quota', message: 'exceeded quota' };
    bench.cluster.inFlight += 1;
    throw new Error('connection reset');
  };
  const events = await bench.install();
  assert.ok(events.includes('failed a api: connection reset'));
  assert.ok(events.includes('failed b quota: exceeded quota'));
  assert.equal(
    bench.cluster.discarded.map(({ node }) => node.name),
    ['a'],
  );
});

test('a dry run changes nothing: on the client it only plans, on the server it asks for admission', async () => {
  const { cluster, install } = makeBench({ nodes: [a, b] });
  assert.equal(await install({ policy: { dryRun: 'client' } }), [
    'planned v1 a:run b:run',
    'finished complete',
  ]);
  assert.equal(cluster.calls, ['readNodes', 'readReleases']);
  cluster.admission = {
    refusal: { code: 'quota', message: 'exceeded quota' },
    unchecked: 'not all was asked',
  };
  assert.equal(await install({ policy: { dryRun: 'server' } }), [
    'planned v1 a:run b:run',
    'warning not all was asked',
    'failed a quota: exceeded quota',
    'failed b quota: exceeded quota',
    'finished incomplete',
  ]);
  assert.equal(cluster.writes, []);
});

test('Jobs that a killed run left behind are removed first; before the first record there are none', async () => {
  const { cluster, install } = makeBench({ nodes: [a] });
  await install();
  assert.not.ok(cluster.calls.includes('sweep'));
  cluster.leftovers = 3;
  assert.is(
    (await install({ digest: OTHER_DIGEST }))[1],
    'phase removed 3 Jobs that an earlier run left behind',
  );
});

test('the record is written at most every ten seconds while it runs', async () => {
  const nodes = Array.from({ length: 100 }, (_, index) => sampleNode(`n${index}`));
  const bench = makeBench({ nodes, script: () => [{ kind: 'reported', afterMs: 1000 }] });
  await bench.install({ policy: { maxInFlight: 2 } });
  assert.is(bench.clock.monotonic(), 50_000);
  assert.ok(bench.cluster.writes.length <= 2 + 5, `${bench.cluster.writes.length} writes`);
  assert.ok(bench.cluster.writes.length >= 4);
  assert.ok(
    bench.cluster.writes
      .slice(1, -1)
      .some(({ nodes }) => Object.values(nodes).some(({ result }) => result === 'done')),
  );
});

test('who stops reading the events leaves nothing behind', async () => {
  const bench = makeBench({ nodes: [a, b], script: () => [] });
  const { installBundle } = await import('../../../src/rollout/install.ts');
  const input = {
    bundle: 'web',
    digest: DIGEST,
    manifest: { formatVersion: 1, name: 'web', profiles: [] },
    chunks: [],
    selection: { selector: '' },
    policy: {},
  } as const;
  for await (const event of installBundle(input, bench.outside)) if (event.kind === 'launched') break;
  assert.is(bench.cluster.inFlight, 0);
  assert.is(bench.cluster.releases[0]?.outcome, 'interrupted');
  assert.is(bench.cluster.calls.at(-1), 'releaseLease');
});

test('a fault before the first Job closes the record and is thrown', async () => {
  const { cluster, install } = makeBench({ nodes: [a] });
  cluster.prepare = async () => {
    throw new SeccompError('conflict', 'somebody else wrote it');
  };
  await install().then(
    () => assert.unreachable(),
    (thrown) => assert.match(String(thrown), 'somebody else wrote it'),
  );
  assert.is(cluster.releases[0]?.outcome, 'failed');
  assert.is(cluster.calls.at(-1), 'releaseLease');
});

test.run();
