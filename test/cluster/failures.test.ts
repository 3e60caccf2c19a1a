// Every way a node can fail that can be made to happen here: told in its own words, the other nodes done, exit 1.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { suiteThatNeeds } from '../support/requires.ts';
import { attachCluster } from './cluster.ts';
import type { Cluster } from './handle.ts';
import { mustPlugin, plugin } from './plugin.ts';
import { poll } from './processes.ts';
import {
  APPLY as APPLY_WEB,
  applyExpectingFailure as applyAnd,
  type NodeResult,
  resultsOf,
} from './results.ts';

const test = suiteThatNeeds('test/cluster/failures', ['cluster']);

const APPLY = [...APPLY_WEB, '--timeout', '15s'];

const applyExpectingFailure = (cluster: Cluster, ...more: string[]): Promise<Map<string, NodeResult>> =>
  applyAnd(cluster, '--timeout', '15s', ...more);

test.before.each(async () => {
  await attachCluster().reset();
});

test('a node whose kubelet is stopped is pending; the others are done, and apply again does just that one', async () => {
  const cluster = attachCluster();
  const node = cluster.node('node-2');
  await node.stopKubelet();
  await poll(
    'node-2 is NotReady',
    async () => /NotReady/.test(await cluster.mustKubectl(['get', 'node', 'node-2', '--no-headers'])),
    { timeoutMs: 60_000 },
  );
  const nodes = await applyExpectingFailure(cluster);
  assert.equal(resultsOf(nodes), {
    'node-1': 'installed',
    'node-2': 'pending: not-ready',
    'node-3': 'installed',
  });
  await node.startKubelet();
  const again = JSON.parse(await mustPlugin(cluster, [...APPLY, '-o', 'json'])) as {
    nodes: NodeResult[];
    revision: number;
  };
  assert.equal(
    again.nodes.map(({ name, result }) => [name, result]),
    [
      ['node-1', 'up-to-date'],
      ['node-2', 'installed'],
      ['node-3', 'up-to-date'],
    ],
  );
  assert.is(again.revision, 1);
});

test('a full disk', async () => {
  const cluster = attachCluster();
  const root = await cluster.node('node-1').mountSeccompTmpfs(64 * 1024);
  writeFileSync(join(root, 'filler'), Buffer.alloc(56 * 1024));
  const before = readdirSync(root);
  const nodes = await applyExpectingFailure(cluster);
  assert.equal(resultsOf(nodes), {
    'node-1': 'failed: no-space',
    'node-2': 'installed',
    'node-3': 'installed',
  });
  assert.match(nodes.get('node-1')?.reason?.message ?? '', /space/);
  assert.equal(readdirSync(root), before, 'a full disk is not left fuller');
  rmSync(join(root, 'filler'));
  await mustPlugin(cluster, APPLY);
});

test('a seccomp root that is read-only', async () => {
  const cluster = attachCluster();
  const node = cluster.node('node-1');
  await node.mountSeccompTmpfs(1024 * 1024);
  const remount = await node.exec(['mount', '-o', 'remount,ro', '/var/lib/kubelet/seccomp']);
  assert.is(remount.code, 0, remount.stderr);
  const nodes = await applyExpectingFailure(cluster);
  assert.equal(resultsOf(nodes), {
    'node-1': 'failed: read-only',
    'node-2': 'installed',
    'node-3': 'installed',
  });
});

test('an image that does not exist fails every node, and says which image and which flag', async () => {
  const cluster = attachCluster();
  const nodes = await applyExpectingFailure(cluster, '--image', 'registry.invalid/none/node:1');
  assert.equal(resultsOf(nodes), {
    'node-1': 'failed: image-pull',
    'node-2': 'failed: image-pull',
    'node-3': 'failed: image-pull',
  });
  const reason = nodes.get('node-1')?.reason;
  assert.match(reason?.message ?? '', 'registry.invalid/none/node:1');
  assert.match(reason?.hint ?? '', '--image');
});

test('a namespace that forbids hostPath is found before the first Job', async () => {
  const cluster = attachCluster();
  await cluster.mustKubectl(['create', 'namespace', 'strict']);
  await cluster.mustKubectl(['label', 'namespace', 'strict', 'pod-security.kubernetes.io/enforce=baseline']);
  const mark = await cluster.auditMark();
  const { code, stderr, stdout } = await plugin(cluster, [...APPLY, '--install-namespace', 'strict']);
  assert.is(code, 1);
  assert.match(stdout + stderr, /hostPath/);
  assert.match(stdout + stderr, /pod-security\.kubernetes\.io\/enforce/);
  const jobs = (await cluster.requests('kubectl-seccomp/', mark)).filter(
    ({ verb, resource, uri }) => verb === 'create' && resource === 'jobs' && !uri.includes('dryRun'),
  );
  assert.equal(jobs, []);
});

