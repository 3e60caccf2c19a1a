// Which workload a pod belongs to, also where its kind is somebody else's.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { workloadOf } from '../../../src/workload/owner.ts';

const test = suite('src/workload/owner');

const ownedBy = (apiVersion: string | undefined, kind: string, uid = 'u') => ({
  name: 'web-1',
  ownerReferences: [
    { ...(apiVersion !== undefined && { apiVersion }), kind, name: 'web', uid, controller: true },
  ],
});
const NOBODY = new Map();

test('a kind of others is named with its group, also where Kubernetes has one of that name', () => {
  for (const [apiVersion, kind, group] of [
    ['argoproj.io/v1alpha1', 'Rollout', 'argoproj.io'],
    ['apps.kruise.io/v1beta1', 'StatefulSet', 'apps.kruise.io'],
    ['v1', 'Thing', ''],
  ])
    assert.equal(workloadOf(ownedBy(apiVersion, kind ?? ''), 'Pod', NOBODY), { kind, name: 'web', group });
});

test("Kubernetes' own are not, in whatever version", () => {
  for (const [apiVersion, kind] of [
    ['apps/v1', 'StatefulSet'],
    ['apps/v1beta2', 'ReplicaSet'],
    ['batch/v1beta1', 'CronJob'],
    ['v1', 'ReplicationController'],
    [undefined, 'Rollout'],
  ])
    assert.equal(workloadOf(ownedBy(apiVersion, kind ?? ''), 'Pod', NOBODY), { kind, name: 'web' });
});

test('what stands between is passed over', () => {
  const owners = new Map([['u', { kind: 'Rollout', name: 'front', group: 'argoproj.io' }]]);
  assert.equal(workloadOf(ownedBy('apps/v1', 'ReplicaSet'), 'Pod', owners), owners.get('u'));
  assert.equal(workloadOf(ownedBy('v1', 'Node'), 'Pod', NOBODY), { kind: 'Pod', name: 'web-1' });
});

test.run();
