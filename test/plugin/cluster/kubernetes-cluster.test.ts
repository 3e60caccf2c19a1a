import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ApiError } from '../../../plugin/cluster/api.ts';
import { createKubernetesCluster } from '../../../plugin/cluster/kubernetes-cluster.ts';
import { jobName } from '../../../plugin/cluster/node-job.ts';
import { SeccompError } from '../../../src/error.ts';
import { FakeApi } from '../../support/fake-api.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { sampleNode } from '../../support/fake-cluster.ts';
import { sampleRelease, sampleTask } from '../../support/rollout-samples.ts';

const test = suite('plugin/cluster/kubernetes-cluster');
const NS = '/api/v1/namespaces/kubectl-seccomp';
const PREFIX = 'kubectl-seccomp.node-restriction.kubernetes.io/';

const makeBench = () => {
  const api = new FakeApi();
  const clock = new FakeClock();
  const interruption = new AbortController();
  const options = {
    installNamespace: 'kubectl-seccomp',
    image: 'node:24',
    privilege: 'default',
    launch: 'job',
    jobTimeoutMs: 1000,
  } as const;
  const open = () =>
    createKubernetesCluster({
      api,
      clock,
      options,
      program: new TextEncoder().encode('program'),
      holder: 'alice@laptop',
      signal: interruption.signal,
    });
  return { api, clock, open, cluster: open(), interruption };
};
const task = sampleTask('a');
const refuse = (api: FakeApi, pattern: RegExp, error: ApiError) => {
  api.intercept = (request) => {
    if (pattern.test(request)) throw error;
  };
};
const thrownBy = async (work: Promise<unknown>): Promise<SeccompError> => {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.instance(thrown, SeccompError);
  return thrown as SeccompError;
};

test('makes the namespace once, marked and with the label that lets Pods mount a folder of their node', async () => {
  const { api, cluster } = makeBench();
  await cluster.prepare([]);
  await cluster.prepare([]);
  assert.is(api.requests.filter((request) => request === 'POST /api/v1/namespaces').length, 1);
  const { metadata } = api.objects.get(NS)!;
  assert.is(metadata.labels?.['pod-security.kubernetes.io/enforce'], 'privileged');
  assert.equal(metadata.annotations, { 'kubectl-seccomp/made-by-us': 'true' });
});

test('a namespace that was there is neither changed nor deleted; what is ours in it goes', async () => {
  const { api, clock, cluster } = makeBench();
  const before = JSON.stringify(api.put(NS, { metadata: { labels: { team: 'x' } } }));
  api.put(`${NS}/configmaps/theirs`, {});
  await cluster.prepare([{ name: 'bundle-web-1', content: new Uint8Array([1]) }]);
  const lease = await cluster.acquireLease('web', {
    waitMs: 0,
    onWait: () => {},
    signal: new AbortController().signal,
  });
  await lease.release();
  assert.is(await cluster.removeNamespace({ force: false, signal: new AbortController().signal }), 'kept');
  assert.is(JSON.stringify(api.objects.get(NS)), before);
  assert.equal([...api.objects.keys()], [NS, `${NS}/configmaps/theirs`]);
  assert.is(clock.pending, 0);
});

test('a namespace of ours goes, unless somebody put something into it', async () => {
  const { api, cluster } = makeBench();
  const signal = new AbortController().signal;
  assert.is(await cluster.removeNamespace({ force: false, signal }), 'absent');
  await cluster.prepare([]);
  api.put(`${NS}/configmaps/kube-root-ca.crt`, {});
  api.put(`${NS}/secrets/pull`, {});
  assert.match((await thrownBy(cluster.removeNamespace({ force: false, signal }))).message, 'secrets/pull');
  assert.is(await cluster.removeNamespace({ force: true, signal }), 'removed');
  assert.is(api.objects.size, 0);
});

test('a namespace that is being deleted is no place to work in', async () => {
  const { api, cluster } = makeBench();
  api.put(NS, { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } });
  assert.is((await thrownBy(cluster.prepare([]))).code, 'conflict');
});

