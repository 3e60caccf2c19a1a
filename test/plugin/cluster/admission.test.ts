import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readDenial } from '../../../plugin/cluster/admission.ts';

const test = suite('plugin/cluster/admission');
const SAID: readonly (readonly [message: string, code: string, isFinal: boolean])[] = [
  [
    'pods "x" is forbidden: violates PodSecurity "baseline:latest": hostPath volumes (volume "h")',
    'pod-security',
    true,
  ],
  [
    'pods "x" is forbidden: unable to validate against any security context constraint: []',
    'pod-security',
    true,
  ],
  [
    'pods "x" is forbidden: exceeded quota: none, requested: pods=1, used: pods=0, limited: pods=0',
    'quota',
    false,
  ],
  ['pods "x" is forbidden: failed quota: q: must specify limits.cpu', 'quota', false],
  ['admission webhook "validate.kyverno.svc" denied the request: no host paths', 'webhook', true],
  ['Internal error occurred: failed calling webhook "w": connection refused', 'webhook', false],
  [
    'pods "x" is forbidden: error looking up service account ns/default: serviceaccount "default" not found',
    'admission',
    false,
  ],
  ['pods "x" is forbidden: no PriorityClass with name nope was found', 'admission', true],
  [
    'jobs.batch is forbidden: User "bob" cannot create resource "jobs" in API group "batch" in the namespace "ns"',
    'forbidden',
    true,
  ],
  [
    "pods \"x\" is forbidden: ValidatingAdmissionPolicy 'no-host-paths' with binding 'b' denied request: not here",
    'admission',
    true,
  ],
  ['something entirely new', 'admission', true],
];

for (const [message, code, isFinal] of SAID)
  test(`${code}, ${isFinal ? 'for good' : 'for now'}: ${message.slice(0, 70)}`, () => {
    const denial = readDenial(message);
    assert.is(denial.reason.code, code);
    assert.is(denial.reason.message, message, 'the words stay as they were said');
    assert.is(denial.isFinal, isFinal);
  });

test.run();
