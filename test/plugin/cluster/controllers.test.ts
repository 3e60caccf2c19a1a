// Which requests binding makes, and what becomes of the API server's answers.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Api, ApiError, type ListOptions } from '../../../plugin/cluster/api.ts';
import { createControllers } from '../../../plugin/cluster/controllers.ts';
import { parseWorkload } from '../../../src/workload/bind-names.ts';
import type { ControllerPage } from '../../../src/workload/bind-ports.ts';
import type { ControllerObject } from '../../../src/workload/objects.ts';

const test = suite('plugin/cluster/controllers');

interface Answers {
  readonly patch?: Error;
  readonly create?: Error;
  readonly lists?: Readonly<Record<string, readonly object[] | Error>>;
}

const open = ({ patch, create, lists = {} }: Answers = {}) => {
  const asked: string[] = [];
  const note = (line: string, failure: Error | undefined) => {
    asked.push(line);
    if (failure) throw failure;
  };
  const api: Pick<Api, 'get' | 'patch' | 'create' | 'list'> = {
    get: async <T>(path: string) => ({ path }) as T,
    patch: async <T>(path: string, body: unknown, { type, isDryRun, query }: Parameters<Api['patch']>[2]) => {
      note(`${type} ${path}${isDryRun ? ' dry' : ''} ${query?.fieldManager}`, patch);
      return body as T;
    },
    create: async <T>(path: string, body: unknown, options: Parameters<Api['create']>[2]) => {
      note(`create ${path}${options?.isDryRun ? ' dry' : ''}`, create);
      return body as T;
    },
    async *list<T>(path: string, options?: ListOptions) {
      asked.push(`list ${path} ${options?.labelSelector ?? ''}`.trim());
      const answer = lists[path] ?? [];
      if (answer instanceof Error) throw answer;
      if (answer.length > 0) yield answer as readonly T[];
    },
  };
  const { signal } = new AbortController();
  return { controllers: createControllers({ api: api as Api, signal }), asked };
};

const FRONT = { ...parseWorkload('deploy/front'), namespace: 'shop' };
const refusal = (status: number, message: string) => new ApiError(status, 'Some', message);

test('an object is read and patched where its kind has it, in the name of this plugin', async () => {
  const { controllers, asked } = open();
  const read = (await controllers.read(FRONT)) as unknown as { path: string };
  assert.is(read.path, '/apis/apps/v1/namespaces/shop/deployments/front');
  await controllers.patch({ ...parseWorkload('rc/a'), namespace: 'x' }, {}, { isDryRun: true });
  await controllers.patch({ ...parseWorkload('cj/a'), namespace: 'x' }, {}, { isDryRun: false });
  assert.equal(asked, [
    'strategic /api/v1/namespaces/x/replicationcontrollers/a dry kubectl-seccomp',
    'strategic /apis/batch/v1/namespaces/x/cronjobs/a kubectl-seccomp',
  ]);
});

test('a patch for another version has changed nothing, a refusal is told, and anything else is thrown', async () => {
  const answer = (failure: Error) =>
    open({ patch: failure }).controllers.patch(FRONT, {}, { isDryRun: false });
  assert.equal(await answer(refusal(409, 'modified')), { kind: 'changed' });
  assert.equal(await answer(refusal(422, 'invalid')), { kind: 'refused', message: 'invalid' });
  for (const failure of [refusal(500, 'boom'), refusal(429, 'busy'), new Error('reset')])
    try {
      await answer(failure);
      assert.unreachable();
    } catch (thrown) {
      assert.is(thrown, failure);
    }
});

for (const [status, message, isRefused] of [
  [403, 'pods "x" is forbidden: violates PodSecurity "restricted:latest"', true],
  [400, 'admission webhook "x" denied the request: no', true],
  [422, 'Pod is invalid', true],
  [403, 'pods is forbidden: User "a" cannot create resource "pods"', false],
  [403, 'pods "x" is forbidden: exceeded quota: a', false],
] as const)
  test(`a pod that the server answers with "${message}" is ${isRefused ? 'refused' : 'let through'}`, async () => {
    const { controllers, asked } = open({ create: refusal(status, message) });
    const answer = await controllers.admitPod('shop', { spec: {} });
    assert.is(answer?.message, isRefused ? message : undefined);
    assert.equal(asked, ['create /api/v1/namespaces/shop/pods dry']);
  });

test('pods are found by the selector, whatever its form; without the right to read them they are not looked at', async () => {
  const selectors: readonly [object, string][] = [
    [{ matchLabels: { a: 'b', c: 'd' } }, 'a=b,c=d'],
    [
      {
        matchLabels: { a: 'b' },
        matchExpressions: [
          { key: 'x', operator: 'In', values: ['1', '2'] },
          { key: 'y', operator: 'NotIn', values: ['3'] },
          { key: 'z', operator: 'Exists' },
          { key: 'w', operator: 'DoesNotExist' },
        ],
      },
      'a=b,x in (1,2),y notin (3),z,!w',
    ],
    [{ a: 'b' }, 'a=b'],
  ];
  for (const [selector, wanted] of selectors) {
    const { controllers, asked } = open();
    await controllers.readPods('shop', { spec: { selector } } as ControllerObject);
    assert.equal(asked, [`list /api/v1/namespaces/shop/pods ${wanted}`]);
  }
  const path = '/api/v1/namespaces/shop/pods';
  const blind = open({ lists: { [path]: refusal(403, 'no') } });
  assert.is(
    await blind.controllers.readPods('shop', { spec: { selector: {} } } as ControllerObject),
    undefined,
  );
});

test('all kinds are listed, a bare pod is its own template, and what may not be listed is told', async () => {
  const { controllers } = open({
    lists: {
      '/apis/apps/v1/deployments': refusal(403, 'no deployments'),
      '/apis/batch/v1/cronjobs': refusal(404, 'not served'),
      '/api/v1/pods': [{ metadata: { name: 'p' }, spec: { containers: [{ name: 'main' }] } }],
    },
  });
  const pages: ControllerPage[] = [];
  for await (const page of controllers.list(undefined)) pages.push(page);
  assert.equal(pages[0], { kind: 'unread', resource: 'deployments.apps', message: 'no deployments' });
  const [, pods] = pages;
  assert.is(pods?.kind === 'objects' && pods.of.kind, 'Pod');
  assert.equal(pods?.kind === 'objects' && pods.objects[0]?.spec?.template?.spec?.containers, [
    { name: 'main' },
  ]);
  assert.is(pages.length, 2);
});

test.run();
