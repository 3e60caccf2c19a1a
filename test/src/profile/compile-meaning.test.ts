// What Docker's dialect means, decided at once or compiled to plain OCI form first, is the same to every kind of node.
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ARCHITECTURES, nativeOf, SECCOMP_ARCHITECTURES } from '../../../src/profile/architectures.ts';
import { DEFAULT_CAPABILITIES } from '../../../src/profile/capabilities.ts';
import { evaluate } from '../../../src/profile/evaluate.ts';
import type { Facts } from '../../../src/profile/facts.ts';
import { prepareFile } from '../../../src/profile/prepare.ts';
import { type EffectiveFilter, resolve } from '../../../src/profile/resolve.ts';
import { LIBSECCOMP_VERSIONS } from '../../../src/profile/syscalls.ts';
import { tuplesFor } from '../../support/probes.ts';

const test = suite('src/profile/compile-meaning');

const NAMES = [
  'clone',
  'mkdir',
  'mkdirat',
  'socket',
  'semget',
  'ipc',
  'personality',
  'mseal',
  'no_such_call',
];
const CAPABILITIES = ['CAP_CHOWN', 'CAP_SYS_ADMIN', 'CAP_SYS_PTRACE', 'CAP_AUDIT_WRITE'];
const KERNELS = ['4.8', '4.19', '5.4', '5.10.0-26-amd64', '6.1'];

const ruleFilter = fc.record(
  {
    caps: fc.subarray(CAPABILITIES),
    arches: fc.subarray(['amd64', 'arm64', 'arm', 'x86', 's390x', 'ppc64le', 'riscv64', 'mipsel64']),
    minKernel: fc.constantFrom(...KERNELS),
  },
  { requiredKeys: [] },
);
const condition = fc.record({
  index: fc.nat(2),
  value: fc.constantFrom(0, 1, 7, 0x80000000, 2 ** 40),
  valueTwo: fc.constantFrom(0, 1, 3),
  op: fc.constantFrom('NE', 'LT', 'LE', 'EQ', 'GE', 'GT', 'MASKED_EQ').map((op) => `SCMP_CMP_${op}`),
});
const answer = fc.oneof(
  fc.constantFrom('ALLOW', 'LOG', 'TRAP', 'KILL', 'KILL_PROCESS').map((action) => ({
    action: `SCMP_ACT_${action}`,
  })),
  fc
    .constantFrom<object>({}, { errnoRet: 22 }, { errno: 'ENOSYS' }, { errno: 'EDEADLOCK', errnoRet: 1 })
    .map((errno) => ({ action: 'SCMP_ACT_ERRNO', ...errno })),
);
const named = fc.oneof(
  fc.constantFrom(...NAMES).map((name): object => ({ name })),
  fc.subarray(NAMES, { minLength: 1, maxLength: 3 }).map((names): object => ({ names })),
);
const rule = fc
  .tuple(
    named,
    answer,
    fc.record({ includes: ruleFilter, excludes: ruleFilter }, { requiredKeys: [] }),
    fc.array(condition, { maxLength: 2 }),
  )
  .map(([names, outcome, filters, args]) => ({ ...names, ...outcome, ...filters, args }));
const architecture = fc.constantFrom(
  ...SECCOMP_ARCHITECTURES.filter((one) => /X86|X32|ARM|AARCH64|RISCV64|EL$|PPC64LE/.test(one)),
);
const covered = fc.oneof(
  fc.record({ architectures: fc.uniqueArray(architecture, { maxLength: 3 }) }),
  fc.record({
    archMap: fc.uniqueArray(
      fc.record({ architecture, subArchitectures: fc.uniqueArray(architecture, { maxLength: 2 }) }),
      { maxLength: 3, selector: (one) => one.architecture },
    ),
  }),
);
const profile = fc
  .tuple(answer, covered, fc.array(rule, { maxLength: 8 }))
  .map(([{ action, ...errno }, architectures, syscalls]) => ({
    defaultAction: action,
    ...('errnoRet' in errno && { defaultErrnoRet: errno.errnoRet }),
    ...('errno' in errno && { defaultErrno: errno.errno }),
    ...architectures,
    syscalls,
  }));
const facts = fc.record({
  architecture: fc.constantFrom(...ARCHITECTURES),
  runtime: fc.constantFrom('runc' as const, 'crun' as const),
  libseccomp: fc.constantFrom(...LIBSECCOMP_VERSIONS),
  capabilities: fc.subarray(CAPABILITIES),
  minimumKernel: fc.record({ major: fc.integer({ min: 4, max: 6 }), minor: fc.nat(20) }),
});

/** Every call on which a filter has something to say, and some on which it has not. */
const describe = (filter: EffectiveFilter, probed: EffectiveFilter): readonly string[] =>
  [...probed.parts].flatMap(([one, { rules, stubAbove = 0 }]) =>
    [...rules.keys(), stubAbove, stubAbove + 1, 39, 0xffff].flatMap((number) =>
      tuplesFor((rules.get(number) ?? []).flatMap(({ conditions }) => conditions)).map((args) => {
        const { outcome, by, certainty } = evaluate(filter, { architecture: one, number, args });
        return `${one} ${number}(${args}): ${outcome.action} ${outcome.errno ?? ''} ${by} ${certainty}`;
      }),
    ),
  );

test('a random Docker profile means the same compiled, on every architecture, runtime, kernel and set of capabilities', () => {
  let compared = 0;
  fc.assert(
    fc.property(profile, facts, (value, known: Omit<Facts, 'dialect'>) => {
      const options = { ...known, architectures: [known.architecture] };
      const read = (content: Uint8Array) => prepareFile(content, 'f', 'f', options).profiles[0];
      const docker = read(new TextEncoder().encode(JSON.stringify({ ...value, comment: '' })));
      // Some contradict themselves, or mix byte orders.
      fc.pre(docker !== undefined);
      const { content } = docker!.builds[0]!;
      const compiled = read(content);
      assert.is(compiled?.format, 'oci');
      const before = resolve(docker!.source, { ...known, dialect: 'docker' });
      // Nothing is left to decide, so that other facts change nothing.
      const other = { capabilities: DEFAULT_CAPABILITIES, minimumKernel: { major: 4, minor: 0 } };
      const after = resolve(compiled!.source, { ...known, ...other, dialect: 'containerd' });
      assert.equal([...after.parts.keys()].sort(), [...before.parts.keys()].sort());
      assert.ok(after.parts.has(nativeOf(known.architecture)));
      const said = describe(before, before);
      assert.equal(describe(after, before), said);
      compared += said.length;
    }),
    { numRuns: 2500 },
  );
  assert.ok(compared > 30_000, `${compared} calls`);
});

test.run();
