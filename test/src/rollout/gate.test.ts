// Waves and their gates through the whole engine: what is begun, what stops it, and how it is taken up again.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { GatePolicy, Health } from '../../../src/rollout/health.ts';
import { NO_HEALTH } from '../../../src/rollout/judge-health.ts';
import { parseWaves } from '../../../src/rollout/waves.ts';
import { sampleNode } from '../../support/fake-cluster.ts';
import { makeBench } from '../../support/rollout-samples.ts';

const test = suite('src/rollout/gate');

const names = ['a', 'b', 'c', 'd'];
const nodes = names.map((name) => sampleNode(name));
const gate: GatePolicy = { pauseMs: 30_000, minStarts: 0, startTimeoutMs: 600_000, onFailure: 'stop' };
const waves = parseWaves('1,50%,100%', '--waves');
const policy = { waves, gate, maxFailures: 0 };
const failing: Health = {
  ...NO_HEALTH,
  using: 1,
  failing: [
    { namespace: 'shop', pod: 'p', container: 'main', node: 'a', reason: 'StartError', message: 'no way' },
  ],
};
const launched = (calls: readonly string[]): string =>
  calls
    .filter((call) => call.startsWith('launch'))
    .map((call) => call.slice(7))
    .join('');

test('wave after wave, with a pause and a look after each', async () => {
  const { install, clock, cluster } = makeBench({ nodes });
  const events = await install({ policy });
  assert.equal(
    events.filter((event) => /^(wave|gate|done|finished)/.test(event)),
    [
      ...['wave 1/3 of 1', 'done a installed', 'gate 1/3 passed 0 started 0 failing'],
      ...['wave 2/3 of 1', 'done b installed', 'gate 2/3 passed 0 started 0 failing'],
      ...['wave 3/3 of 2', 'done c installed', 'done d installed', 'gate 3/3 passed 0 started 0 failing'],
      'finished complete',
    ],
  );
  assert.ok(clock.monotonic() >= 90_000);
  assert.is(cluster.releases[0]?.outcome, 'succeeded');
});

test('containers that fail since the change stop it: nothing more is begun, and the record says failed', async () => {
  const { install, cluster } = makeBench({ nodes });
  cluster.health = ({ nodes: asked }) => (asked.get('a') === 0 ? NO_HEALTH : failing);
  const events = await install({ policy });
  assert.is(launched(cluster.calls), 'a');
  assert.match(
    events.at(-2) ?? '',
    /^stopped unhealthy: container main of pod shop\/p on a fails .*StartError.*no way/,
  );
  assert.is(events.at(-1), 'finished incomplete');
  assert.is(cluster.releases[0]?.outcome, 'failed');
  assert.equal(cluster.releases[0]?.nodes.b?.result, 'unfinished');
});

test('one that is stopped behind its very last wave is recorded as stopped, until it is carried on', async () => {
  const bench = makeBench({ nodes: nodes.slice(0, 1) });
  bench.cluster.health = ({ nodes: asked }) => (asked.get('a') === 0 ? NO_HEALTH : failing);
  await bench.install({ policy });
  assert.is(bench.cluster.releases[0]?.isStopped, true);
  bench.cluster.health = () => NO_HEALTH;
  await bench.install({ policy });
  assert.equal(
    [bench.cluster.releases[0]?.outcome, bench.cluster.releases[0]?.isStopped],
    ['succeeded', undefined],
  );
});

test('what failed before the wave too does not stop it', async () => {
  const { install, cluster } = makeBench({ nodes });
  cluster.health = () => failing;
  assert.is((await install({ policy })).at(-1), 'finished complete');
  assert.is(launched(cluster.calls), 'abcd');
});

