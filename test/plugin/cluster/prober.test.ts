// A probe from its Pod's creation to its end, on an API server in memory: it is deleted whatever happens.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ApiError } from '../../../plugin/cluster/api.ts';
import { createProber } from '../../../plugin/cluster/prober.ts';
import { type ProbeFate, plainProbe } from '../../../src/workload/probe.ts';
import { FakeApi } from '../../support/fake-api.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const test = suite('plugin/cluster/prober');

const POD = '/api/v1/namespaces/shop/pods/seccomp-probe-abc-1';
const REQUEST = plainProbe('shop', 'node-1', 'web/nginx.json', true);

interface Bench {
  readonly api: FakeApi;
  readonly clock: FakeClock;
  readonly interruption: AbortController;
  run(request?: typeof REQUEST): Promise<ProbeFate>;
}

/** `statusAt` is the Pod's status at a moment. */
const bench = (statusAt: (ms: number) => object): Bench => {
  const api = new FakeApi();
  const clock = new FakeClock();
  const interruption = new AbortController();
  api.intercept = (request) => {
    const found = api.objects.get(POD);
    if (request === `GET ${POD}` && found) api.put(POD, { ...found, status: statusAt(clock.monotonic()) });
  };
  const prober = createProber({ api, clock, token: 'abc', image: 'node:24', timeoutMs: 60_000 });
  return { api, clock, interruption, run: (request = REQUEST) => prober.probe(request, interruption.signal) };
};
const state = (value: object, more: object = {}): object => ({
  containerStatuses: [{ state: value, ...more }],
});

test('a container that goes on running has started', async () => {
  const { api, run, clock } = bench(() => state({ running: {} }));
  assert.is((await run()).start, 'started');
  assert.ok(clock.monotonic() >= 2_000, 'a glimpse of running is not believed');
  assert.is(api.objects.size, 0);
});

test('one that was seen running and then ended at once has not', async () => {
  const terminated = { exitCode: 255, reason: 'Error', message: 'exec /bin/sleep: operation not permitted' };
  const { run } = bench((ms) => (ms < 1_000 ? state({ running: {} }) : state({ terminated })));
  assert.is((await run()).start, 'failed');
});

test('what the API server refuses is unknown, with its words, and nothing is left to delete', async () => {
  const { api, run } = bench(() => ({}));
  const message = 'pods "x" is forbidden: exceeded quota: small';
  api.intercept = (request) => {
    if (request.startsWith('POST')) throw new ApiError(403, 'Forbidden', message);
  };
  assert.equal(await run(), { start: 'unknown', reason: 'quota', message });
  assert.equal(
    api.requests.filter((request) => request.startsWith('DELETE')),
    [],
  );
});

test('where it is not known whether it was created, it is deleted all the same', async () => {
  const { api, run } = bench(() => ({}));
  api.intercept = (request) => {
    if (request.startsWith('POST')) throw new Error('connection reset');
  };
  try {
    await run();
    assert.unreachable();
  } catch (thrown) {
    assert.is((thrown as Error).message, 'connection reset');
  }
  assert.equal(api.requests.at(-1), `DELETE ${POD}`);
});

test('no room on the node is waited for twenty seconds, a slow image as long as a Job would', async () => {
  const conditions = [{ type: 'PodScheduled', status: 'False', message: 'Insufficient cpu' }];
  const full = bench(() => ({ conditions }));
  assert.equal(await full.run(), { start: 'unknown', reason: 'unschedulable', message: 'Insufficient cpu' });
  assert.is(full.clock.monotonic(), 20_000);
  const slow = bench(() => state({ waiting: { reason: 'ContainerCreating' } }));
  assert.is((await slow.run()).reason, 'ContainerCreating');
  assert.is(slow.clock.monotonic(), 60_000);
  assert.is(slow.api.objects.size, 0);
});

test('an interruption deletes the Pod', async () => {
  const { api, interruption, run } = bench((ms) => {
    if (ms >= 1_000) interruption.abort(new Error('interrupted'));
    return state({ waiting: { reason: 'ContainerCreating' } });
  });
  assert.is((await run()).reason, 'interrupted');
  assert.is(api.objects.size, 0);
});

test('exec is read from the startup probe and its Events', async () => {
  const { api, run } = bench(() => state({ running: {} }, { started: false }));
  api.put('/api/v1/namespaces/shop/events/e', {
    reason: 'Unhealthy',
    message: 'Startup probe errored and resulted in unknown state: OCI runtime exec failed',
  });
  const fate = await run({ ...REQUEST, isExecAsked: true });
  assert.is(fate.exec, 'fails');
  assert.match(fate.message, 'OCI runtime exec failed');
});

test('what killed processes left is swept, what others are at is not', async () => {
  const { api, run } = bench(() => state({ running: {} }));
  const labels = {
    'app.kubernetes.io/managed-by': 'kubectl-seccomp',
    'app.kubernetes.io/component': 'probe',
  };
  const put = (name: string, creationTimestamp: string) =>
    api.put(`/api/v1/namespaces/shop/pods/${name}`, { metadata: { labels, creationTimestamp } });
  put('old', '2026-01-01T00:00:00Z');
  put('young', '2026-01-02T02:00:00Z');
  const intercept = api.intercept;
  api.intercept = async (request, body) => {
    if (request.startsWith('POST'))
      (body as { metadata: { creationTimestamp: string } }).metadata.creationTimestamp =
        '2026-01-02T03:00:00Z';
    await intercept(request, body);
  };
  await run();
  assert.equal([...api.objects.keys()], ['/api/v1/namespaces/shop/pods/young']);
});

test.run();
