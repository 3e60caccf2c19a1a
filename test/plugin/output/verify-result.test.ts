// What `verify` shows of a state that it could not judge: why, never an empty cell.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { VerdictDocument } from '../../../plugin/output/documents.ts';
import { renderVerification } from '../../../plugin/output/verify-result.ts';

const test = suite('plugin/output/verify-result');

const show = (verdict: Partial<VerdictDocument>): string =>
  renderVerification(
    {
      apiVersion: 'kubectl-seccomp/v1',
      kind: 'Verification',
      answer: 'unknown',
      summary: { unknown: 1 },
      nodes: [
        {
          name: 'node-1',
          bundles: [{ name: 'web', state: 'unknown', drift: [], problems: [], ...verdict }],
          foreign: [],
        },
      ],
    },
    false,
  ).stdout;

test('a bundle on a disk that no record knows', () => {
  const current = `web@${'a'.repeat(16)}`;
  assert.match(show({ current }), `${current}   no record says what is wanted here\n`);
});

test('a node that was not reached before the end', () => {
  assert.match(show({ wanted: `web@${'a'.repeat(16)}` }), '<none>       was not asked\n');
});

test.run();