test('the same command looks again at what stopped it before it goes on', async () => {
  const bench = makeBench({ nodes });
  bench.cluster.health = ({ nodes: asked }) => (asked.get('a') === 0 ? NO_HEALTH : failing);
  await bench.install({ policy });
  const before = bench.cluster.calls.length;
  assert.match((await bench.install({ policy })).at(-2) ?? '', /^stopped unhealthy/);
  assert.is(launched(bench.cluster.calls.slice(before)), '');
  bench.cluster.health = () => NO_HEALTH;
  const events = await bench.install({ policy });
  assert.is(events.at(-1), 'finished complete');
  assert.is(launched(bench.cluster.calls.slice(before)), 'bcd');
  assert.equal(
    bench.cluster.releases.map(({ revision, outcome }) => `${revision} ${outcome}`),
    ['1 succeeded'],
  );
});

test('with on-failure continue it says so and goes on', async () => {
  const { install, cluster } = makeBench({ nodes });
  cluster.health = ({ nodes: asked }) => ([...asked.values()][0] === 0 ? NO_HEALTH : failing);
  const events = await install({ policy: { ...policy, gate: { ...gate, onFailure: 'continue' } } });
  assert.is(events.filter((event) => /^gate .* failed/.test(event)).length, 3);
  assert.is(launched(cluster.calls), 'abcd');
});

test('too few starts stop it after their time, enough of them end the wait', async () => {
  const wanting = { ...policy, gate: { ...gate, pauseMs: 0, minStarts: 2 } };
  const quiet = makeBench({ nodes });
  const events = await quiet.install({ policy: wanting });
  assert.match(events.at(-2) ?? '', /^stopped unproven: 0 of 2 containers started .* within 600 s/);
  assert.ok(quiet.clock.monotonic() >= 600_000);
  const busy = makeBench({ nodes });
  busy.cluster.health = () => ({ ...NO_HEALTH, using: 2, started: busy.clock.monotonic() > 20_000 ? 2 : 1 });
  assert.is((await busy.install({ policy: wanting })).at(-1), 'finished complete');
  assert.ok(busy.clock.monotonic() < 100_000);
});

test('who cannot be looked at does not count as healthy', async () => {
  const { install, cluster } = makeBench({ nodes });
  cluster.health = () => {
    throw new Error('pods is forbidden');
  };
  const events = await install({ policy });
  assert.match(events.at(-2) ?? '', /^stopped unproven: cannot see .*pods is forbidden/);
  assert.is(launched(cluster.calls), '');
});

test('an API server that comes back during the pause is asked again; one that stays away ends it', async () => {
  const brief = makeBench({ nodes });
  let isAway = true;
  brief.cluster.health = ({ nodes: asked }) => {
    if (asked.get('a') === 0 || !isAway) return NO_HEALTH;
    isAway = brief.clock.monotonic() < 60_000;
    throw new Error('connection refused');
  };
  const events = await brief.install({ policy });
  assert.is(events.at(-1), 'finished complete');
  assert.ok(
    events.some((event) => /connection refused; trying again/.test(event)),
    events.join('\n'),
  );
  const long = makeBench({ nodes });
  long.cluster.health = ({ nodes: asked }) => {
    if (asked.get('a') === 0) return NO_HEALTH;
    throw new Error('connection refused');
  };
  assert.match((await long.install({ policy })).at(-2) ?? '', /^stopped unproven: cannot see .*refused/);
  assert.is(launched(long.cluster.calls), 'a');
});

test('what failed before the wave is not blamed on it by whoever resumes it either', async () => {
  const bench = makeBench({ nodes });
  const other: Health = {
    ...failing,
    failing: [{ ...failing.failing[0]!, pod: 'q' }],
  };
  bench.cluster.health = ({ nodes: asked }) =>
    asked.get('a') === 0 ? failing : { ...failing, failing: [...failing.failing, ...other.failing] };
  assert.match((await bench.install({ policy })).at(-2) ?? '', /^stopped unhealthy: .*shop\/q/);
  bench.cluster.health = () => failing;
  assert.is((await bench.install({ policy })).at(-1), 'finished complete');
  assert.is(launched(bench.cluster.calls), 'abcd');
});

