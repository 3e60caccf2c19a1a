import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { PruneRequest } from '../../../src/protocol/request.ts';
import { pruneBundle } from '../../../src/rollout/prune.ts';
import type { Pins, PrunePlan } from '../../../src/rollout/prune-plan.ts';
import type { RolloutPolicy } from '../../../src/rollout/rollout.ts';
import { sampleNode } from '../../support/fake-cluster.ts';
import { type Bench, makeBench, sampleDigest, sampleRelease } from '../../support/rollout-samples.ts';

const test = suite('src/rollout/prune');

const [ONE, TWO, THREE] = ['one', 'two', 'three'].map((text) => sampleDigest(text).slice(0, 16)) as [
  string,
  string,
  string,
];
const NONE: Pins = new Map();

const nodeWith = (name: string, ...digests: readonly string[]) =>
  sampleNode(name, {
    labels: {
      ...Object.fromEntries(digests.map((digest) => [`web.${digest}`, ''])),
      web: digests.at(-1) ?? '',
    },
  });

const benchOf = (...nodes: ReturnType<typeof nodeWith>[]): Bench =>
  makeBench({
    nodes,
    releases: [sampleRelease(nodes, { revision: 7, digest: sampleDigest('three') })],
  });

interface Asked {
  readonly pins?: () => Promise<Pins>;
  readonly keep?: number;
  readonly policy?: RolloutPolicy;
}

const prune = async (
  { outside, collect }: Bench,
  { pins = async () => NONE, keep = 0, policy = {} }: Asked = {},
) => {
  const plans: PrunePlan[] = [];
  const lines = await collect(
    pruneBundle(
      {
        bundle: 'web',
        keep,
        selection: { selector: '' },
        policy,
        readPins: pins,
        onPlan: (plan) => plans.push(plan),
      },
      outside,
    ),
  );
  return { lines, plans };
};

test('each node is told what stays, and its labels follow what it says is left', async () => {
  const bench = benchOf(nodeWith('a', ONE, TWO, THREE), nodeWith('b', THREE));
  const { lines } = await prune(bench, { pins: async () => new Map([[ONE, []]]) });
  assert.equal(lines, ['planned a:run b:up-to-date', 'launched a', 'done a pruned', 'finished complete']);
  assert.equal(bench.cluster.launched[0]?.request, {
    version: 1,
    operation: 'prune',
    bundle: 'web',
    revision: 7,
    kept: [ONE, THREE].toSorted(),
  });
  assert.equal(bench.cluster.nodes.find(({ name }) => name === 'a')?.labels, {
    [`web.${ONE}`]: '',
    [`web.${THREE}`]: '',
    web: THREE,
  });
  // History is what was rolled out: nothing was.
  assert.equal(bench.cluster.writes, []);
});

test('the lease is held from before the last look until the end', async () => {
  const bench = benchOf(nodeWith('a', ONE, THREE));
  await prune(bench);
  const calls = bench.cluster.calls.filter((call) => /Lease|readNodes|readReleases|launch|label/.test(call));
  assert.equal(calls, [
    'readNodes',
    'readReleases',
    'acquireLease',
    'readNodes',
    'readReleases',
    'launch a',
    `label a web.${ONE}-`,
    'releaseLease',
  ]);
});

test('a pod that is made while somebody else holds the lease is seen', async () => {
  const bench = benchOf(nodeWith('a', ONE, TWO, THREE));
  bench.cluster.otherHolder = { name: 'bob', untilMs: 30_000 };
  let looks = 0;
  const pins = async (): Promise<Pins> => (++looks === 1 ? NONE : new Map([[TWO, []]]));
  const { lines, plans } = await prune(bench, { pins });
  assert.is(lines[0], 'phase waiting for bob, who is at work on bundle web');
  assert.ok((bench.cluster.launched[0]!.request as PruneRequest).kept.includes(TWO));
  assert.is(plans.at(-1)?.kept.get('a')?.get(TWO), 'in-use');
});

test('where nothing is to go, nothing is locked or launched', async () => {
  const bench = benchOf(nodeWith('a', THREE));
  const { lines } = await prune(bench);
  assert.equal(lines, ['planned a:up-to-date', 'finished complete']);
  assert.not(bench.cluster.calls.includes('acquireLease'));
});

