// Workloads by watches: what is told at first, what changes, what comes in the wrong order and what may not be seen.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Api, ApiError, type WatchEvent, type WatchOptions } from '../../../plugin/cluster/api.ts';
import { createWorkloads } from '../../../plugin/cluster/workloads.ts';
import { Channel } from '../../../src/rollout/channel.ts';
import type { WorkloadsNow } from '../../../src/workload/ports.ts';
import { settle } from '../../support/fake-clock.ts';

const test = suite('plugin/cluster/workloads-watch');

type Event = WatchEvent<object> | Error;

const PODS = '/api/v1/pods';
const REPLICA_SETS = '/apis/apps/v1/replicasets';

/** Watches that tell what a test tells them; those that a test does not name are empty and synced. */
const open = (scripts: Readonly<Record<string, readonly Event[]>>, namespace?: string) => {
  const channels = new Map<string, Channel<Event>>();
  const asked: (WatchOptions & { path: string })[] = [];
  const api = {
    async *watch(path: string, options: WatchOptions) {
      asked.push({ path, ...options });
      const channel = new Channel<Event>();
      channels.set(path, channel);
      for (const event of scripts[path] ?? [{ kind: 'synced' } as const]) channel.push(event);
      options.signal.addEventListener('abort', () => channel.close());
      for await (const event of channel) {
        if (event instanceof Error) throw event;
        yield event;
      }
    },
    get: async () => ({ major: '1', minor: '26' }),
    async *list() {},
  } as unknown as Api;
  const over = new AbortController();
  const workloads = createWorkloads({
    api,
    currentNamespace: async () => 'default',
    signal: over.signal,
  });
  const seen: WorkloadsNow[] = [];
  let failure: unknown;
  const reading = (async () => {
    for await (const now of workloads.watch(namespace === undefined ? {} : { namespace }, over.signal))
      seen.push(now);
  })().catch((thrown: unknown) => {
    failure = thrown;
  });
  return {
    asked,
    tell: async (path: string, ...events: readonly Event[]) => {
      for (const event of events) channels.get(path)?.push(event);
      await settle();
    },
    now: async () => {
      await settle();
      return seen.at(-1)!;
    },
    taken: () => seen.length,
    failure: () => failure,
    end: async () => {
      over.abort();
      await reading;
    },
  };
};

const owned = (kind: string, name: string, uid: string) => ({
  ownerReferences: [{ kind, name, uid, controller: true }],
});

const pod = (name: string, metadata: object = owned('ReplicaSet', 'front-1', 'rs1'), phase = 'Running') => ({
  metadata: { name, namespace: 'shop', uid: `${name}-uid`, ...metadata },
  spec: {
    nodeName: 'node-1',
    containers: [{ name: 'main', securityContext: { seccompProfile: { type: 'Unconfined' } } }],
  },
  status: { phase, containerStatuses: [{ name: 'main', state: { running: {} } }] },
});

const REPLICA_SET = {
  metadata: {
    name: 'front-1',
    namespace: 'shop',
    uid: 'rs1',
    ...owned('Deployment', 'front', 'd1'),
  },
  spec: { replicas: 2 },
};

const set = (object: object): Event => ({ kind: 'set', object });
const gone = (object: object): Event => ({ kind: 'deleted', object });
const SYNCED: Event = { kind: 'synced' };

const said = ({ rows }: WorkloadsNow) =>
  rows.map(({ workload, pods }) => `${workload.kind}/${workload.name} ${pods.map(({ name }) => name)}`);

test('pods come under the workload at the top, and are watched once what they belong to is known', async () => {
  const watch = open({ [REPLICA_SETS]: [set(REPLICA_SET)], [PODS]: [set(pod('p1')), SYNCED] });
  await settle();
  assert.not.ok(watch.asked.some(({ path }) => path === PODS));
  await watch.tell(REPLICA_SETS, SYNCED);
  const now = await watch.now();
  assert.equal(said(now), ['Deployment/front p1']);
  assert.ok(now.isWhole);
  const asked = watch.asked.find(({ path }) => path === PODS);
  assert.is(asked?.fieldSelector, 'status.phase!=Succeeded,status.phase!=Failed');
  assert.ok(watch.asked.every(({ isPatient }) => isPatient));
  await watch.end();
});

