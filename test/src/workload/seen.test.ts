import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ConfinementFacts } from '../../../src/workload/confinement.ts';
import type { PodObject } from '../../../src/workload/objects.ts';
import { workloadOf } from '../../../src/workload/owner.ts';
import { readPod, readTemplate } from '../../../src/workload/seen.ts';

const test = suite('src/workload/seen');

const facts: ConfinementFacts = { areAnnotationsRead: false, handlers: new Map() };
const owners = new Map([['rs-uid', { kind: 'Deployment', name: 'front' }]]);
const owned = (kind: string, name: string, uid: string) => ({
  ownerReferences: [
    { kind: 'Other', name: 'x', uid: 'x' },
    { kind, name, uid, controller: true },
  ],
});

const pod: PodObject = {
  metadata: { namespace: 'shop', name: 'front-1', uid: 'u', ...owned('ReplicaSet', 'front-abc', 'rs-uid') },
  spec: {
    nodeName: 'node-1',
    initContainers: [{ name: 'setup' }, { name: 'proxy', restartPolicy: 'Always' }],
    containers: [{ name: 'main' }, { name: 'second' }],
    ephemeralContainers: [{ name: 'debug' }],
  },
  status: {
    phase: 'Running',
    initContainerStatuses: [
      { name: 'setup', state: { terminated: {} } },
      { name: 'proxy', state: { running: { startedAt: '2026-01-01T00:00:00Z' } } },
    ],
    containerStatuses: [
      { name: 'main', state: { running: { startedAt: '2026-01-02T00:00:00Z' } } },
      { name: 'second', state: { waiting: { reason: 'CreateContainerError' } } },
    ],
  },
};

test('every container of a pod is told with its role and its state', () => {
  const seen = readPod(pod, owners, facts);
  assert.equal(
    seen?.containers.map(({ name, role, state, startedAt, reason }) => [
      name,
      role,
      state,
      startedAt ?? reason,
    ]),
    [
      ['setup', 'init', 'ended', undefined],
      ['proxy', 'sidecar', 'running', '2026-01-01T00:00:00Z'],
      ['main', 'container', 'running', '2026-01-02T00:00:00Z'],
      ['second', 'container', 'waiting', 'CreateContainerError'],
      ['debug', 'ephemeral', 'unknown', undefined],
    ],
  );
  assert.is(seen?.node, 'node-1');
});

test('a pod belongs to what stands at the top of its owners, as far as that is known', () => {
  const name = (metadata: object) => workloadOf({ name: 'p', ...metadata }, 'Pod', owners);
  assert.equal(readPod(pod, owners, facts)?.workload, { kind: 'Deployment', name: 'front' });
  assert.equal(name(owned('ReplicaSet', 'front-abc', 'not read')), { kind: 'ReplicaSet', name: 'front-abc' });
  assert.equal(name(owned('DaemonSet', 'agent', 'd')), { kind: 'DaemonSet', name: 'agent' });
  assert.equal(name({}), { kind: 'Pod', name: 'p' });
  assert.equal(name({ ownerReferences: [{ kind: 'Thing', name: 't', uid: 't' }] }), {
    kind: 'Pod',
    name: 'p',
  });
});

test('a static pod stands by itself: its owner is only where it runs', () => {
  assert.equal(workloadOf({ name: 'etcd-a', ...owned('Node', 'a', 'n') }, 'Pod', owners), {
    kind: 'Pod',
    name: 'etcd-a',
  });
});

test('what has ended is no user', () => {
  for (const phase of ['Succeeded', 'Failed'])
    assert.is(readPod({ ...pod, status: { phase } }, owners, facts), undefined);
});

test('a template is found where each kind has it', () => {
  const required = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } };
  const affinity = { nodeAffinity: required };
  const template = { spec: { nodeSelector: { a: 'b' }, affinity, containers: [{ name: 'main' }] } };
  for (const spec of [{ template }, { jobTemplate: { spec: { template } } }]) {
    const seen = readTemplate({ metadata: { namespace: 'shop' }, spec }, { kind: 'K', name: 'n' }, facts);
    assert.equal(seen.placement, { nodeSelector: { a: 'b' }, affinity });
    assert.equal(
      seen.containers.map(({ name }) => name),
      ['main'],
    );
  }
});

test.run();
