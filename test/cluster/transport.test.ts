// The transport against a real API server: pages, a watch that is idle for longer than the 30 s at which other clients
// give up, and a restart of the server in the middle of one.

import * as assert from 'uvu/assert';
import { type Api, ApiError, type WatchEvent } from '../../plugin/cluster/api.ts';
import { openApi } from '../../plugin/cluster/connection.ts';
import { localClock } from '../../plugin/local-clock.ts';
import { suiteThatNeeds } from '../support/requires.ts';
import { attachCluster } from './cluster.ts';
import type { Cluster } from './handle.ts';

const test = suiteThatNeeds('test/cluster/transport', ['linux', 'root', 'cluster']);
const NAMESPACE = 'test-transport';
const CONFIGMAPS = `/api/v1/namespaces/${NAMESPACE}/configmaps`;
const IDLE_MS = 35_000;

interface ConfigMap {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly data?: Readonly<Record<string, string>>;
}

let cluster: Cluster;
let api: Api;
let stop: AbortController;

test.before(async () => {
  cluster = attachCluster();
  api = await openApi(
    { kubeconfig: cluster.kubeconfig },
    {
      environment: {},
      clock: localClock,
      stdin: {},
      stderr: process.stderr,
      version: '0.0.0-test',
      onWarning: () => {},
    },
  );
  await api.create('/api/v1/namespaces', { metadata: { name: NAMESPACE } });
});

test.after(async () => {
  stop?.abort();
  await api.delete(`/api/v1/namespaces/${NAMESPACE}`);
  api.close();
});

test.before.each(() => {
  stop = new AbortController();
});

test.after.each(() => stop.abort());

const createConfigMap = (name: string, labels: Record<string, string> = {}): Promise<ConfigMap> =>
  api.create<ConfigMap>(CONFIGMAPS, { metadata: { name, labels }, data: { a: 'b' } });

/** Follows one watch; `next` waits for an event of which `isWanted` is true, and returns all events up to it. */
const follow = (labelSelector: string) => {
  const seen: WatchEvent<ConfigMap>[] = [];
  const ended = (async () => {
    for await (const event of api.watch<ConfigMap>(CONFIGMAPS, { labelSelector, signal: stop.signal }))
      seen.push(event);
  })();
  const next = async (
    isWanted: (event: WatchEvent<ConfigMap>) => boolean,
  ): Promise<WatchEvent<ConfigMap>[]> => {
    const deadline = localClock.monotonic() + 60_000;
    while (localClock.monotonic() < deadline) {
      const index = seen.findIndex(isWanted);
      if (index !== -1) return seen.splice(0, index + 1);
      await localClock.sleep(20);
    }
    throw new Error(`the event did not come; seen were ${JSON.stringify(seen.map(({ kind }) => kind))}`);
  };
  return { next, ended };
};

const isSet =
  (name: string) =>
  (event: WatchEvent<ConfigMap>): boolean =>
    event.kind === 'set' && event.object.metadata.name === name;

test('the nodes are listed, whole and as metadata alone', async () => {
  const names: string[] = [];
  for await (const nodes of api.list<{ metadata: { name: string }; status?: object }>('/api/v1/nodes')) {
    for (const { metadata, status } of nodes) {
      names.push(metadata.name);
      assert.ok(status);
    }
  }
  assert.equal(names.sort(), cluster.nodes.map(({ name }) => name).sort());
  for await (const nodes of api.list<{ status?: object }>('/api/v1/nodes', { isMetadataOnly: true })) {
    assert.is(nodes.length, cluster.nodes.length);
    for (const { status } of nodes) assert.is(status, undefined);
  }
});

test('more objects than a page holds come once each', async () => {
  const labels = { suite: 'pages' };
  const expected = Array.from({ length: 1_100 }, (_, index) => `page-${index}`);
  await Promise.all(expected.map((name) => createConfigMap(name, labels)));
  const pages: number[] = [];
  const names = new Set<string>();
  for await (const page of api.list<ConfigMap>(CONFIGMAPS, { labelSelector: 'suite=pages' })) {
    pages.push(page.length);
    for (const { metadata } of page) names.add(metadata.name);
  }
  assert.equal(pages, [500, 500, 100]);
  assert.is(names.size, 1_100);
  await api.delete(CONFIGMAPS, undefined, { query: { labelSelector: 'suite=pages' } });
});

test('a watch that was idle for 35 s gets the next event over the same connection', async () => {
  const mark = await cluster.auditMark();
  const { next, ended } = follow('suite=idle');
  await next(({ kind }) => kind === 'synced');
  await localClock.sleep(IDLE_MS);
  await createConfigMap('idle', { suite: 'idle' });
  const events = await next(isSet('idle'));
  assert.is(events.length, 1);
  await api.delete(`${CONFIGMAPS}/idle`);
  assert.is((await next(({ kind }) => kind === 'deleted')).length, 1);
  stop.abort();
  await ended;
  const watches = (await cluster.requests('kubectl-seccomp/0.0.0-test', mark)).filter(
    ({ verb }) => verb === 'watch',
  );
  assert.is(watches.length, 1);
});

test('a watch survives a restart of the API server, and what happened meanwhile comes', async () => {
  const { next } = follow('suite=restart');
  await next(({ kind }) => kind === 'synced');
  await createConfigMap('before', { suite: 'restart' });
  await next(isSet('before'));
  // It is away until that was noticed: one that comes back at once is no loss to tell of.
  await cluster.stopApiServer();
  await next(({ kind }) => kind === 'lost');
  await cluster.restartApiServer();
  await createConfigMap('after', { suite: 'restart' });
  const events = await next(isSet('after'));
  assert.is(events.filter(({ kind }) => kind === 'lost').length, 0);
});

test('requests wait out a restart of the API server', async () => {
  await cluster.stopApiServer();
  const answer = api.get<{ items: unknown[] }>('/api/v1/nodes');
  await cluster.restartApiServer();
  assert.is((await answer).items.length, cluster.nodes.length);
});

test('a refusal has the server’s own words', async () => {
  const error = await api.get(`${CONFIGMAPS}/none`).catch((thrown: unknown) => thrown);
  assert.instance(error, ApiError);
  assert.equal([(error as ApiError).status, (error as ApiError).reason], [404, 'NotFound']);
  assert.is((error as ApiError).message, 'configmaps "none" not found');
});

test.run();
