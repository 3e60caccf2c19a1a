import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { VerifyDocument } from '../../../plugin/output/documents.ts';
import { renderJunit } from '../../../plugin/output/junit.ts';

const test = suite('plugin/output/junit');

const document: VerifyDocument = {
  apiVersion: 'kubectl-seccomp/v1',
  kind: 'Verification',
  answer: 'found',
  summary: {},
  nodes: [
    { name: 'a', bundles: [{ name: 'web', state: 'in-sync', drift: [], problems: [] }], foreign: [] },
    {
      name: 'b',
      bundles: [
        {
          name: 'web',
          state: 'drifted',
          current: 'web@3fa9c1d2e4f5a6b7',
          drift: [{ path: 'nginx.json', kind: 'changed' }],
          problems: ['<&"\u001b>'],
        },
      ],
      foreign: [],
    },
    {
      name: 'c',
      bundles: [{ name: 'web', state: 'unknown', drift: [], problems: [] }],
      foreign: [],
      reason: { code: 'timeout', message: 'no answer' },
    },
  ],
};

test('a bundle is a suite and a node a case: found is a failure, not known is an error', () => {
  assert.is(
    renderJunit(document),
    `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="kubectl seccomp verify" tests="3" failures="1" errors="1">
  <testsuite name="web" tests="3" failures="1" errors="1">
    <testcase classname="web" name="a"/>
    <testcase classname="web" name="b">
      <failure type="drifted" message="&lt;&amp;&quot;\ufffd&gt;, nginx.json changed"/>
    </testcase>
    <testcase classname="web" name="c">
      <error type="unknown" message="timeout: no answer"/>
    </testcase>
  </testsuite>
</testsuites>
`,
  );
});

test.run();