test('an interruption while it looks before a wave is one, and begins nothing', async () => {
  const bench = makeBench({ nodes });
  bench.cluster.health = () => {
    bench.interruption.abort(new Error('interrupted'));
    throw new Error('aborted');
  };
  const events = await bench.install({ policy });
  assert.is(events.at(-1), 'finished interrupted');
  assert.not(
    events.some((event) => event.startsWith('stopped')),
    events.join('\n'),
  );
  assert.is(launched(bench.cluster.calls), '');
});

test('the record of a wave is written before the pause behind it', async () => {
  const bench = makeBench({ nodes });
  let recorded: string | undefined;
  bench.cluster.health = ({ nodes: asked }) => {
    if (asked.get('b') !== undefined) recorded ??= bench.cluster.releases[0]?.nodes.a?.result;
    return NO_HEALTH;
  };
  await bench.install({ policy: { ...policy, gate: { ...gate, pauseMs: 1 } } });
  assert.is(recorded, 'done');
});

test('one node more than may fail stops it, and what was begun comes to its end', async () => {
  const { install, cluster } = makeBench({
    nodes,
    script: ({ node }) =>
      node.name === 'a'
        ? [{ kind: 'failed', reason: { code: 'disk', message: 'EIO' } }]
        : [{ kind: 'reported', afterMs: 1000 }],
  });
  const events = await install({ policy: { maxFailures: 0, maxInFlight: 2 } });
  assert.ok(events.includes('done b installed'), events.join('\n'));
  assert.is(launched(cluster.calls), 'ab');
  assert.match(events.at(-2) ?? '', /^stopped too-many-failures: 1 node failed/);
  assert.is((await makeBench({ nodes }).install({ policy: { maxFailures: 0 } })).at(-1), 'finished complete');
});

test('an interruption at the gate ends it as interrupted', async () => {
  const bench = makeBench({ nodes });
  bench.cluster.health = ({ nodes: asked }) => {
    if (asked.get('a') !== 0) bench.interruption.abort(new Error('interrupted'));
    return NO_HEALTH;
  };
  assert.is((await bench.install({ policy })).at(-1), 'finished interrupted');
  assert.is(bench.cluster.releases[0]?.outcome, 'interrupted');
  assert.is(launched(bench.cluster.calls), 'a');
});

test('Events: one for each wave, one for each failed node, one for a rollout without waves', async () => {
  const { install, cluster } = makeBench({ nodes });
  await install({ policy });
  assert.equal(
    cluster.announcements.map(({ reason, type }) => `${type} ${reason}`),
    ['Normal SeccompWaveDone', 'Normal SeccompWaveDone', 'Normal SeccompWaveDone'],
  );
  const plain = makeBench({
    nodes,
    script: ({ node }) =>
      node.name === 'b'
        ? [{ kind: 'failed', reason: { code: 'disk', message: 'EIO' } }]
        : [{ kind: 'reported' }],
  });
  await plain.install();
  assert.equal(
    plain.cluster.announcements.map(
      ({ reason, message, node }) => `${reason} ${node?.name ?? ''} ${message}`,
    ),
    ['SeccompInstallFailed b web@v1: EIO', 'SeccompRolloutIncomplete  web@v1: 3 nodes done, 1 failed'],
  );
});

test('Events that cannot be written are tried once, told once and change nothing', async () => {
  const { install, cluster } = makeBench({ nodes });
  cluster.refuseAnnouncement = async () => {
    throw new Error('events is forbidden');
  };
  const events = await install({ policy });
  assert.equal(
    events.filter((event) => event.startsWith('warning')),
    ['warning cannot write Events: events is forbidden'],
  );
  assert.is(cluster.announcements.length, 1);
  assert.is(events.at(-1), 'finished complete');
});

test.run();