test('content that is there is compared before it is trusted', async () => {
  const { api, cluster, open } = makeBench();
  const chunk = { name: 'bundle-web-1', content: new Uint8Array([1, 2]) };
  await cluster.prepare([chunk]);
  await open().prepare([chunk]);
  const path = `${NS}/configmaps/bundle-web-1`;
  for (const change of [{ binaryData: { chunk: 'AAAA' } }, { immutable: false }, { binaryData: {} }]) {
    const good = api.objects.get(path)!;
    api.put(path, { ...good, ...change });
    assert.is((await thrownBy(open().prepare([chunk]))).code, 'conflict', JSON.stringify(change));
    api.put(path, good);
  }
});

test('records are read newest last, and one that changed behind us is not overwritten', async () => {
  const { cluster, open } = makeBench();
  for (const revision of [2, 10, 1]) await cluster.writeRelease(sampleRelease([], { revision }));
  assert.equal(
    (await cluster.readReleases('web')).map(({ revision }) => revision),
    [1, 2, 10],
  );
  await cluster.writeRelease(sampleRelease([], { revision: 2, outcome: 'failed' }));
  const other = open();
  await other.readReleases();
  await other.writeRelease(sampleRelease([], { revision: 2, outcome: 'running' }));
  assert.is((await thrownBy(cluster.writeRelease(sampleRelease([], { revision: 2 })))).code, 'conflict');
  assert.is((await thrownBy(open().writeRelease(sampleRelease([], { revision: 1 })))).code, 'conflict');
});

test('labels are set and removed under our prefix, with the UID as precondition', async () => {
  const { api, cluster } = makeBench();
  api.put('/api/v1/nodes/a', { metadata: { uid: 'uid-of-a', labels: { [`${PREFIX}old`]: '', other: 'x' } } });
  assert.is(await cluster.label(task.node, { web: 'x', old: null }), undefined);
  assert.equal(api.objects.get('/api/v1/nodes/a')?.metadata.labels, { [`${PREFIX}web`]: 'x', other: 'x' });
  assert.is((await cluster.label({ ...task.node, uid: 'another' }, { web: 'y' }))?.code, 'node-gone');
  assert.is((await cluster.label(sampleNode('b'), { web: 'y' }))?.code, 'node-gone');
  refuse(
    api,
    /^PATCH/,
    new ApiError(403, 'Forbidden', 'nodes "a" is forbidden: User "bob" cannot patch resource "nodes"'),
  );
  assert.is((await cluster.label(task.node, { web: 'y' }))?.code, 'forbidden');
});

test('a refused Job is a reason, an unclear answer is thrown, and our own Job of an earlier try is ours', async () => {
  const { api, cluster } = makeBench();
  assert.is(await cluster.launch(task), undefined);
  assert.is(await cluster.launch(task), undefined);
  refuse(
    api,
    /^POST/,
    new ApiError(403, 'Forbidden', 'jobs.batch is forbidden: User "bob" cannot create resource "jobs"'),
  );
  assert.is((await cluster.launch(task))?.code, 'forbidden');
  refuse(api, /^POST/, new ApiError(503, 'ServiceUnavailable', 'later'));
  await thrownBy(cluster.launch(task));
  api.intercept = () => {};
  await cluster.discard(task);
  await cluster.discard(task);
  assert.equal([...api.objects.keys()], []);
});

test('sweeping removes Jobs of the bundle and Pods cut off from theirs, and nothing of other bundles', async () => {
  const { api, cluster } = makeBench();
  await cluster.launch(task);
  const { metadata } = api.objects.get(`/apis/batch/v1/namespaces/kubectl-seccomp/jobs/${jobName(task)}`)!;
  const { labels } = metadata;
  const owned = { ownerReferences: [{ kind: 'Job', uid: metadata.uid }] };
  api.put(`${NS}/pods/owned`, { metadata: { labels, ...owned } });
  const leaving = { ownerReferences: [{ kind: 'Job', uid: 'of one that was just deleted' }] };
  api.put(`${NS}/pods/leaving`, { metadata: { labels, ...leaving } });
  api.put(`${NS}/pods/orphan`, { metadata: { labels } });
  api.put(`${NS}/pods/other`, { metadata: { labels: { ...labels, 'kubectl-seccomp/bundle': 'db' } } });
  assert.is(await cluster.sweep('web'), 1);
  assert.equal([...api.objects.keys()], [`${NS}/pods/owned`, `${NS}/pods/leaving`, `${NS}/pods/other`]);
});

