import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { drive } from '../../../src/rollout/drive.ts';
import type { RolloutEvent } from '../../../src/rollout/events.ts';
import type { Reason } from '../../../src/rollout/node.ts';
import type { NodeTask } from '../../../src/rollout/ports.ts';
import { StopSwitch } from '../../../src/rollout/stop.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeCluster, type Step, sampleNode } from '../../support/fake-cluster.ts';
import { makeBench } from '../../support/rollout-samples.ts';

const test = suite('src/rollout/drive');

const reason = fc.constantFrom<Reason>(
  { code: 'image-pull', message: 'ErrImagePull' },
  { code: 'unschedulable', message: 'Insufficient cpu' },
  { code: 'timeout', message: 'DeadlineExceeded' },
  { code: 'webhook', message: 'failed calling webhook' },
);
const step: fc.Arbitrary<Step> = fc.record({
  afterMs: fc.integer({ min: 0, max: 50_000 }),
  kind: fc.constantFrom('waiting' as const, 'failed' as const, 'reported' as const),
  reason,
});
const fate = fc.record({
  steps: fc.array(step, { maxLength: 4 }),
  launch: fc.constantFrom('accepted', 'accepted', 'accepted', 'refused', 'unknown'),
  discardFails: fc.boolean(),
});

const makeTasks = (count: number): NodeTask[] =>
  Array.from({ length: count }, (_, index) => ({
    node: sampleNode(`n${index}`),
    run: 'web-v1-1',
    attempt: 1,
    request: { version: 1, operation: 'remove', bundle: 'web', revision: 1, force: false },
    chunkConfigMaps: [],
  }));

test('whatever nodes do: it ends, launches each node at most once, keeps the limit and discards each launch once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fate, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 5 }),
      fc.option(fc.integer({ min: 0, max: 120_000 })),
      fc.boolean(),
      async (fates, maxInFlight, stopAfterMs, doesNewsBreak) => {
        const clock = new FakeClock();
        const tasks = makeTasks(fates.length);
        const fateOf = (task: NodeTask) => fates[Number(task.node.name.slice(1))]!;
        const cluster = new FakeCluster({ clock, script: (task) => fateOf(task).steps });
        cluster.refuseLaunch = (task) => {
          const { launch } = fateOf(task);
          if (launch === 'accepted') return undefined;
          if (launch === 'refused') return { code: 'quota', message: 'exceeded quota' };
          cluster.inFlight += 1;
          cluster.greatestInFlight = Math.max(cluster.greatestInFlight, cluster.inFlight);
          throw new Error('connection reset');
        };
        const discard = cluster.discard.bind(cluster);
        cluster.discard = async (task) => {
          await discard(task);
          if (fateOf(task).discardFails) throw new Error('connection reset');
        };
        if (doesNewsBreak) {
          const news = cluster.news.bind(cluster);
          cluster.news = async function* (run, signal) {
            const broken = new AbortController();
            void clock.sleep(30_000, signal).then(() => broken.abort());
            yield* news(run, AbortSignal.any([signal, broken.signal]));
          };
        }
        const stop = new StopSwitch();
        if (stopAfterMs !== null)
          void clock.sleep(stopAfterMs).then(() => stop.stop({ code: 'interrupted', message: 'stop' }));
        const settle = async (task: NodeTask): Promise<RolloutEvent> => ({
          kind: 'failed',
          node: task.node.name,
          reason: { code: 'internal', message: 'settled' },
        });
        const events: RolloutEvent[] = [];
        const options = { maxInFlight, timeoutMs: 60_000, stop, settle };
        for await (const event of drive(tasks, options, { cluster, clock })) events.push(event);

        const launched = cluster.launched.map(({ node }) => node.name);
        assert.is(new Set(launched).size, launched.length, 'launched twice');
        assert.ok(cluster.greatestInFlight <= maxInFlight);
        const owed = cluster.launched
          .filter((task) => fateOf(task).launch !== 'refused')
          .map(({ node }) => node.name);
        assert.equal(cluster.discarded.map(({ node }) => node.name).toSorted(), owed.toSorted());
        const ends = events.flatMap((event) => (event.kind === 'failed' ? [event.node] : []));
        assert.equal(ends.toSorted(), launched.toSorted(), 'one end for each launch');
        if (!stop.reason) assert.is(launched.length, tasks.length);
      },
    ),
    { numRuns: 150 },
  );
});

test('when the watch breaks for good, what is in flight fails with its words and nothing more is launched', async () => {
  const { cluster, install } = makeBench({ nodes: [sampleNode('a'), sampleNode('b')], script: () => [] });
  cluster.news = async function* () {
    yield { kind: 'waiting', node: 'a', reason: { code: 'mount', message: 'm' } } as const;
    throw new Error('forbidden');
  };
  const events = await install({ policy: { maxInFlight: 1 } });
  const words = 'cannot follow the Jobs any more: forbidden';
  assert.ok(events.includes(`failed a api: ${words}`));
  assert.ok(events.includes(`warning ${words}`));
  assert.is(events.at(-1), 'finished incomplete');
  assert.is(cluster.launched.length, 1);
});

test.run();
