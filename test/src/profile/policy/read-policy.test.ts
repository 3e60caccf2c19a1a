// A policy is read as it was meant, or not at all.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readPolicy } from '../../../../src/profile/policy/read-policy.ts';
import { renderProblem } from '../../../../src/profile/problem.ts';

const test = suite('src/profile/policy/read-policy');

const read = (text: string) => readPolicy(new TextEncoder().encode(text), 'p.yaml');
const yaml = (rules: string): string =>
  `apiVersion: kubectl-seccomp/v1\nkind: ProfilePolicy\nrules:\n${rules}`;
const FULL = {
  paths: ['web/*.json'],
  reason: 'why',
  defaultActions: ['SCMP_ACT_ERRNO'],
  actions: ['SCMP_ACT_ALLOW'],
  allowedSyscalls: ['read'],
  forbiddenSyscalls: ['bpf'],
  conditionalSyscalls: ['clone'],
  requiredArchitectures: ['SCMP_ARCH_X86'],
};

test('every field arrives, from YAML and from JSON', () => {
  const json = JSON.stringify({ apiVersion: 'kubectl-seccomp/v1', kind: 'ProfilePolicy', rules: [FULL] });
  assert.equal(read(json), { problems: [], policy: { rules: [FULL] } });
  assert.equal(read(yaml('- forbiddenSyscalls: [bpf]\n')).policy, {
    rules: [{ paths: [], forbiddenSyscalls: ['bpf'] }],
  });
  assert.equal(read(yaml('- actions: []\n')).policy, { rules: [{ paths: [], actions: [] }] });
});

for (const [what, text, problem] of [
  [
    'another version',
    yaml('- actions: []\n').replace('v1', 'v2'),
    '1:13: error: wanted "apiVersion" to be "kubectl-seccomp/v1"; got the string "kubectl-seccomp/v2"',
  ],
  ['another kind', yaml('- actions: []\n').replace('ProfilePolicy', 'Pod'), '2:7: error: wanted "kind"'],
  [
    'an unknown field',
    yaml('- actions: []\n  until: today\n'),
    '5:3: error: unknown field "until" in a rule of the policy; wanted one of paths',
  ],
  ['a remark', yaml('- actions: []\n  _comment: x\n'), '5:3: error: unknown field "_comment"'],
  [
    'a slip in a field',
    yaml('- action: []\n'),
    '4:3: error: unknown field "action" in a rule of the policy; did you mean "actions"?',
  ],
  [
    'a field at the wrong level',
    `${yaml('- actions: []\n')}paths: []\n`,
    '5:1: error: unknown field "paths" in the policy',
  ],
  [
    'a slip in a call',
    yaml('- forbiddenSyscalls: [ptrac]\n'),
    '4:23: error: "ptrac" is no system call of any architecture; did you mean ptrace?',
  ],
  [
    'a slip in an action',
    yaml('- actions: [ALLOW]\n'),
    '4:13: error: unknown action "ALLOW"; did you mean SCMP_ACT_ALLOW?',
  ],
  ['a slip in an architecture', yaml('- requiredArchitectures: [amd64]\n'), 'did you mean SCMP_ARCH_X86_64?'],
  ['a rule that demands nothing', yaml('- reason: x\n'), '4:3: error: this rule demands nothing'],
  ['no rules', 'apiVersion: kubectl-seccomp/v1\nkind: ProfilePolicy\n', '"rules" is missing'],
  ['an absolute path', yaml('- paths: [/web]\n  actions: []\n'), 'wanted a pattern of paths in the bundle'],
  ['a text for a list', yaml('- actions: SCMP_ACT_LOG\n'), '4:12: error: wanted an array of actions'],
  ['a list', '- a\n', 'wanted one object of the kind ProfilePolicy'],
  ['two documents', `${yaml('- actions: []\n')}---\na: b\n`, 'wanted one object'],
  ['nothing', '', 'the file is empty'],
  ['broken YAML', 'rules: [', 'not valid YAML'],
] as const) {
  test(`${what} is an error with its place`, () => {
    const { problems, policy } = read(text);
    assert.is(policy, undefined);
    const lines = problems.map(renderProblem);
    assert.ok(
      lines.some((line) => line.includes(problem)),
      lines.join('\n'),
    );
    assert.ok(problems.every(({ severity }) => severity === 'error'));
  });
}

test.run();