test('a quota that forbids the Pod', async () => {
  const cluster = attachCluster();
  await cluster.mustKubectl(['create', 'namespace', 'small']);
  await cluster.mustKubectl(['create', 'quota', 'none', '-n', 'small', '--hard=pods=0']);
  await poll('the quota counts', async () =>
    /0\/0|pods: 0/.test(await cluster.mustKubectl(['get', 'quota', 'none', '-n', 'small'])),
  );
  const nodes = await applyExpectingFailure(cluster, '--install-namespace', 'small');
  assert.equal(new Set(Object.values(resultsOf(nodes))), new Set(['failed: quota']));
  assert.match(nodes.get('node-1')?.reason?.message ?? '', /exceeded quota: none/);
});

test('a policy that denies the Pod speaks in its own words', async () => {
  const cluster = attachCluster();
  const policy = {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicy',
        metadata: { name: 'no-host-paths' },
        spec: {
          failurePolicy: 'Fail',
          matchConstraints: {
            resourceRules: [
              { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] },
            ],
          },
          validations: [
            {
              expression: '!has(object.spec.volumes) || !object.spec.volumes.exists(v, has(v.hostPath))',
              message: 'host paths are not allowed in this company',
            },
          ],
        },
      },
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicyBinding',
        metadata: { name: 'no-host-paths' },
        spec: { policyName: 'no-host-paths', validationActions: ['Deny'] },
      },
    ],
  };
  await cluster.mustKubectl(['create', '-f', '-'], { input: JSON.stringify(policy) });
  await poll('the policy is in force', async () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'x', namespace: 'default' },
      spec: { containers: [{ name: 'x', image: 'x' }], volumes: [{ name: 'h', hostPath: { path: '/' } }] },
    };
    const { code } = await cluster.kubectl(['create', '--dry-run=server', '-f', '-'], {
      input: JSON.stringify(pod),
    });
    return code !== 0;
  });
  const { code, stdout, stderr } = await plugin(cluster, APPLY);
  assert.is(code, 1);
  assert.match(stdout + stderr, 'host paths are not allowed in this company');
});

test('a node at its pod limit', async () => {
  const cluster = attachCluster();
  const node = cluster.node('node-3');
  const items = Array.from({ length: node.maxPods }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `filler-${index}`, namespace: 'default' },
    spec: {
      nodeName: node.name,
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'pause', image: 'registry.k8s.io/pause:3.10' }],
    },
  }));
  const list = { apiVersion: 'v1', kind: 'List', items };
  await cluster.mustKubectl(['create', '-f', '-'], { input: JSON.stringify(list) });
  const nodes = await applyExpectingFailure(cluster);
  assert.equal(resultsOf(nodes), {
    'node-1': 'installed',
    'node-2': 'installed',
    'node-3': 'failed: node-full',
  });
});

test('a wrong --kubelet-root does not look like success', async () => {
  const cluster = attachCluster();
  const nodes = await applyExpectingFailure(cluster, '--kubelet-root', '/var/lib/kubelet-seccomp-test-wrong');
  rmSync('/var/lib/kubelet-seccomp-test-wrong', { recursive: true, force: true });
  assert.equal(new Set(Object.values(resultsOf(nodes))), new Set(['failed: wrong-root']));
  assert.match(nodes.get('node-1')?.reason?.message ?? '', '/var/lib/kubelet-seccomp-test-wrong');
});

test('a foreign folder where the link should go is named and left alone', async () => {
  const cluster = attachCluster();
  const folder = join(cluster.node('node-1').seccompRoot, 'web');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'mine.json'), '{}');
  const nodes = await applyExpectingFailure(cluster);
  assert.equal(resultsOf(nodes), {
    'node-1': 'failed: foreign',
    'node-2': 'installed',
    'node-3': 'installed',
  });
  assert.match(nodes.get('node-1')?.reason?.message ?? '', /web/);
  assert.equal(readdirSync(folder), ['mine.json']);
});

test('a node that was drained of room by a taint nobody else tolerates is served all the same', async () => {
  const cluster = attachCluster();
  await cluster.mustKubectl(['taint', 'node', 'node-1', 'dedicated=gpu:NoSchedule']);
  await cluster.mustKubectl(['cordon', 'node-2']);
  await mustPlugin(cluster, APPLY);
});

test.run();