test('a node that is not ready keeps it from being complete', async () => {
  const bench = benchOf({ ...nodeWith('a', ONE, THREE), isReady: false }, nodeWith('b', ONE, THREE));
  assert.is((await prune(bench)).lines.at(-1), 'finished incomplete');
});

test('what the pins throw stops it before anything is touched', async () => {
  const bench = benchOf(nodeWith('a', ONE, THREE));
  const pins = async (): Promise<Pins> => Promise.reject(new Error('may not look'));
  await prune(bench, { pins }).then(
    () => assert.unreachable(),
    (thrown) => assert.is(thrown.message, 'may not look'),
  );
  assert.equal(bench.cluster.launched, []);
  assert.not(bench.cluster.calls.includes('acquireLease'));
});

test('a lost lease ends it, and the lease is given back', async () => {
  const bench = benchOf(nodeWith('a', ONE, THREE), nodeWith('b', ONE, THREE));
  bench.cluster.script = () => [{ kind: 'do', effect: () => bench.cluster.stealLease('web', 'bob') }];
  const { lines } = await prune(bench, { policy: { maxInFlight: 1 } });
  assert.is(lines.at(-1), 'finished incomplete');
  assert.ok(lines.some((line) => line.startsWith('warning stopped, because the lease was lost')));
  assert.is(bench.cluster.launched.length, 1);
  assert.is(bench.cluster.inFlight, 0);
  assert.is(bench.cluster.calls.at(-1), 'releaseLease');
});

test('a node that does not say what is left keeps its labels', async () => {
  const bench = benchOf(nodeWith('a', ONE, THREE));
  bench.cluster.script = () => [
    { kind: 'reported', report: { outcome: 'pruned', pruned: 1, generations: undefined as never } },
  ];
  await prune(bench);
  assert.not(bench.cluster.calls.some((call) => call.startsWith('label')));
});

test('a refusal of the Pod is said of every node, and none is launched', async () => {
  const bench = benchOf(nodeWith('a', ONE, THREE), nodeWith('b', ONE, THREE));
  bench.cluster.admission = { refusal: { code: 'pod-security', message: 'no hostPath' } };
  const { lines } = await prune(bench);
  assert.equal(lines.slice(1), [
    'failed a pod-security: no hostPath',
    'failed b pod-security: no hostPath',
    'finished incomplete',
  ]);
  assert.equal(bench.cluster.launched, []);
});

test('a stale answer is a failure of the node', async () => {
  const bench = benchOf(nodeWith('a', ONE, THREE));
  const error = { code: 'stale', message: 'too late' } as const;
  bench.cluster.script = () => [{ kind: 'reported', report: { outcome: 'failed', error } }];
  const { lines } = await prune(bench);
  assert.equal(lines.slice(-2), ['failed a stale: too late', 'finished incomplete']);
});

test('no failure is said to be helped by force', async () => {
  for (const code of ['stale', 'damaged'] as const) {
    const bench = benchOf(nodeWith('a', ONE, THREE));
    bench.cluster.script = () => [
      { kind: 'reported', report: { outcome: 'failed', error: { code, message: 'no' } } },
    ];
    const hints: (string | undefined)[] = [];
    const input = { bundle: 'web', keep: 0, selection: { selector: '' }, policy: {} };
    const outside = { readPins: async () => NONE, onPlan: () => {} };
    for await (const event of pruneBundle({ ...input, ...outside }, bench.outside))
      if (event.kind === 'failed') hints.push(event.reason.hint);
    assert.match(hints[0] ?? '', 'apply');
    assert.not.match(hints[0] ?? '', /--force (does|moves)/);
  }
});

test('a dry run changes nothing; the server is asked only by the server’s', async () => {
  for (const dryRun of ['client', 'server'] as const) {
    const bench = benchOf(nodeWith('a', ONE, THREE));
    const { lines } = await prune(bench, { policy: { dryRun } });
    assert.equal(lines, ['planned a:run', 'finished complete']);
    assert.is(bench.cluster.calls.includes('admit a'), dryRun === 'server');
    assert.equal(bench.cluster.launched, []);
    assert.not(bench.cluster.calls.includes('acquireLease'));
  }
});

test('an interruption ends it as interrupted', async () => {
  const bench = benchOf(nodeWith('a', ONE, THREE));
  bench.cluster.script = () => [{ kind: 'do', effect: () => bench.interruption.abort() }];
  assert.is((await prune(bench)).lines.at(-1), 'finished interrupted');
});

test.run();
