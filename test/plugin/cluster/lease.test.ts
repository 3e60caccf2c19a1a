import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ApiError } from '../../../plugin/cluster/api.ts';
import { acquireLease, LEASE_DURATION_MS } from '../../../plugin/cluster/lease.ts';
import { FakeApi } from '../../support/fake-api.ts';
import { FakeClock, settle } from '../../support/fake-clock.ts';

const test = suite('plugin/cluster/lease');
const PATH = '/apis/coordination.k8s.io/v1/namespaces/ns/leases/rollout-web';

const makeBench = () => {
  const api = new FakeApi();
  const clock = new FakeClock({ isAutomatic: false });
  const waits: string[] = [];
  const acquire = (identity: string, { waitMs = 60_000, signal = new AbortController().signal } = {}) =>
    acquireLease({ api, namespace: 'ns', clock, identity }, 'web', {
      waitMs,
      signal,
      onWait: (holder) => waits.push(`${identity} waits for ${holder}`),
    });
  const holder = () =>
    (api.objects.get(PATH)?.spec as { holderIdentity?: string } | undefined)?.holderIdentity;
  return { api, clock, waits, acquire, holder };
};

test('the first takes it, the second waits for the first by name and gets it when it is released', async () => {
  const { api, clock, waits, acquire, holder } = makeBench();
  const first = await acquire('alice');
  assert.is(holder(), 'alice');
  const { renewTime } = api.objects.get(PATH)!.spec as { renewTime: string };
  assert.match(renewTime, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  const second = acquire('bob');
  await clock.advance(5_000);
  assert.equal(waits, ['bob waits for alice']);
  await first.release();
  await clock.advance(2_000);
  await second;
  assert.is(holder(), 'bob');
  await (await second).release();
  assert.is(holder(), '');
});

test('a holder that renews is never taken from, however long it holds', async () => {
  const { clock, acquire, holder } = makeBench();
  const first = await acquire('alice');
  const second = acquire('bob', { waitMs: 5 * LEASE_DURATION_MS });
  const outcome = second.then(
    () => assert.unreachable(),
    (thrown) => String(thrown),
  );
  await clock.advance(5 * LEASE_DURATION_MS + 1_000);
  assert.match(String(await outcome), 'alice is at work on bundle web');
  assert.is(holder(), 'alice');
  assert.not.ok(first.lost.aborted);
  await first.release();
});

test('a holder that died is taken from after its time by our own clock, whatever its clock said', async () => {
  const { api, clock, acquire, holder } = makeBench();
  for (const renewTime of ['1970-01-01T00:00:00.000000Z', '2999-01-01T00:00:00.000000Z']) {
    const spec = { holderIdentity: 'dead', leaseDurationSeconds: 15, renewTime, leaseTransitions: 3 };
    api.put(PATH, { spec });
    const mine = acquire('bob');
    await clock.advance(LEASE_DURATION_MS - 2_000);
    assert.is(holder(), 'dead', 'not before its time');
    await clock.advance(4_000);
    await (await mine).release();
    assert.is((api.objects.get(PATH)!.spec as { leaseTransitions: number }).leaseTransitions, 4);
  }
});

test('of two that take an expired lease at once one gets it', async () => {
  const { api, clock, acquire, waits, holder } = makeBench();
  api.put(PATH, { spec: { holderIdentity: '', leaseDurationSeconds: 15 } });
  let taken = 0;
  for (const name of ['alice', 'bob'])
    void acquire(name).then(
      () => {
        taken += 1;
      },
      () => {},
    );
  await clock.advance(3_000);
  assert.is(taken, 1);
  assert.is(waits.length, 1);
  assert.ok(['alice', 'bob'].includes(holder() ?? ''));
});

test('who loses it is told by whom', async () => {
  const { api, clock, acquire, holder } = makeBench();
  const mine = await acquire('alice');
  api.put(PATH, { spec: { holderIdentity: 'mallory', leaseDurationSeconds: 15 } });
  await clock.advance(5_000);
  assert.ok(mine.lost.aborted);
  assert.match(String(mine.lost.reason), 'mallory has taken it');
  await mine.release();
  assert.is(holder(), 'mallory');
});

test('an API server that is away is borne until the deadline, and the lease is lost before others may take it', async () => {
  const { api, clock, acquire } = makeBench();
  const mine = await acquire('alice');
  api.intercept = () => {
    throw new ApiError(503, 'ServiceUnavailable', 'etcd is away');
  };
  await clock.advance(9_000);
  assert.not.ok(mine.lost.aborted);
  await clock.advance(4_000);
  assert.ok(mine.lost.aborted);
  assert.match(String(mine.lost.reason), 'etcd is away');
  assert.ok(clock.monotonic() < LEASE_DURATION_MS);
});

test('who stood still for longer than the lease knows it before any timer says so, and has lost it', async () => {
  const { clock, acquire } = makeBench();
  const lease = await acquire('alice');
  lease.assertHeld();
  clock.freeze(LEASE_DURATION_MS - 1);
  lease.assertHeld();
  clock.freeze(1);
  assert.throws(() => lease.assertHeld(), /was not renewed for 15 s: this process stood still/);
  assert.ok(lease.lost.aborted);
  await clock.advance(0);
  await lease.release();
});

test('a renewal that hangs counts as none', async () => {
  const { api, clock, acquire } = makeBench();
  const mine = await acquire('alice');
  api.intercept = () => new Promise(() => {});
  await clock.advance(14_000);
  assert.ok(mine.lost.aborted);
});

test('an answer that got lost is not taken for a thief', async () => {
  const { api, clock, acquire } = makeBench();
  const mine = await acquire('alice');
  api.put(PATH, { ...api.objects.get(PATH) });
  await clock.advance(9_000);
  assert.not.ok(mine.lost.aborted);
  await mine.release();
});

test('an interruption ends the waiting', async () => {
  const { clock, acquire } = makeBench();
  await acquire('alice');
  const interruption = new AbortController();
  const second = acquire('bob', { signal: interruption.signal }).then(
    () => assert.unreachable(),
    (thrown) => thrown.code,
  );
  await clock.advance(1_000);
  interruption.abort();
  await settle();
  assert.is(await second, 'interrupted');
});

test.run();
