// The sync inside the cluster: installed, brought up to date, read and removed without a trace.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ApiError } from '../../../plugin/cluster/api.ts';
import { createSyncInstallation, removeSync } from '../../../plugin/cluster/sync-installation.ts';
import { connectOptions } from '../../../plugin/commands/flags.ts';
import { syncOrder } from '../../../plugin/commands/sync-order.ts';
import { FakeApi } from '../../support/fake-api.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const test = suite('plugin/cluster/sync-installation');

const NAMESPACE = '/api/v1/namespaces/kubectl-seccomp';
const CRON_JOB = '/apis/batch/v1/namespaces/kubectl-seccomp/cronjobs/sync';
const options = connectOptions({});
const order = syncOrder({ isPruning: false, connect: options });
const place = { clock: new FakeClock(), namespace: 'kubectl-seccomp', signal: new AbortController().signal };

const makeSync = (api: FakeApi, program = 'one') =>
  createSyncInstallation({
    ...place,
    api,
    options,
    buildProgram: async () => new TextEncoder().encode(program),
  });

const pathsIn = (api: FakeApi): string[] => [...api.objects.keys()].filter((path) => path !== NAMESPACE);

test('installed and removed, nothing is left', async () => {
  const api = new FakeApi();
  const sync = makeSync(api);
  await sync.install(order);
  assert.is(pathsIn(api).length, 9);
  assert.equal(await sync.read(), { schedule: '* * * * *', isSuspended: false, isRunning: false });
  assert.is(await sync.remove(), true);
  assert.equal(pathsIn(api), []);
  assert.is(await sync.remove(), false);
  assert.is(await sync.read(), undefined);
});

test('another version replaces program and objects', async () => {
  const api = new FakeApi();
  await makeSync(api).install(order);
  const before = pathsIn(api);
  await makeSync(api, 'two').install({ ...order, startupTaint: 'key' });
  assert.is(pathsIn(api).length, before.length);
  assert.is(pathsIn(api).filter((path) => !before.includes(path)).length, 1);
  assert.match(JSON.stringify(api.objects.get(CRON_JOB)), 'startupTaint');
});

test('what it did and when is read from the CronJob', async () => {
  const api = new FakeApi();
  await makeSync(api).install(order);
  const found = api.objects.get(CRON_JOB)!;
  const status = {
    lastScheduleTime: '2026-01-01T00:00:00Z',
    lastSuccessfulTime: '2026-01-01T00:00:09Z',
    active: [{ name: 'sync-29453760' }],
  };
  api.put(CRON_JOB, { ...found, status });
  assert.equal(await makeSync(api).read(), {
    schedule: '* * * * *',
    isSuspended: false,
    isRunning: true,
    lastStartedAt: '2026-01-01T00:00:00Z',
    lastSucceededAt: '2026-01-01T00:00:09Z',
  });
  // One that hangs on a machine that died says nothing of the newest.
  api.put(CRON_JOB, { ...found, status: { ...status, active: [{ name: 'sync-29453750' }] } });
  assert.is((await makeSync(api).read())?.isRunning, false);
});

test('what somebody else made under these names is neither taken over nor removed', async () => {
  const api = new FakeApi();
  const path = '/apis/rbac.authorization.k8s.io/v1/clusterroles/kubectl-seccomp:sync:kubectl-seccomp';
  api.put(path, { rules: [] });
  await makeSync(api)
    .install(order)
    .then(
      () => assert.unreachable(),
      (thrown) => assert.match(thrown.message, 'kubectl-seccomp did not make it'),
    );
  await makeSync(api).remove();
  assert.ok(api.objects.has(path));
});

test('a removal that was cut short is finished by the next', async () => {
  const api = new FakeApi();
  await makeSync(api).install(order);
  api.intercept = (request) => {
    if (request.startsWith('DELETE') && request.includes('clusterrolebindings'))
      throw new ApiError(500, 'InternalError', 'no');
  };
  await makeSync(api)
    .remove()
    .then(
      () => assert.unreachable(),
      () => {},
    );
  api.intercept = () => {};
  await makeSync(api).remove();
  assert.equal(pathsIn(api), []);
});

test('where none is installed, finding that out takes no right that an uninstall has not anyway', async () => {
  const api = new FakeApi();
  assert.is(await removeSync({ ...place, api }), false);
  assert.equal(api.requests, [`LIST ${NAMESPACE}/configmaps`, `LIST ${CRON_JOB.replace(/\/sync$/, '')}`]);
});

test.run();
