// Which requests reading workloads makes, and what becomes of the objects.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Api, ApiError, type ListOptions } from '../../../plugin/cluster/api.ts';
import { createWorkloads } from '../../../plugin/cluster/workloads.ts';
import type { WorkloadPage, WorkloadQuery } from '../../../src/workload/ports.ts';

const test = suite('plugin/cluster/workloads');

interface Answers {
  /** Objects by path; an error is thrown. */
  readonly lists?: Readonly<Record<string, readonly object[] | Error>>;
  readonly minor?: string;
}

interface Asked {
  readonly path: string;
  readonly options: ListOptions | undefined;
}

/** An API that has these lists, each on pages of one object, and nothing else. */
const sampleApi = ({ lists = {}, minor = '37' }: Answers): { api: Api; asked: Asked[] } => {
  const asked: Asked[] = [];
  const api: Pick<Api, 'list' | 'get'> = {
    async *list<T>(path: string, options?: ListOptions) {
      asked.push({ path, options });
      const answer = lists[path] ?? [];
      if (answer instanceof Error) throw answer;
      for (const object of answer) yield [object] as T[];
    },
    get: async <T>(path: string) => {
      asked.push({ path, options: undefined });
      return { major: '1', minor } as T;
    },
  };
  return { api: api as Api, asked };
};

const read = async (answers: Answers, query: Partial<WorkloadQuery> = {}) => {
  const { api, asked } = sampleApi(answers);
  const { signal } = new AbortController();
  const workloads = createWorkloads({ api, currentNamespace: async () => 'default', signal });
  const pages: WorkloadPage[] = [];
  for await (const page of workloads.read({ selector: '', ...query })) pages.push(page);
  return { pages, asked };
};

const templatesIn = (pages: readonly WorkloadPage[]) =>
  pages.flatMap((page) => (page.kind === 'templates' ? page.templates : []));
const podsIn = (pages: readonly WorkloadPage[]) =>
  pages.flatMap((page) => (page.kind === 'pods' ? page.pods : []));
const named = (pages: readonly WorkloadPage[]) =>
  templatesIn(pages).map(({ workload: { kind, name } }) => `${kind}/${name}`);

const template = (labels: Record<string, string> = {}, spec: object = {}) => ({
  metadata: { labels },
  spec: { containers: [{ name: 'main' }], ...spec },
});
const object = (name: string, spec: object, owner?: { kind: string; name: string; uid: string }) => ({
  metadata: {
    name,
    namespace: 'shop',
    uid: `${name}-uid`,
    ...(owner && { ownerReferences: [{ ...owner, controller: true }] }),
  },
  spec,
});
const DEPLOYMENT = { kind: 'Deployment', name: 'front', uid: 'd' };

test('an ordinary cluster is read with one list for each kind, all namespaces at once, pods last', async () => {
  const { asked } = await read({});
  assert.equal(
    asked.map(({ path }) => path),
    [
      '/apis/apps/v1/deployments',
      '/apis/apps/v1/statefulsets',
      '/apis/apps/v1/daemonsets',
      '/apis/apps/v1/replicasets',
      '/api/v1/replicationcontrollers',
      '/apis/batch/v1/cronjobs',
      '/apis/batch/v1/jobs',
      '/api/v1/pods',
    ],
  );
  assert.is(asked.at(-1)?.options?.fieldSelector, 'status.phase!=Succeeded,status.phase!=Failed');
});

test('in one namespace only that is asked for', async () => {
  const { asked } = await read({}, { namespace: 'shop' });
  assert.ok(asked.every(({ path }) => path.includes('/v1/namespaces/shop/')));
});

test('a Deployment’s ReplicaSets and a CronJob’s Jobs are no templates of their own, but lead its pods to it', async () => {
  const { pages } = await read({
    lists: {
      '/apis/apps/v1/replicasets': [
        object('front-1', { template: template() }, DEPLOYMENT),
        object('bare', { template: template() }),
      ],
      '/apis/batch/v1/jobs': [
        object('nightly-1', { template: template() }, { ...DEPLOYMENT, kind: 'CronJob' }),
      ],
      '/api/v1/pods': [
        object('front-1-a', template().spec, { kind: 'ReplicaSet', name: 'front-1', uid: 'front-1-uid' }),
        object('nightly-1-a', template().spec, { kind: 'Job', name: 'nightly-1', uid: 'nightly-1-uid' }),
        object('bare-a', template().spec, { kind: 'ReplicaSet', name: 'bare', uid: 'bare-uid' }),
      ],
    },
  });
  assert.equal(named(pages), ['ReplicaSet/bare']);
  assert.equal(
    podsIn(pages).map(({ workload: { kind, name } }) => `${kind}/${name}`),
    ['Deployment/front', 'CronJob/front', 'ReplicaSet/bare'],
  );
});