test('admission is asked without a write, and the first refusal is told', async () => {
  const { api, cluster } = makeBench();
  const ask = async () => {
    const before = JSON.stringify([...api.objects]);
    const answer = await cluster.admit(task);
    assert.is(JSON.stringify([...api.objects]), before);
    return answer;
  };
  api.put('/api/v1/nodes/a', { metadata: { uid: 'uid-of-a' } });
  assert.match((await ask()).unchecked ?? '', /does not exist yet/);
  await cluster.prepare([]);
  assert.equal(await ask(), {});
  refuse(
    api,
    /pods/,
    new ApiError(403, 'Forbidden', 'pods "x" is forbidden: violates PodSecurity "baseline:latest": hostPath'),
  );
  assert.is((await ask()).refusal?.code, 'pod-security');
  refuse(
    api,
    /pods/,
    new ApiError(403, 'Forbidden', 'pods is forbidden: User "bob" cannot create resource "pods"'),
  );
  assert.match((await ask()).unchecked ?? '', /cannot create resource "pods"/);
  refuse(
    api,
    /jobs/,
    new ApiError(403, 'Forbidden', 'jobs.batch is forbidden: User "bob" cannot create resource "jobs"'),
  );
  assert.is((await ask()).refusal?.code, 'forbidden');
  refuse(
    api,
    /nodes/,
    new ApiError(403, 'Forbidden', 'nodes "a" is forbidden: User "bob" cannot patch resource "nodes"'),
  );
  assert.is((await ask()).refusal?.code, 'forbidden');
  let tries = 0;
  api.intercept = (request) => {
    tries += Number(request.includes('pods'));
    if (request.includes('pods') && tries < 4)
      throw new ApiError(
        403,
        'Forbidden',
        'error looking up service account kubectl-seccomp/default: serviceaccount "default" not found',
      );
  };
  assert.equal(await ask(), {}, 'a service account that comes a moment later is waited for');
});

test('a node that does not exist is an error that names it', async () => {
  const { api, cluster } = makeBench();
  api.put('/api/v1/nodes/b', {});
  api.put('/api/v1/nodes/a', {});
  assert.equal(
    (await cluster.readNodes({ selector: '' })).map(({ name }) => name),
    ['a', 'b'],
  );
  assert.equal(
    (await cluster.readNodes({ selector: '', names: ['b'] })).map(({ name }) => name),
    ['b'],
  );
  assert.match((await thrownBy(cluster.readNodes({ selector: '', names: ['b', 'x', 'y'] }))).message, 'x, y');
});

test('old records go after the chunks that only they need; what is gone already is no error', async () => {
  const { api, cluster } = makeBench();
  const old = sampleRelease([], { revision: 1 });
  await cluster.writeRelease(old);
  await cluster.writeRelease({ ...old, revision: 2 });
  await cluster.prepare([{ name: 'bundle-web-1', content: new Uint8Array([1]) }]);
  api.requests.length = 0;
  await cluster.forget({ releases: [old], chunks: ['bundle-web-gone', 'bundle-web-1'] });
  assert.equal(api.requests, [
    `DELETE ${NS}/configmaps/bundle-web-gone`,
    `DELETE ${NS}/configmaps/bundle-web-1`,
    `DELETE ${NS}/configmaps/release-web-v1`,
  ]);
  assert.equal(
    (await cluster.readReleases('web')).map(({ revision }) => revision),
    [2],
  );
});

test('a webhook that cannot be reached is waited for a while, then it is a refusal in its own words', async () => {
  const { api, cluster, clock } = makeBench();
  await cluster.prepare([]);
  api.put('/api/v1/nodes/a', { metadata: { uid: 'uid-of-a' } });
  const words =
    'Internal error occurred: failed calling webhook "w.example.com": connect: connection refused';
  refuse(api, /pods/, new ApiError(500, 'InternalError', words));
  assert.equal((await cluster.admit(task)).refusal, { code: 'webhook', message: words });
  assert.ok(clock.monotonic() >= 10_000);
  refuse(api, /jobs/, new ApiError(500, 'InternalError', words));
  assert.equal(await cluster.launch(task), { code: 'webhook', message: words });
});

test('two nodes never share a Job', async () => {
  const { cluster } = makeBench();
  assert.is(await cluster.launch(task), undefined);
  // The same UID stands for two that hash alike.
  assert.is((await cluster.launch({ ...task, node: { ...task.node, name: 'b' } }))?.code, 'api');
});

test.run();
