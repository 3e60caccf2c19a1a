// Any bytes, any mutation of a profile and any valid profile: nothing crashes, every problem lies inside its file.
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultCompileOptions } from '../../../src/profile/compile-options.ts';
import { prepareFile } from '../../../src/profile/prepare.ts';
import { assertSound } from './assert-sound.ts';
import { prepareText, problemsOf, renderedProblems } from './prepare-sample.ts';

const test = suite('src/profile/prepare-fuzz');

const ALLOW = { defaultAction: 'SCMP_ACT_ALLOW' };

test('random bytes never crash it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (content) => {
      assertSound(content, prepareFile(content, 'f', 'f', defaultCompileOptions));
    }),
    { numRuns: 500 },
  );
});

const DOCKER = JSON.stringify(
  {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrno: 'ENOSYS',
    archMap: [{ architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86'] }],
    syscalls: [
      {
        names: ['clone', 'read'],
        action: 'SCMP_ACT_ALLOW',
        args: [{ index: 0, value: 7, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
        includes: { caps: ['CAP_CHOWN'], minKernel: '4.8' },
        comment: '',
      },
      { name: 'mkdir', action: 'SCMP_ACT_ERRNO', errnoRet: 1, excludes: { arches: ['amd64'] } },
    ],
  },
  null,
  1,
);
const SPO = `apiVersion: security-profiles-operator.x-k8s.io/v1
kind: SeccompProfile
metadata: {name: a}
spec:
  defaultAction: &a SCMP_ACT_ERRNO
  syscalls:
  - {names: [read], action: SCMP_ACT_LOG, args: [{index: 0, value: 1, op: SCMP_CMP_EQ}]}
`;

test('mutated profiles of every format never crash it', () => {
  const piece = fc.constantFrom(
    ...'{}[]":,-&*#\n\t0',
    'null',
    '""',
    '[]',
    '{}',
    '-1',
    '1e9',
    '18446744073709551616',
    ' *a',
    '---\n',
    '// x\n',
    '\\u0000',
    '😀',
    '\u0000',
  );
  const cut = fc.record({ at: fc.nat(1000), length: fc.nat(12), piece });
  fc.assert(
    fc.property(fc.constantFrom(DOCKER, SPO), fc.array(cut, { minLength: 1, maxLength: 4 }), (text, cuts) => {
      const mutated = cuts.reduce((now, { at, length, piece: one }) => {
        const start = at % (now.length + 1);
        return now.slice(0, start) + one + now.slice(start + length);
      }, text);
      const content = new TextEncoder().encode(mutated);
      assertSound(content, prepareFile(content, 'f', 'f', defaultCompileOptions));
    }),
    { numRuns: 3000 },
  );
});

test('mutated values of a profile never crash it', () => {
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom('SCMP_ACT_ALLOW', 'mkdir', 'CAP_CHOWN', 0, 6, 4095, null, [], {}),
  );
  const field = fc.constantFrom(
    'defaultAction',
    'defaultErrnoRet',
    'defaultErrno',
    'architectures',
    'archMap',
    'flags',
    'listenerPath',
    'listenerMetadata',
    'syscalls',
    'names',
    'name',
    'action',
    'errnoRet',
    'errno',
    'args',
    'includes',
    'excludes',
    'comment',
    'index',
    'value',
    'valueTwo',
    'op',
    'caps',
    'arches',
    'minKernel',
    'architecture',
    'subArchitectures',
    '__proto__',
  );
  const any: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      value,
      fc.dictionary(field, tie('node'), { maxKeys: 6 }),
      fc.array(tie('node'), { maxLength: 4 }),
    ),
  })).node;
  fc.assert(
    fc.property(fc.dictionary(field, any, { maxKeys: 8 }), (profile) => {
      const content = new TextEncoder().encode(JSON.stringify({ ...ALLOW, ...profile }));
      assertSound(content, prepareFile(content, 'f', 'f', defaultCompileOptions));
    }),
    { numRuns: 1500 },
  );
});

const conditionArbitrary = fc.record({
  index: fc.nat(5),
  value: fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }).map((value) => `#${value}#`),
  op: fc.constantFrom(
    'SCMP_CMP_NE',
    'SCMP_CMP_LT',
    'SCMP_CMP_LE',
    'SCMP_CMP_EQ',
    'SCMP_CMP_GE',
    'SCMP_CMP_GT',
    'SCMP_CMP_MASKED_EQ',
  ),
});
const ruleArbitrary = fc.record({
  names: fc.array(fc.stringMatching(/^[a-z][a-z0-9_]{0,12}$/), { minLength: 1, maxLength: 3 }),
  action: fc.constantFrom(
    'SCMP_ACT_ALLOW',
    'SCMP_ACT_KILL_PROCESS',
    'SCMP_ACT_LOG',
    'SCMP_ACT_TRAP',
    'SCMP_ACT_ERRNO',
  ),
  args: fc.uniqueArray(conditionArbitrary, { selector: ({ index }) => index, maxLength: 3 }),
});

test('any valid OCI profile has no error and ships byte for byte', () => {
  const profile = fc.record({
    defaultAction: fc.constantFrom('SCMP_ACT_ALLOW', 'SCMP_ACT_ERRNO', 'SCMP_ACT_KILL'),
    architectures: fc.subarray(['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM']),
    // One rule for each system call: two could contradict each other.
    syscalls: fc
      .array(ruleArbitrary, { maxLength: 6 })
      .map((rules) =>
        rules.map((rule, at) => ({ ...rule, names: rule.names.map((name) => `${name}_${at}`) })),
      ),
  });
  fc.assert(
    fc.property(profile, fc.constantFrom(undefined, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent).replace(/"#(\d+)#"/g, '$1');
      const content = new TextEncoder().encode(text);
      const prepared = prepareFile(content, 'f', 'f', defaultCompileOptions);
      assert.equal(problemsOf(prepared, 'error'), []);
      assert.is(prepared.profiles[0]!.builds[0]!.content, content);
    }),
    { numRuns: 300 },
  );
});

test('the same Docker file compiles to the same bytes, and those are a plain OCI file without problems', () => {
  const [first, second] = [prepareText(DOCKER), prepareText(DOCKER)];
  assert.equal(first, second);
  for (const { content } of first.profiles[0]!.builds) {
    const again = prepareFile(content, 'f', 'f', defaultCompileOptions);
    assert.is(again.profiles[0]?.format, 'oci');
    assert.equal(renderedProblems(again), []);
  }
});

test.run();
