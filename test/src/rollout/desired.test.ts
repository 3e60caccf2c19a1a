import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { statusOf } from '../../../src/rollout/desired.ts';
import type { NodeSeen } from '../../../src/rollout/node.ts';
import type { Release } from '../../../src/rollout/release.ts';
import { sampleInstalledNode, sampleNode } from '../../support/fake-cluster.ts';
import { DIGEST, OTHER_DIGEST, sampleRelease, sampleReleaseNode } from '../../support/rollout-samples.ts';

const test = suite('src/rollout/desired');
const installed = sampleInstalledNode('a', 'web', DIGEST);
const empty = sampleNode('a');
const cellOf = (node: NodeSeen, ...releases: Release[]) => statusOf([node], releases).rows[0]?.cells.web;
const stateOf = (node: NodeSeen, ...releases: Release[]) => cellOf(node, ...releases)?.state;
const said = (node: NodeSeen, changes: Parameters<typeof sampleReleaseNode>[1]) => ({
  a: sampleReleaseNode(node, changes),
});

test('label and record together make a node in sync; without the label it is missing, with another one it is other', () => {
  assert.is(stateOf(installed, sampleRelease([installed])), 'in-sync');
  assert.is(stateOf(empty, sampleRelease([empty])), 'missing');
  assert.is(
    stateOf(sampleInstalledNode('a', 'web', OTHER_DIGEST), sampleRelease([installed])),
    'other-digest',
  );
});

test('another machine behind the same Node is unknown, a new Node without labels is missing', () => {
  const release = sampleRelease([installed]);
  assert.is(stateOf({ ...installed, machineId: 'new disk' }, release), 'unknown');
  assert.is(stateOf({ ...empty, uid: 'new', machineId: 'new disk' }, release), 'missing');
});

test('a label that no record speaks of is unknown', () => {
  assert.is(stateOf(installed), 'unknown');
  assert.is(cellOf(empty), undefined);
});

test('a node that joined later is wanted by a succeeded revision whose selector matches it, and by no other', () => {
  const late = sampleNode('late', { allLabels: { pool: 'web' } });
  assert.is(stateOf(late, sampleRelease([], { selector: 'pool=web' })), 'missing');
  assert.is(stateOf(late, sampleRelease([], { selector: 'pool=db' })), undefined);
  assert.is(stateOf(late, sampleRelease([], { outcome: 'failed' })), undefined);
  assert.is(stateOf(late, sampleRelease([], { nodeNames: ['a'] })), undefined);
});

test('a revision that came to every node, and was good for some, is also for a node that joins', () => {
  const late = sampleNode('late');
  const came = (...results: ('done' | 'failed' | 'pending' | 'unfinished')[]) =>
    sampleRelease([], {
      outcome: 'failed',
      nodes: Object.fromEntries(
        results.map((result) => [result, sampleReleaseNode(sampleNode(result), { result })]),
      ),
    });
  assert.is(stateOf(late, came('done', 'failed', 'pending')), 'missing');
  assert.is(stateOf(late, came('done', 'unfinished')), undefined);
  assert.is(stateOf(late, { ...came('done', 'failed'), isStopped: true }), undefined);
  assert.is(stateOf(late, came('failed', 'pending')), undefined);
});

test('a stopped revision counts for the nodes it came to; others stay with the one before', () => {
  const first = sampleRelease([installed, sampleNode('b')]);
  const second = sampleRelease([], {
    revision: 2,
    digest: OTHER_DIGEST,
    outcome: 'interrupted',
    nodes: { b: sampleReleaseNode(sampleNode('b'), { result: 'unfinished' }) },
  });
  const { rows } = statusOf([installed, sampleInstalledNode('b', 'web', DIGEST)], [first, second]);
  assert.equal(
    rows.map(({ cells }) => [cells.web?.state, cells.web?.revision, cells.web?.wanted]),
    [
      ['in-sync', 1, DIGEST],
      ['pending', 2, OTHER_DIGEST],
    ],
  );
});

test('failed, pending and excluded nodes say so, with the reason', () => {
  const release = (changes: Parameters<typeof sampleReleaseNode>[1]) =>
    sampleRelease([], { outcome: 'failed', nodes: said(empty, changes) });
  const failed = cellOf(empty, release({ result: 'failed', reason: 'no-space' }));
  assert.is(failed?.state, 'failed');
  assert.is(failed?.reason, 'no-space');
  assert.is(stateOf(empty, release({ result: 'pending' })), 'pending');
  assert.is(stateOf({ ...empty, exclusion: 'windows' }, release({ result: 'excluded' })), 'excluded');
});

test('after a removal a bundle is no column any more, unless a node still has it', () => {
  const removed = sampleRelease([], {
    revision: 2,
    operation: 'remove',
    nodes: said(empty, { result: 'done' }),
  });
  assert.equal(statusOf([empty], [sampleRelease([empty]), removed]).bundles, []);
  assert.is(stateOf(installed, sampleRelease([installed]), removed), 'other-digest');
  const failed = {
    ...removed,
    outcome: 'failed' as const,
    nodes: said(empty, { result: 'failed', reason: 'permission' as const }),
  };
  assert.is(stateOf(installed, sampleRelease([installed]), failed), 'failed');
});

test('what a Node that is gone still holds is remembered until it was removed', () => {
  const first = sampleRelease([installed]);
  assert.equal(statusOf([], [first]).gone, [{ node: 'a', uid: 'uid-of-a', bundle: 'web', digest: DIGEST }]);
  assert.equal(statusOf([installed], [first]).gone, []);
  const removed = sampleRelease([], { revision: 2, operation: 'remove', nodes: said(installed, {}) });
  assert.equal(statusOf([], [first, removed]).gone, []);
});

test.run();
