import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { statusOf } from '../../../src/rollout/desired.ts';
import { findObsolete } from '../../../src/rollout/history.ts';
import { mayHave, planInstall } from '../../../src/rollout/plan.ts';
import type { Release } from '../../../src/rollout/release.ts';
import { sampleInstalledNode, sampleNode } from '../../support/fake-cluster.ts';
import {
  DIGEST,
  makeBench,
  OTHER_DIGEST,
  sampleDigest,
  sampleRelease,
  sampleReleaseNode,
} from '../../support/rollout-samples.ts';

const test = suite('src/rollout/history');
const a = sampleNode('a');
const b = sampleNode('b');

const chunk = (name: string) => ({ name, sha256: DIGEST });
const history = (count: number, of: (revision: number) => Partial<Release> = () => ({})): Release[] =>
  Array.from({ length: count }, (_, index) =>
    sampleRelease([a], { revision: index + 1, chunks: [chunk(`c${index + 1}`)], ...of(index + 1) }),
  );
const revisions = (releases: readonly Release[]) => releases.map(({ revision }) => revision);

test('the newest ten are kept, and so are chunks that they share with older ones', () => {
  assert.equal(findObsolete(history(10)), { releases: [], chunks: [] });
  const releases = history(13, (revision) => (revision === 13 ? { chunks: [chunk('c2')] } : {}));
  const { releases: obsolete, chunks } = findObsolete(releases);
  assert.equal(revisions(obsolete), [1, 2, 3]);
  assert.equal(chunks, ['c1', 'c3']);
});

test('a record is kept while it is the last to speak of a node, of a disk or of a selection', () => {
  const kept = (changes: Partial<Release>) =>
    !revisions(findObsolete(history(20, (revision) => (revision === 2 ? changes : {}))).releases).includes(2);
  assert.not.ok(kept({}));
  assert.ok(kept({ nodes: { b: sampleReleaseNode(b) } }));
  assert.ok(kept({ nodes: { c: sampleReleaseNode(b, { result: 'pending' }) } }));
  for (const result of ['done', 'failed', 'unfinished'] as const)
    for (const other of [{ uid: 'of a Node that is gone' }, { machineId: 'of another machine' }])
      assert.ok(kept({ nodes: { a: sampleReleaseNode(a, { ...other, result }) } }));
  const pending = { uid: 'of a Node that is gone', result: 'pending' } as const;
  assert.not.ok(kept({ nodes: { a: sampleReleaseNode(a, pending) } }));
  assert.ok(kept({ selector: 'role=web' }));
  assert.not.ok(kept({ selector: 'role=web', outcome: 'failed' }));
});

test('without what is obsolete, status, apply and delete see the same', () => {
  const nodes = [sampleInstalledNode('a', 'web', DIGEST), b, sampleNode('c')];
  const releases = history(40, (revision) => ({
    digest: revision % 3 === 0 ? OTHER_DIGEST : DIGEST,
    outcome: revision % 4 === 0 ? 'failed' : 'succeeded',
    selector: revision % 5 === 0 ? 'x=y' : '',
    nodes: {
      ...(revision % 2 === 0 && { a: sampleReleaseNode(a) }),
      ...(revision === 7 && { b: sampleReleaseNode(b, { result: 'failed' }) }),
      ...(revision === 9 && { gone: sampleReleaseNode(sampleNode('gone')) }),
    },
  }));
  const { releases: obsolete } = findObsolete(releases);
  assert.ok(obsolete.length > 20);
  const left = releases.filter((release) => !obsolete.includes(release));
  assert.equal(statusOf(nodes, left), statusOf(nodes, releases));
  const options = { bundle: 'web', digest: DIGEST, force: false };
  assert.equal(planInstall(nodes, left, options), planInstall(nodes, releases, options));
  for (const node of nodes) assert.is(mayHave(node, left, 'web'), mayHave(node, releases, 'web'));
});

test('a rollout that is done forgets them, holding the lease; one that is not forgets nothing', async () => {
  const { cluster, install } = makeBench({ nodes: [a], releases: history(12) });
  await install();
  assert.equal(cluster.calls.slice(-3), [
    'writeRelease v13 succeeded',
    'forget v1 v2 v3 c1 c2 c3',
    'releaseLease',
  ]);
  const failing = makeBench({
    nodes: [a],
    releases: history(12),
    script: () => [{ kind: 'failed', reason: { code: 'disk', message: 'broken' } }],
  });
  await failing.install();
  assert.not.ok(failing.cluster.calls.some((call) => call.startsWith('forget')));
});

test('chunks of the record that was carried on go, unless some record needs them', () => {
  const chunk = (name: string) => ({ name, sha256: sampleDigest(name) });
  const resumed = sampleRelease([], {
    revision: 2,
    outcome: 'failed',
    chunks: [chunk('old'), chunk('both')],
  });
  const releases = [
    sampleRelease([], { revision: 1, chunks: [chunk('first')] }),
    sampleRelease([], { revision: 2, chunks: [chunk('new'), chunk('both')] }),
  ];
  assert.equal(findObsolete(releases, resumed), { releases: [], chunks: ['old'] });
});

test.run();
