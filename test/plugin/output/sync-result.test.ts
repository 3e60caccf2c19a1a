// What a sync tells people, in words.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { renderSync } from '../../../plugin/output/sync-result.ts';
import { type SyncEvent, SyncFold } from '../../../src/rollout/sync-events.ts';
import { sampleNode } from '../../support/fake-cluster.ts';
import { DIGEST } from '../../support/rollout-samples.ts';

const test = suite('plugin/output/sync-result');

const render = (...events: SyncEvent[]) => {
  const fold = new SyncFold();
  for (const event of events) fold.take(event);
  return renderSync(fold.state(), { isDryRun: false });
};

const planned: SyncEvent = {
  kind: 'planned',
  operation: 'install',
  bundle: 'web',
  digest: DIGEST,
  revision: 3,
  nodes: [
    { node: sampleNode('a'), action: 'up-to-date' },
    { node: sampleNode('b'), action: 'pending', reason: { code: 'no-space', message: 'it rests' } },
  ],
};

test('nodes that are as they should be are counted, the others named with their reason', () => {
  const { stdout, stderr } = render(planned);
  assert.is(
    stdout,
    `node/b pending (no-space) web@v3\nweb@v3 (web@${DIGEST.slice(0, 16)}): 1 node done, 0 failed, 1 pending\n`,
  );
  assert.is(stderr, 'pending: node/b: it rests\n');
});

test('what is held says which revision, on how many nodes, and who decides', () => {
  const held = { kind: 'held', bundle: 'web', revision: 4, nodes: ['a', 'b'] } as const;
  assert.match(
    render({ ...held, outcome: 'failed' }).stderr,
    'held: web@v4 failed: 2 nodes (a, b) do not get it by a sync; apply it again, or roll it back\n',
  );
  assert.match(render({ ...held, outcome: 'interrupted' }).stderr, 'web@v4 was interrupted');
  assert.match(
    render({ ...held, outcome: 'running' }).stderr,
    'web@v4 is being rolled out, or was cut short',
  );
});

test('a bundle that somebody else is at work on is skipped, with their name', () => {
  const { stderr } = render({ kind: 'busy', bundle: 'web', message: 'bob is at work on bundle web' });
  assert.is(stderr, 'skipped: bundle web: bob is at work on bundle web\n');
});

test('of a startup taint it is told whether it went, and else what the node waits for', () => {
  const { stdout } = render(
    { kind: 'taint', node: 'a', waitsFor: [] },
    { kind: 'taint', node: 'b', waitsFor: ['db', 'web'] },
    { kind: 'taint', node: 'c', waitsFor: [], reason: { code: 'forbidden', message: 'no' } },
  );
  assert.is(
    stdout,
    'node/a lost its startup taint\nnode/b keeps its startup taint: waits for db, web\nnode/c keeps its startup taint: no\n',
  );
});

test('names from the cluster cannot move the cursor', () => {
  const { stdout } = render({ kind: 'left', bundle: 'web', node: 'a\u001b[2J', why: 'x\u0007' });
  assert.not.match(stdout, '\u001b');
  assert.not.match(stdout, '\u0007');
});

test.run();
