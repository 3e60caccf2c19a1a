import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Manifest } from '../../../src/bundle/manifest-types.ts';
import { changedPaths, findUsers, isLinkedTo, isTakenAway } from '../../../src/rollout/in-use.ts';
import type { WorkloadRow } from '../../../src/workload/rows.ts';
import { sampleInstalledNode, sampleNode } from '../../support/fake-cluster.ts';
import { localhost, sampleConfinement } from '../../support/fake-workloads.ts';
import { DIGEST, OTHER_DIGEST, sampleDigest, sampleRelease } from '../../support/rollout-samples.ts';

const test = suite('src/rollout/in-use');

const manifest = (contents: Record<string, string>): Manifest => ({
  formatVersion: 1,
  name: 'web',
  profiles: Object.entries(contents).map(([path, letter]) => ({
    path,
    sha256: letter.repeat(64),
    sizeBytes: 1,
  })),
});
const OLD = manifest({ 'a.json': 'a', 'b.json': 'b', 'c.json': 'c' });
const NEW = {
  digest: sampleDigest('new'),
  manifest: manifest({ 'a.json': 'a', 'b.json': 'x', 'd.json': 'd' }),
};
const installed = sampleInstalledNode('a', 'web', DIGEST);
const releases = [
  sampleRelease([installed], { digest: OTHER_DIGEST, manifest: manifest({ 'z.json': 'z' }) }),
  sampleRelease([installed], { revision: 2, digest: DIGEST, manifest: OLD }),
];

const row = (path: string, changes: Partial<WorkloadRow> = {}): WorkloadRow => ({
  namespace: 'shop',
  workload: { kind: 'Deployment', name: 'front' },
  container: { name: 'main', role: 'container' },
  confinement: sampleConfinement(localhost(path)),
  pods: [{ name: 'p', node: 'a', state: 'running' }],
  ...changes,
});

test('what an install takes away or changes is told by what the nodes have now, not by all of history', () => {
  const changes = changedPaths('web', NEW.manifest, [installed, sampleNode('b')], releases);
  assert.equal([...changes.removed], ['c.json']);
  assert.equal([...changes.changed], ['b.json']);
});

test('nodes that have the content already, or none, lose nothing', () => {
  const nodes = [sampleInstalledNode('a', 'web', NEW.digest), sampleNode('b')];
  const changes = changedPaths('web', NEW.manifest, nodes, releases);
  assert.is(changes.removed.size + changes.changed.size, 0);
});

test('nodes with different contents are each compared', () => {
  const nodes = [installed, sampleInstalledNode('b', 'web', OTHER_DIGEST)];
  assert.equal([...changedPaths('web', NEW.manifest, nodes, releases).removed].toSorted(), [
    'c.json',
    'z.json',
  ]);
});

test('a user is a pod on one of the nodes, one that waits for a node, or a template that could come there', () => {
  const isHit = isLinkedTo('web', new Set(['a.json']));
  const users = (changes: Partial<WorkloadRow>) =>
    findUsers([row('web/a.json', changes)], [installed], isHit).length;
  assert.is(users({}), 1);
  assert.is(users({ pods: [{ name: 'p', node: 'elsewhere', state: 'running' }] }), 0);
  assert.is(users({ pods: [{ name: 'p', state: 'unknown' }] }), 1);
  assert.is(users({ pods: [], template: { placement: {} } }), 1);
  assert.is(
    users({ pods: [], template: { placement: { nodeSelector: { 'kubernetes.io/hostname': 'b' } } } }),
    0,
  );
  const nowhere = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } };
  assert.is(users({ pods: [], template: { placement: { affinity: { nodeAffinity: nowhere } } } }), 0);
});

test('who opens no file is no user', () => {
  const confinement = sampleConfinement(localhost('web/a.json'), { notApplied: 'privileged' });
  const rows = [row('', { confinement }), row('', { confinement: sampleConfinement({ kind: 'none' }) })];
  assert.equal(
    findUsers(rows, [installed], () => true),
    [],
  );
});

test('a change of the link leaves pinned paths alone; a removal takes every generation', () => {
  const pinned = row(`web@${DIGEST.slice(0, 16)}/a.json`);
  assert.equal(findUsers([pinned], [installed], isLinkedTo('web', new Set(['a.json']))), []);
  assert.is(findUsers([pinned], [installed], isTakenAway('web', [installed], releases)).length, 1);
});

test('who waits for a profile that is not there loses nothing by a removal', () => {
  const isHit = isTakenAway('web', [installed], releases);
  assert.equal(findUsers([row('web/none.json'), row('other/a.json')], [installed], isHit), []);
  assert.is(findUsers([row('web/a.json')], [installed], isHit).length, 1);
});

test.run();
