// When what a node has now had come, as the record keeps it.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Report } from '../../../src/protocol/report.ts';
import { firstEntries, lastEntry } from '../../../src/rollout/record.ts';
import { sampleNode } from '../../support/fake-cluster.ts';
import { sampleRelease, sampleReleaseNode } from '../../support/rollout-samples.ts';

const test = suite('src/rollout/record');

const node = sampleNode('a');
const report = (changes: Partial<Report>): Report => ({
  version: 1,
  operation: 'install',
  outcome: 'installed',
  durationMs: 1,
  at: '2026-01-01T00:00:00.000Z',
  facts: { architecture: 'amd64', kernel: '6.18.0' },
  ...changes,
});
const entry = (changes: Partial<Report>) =>
  lastEntry({ kind: 'done', node: 'a', report: report(changes) }, node, '2026-02-02T00:00:00.000Z');

test('the node’s own time is kept beside ours, for what it says came now', () => {
  for (const outcome of ['installed', 'switched', 'repaired', 'removed'] as const) {
    assert.is(entry({ outcome })?.installedAt, '2026-01-01T00:00:00.000Z', outcome);
    assert.is(entry({ outcome })?.at, '2026-02-02T00:00:00.000Z');
  }
});

test('what was there already did not come now', () => {
  assert.is(entry({ outcome: 'unchanged' })?.installedAt, undefined);
});

test('a node that needed nothing keeps the time that an earlier record has', () => {
  const said = sampleReleaseNode(node, { installedAt: '2025-01-01T00:00:00.000Z' });
  const entries = firstEntries([{ node, action: 'up-to-date' }], [sampleRelease([], { nodes: { a: said } })]);
  assert.is(entries.a?.installedAt, '2025-01-01T00:00:00.000Z');
});

test.run();