test('pods that come and go are told, and those that end are gone', async () => {
  const watch = open({ [REPLICA_SETS]: [set(REPLICA_SET), SYNCED], [PODS]: [set(pod('p1')), SYNCED] });
  await watch.now();
  await watch.tell(PODS, set(pod('p2')));
  assert.equal(said(await watch.now()), ['Deployment/front p1,p2']);
  await watch.tell(PODS, gone({ metadata: { name: 'p1', namespace: 'shop', uid: 'p1-uid' } }));
  assert.equal(said(await watch.now()), ['Deployment/front p2']);
  await watch.tell(PODS, set(pod('p2', undefined, 'Failed')));
  assert.equal(said(await watch.now()), []);
  await watch.end();
});

test('what says nothing new is told to nobody', async () => {
  const watch = open({ [REPLICA_SETS]: [set(REPLICA_SET), SYNCED], [PODS]: [set(pod('p1')), SYNCED] });
  await watch.now();
  const before = watch.taken();
  await watch.tell(PODS, set({ ...pod('p1'), metadata: { ...pod('p1').metadata, resourceVersion: '9' } }));
  assert.is(watch.taken(), before);
  await watch.end();
});

test('a pod that comes before its ReplicaSet moves to the workload when that comes', async () => {
  const watch = open({ [PODS]: [set(pod('p1')), SYNCED] });
  assert.equal(said(await watch.now()), ['ReplicaSet/front-1 p1']);
  await watch.tell(REPLICA_SETS, set(REPLICA_SET));
  assert.equal(said(await watch.now()), ['Deployment/front p1']);
  await watch.end();
});

test('one namespace is watched alone', async () => {
  const watch = open({}, 'shop');
  await watch.now();
  assert.ok(watch.asked.every(({ path }) => path.includes('/namespaces/shop/')));
  await watch.end();
});

test('what may not be seen is named, a kind that is not known is not, and the others are told', async () => {
  const watch = open({
    '/apis/batch/v1/cronjobs': [new ApiError(403, 'Forbidden', 'cronjobs is forbidden')],
    '/apis/batch/v1/jobs': [new ApiError(404, 'NotFound', 'not found')],
    [PODS]: [set(pod('p1', { ownerReferences: [] })), SYNCED],
  });
  const now = await watch.now();
  assert.ok(now.isWhole);
  assert.equal(now.unread, [{ resource: 'cronjobs.batch', message: 'cronjobs is forbidden' }]);
  assert.equal(said(now), ['Pod/p1 p1']);
  await watch.end();
});

test('without the right to watch, what was listed stays and is told to be old', async () => {
  const forbidden = new ApiError(403, 'Forbidden', 'pods: no watch');
  const watch = open({ [PODS]: [set(pod('p1', { ownerReferences: [] })), SYNCED, forbidden] });
  const now = await watch.now();
  assert.is(now.lost, 'pods: no watch');
  assert.equal(said(now), ['Pod/p1 p1']);
  await watch.end();
});

test('a connection that is lost and regained is told of both', async () => {
  const watch = open({});
  await watch.now();
  await watch.tell(PODS, { kind: 'lost', message: 'connection refused' });
  assert.is((await watch.now()).lost, 'connection refused');
  await watch.tell(PODS, { kind: 'regained' });
  const now = await watch.now();
  assert.is(now.lost, undefined);
  assert.ok(now.isWhole);
  await watch.end();
});

test('what nobody expected is thrown', async () => {
  const watch = open({ [PODS]: [new Error('a bug')] });
  await settle();
  assert.match(String(watch.failure()), /a bug/);
  await watch.end();
});

test.run();
