import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Request } from '../../../src/protocol/request.ts';
import type { NodeTask } from '../../../src/rollout/ports.ts';
import { judgeReport } from '../../../src/rollout/verdict.ts';
import { sampleNode } from '../../support/fake-cluster.ts';
import { sampleReport } from '../../support/report-samples.ts';
import { OTHER_DIGEST, sampleTask } from '../../support/rollout-samples.ts';

const test = suite('src/rollout/verdict');
const node = sampleNode('a', { kubeletRoot: '/mnt/wrong' });
const install: Request = sampleTask('a').request;
const REQUESTS: readonly Request[] = [
  install,
  { version: 1, operation: 'remove', bundle: 'web', revision: 1, force: false },
  { version: 1, operation: 'prune', bundle: 'web', revision: 1, kept: [] },
  { version: 1, operation: 'inspect' },
];
const reportOn = (request: Request) => sampleReport({ node, request } as NodeTask);

test('an answer counts only for the operation that was asked', () => {
  for (const asked of REQUESTS)
    for (const answered of REQUESTS)
      assert.is(
        judgeReport(asked, reportOn(answered), node)?.code,
        asked === answered ? undefined : 'program',
      );
});

test('an install that reports another digest, or nothing that an install can be, is none', () => {
  const report = reportOn(install);
  assert.is(judgeReport(install, { ...report, digest: OTHER_DIGEST })?.code, 'program');
  assert.is(judgeReport(install, { ...report, outcome: 'removed' })?.code, 'program');
  assert.is(judgeReport(install, { ...report, outcome: 'failed' })?.code, 'program');
});

test('a wrong root is told by the path that was given, which the program on the node cannot know', () => {
  const error = { code: 'wrong-root', message: 'the seccomp root is /x on device 8:1' } as const;
  const reason = judgeReport(install, { ...reportOn(install), outcome: 'failed', error }, node);
  assert.is(reason?.code, 'wrong-root');
  assert.match(reason?.message ?? '', "/mnt/wrong is not the kubelet's root there: the seccomp root is /x");
  assert.match(reason?.hint ?? '', '--kubelet-root');
});

test.run();
