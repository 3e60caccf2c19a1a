// Which changes of a fleet ask for a pass, and which a pass could do nothing about.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { NodeSeen } from '../../../src/rollout/node.ts';
import type { Release } from '../../../src/rollout/release.ts';
import { isSyncNeeded } from '../../../src/rollout/sync-needed.ts';
import { sampleNode } from '../../support/fake-cluster.ts';
import { sampleRelease, sampleReleaseNode } from '../../support/rollout-samples.ts';
import { has } from '../../support/sync-bench.ts';

const test = suite('src/rollout/sync-needed');

const TAINT = { key: 'a/b', effect: 'NoSchedule' };

const needs = (
  nodes: readonly NodeSeen[],
  releases: readonly Release[],
  { isPruning = false, startupTaint }: { isPruning?: boolean; startupTaint?: string } = {},
): boolean => {
  const policy = { isPruning, isImpatient: false, isDryRun: false };
  return isSyncNeeded(nodes, releases, { policy, ...(startupTaint && { startupTaint }) }, Date.now());
};

test('a node that has what it should needs none, one that has not does, and one that is away has to wait', () => {
  const releases = [sampleRelease([has('a')])];
  assert.not.ok(needs([has('a')], releases));
  assert.ok(needs([has('a'), sampleNode('b')], releases));
  assert.not.ok(needs([has('a'), { ...sampleNode('b'), isReady: false }], releases));
  assert.not.ok(needs([sampleNode('b')], []));
});

test('what is left on a node needs one only where it may be removed', () => {
  const releases = [sampleRelease([has('a')], { selector: 'pool=other' })];
  assert.not.ok(needs([has('a')], releases));
  assert.ok(needs([has('a')], releases, { isPruning: true }));
});

test('a startup taint needs one once nothing is missing on its node', () => {
  const tainted = { ...has('a'), taints: [TAINT] };
  const releases = [sampleRelease([has('a')])];
  assert.ok(needs([tainted], releases, { startupTaint: 'a/b' }));
  assert.not.ok(needs([tainted], releases));
  assert.not.ok(needs([tainted], [], { startupTaint: 'a/b' }));
  const stopped = sampleRelease([], {
    outcome: 'failed',
    nodes: { a: sampleReleaseNode(sampleNode('a'), { result: 'unfinished' }) },
  });
  assert.not.ok(needs([{ ...sampleNode('a'), taints: [TAINT] }], [stopped], { startupTaint: 'a/b' }));
});

test.run();
