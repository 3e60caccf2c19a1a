// What a probe's fate makes of a prediction, and what it takes over from a workload.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type StartReason, type StartVerdict, worstOf } from '../../../src/workload/check.ts';
import { type ProbeFate, plainProbe, probeRequestOf, settle } from '../../../src/workload/probe.ts';
import { localhost } from '../../support/check-samples.ts';

const test = suite('src/workload/probe');

const reason = (verdict: StartVerdict, code: StartReason['code'] = 'needs-calls'): StartReason => ({
  code,
  verdict,
  message: `predicted ${verdict}`,
});
const fate = (changes: Partial<ProbeFate>): ProbeFate => ({
  start: 'started',
  reason: '',
  message: '',
  ...changes,
});

const CASES: readonly [string, readonly StartReason[], ProbeFate, boolean, StartVerdict][] = [
  ['a start against a prediction', [reason('fails')], fate({}), false, 'starts'],
  ['a start where nothing was known', [reason('unknown')], fate({}), false, 'starts'],
  ['a failure against a prediction', [], fate({ start: 'failed', reason: 'StartError' }), false, 'fails'],
  ['a probe that could not tell, where it should start', [], fate({ start: 'unknown' }), false, 'starts'],
  [
    'a probe that could not tell, where it should fail',
    [reason('fails')],
    fate({ start: 'unknown' }),
    false,
    'fails',
  ],
  [
    'a program that was killed, where it should fail',
    [reason('fails')],
    fate({ start: 'killed' }),
    false,
    'fails',
  ],
  [
    'a program that was killed, where nothing was known',
    [reason('unknown')],
    fate({ start: 'killed' }),
    false,
    'unknown',
  ],
  ['a program that was killed, where it should start', [], fate({ start: 'killed' }), false, 'starts'],
  ['exec that works', [reason('fails', 'exec')], fate({ exec: 'works' }), true, 'starts'],
  ['exec that does not work', [], fate({ exec: 'fails' }), true, 'fails'],
  ['exec that was not seen, predicted to fail', [reason('fails', 'exec')], fate({}), true, 'fails'],
  ['exec that was not seen, predicted to work', [], fate({}), true, 'starts'],
  ['exec that was not seen, of which nothing was known', [reason('unknown')], fate({}), true, 'unknown'],
];

for (const [title, predicted, seen, isExecAsked, wanted] of CASES)
  test(`${title}: ${wanted}`, () => {
    const reasons = settle(predicted, seen, isExecAsked);
    assert.is(worstOf(reasons.map(({ verdict }) => verdict)), wanted);
    assert.ok(
      reasons.some(({ code }) => code === 'probe'),
      'it is said that a probe was made',
    );
  });

test('the kubelet’s words are told', () => {
  const [told] = settle([], fate({ start: 'failed', reason: 'StartError', message: 'no such call' }), false);
  assert.is(told?.message, 'a pod there did not start: StartError: no such call');
});

test('what decides a start is taken over; labels, commands and volumes are not', () => {
  const container = {
    name: 'main',
    image: 'shop/web',
    securityContext: { ...localhost('web/a.json'), allowPrivilegeEscalation: false },
  };
  const spec = {
    containers: [container],
    volumes: [{ name: 'data' }],
    runtimeClassName: 'fast',
    serviceAccountName: 'web',
    hostUsers: false,
    tolerations: [{ key: 'spot', operator: 'Exists' }],
  };
  assert.equal(
    probeRequestOf('shop', 'node-1', { spec, container, localhostProfile: 'web/a.json', isExecAsked: true }),
    {
      namespace: 'shop',
      node: 'node-1',
      localhostProfile: 'web/a.json',
      securityContext: container.securityContext,
      runtimeClassName: 'fast',
      serviceAccountName: 'web',
      hostUsers: false,
      tolerations: [{ key: 'spot', operator: 'Exists' }],
      isExecAsked: true,
    },
  );
});

test('a plain probe tolerates every taint, and has nothing that the start does not need', () => {
  const request = plainProbe('kubectl-seccomp', 'node-1', 'web@3fa9c1d2e4f5a6b7/a.json', false);
  assert.equal(request.tolerations, [{ operator: 'Exists' }]);
  assert.equal(request.securityContext, {
    allowPrivilegeEscalation: false,
    runAsNonRoot: true,
    runAsUser: 65_534,
    capabilities: { drop: ['ALL'] },
  });
});

test.run();
