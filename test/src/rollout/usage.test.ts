import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { contentsOf } from '../../../src/rollout/contents.ts';
import { eligibleNodes, judgeUsage } from '../../../src/rollout/usage.ts';
import type { NodeRequirement } from '../../../src/workload/placement.ts';
import type { WorkloadRow } from '../../../src/workload/rows.ts';
import type { Placement } from '../../../src/workload/seen.ts';
import { sampleInstalledNode, sampleNode } from '../../support/fake-cluster.ts';
import { localhost, sampleConfinement } from '../../support/fake-workloads.ts';
import { DIGEST, sampleRelease, sampleReleaseNode } from '../../support/rollout-samples.ts';

const test = suite('src/rollout/usage');

const installed = sampleInstalledNode('a', 'web', DIGEST);
const nodes = [installed, sampleNode('b'), sampleNode('w', { exclusion: 'it runs windows' })];
const release = sampleRelease([], {
  manifest: {
    formatVersion: 1,
    name: 'web',
    profiles: [{ path: 'nginx.json', sha256: 'a'.repeat(64), sizeBytes: 1 }],
  },
  nodes: { a: sampleReleaseNode(installed, { installedAt: '2026-01-01T00:00:00.000Z' }) },
});
const contents = contentsOf(nodes, [release]);

const row = (changes: Partial<WorkloadRow> = {}): WorkloadRow => ({
  namespace: 'shop',
  workload: { kind: 'Deployment', name: 'front' },
  container: { name: 'main', role: 'container' },
  confinement: sampleConfinement(localhost('web/nginx.json')),
  pods: [],
  ...changes,
});

test('each pod gets its verdict: by its node, and running ones by their start', () => {
  const startedAtMs = Date.UTC(2026, 5, 1);
  const pods = [
    { name: '1', node: 'a', state: 'running', startedAtMs },
    { name: '2', node: 'a', state: 'waiting' },
    { name: '3', node: 'b', state: 'waiting' },
    { name: '4', state: 'unknown' },
  ] as const;
  const [usage] = judgeUsage([row({ pods })], nodes, contents);
  assert.equal(
    usage?.pods.map(({ use }) => use),
    ['current', 'present', 'missing-bundle', 'unscheduled'],
  );
  assert.is(usage?.eligible, undefined);
});

const requiring = (requirement: NodeRequirement): Placement => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [requirement] }],
      },
    },
  },
});

test('without pods the nodes are counted that the template could use', () => {
  const judged = (nodeSelector: Record<string, string>, more: Placement = {}) =>
    judgeUsage([row({ template: { placement: { nodeSelector, ...more } } })], nodes, contents)[0]?.eligible;
  assert.equal(judged({}), { present: 1, 'missing-bundle': 1 });
  assert.equal(judged({ 'kubernetes.io/hostname': 'a' }), { present: 1 });
  assert.equal(eligibleNodes(nodes, { nodeSelector: { pool: 'x' } }), []);
  const onlyB = { key: 'kubernetes.io/hostname', operator: 'NotIn', values: ['a'] };
  assert.equal(judged({}, requiring(onlyB)), { 'missing-bundle': 1 });
});

test('where no file is opened nothing is asked of it', () => {
  const pods = [{ name: '1', node: 'b', state: 'running' }] as const;
  const privileged = sampleConfinement(localhost('web/nginx.json'), { notApplied: 'privileged' });
  for (const confinement of [privileged, sampleConfinement({ kind: 'runtime-default' })])
    assert.equal(judgeUsage([row({ confinement, pods })], nodes, contents)[0]?.pods, pods);
});

test('when nodes or records cannot be read, files are unknown', () => {
  const pods = [{ name: '1', node: 'a', state: 'running' }] as const;
  assert.is(judgeUsage([row({ pods })], [], undefined)[0]?.pods[0]?.use, 'unknown');
});

test.run();
