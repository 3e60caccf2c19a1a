// SeccompProfile objects of the Security Profiles Operator, in YAML and JSON.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultCompileOptions } from '../../../src/profile/compile-options.ts';
import { prepareFile } from '../../../src/profile/prepare.ts';
import { problemsOf, renderedProblems } from './prepare-sample.ts';

const test = suite('src/profile/spo');

const prepare = (text: string, relativePath = 'sub/batch.yaml') =>
  prepareFile(new TextEncoder().encode(text), 'batch.yaml', relativePath, defaultCompileOptions);

const object = (
  spec: string,
  name = 'batch',
  version = 'security-profiles-operator.x-k8s.io/v1beta1',
) => `apiVersion: ${version}
kind: SeccompProfile
metadata:
  name: ${name}
  namespace: any
spec:
${spec.replace(/^/gm, '  ')}
`;

const contentOf = (prepared: ReturnType<typeof prepare>, at = 0): string => {
  const profile = prepared.profiles[at];
  if (profile === undefined) throw new Error(JSON.stringify(renderedProblems(prepared)));
  return new TextDecoder().decode(profile.builds[0]!.content);
};

const FULL = `defaultAction: SCMP_ACT_ALLOW
architectures: [SCMP_ARCH_X86_64]
flags: [SECCOMP_FILTER_FLAG_LOG]
listenerPath: /run/agent.sock
listenerMetadata: m
syscalls:
- action: SCMP_ACT_ERRNO
  errnoRet: 13
  names: [mkdir]
  args:
  - {index: 1, value: 18446744073709551615, valueTwo: 0x10, op: SCMP_CMP_MASKED_EQ}
- action: SCMP_ACT_NOTIFY
  names: [mount]`;

test('the specification becomes plain JSON beside the file, named after the object', () => {
  const prepared = prepare(object(FULL));
  assert.equal(problemsOf(prepared, 'error'), []);
  const [profile] = prepared.profiles;
  assert.is(profile?.path, 'sub/batch.json');
  assert.is(profile?.format, 'spo');
  assert.is(profile?.builds.length, 1);
  assert.is(
    contentOf(prepared).replace(/\s+/g, ''),
    '{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86_64"],"flags":["SECCOMP_FILTER_FLAG_LOG"],"listenerPath":"/run/agent.sock","listenerMetadata":"m","syscalls":[{"names":["mkdir"],"action":"SCMP_ACT_ERRNO","errnoRet":13,"args":[{"index":1,"value":18446744073709551615,"valueTwo":16,"op":"SCMP_CMP_MASKED_EQ"}]},{"names":["mount"],"action":"SCMP_ACT_NOTIFY"}]}',
  );
});

test('every version of the API that held a SeccompProfile is read, others are named', () => {
  const versions = ['v1', 'v1beta1', 'v1alpha2', 'v1alpha1'].map(
    (version) => `security-profiles-operator.x-k8s.io/${version}`,
  );
  for (const version of [...versions, 'seccomp-operator.x-k8s.io/v1alpha1']) {
    assert.equal(renderedProblems(prepare(object('defaultAction: SCMP_ACT_LOG', 'a', version))), [], version);
  }
  const other = prepare(object('defaultAction: SCMP_ACT_LOG', 'a', 'example.org/v1'));
  assert.match(
    problemsOf(other, 'error').join(),
    'a SeccompProfile of the apiVersion "example.org/v1", which is not read here',
  );
});

test('JSON, lists and streams hold them as well', () => {
  const json = JSON.stringify({
    apiVersion: 'security-profiles-operator.x-k8s.io/v1',
    kind: 'SeccompProfile',
    metadata: { name: 'a' },
    spec: { defaultAction: 'SCMP_ACT_LOG' },
  });
  assert.equal(
    prepare(json, 'a.json').profiles.map(({ path }) => path),
    ['a.json'],
  );
  assert.equal(
    prepare(`{"apiVersion":"v1","kind":"List","items":[${json}]}`, 'x/y.json').profiles.map(
      ({ path }) => path,
    ),
    ['x/a.json'],
  );
  const stream = prepare(
    `---\n${object('defaultAction: SCMP_ACT_LOG', 'a')}---\n${object('defaultAction: SCMP_ACT_TRAP', 'b')}---\n`,
  );
  assert.equal(
    stream.profiles.map(({ path }) => path),
    ['sub/a.json', 'sub/b.json'],
  );
  assert.match(contentOf(stream, 1), 'SCMP_ACT_TRAP');
});

test('two objects of one name are refused', () => {
  const twice = prepare(
    `${object('defaultAction: SCMP_ACT_LOG')}---\n${object('defaultAction: SCMP_ACT_LOG')}`,
  );
  assert.equal(renderedProblems(twice), [
    'batch.yaml:9:1: error: two SeccompProfiles of this file are named "batch" [SP025]',
  ]);
});

