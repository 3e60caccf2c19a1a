// A taint comes off the Node that was meant, and only the entry that was seen.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ApiError } from '../../../plugin/cluster/api.ts';
import { removeTaint } from '../../../plugin/cluster/node-taint.ts';
import { FakeApi } from '../../support/fake-api.ts';
import { sampleNode } from '../../support/fake-cluster.ts';

const test = suite('plugin/cluster/node-taint');

const KEY = 'kubectl-seccomp/not-ready';
const PATH = '/api/v1/nodes/a';
const OTHER = { key: 'dedicated', value: 'web', effect: 'NoSchedule' };
const taint = (effect: string) => ({ key: KEY, effect });

const apiWith = (...taints: object[]): FakeApi => {
  const api = new FakeApi();
  api.put(PATH, { metadata: { uid: 'uid-of-a' }, spec: { taints } });
  return api;
};
const taintsIn = (api: FakeApi) => (api.objects.get(PATH)!.spec as { taints: object[] }).taints;

test('all of that key go, the others stay', async () => {
  const api = apiWith(taint('NoSchedule'), OTHER, taint('NoExecute'));
  assert.is(await removeTaint(api, sampleNode('a'), KEY), undefined);
  assert.equal(taintsIn(api), [OTHER]);
});

test('where it is gone already, nothing is written', async () => {
  const api = apiWith(OTHER);
  assert.is(await removeTaint(api, sampleNode('a'), KEY), undefined);
  assert.equal(api.requests, [`GET ${PATH}`]);
});

test('a list that changes in between is read again', async () => {
  const api = apiWith(taint('NoSchedule'));
  let isFirst = true;
  api.intercept = (request) => {
    if (!request.startsWith('PATCH') || !isFirst) return;
    isFirst = false;
    api.put(PATH, { metadata: { uid: 'uid-of-a' }, spec: { taints: [OTHER, taint('NoSchedule')] } });
  };
  assert.is(await removeTaint(api, sampleNode('a'), KEY), undefined);
  assert.equal(taintsIn(api), [OTHER]);
});

test('another Node of the same name keeps its taint', async () => {
  const api = apiWith(taint('NoSchedule'));
  const reason = await removeTaint(api, sampleNode('a', { uid: 'former' }), KEY);
  assert.is(reason?.code, 'node-gone');
  assert.is(taintsIn(api).length, 1);
  assert.is((await removeTaint(new FakeApi(), sampleNode('a'), KEY))?.code, 'node-gone');
});

test('a refusal is returned in its words', async () => {
  const api = apiWith(taint('NoSchedule'));
  api.intercept = (request) => {
    if (request.startsWith('PATCH')) throw new ApiError(403, 'Forbidden', 'User "x" cannot patch nodes');
  };
  assert.match((await removeTaint(api, sampleNode('a'), KEY))?.message ?? '', 'cannot patch nodes');
});

test.run();
