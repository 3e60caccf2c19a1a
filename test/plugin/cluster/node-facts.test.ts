import type { V1Node } from '@kubernetes/client-node';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readNode } from '../../../plugin/cluster/node-facts.ts';

const test = suite('plugin/cluster/node-facts');

const sample = (labels: Record<string, string> = {}, taints: string[] = []): V1Node =>
  ({
    metadata: { name: 'a', uid: 'u', labels: { 'kubernetes.io/os': 'linux', ...labels } },
    spec: { taints: taints.map((key) => ({ key, effect: 'NoSchedule' })) },
    status: {
      conditions: [
        { type: 'MemoryPressure', status: 'False' },
        { type: 'Ready', status: 'True' },
      ],
      nodeInfo: {
        machineID: 'm',
        bootID: 'b',
        operatingSystem: 'linux',
        architecture: 'arm64',
        kernelVersion: '6.18.0',
        containerRuntimeVersion: 'containerd://2.4.2',
      },
    },
  }) as unknown as V1Node;

test('reads what the engine needs, and our labels without their prefix', () => {
  const labels = { 'kubectl-seccomp.node-restriction.kubernetes.io/web': 'x', other: 'y' };
  const node = readNode(sample(labels));
  assert.equal(node, {
    name: 'a',
    uid: 'u',
    machineId: 'm',
    bootId: 'b',
    os: 'linux',
    architecture: 'arm64',
    kernel: '6.18.0',
    runtime: 'containerd://2.4.2',
    isReady: true,
    kubeletRoot: '/var/lib/kubelet',
    labels: { web: 'x' },
    allLabels: { 'kubernetes.io/os': 'linux', ...labels },
  });
});

test('a node with no status yet is not ready', () => {
  assert.is(readNode({ metadata: { name: 'a' } }).isReady, false);
});

test('decodes the directory-location label, and ignores one that does not end in kubelet', () => {
  const rootOf = (label: string, override?: string) =>
    readNode(sample({ 'kubelet.kubernetes.io/directory-location': label }), override).kubeletRoot;
  assert.is(rootOf('mnt-resource-kubelet'), '/mnt/resource/kubelet');
  assert.is(rootOf('var-lib-k0s-kubelet'), '/var/lib/k0s/kubelet');
  for (const odd of ['etc', 'mnt-kubelet-x', 'a--kubelet', '..-kubelet', '.-kubelet', ''])
    assert.is(rootOf(odd), '/var/lib/kubelet', odd);
  assert.is(rootOf('mnt-resource-kubelet', '/given'), '/given');
});

test('excludes what can never run the Job and says why', () => {
  const windows = sample();
  assert.match(
    readNode({
      ...windows,
      status: { ...windows.status, nodeInfo: { operatingSystem: 'windows' } },
    } as V1Node).exclusion ?? '',
    /windows/,
  );
  assert.match(readNode(sample({ 'eks.amazonaws.com/compute-type': 'fargate' })).exclusion ?? '', /Fargate/);
  assert.match(readNode(sample({ type: 'virtual-kubelet' })).exclusion ?? '', /virtual kubelet/);
  assert.match(readNode(sample({}, ['virtual-kubelet.io/provider'])).exclusion ?? '', /virtual kubelet/);
  assert.is(readNode(sample({}, ['dedicated'])).exclusion, undefined);
});

test.run();
