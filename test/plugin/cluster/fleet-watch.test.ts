// Two watches told as one stream of news; what cannot be read or watched is told too, and nothing of it is an exception.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Api, WatchEvent } from '../../../plugin/cluster/api.ts';
import { watchFleet } from '../../../plugin/cluster/fleet-watch.ts';
import { renderRecord } from '../../../plugin/cluster/records.ts';
import type { FleetNews } from '../../../src/rollout/fleet.ts';
import { sampleNode } from '../../support/fake-cluster.ts';
import { sampleRelease } from '../../support/rollout-samples.ts';

const test = suite('plugin/cluster/fleet-watch');

type Script = readonly (WatchEvent<unknown> | Error)[];

const fakeWatch = (nodes: Script, records: Script): { readonly api: Api; readonly asked: string[] } => {
  const asked: string[] = [];
  const api = {
    async *watch(path: string, { labelSelector }: { labelSelector?: string }) {
      asked.push(`${path} ${labelSelector}`);
      for (const event of path.endsWith('nodes') ? nodes : records) {
        if (event instanceof Error) throw event;
        yield event;
      }
    },
  } as unknown as Api;
  return { api, asked };
};

/** Reads until so many news have come, then aborts; the stream must end by that. */
const collect = async (api: Api, count: number): Promise<FleetNews[]> => {
  const over = new AbortController();
  const news: FleetNews[] = [];
  for await (const one of watchFleet({ api, installNamespace: 'ours' }, over.signal)) {
    news.push(one);
    if (news.length === count) over.abort();
  }
  return news;
};

const NODE = { metadata: { name: 'node-1', uid: 'u1' }, status: { nodeInfo: { machineID: 'm1' } } };

test('nodes and records come as news, of the install namespace only', async () => {
  const release = sampleRelease([sampleNode('node-1')]);
  const { api, asked } = fakeWatch(
    [{ kind: 'set', object: NODE }, { kind: 'synced' }, { kind: 'deleted', object: NODE }],
    [{ kind: 'set', object: renderRecord(release, 'ours') }, { kind: 'synced' }],
  );
  const news = await collect(api, 5);
  assert.equal(news.map(({ kind }) => kind).toSorted(), ['node', 'node-gone', 'release', 'synced', 'synced']);
  const told = news.find((one) => one.kind === 'release');
  assert.equal(told?.kind === 'release' && told.release, release);
  assert.match(asked.join('\n'), /namespaces\/ours\/configmaps .*component=release/);
});

test('a record that a list tells again is no news, and what each node came to can be read again and again', async () => {
  const release = sampleRelease([sampleNode('node-1')]);
  const record = renderRecord(release, 'ours');
  const at = (resourceVersion: string) => ({
    ...record,
    metadata: { ...record.metadata, resourceVersion },
  });
  const { api } = fakeWatch(
    [],
    [
      { kind: 'set', object: at('1') },
      { kind: 'synced' },
      { kind: 'set', object: at('1') },
      { kind: 'set', object: at('2') },
    ],
  );
  const news = await collect(api, 3);
  assert.equal(
    news.map(({ kind }) => kind),
    ['release', 'synced', 'release'],
  );
  const told = news.flatMap((one) => (one.kind === 'release' ? [one.release] : []));
  for (const one of [...told, ...told]) assert.equal(one.nodes, release.nodes);
});

test('a record that was deleted while nobody looked is known by its name alone', async () => {
  const { api } = fakeWatch(
    [],
    [{ kind: 'deleted', object: { metadata: { name: 'release-my-web-v12', uid: 'x' } } }],
  );
  assert.equal(await collect(api, 1), [{ kind: 'release-gone', bundle: 'my-web', revision: 12 }]);
});

test('a damaged record is told by name, and the others still come', async () => {
  const damaged = { metadata: { name: 'release-web-v1' }, data: { 'release.json': '{' } };
  const { api } = fakeWatch([], [{ kind: 'set', object: damaged }, { kind: 'synced' }]);
  const [first, second] = await collect(api, 2);
  assert.match(first?.kind === 'damaged' ? first.message : '', /release-web-v1 is damaged/);
  assert.equal(second, { kind: 'synced', part: 'records' });
});

test('a connection that is lost and regained is told of both', async () => {
  const { api } = fakeWatch([{ kind: 'lost', message: 'refused' }, { kind: 'regained' }], []);
  assert.equal(await collect(api, 2), [
    { kind: 'lost', part: 'nodes', message: 'refused' },
    { kind: 'regained', part: 'nodes' },
  ]);
});

test('a watch that is refused ends with the reason, and the other goes on', async () => {
  const { api } = fakeWatch([new Error('nodes is forbidden')], [{ kind: 'synced' }]);
  const news = await collect(api, 2);
  assert.ok(
    news.some((one) => one.kind === 'ended' && one.part === 'nodes' && /forbidden/.test(one.message)),
  );
  assert.ok(news.some((one) => one.kind === 'synced' && one.part === 'records'));
});

test.run();