test('other objects beside a profile are left out with a warning; alone they are an error', () => {
  const service = 'apiVersion: v1\nkind: Service\nmetadata: {name: s}\n';
  const both = prepare(`${service}---\n${object('defaultAction: SCMP_ACT_LOG')}`);
  assert.is(both.profiles.length, 1);
  assert.equal(renderedProblems(both), [
    'batch.yaml:1:1: warning: left out: a Kubernetes object of the kind "Service"; wanted a seccomp profile or a SeccompProfile [SP014]',
  ]);
  assert.equal(renderedProblems(prepare(service)), [
    'batch.yaml:1:1: error: a Kubernetes object of the kind "Service"; wanted a seccomp profile or a SeccompProfile [SP012]',
  ]);
});

test('a disabled profile is left out, as the operator does, with a warning', () => {
  for (const off of ['disabled: true', 'state: Disabled']) {
    const prepared = prepare(object(`defaultAction: SCMP_ACT_LOG\n${off}`));
    assert.equal(prepared.profiles, []);
    assert.match(renderedProblems(prepared).join(), 'warning: "batch" is disabled and is left out');
  }
  for (const on of ['disabled: false', 'state: Enabled']) {
    const prepared = prepare(object(`defaultAction: SCMP_ACT_LOG\n${on}`));
    assert.is(prepared.profiles.length, 1);
    assert.equal(renderedProblems(prepared), []);
    assert.match(prepared.profiles[0]!.notes[0]!, 'left out, as only the operator reads it: spec.');
  }
  assert.match(
    renderedProblems(prepare(object('defaultAction: SCMP_ACT_LOG\nstate: Off'))).join(),
    'wanted "Enabled" or "Disabled", got the string "Off"',
  );
});

test('a base profile cannot be looked up, so it is an error where it stands', () => {
  const prepared = prepare(object('defaultAction: SCMP_ACT_ERRNO\nbaseProfileName: runc-v1.2.3'));
  assert.equal(renderedProblems(prepared), [
    'batch.yaml:8:20: error: the base profile "runc-v1.2.3" cannot be looked up here; merge its system calls into this profile and remove "baseProfileName" [SP026]',
  ]);
});

for (const [what, text, wanted] of [
  [
    'no name',
    object('defaultAction: SCMP_ACT_LOG').replace('name: batch', 'generateName: x'),
    '4:3: error: "metadata.name" is missing',
  ],
  [
    'a name that climbs',
    object('defaultAction: SCMP_ACT_LOG', '../evil'),
    '4:9: error: wanted a name of letters',
  ],
  ['a name that is a number', object('defaultAction: SCMP_ACT_LOG', '17'), 'got 17'],
  [
    'no spec',
    'apiVersion: security-profiles-operator.x-k8s.io/v1\nkind: SeccompProfile\nmetadata: {name: a}\n',
    '1:1: error: wanted "spec"',
  ],
  ['an empty spec', object('{}'), '7:3: error: "defaultAction" is missing'],
  [
    'a misspelt action',
    object('defaultAction: SCMP_ACT_ALOW'),
    '7:18: error: unknown action "SCMP_ACT_ALOW"; did you mean SCMP_ACT_ALLOW?',
  ],
  [
    'a field of Docker',
    object('defaultAction: SCMP_ACT_ALLOW\nsyscalls:\n- name: mkdir\n  action: SCMP_ACT_LOG'),
    '9:5: error: "name" has no meaning in a rule; SeccompProfile objects have no such field',
  ],
  [
    'an octal number',
    object(
      'defaultAction: SCMP_ACT_ALLOW\nsyscalls:\n- names: [a]\n  action: SCMP_ACT_ERRNO\n  errnoRet: 015',
    ),
    '11:15: error: wanted an errno, an integer from 0 to 4094 written as plain digits, got 015',
  ],
  [
    'a doubled field',
    object('defaultAction: SCMP_ACT_LOG\ndefaultAction: SCMP_ACT_ALLOW'),
    '8:3: error: "defaultAction" stands twice',
  ],
  ['broken YAML', object('defaultAction: [SCMP'), 'not valid YAML'],
] as const) {
  test(`${what} is refused where it stands in the YAML`, () => {
    const prepared = prepare(text);
    assert.equal(prepared.profiles, []);
    assert.ok(
      renderedProblems(prepared).some((line) => line.includes(wanted)),
      renderedProblems(prepared).join('\n'),
    );
  });
}

test('defaultErrnoRet, which the operator would drop, counts and is warned about', () => {
  const prepared = prepare(object('defaultAction: SCMP_ACT_ERRNO\ndefaultErrnoRet: 38'));
  assert.match(
    renderedProblems(prepared).join(),
    'warning: the Security Profiles Operator drops "defaultErrnoRet"',
  );
  assert.match(contentOf(prepared), '"defaultErrnoRet": 38');
});

test.run();
