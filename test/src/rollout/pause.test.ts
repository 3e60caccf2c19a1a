// Pausing a rollout: between two nodes, as long as anybody likes, and never against a stop.
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { installBundle } from '../../../src/rollout/install.ts';
import { PauseSwitch } from '../../../src/rollout/pause.ts';
import type { RolloutPolicy } from '../../../src/rollout/rollout.ts';
import { settle } from '../../support/fake-clock.ts';
import { sampleNode } from '../../support/fake-cluster.ts';
import { makeBench, sampleDigest, sampleManifest } from '../../support/rollout-samples.ts';

const test = suite('src/rollout/pause');

const makePaused = (count: number, policy: RolloutPolicy) => {
  const nodes = Array.from({ length: count }, (_, index) => sampleNode(`n${index}`));
  const bench = makeBench({ nodes, script: () => [{ kind: 'reported', afterMs: 1_000 }] });
  const pace = new PauseSwitch();
  const launchedWhilePaused: string[] = [];
  bench.cluster.refuseLaunch = ({ node }) => {
    if (pace.isPaused) launchedWhilePaused.push(node.name);
    return undefined;
  };
  const run = () =>
    bench.collect(
      installBundle(
        {
          bundle: 'web',
          digest: sampleDigest('web'),
          manifest: sampleManifest,
          chunks: [{ sha256: sampleDigest('chunk'), content: new Uint8Array([1]) }],
          selection: { selector: '' },
          policy,
        },
        { ...bench.outside, pace },
      ),
    );
  return { ...bench, pace, run, launchedWhilePaused };
};

const deed = fc.record({
  afterMs: fc.integer({ min: 0, max: 3_000 }),
  what: fc.constantFrom('pause' as const, 'pause' as const, 'resume' as const, 'stop' as const),
});

test('whatever is paused, resumed and stopped when: nothing is launched while paused, and it comes to its end', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(deed, { maxLength: 8 }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 3 }),
      fc.boolean(),
      async (deeds, count, maxInFlight, hasWaves) => {
        const policy = { maxInFlight, ...(hasWaves && { waves: [{ nodes: 1 }, { percent: 100 }] }) };
        const { pace, run, clock, cluster, interruption, launchedWhilePaused } = makePaused(count, policy);
        const meddle = async (): Promise<void> => {
          for (const { afterMs, what } of deeds) {
            await clock.sleep(afterMs);
            if (what === 'stop') interruption.abort(new Error('stop'));
            else pace[what]();
          }
          // Paused and stopped it must end by itself.
          if (interruption.signal.aborted) return;
          await clock.sleep(60_000);
          pace.resume();
        };
        const [events] = await Promise.all([run(), meddle()]);
        assert.equal(launchedWhilePaused, []);
        const isStopped = interruption.signal.aborted && events.at(-1) === 'finished interrupted';
        if (!isStopped) {
          assert.is(events.at(-1), 'finished complete');
          assert.is(cluster.launched.length, count);
        }
        assert.is(cluster.inFlight, 0);
        const told = events.filter((one) => one === 'paused' || one === 'resumed');
        for (const [index, one] of told.entries()) assert.is(one, index % 2 === 0 ? 'paused' : 'resumed');
        assert.is(cluster.releases.at(-1)?.outcome ?? 'succeeded', isStopped ? 'interrupted' : 'succeeded');
      },
    ),
    { numRuns: 150 },
  );
});

test('a stop ends what is paused at once', async () => {
  const { pace, run, clock, cluster, interruption } = makePaused(3, { maxInFlight: 1 });
  pace.pause();
  const running = run();
  await settle();
  await settle();
  const before = clock.monotonic();
  interruption.abort(new Error('stop'));
  const events = await running;
  assert.is(events.at(-1), 'finished interrupted');
  assert.ok(clock.monotonic() - before < 1_000);
  assert.is(cluster.launched.length, 0);
});

test('a lease that is lost meanwhile ends it as well, and what is recorded is what was done', async () => {
  const { pace, run, clock, cluster } = makePaused(3, { maxInFlight: 1 });
  const running = run();
  await clock.sleep(500);
  pace.pause();
  await clock.sleep(3_000);
  // It is killed as often as not while it waits: whoever takes up the revision finds the first node done.
  const record = cluster.releases.at(-1);
  assert.equal([record?.outcome, record?.nodes.n0?.result], ['running', 'done']);
  cluster.stealLease('web', 'somebody');
  const events = await running;
  assert.is(events.at(-1), 'finished incomplete');
  assert.is(cluster.launched.length, 1);
});

test('time that passes while it is paused counts against no node', async () => {
  const { pace, run, clock, cluster } = makePaused(3, { maxInFlight: 2, nodeTimeoutMs: 60_000 });
  const running = run();
  await clock.sleep(500);
  pace.pause();
  await clock.sleep(24 * 3_600_000);
  pace.resume();
  const events = await running;
  assert.is(events.at(-1), 'finished complete');
  assert.is(cluster.launched.length, 3);
});

test('before a wave it is held before its containers are looked at', async () => {
  const { pace, run, clock, cluster } = makePaused(2, {
    waves: [{ nodes: 1 }, { percent: 100 }],
    gate: { pauseMs: 0, minStarts: 0, startTimeoutMs: 0, onFailure: 'stop' },
  });
  const running = run();
  await clock.sleep(500);
  pace.pause();
  await clock.sleep(60_000);
  let looks = 0;
  cluster.health = () => {
    looks += 1;
    return { using: 0, started: 0, waiting: 0, failing: [] };
  };
  await clock.sleep(60_000);
  assert.is(looks, 0);
  pace.resume();
  const events = await running;
  assert.ok(looks > 0);
  assert.ok(events.indexOf('paused') < events.indexOf('wave 2/2 of 1'));
});

test.run();