test('a ReplicaSet of a kind that we do not know speaks for its owner, unless it is an old one', async () => {
  const rollout = { kind: 'Rollout', name: 'canary', uid: 'r' };
  const { pages } = await read({
    lists: {
      '/apis/apps/v1/replicasets': [
        object('canary-1', { replicas: 0, template: template() }, rollout),
        object('canary-2', { replicas: 2, template: template() }, rollout),
      ],
    },
  });
  assert.equal(named(pages), ['Rollout/canary']);
});

test('a Job that has ended makes no pods any more', async () => {
  const job = (name: string, type: string) => ({
    ...object(name, { template: template() }),
    status: { conditions: [{ type, status: 'True' }] },
  });
  const lists = {
    '/apis/batch/v1/jobs': [job('done', 'Complete'), job('broken', 'Failed'), job('waits', 'Suspended')],
  };
  assert.equal(named((await read({ lists })).pages), ['Job/waits']);
});

test('a label selector is asked of pods, and of the labels that a template’s pods will have', async () => {
  const lists = {
    '/apis/apps/v1/deployments': [
      object('a', { template: template({ app: 'a' }) }),
      object('b', { template: template({ app: 'b' }) }),
    ],
    '/apis/batch/v1/cronjobs': [object('c', { jobTemplate: { spec: { template: template({ app: 'a' }) } } })],
  };
  const { pages, asked } = await read({ lists }, { selector: 'app=a' });
  assert.equal(named(pages), ['Deployment/a', 'CronJob/c']);
  assert.is(asked.at(-1)?.options?.labelSelector, 'app=a');
});

test('a kind that may not be read is told, one that is not served is none, and the rest is read', async () => {
  const lists = {
    '/apis/batch/v1/cronjobs': new ApiError(403, 'Forbidden', 'cronjobs.batch is forbidden'),
    '/apis/batch/v1/jobs': new ApiError(404, 'NotFound', 'the server could not find the requested resource'),
    '/api/v1/pods': [object('p', template().spec)],
  };
  const { pages } = await read({ lists });
  assert.equal(pages[0], {
    kind: 'unread',
    resource: 'cronjobs.batch',
    message: 'cronjobs.batch is forbidden',
  });
  assert.is(podsIn(pages).length, 1);
  assert.is(pages.length, 2);
});

test('any other failure ends it: half an answer would pass for a whole one', async () => {
  const lists = { '/apis/apps/v1/daemonsets': new ApiError(500, 'InternalError', 'boom') };
  try {
    await read({ lists });
    assert.unreachable();
  } catch (thrown) {
    assert.match((thrown as Error).message, 'boom');
  }
});

test('RuntimeClasses are read once, and only where one is named', async () => {
  const pods = [
    object('a', template({}, { runtimeClassName: 'secure' }).spec),
    object('b', template({}, { runtimeClassName: 'plain' }).spec),
  ];
  const path = '/apis/node.k8s.io/v1/runtimeclasses';
  const classes = [{ metadata: { name: 'secure' }, handler: 'runsc' }];
  const { pages, asked } = await read({ lists: { '/api/v1/pods': pods, [path]: classes } });
  assert.equal(
    podsIn(pages).map(({ containers }) => containers[0]?.confinement.notApplied),
    ['sandbox', undefined],
  );
  assert.is(asked.filter((one) => one.path === path).length, 1);
  const forbidden = { [path]: new ApiError(403, 'Forbidden', 'no') };
  const kata = object('c', template({}, { runtimeClassName: 'kata' }).spec);
  const blind = await read({ lists: { '/api/v1/pods': [kata], ...forbidden } });
  assert.is(podsIn(blind.pages)[0]?.containers[0]?.confinement.notApplied, 'sandbox');
});

for (const [minor, isRead] of [
  ['26', true],
  ['26+', true],
  ['27', false],
  ['37+', false],
] as const)
  test(`annotations on a server of 1.${minor} ${isRead ? 'count' : 'do not'}`, async () => {
    const annotated = {
      metadata: {
        name: 'p',
        annotations: { 'seccomp.security.alpha.kubernetes.io/pod': 'localhost/web/a.json' },
      },
      spec: template().spec,
    };
    const { pages } = await read({ minor, lists: { '/api/v1/pods': [annotated] } });
    const confinement = podsIn(pages)[0]?.containers[0]?.confinement;
    assert.is(confinement?.source, isRead ? 'pod-annotation' : 'default');
    assert.is(confinement?.ignoredAnnotation === undefined, isRead);
  });

test.run();
