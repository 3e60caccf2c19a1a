import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { StatusDocument, VerifyDocument } from '../../../plugin/output/documents.ts';
import { renderStatusMetrics, renderVerifyMetrics } from '../../../plugin/output/prometheus.ts';

const test = suite('plugin/output/prometheus');

/** The grammar of the text exposition format, a line at a time. */
const LINE =
  /^(# HELP [a-z_]+ .+|# TYPE [a-z_]+ gauge|[a-z_]+\{([a-z]+="([^"\\\n]|\\[\\"n])*",?)*\} -?\d+(\.\d+)?)$/;

const status: StatusDocument = {
  apiVersion: 'kubectl-seccomp/v1',
  kind: 'Status',
  bundles: [
    {
      name: 'web',
      revision: 3,
      generation: 'web@3fa9c1d2e4f5a6b7',
      outcome: 'failed',
      startedAt: '2026-01-01T00:00:00.500Z',
      summary: { 'in-sync': 1, failed: 2 },
    },
    { name: 'old', summary: { unknown: 1 } },
  ],
  nodes: [
    { name: 'a', bundles: [{ name: 'web', state: 'in-sync' }] },
    { name: 'b', bundles: [{ name: 'web', state: 'failed', reason: 'no-space' }] },
    { name: 'c', bundles: [{ name: 'web', state: 'failed', reason: 'no-space' }] },
  ],
  gone: [],
};

test('nodes are counted by bundle and state, also in states that no node is in', () => {
  const text = renderStatusMetrics(status);
  assert.match(text, '\nkubectl_seccomp_nodes{bundle="web",state="in-sync"} 1\n');
  assert.match(text, '\nkubectl_seccomp_nodes{bundle="web",state="missing"} 0\n');
  assert.match(text, '\nkubectl_seccomp_nodes{bundle="old",state="unknown"} 1\n');
  assert.match(text, '\nkubectl_seccomp_failed_nodes{bundle="web",reason="no-space"} 2\n');
  assert.match(
    text,
    'kubectl_seccomp_revision{bundle="web",generation="web@3fa9c1d2e4f5a6b7",outcome="failed"} 3\n',
  );
  assert.match(text, 'kubectl_seccomp_rollout_started_timestamp_seconds{bundle="web"} 1767225600.5\n');
  for (const line of text.trimEnd().split('\n')) assert.match(line, LINE);
});

test('every metric is described once, before its samples', () => {
  const names = renderStatusMetrics(status)
    .trimEnd()
    .split('\n')
    .map((line) => /^(?:# (?:HELP|TYPE) )?([a-z_]+)/.exec(line)?.[1]);
  const blocks = names.filter((name, index) => name !== names[index - 1]);
  assert.is(new Set(blocks).size, blocks.length);
});

test('what the disks hold is counted by state', () => {
  const verdict = (state: string) => ({ name: 'web', state, drift: [], problems: [] });
  const document: VerifyDocument = {
    apiVersion: 'kubectl-seccomp/v1',
    kind: 'Verification',
    answer: 'found',
    summary: {},
    nodes: [
      { name: 'a', bundles: [verdict('in-sync')], foreign: [] },
      { name: 'b', bundles: [verdict('drifted')], foreign: [] },
    ],
  };
  const text = renderVerifyMetrics(document);
  assert.match(text, 'kubectl_seccomp_verified_nodes{bundle="web",state="drifted"} 1\n');
  assert.match(text, 'kubectl_seccomp_verified_nodes{bundle="web",state="stale"} 0\n');
});

test('a value cannot leave its quotes or reach the terminal', () => {
  const text = renderStatusMetrics({
    ...status,
    bundles: [{ name: 'x"} 1\n\u001b[2J\\', summary: { 'in-sync': 1 } }],
    nodes: [],
  });
  for (const line of text.trimEnd().split('\n')) assert.match(line, LINE);
  assert.not(text.includes('\u001b'));
});

test('without bundles there is nothing to say', () => {
  assert.is(renderStatusMetrics({ ...status, bundles: [], nodes: [] }), '');
});

test.run();
