// The complain twin, held against the profile it is made of: what the profile lets through, logs and refuses.
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ACTIONS, takesErrno } from '../../../src/profile/actions.ts';
import { auditTwin } from '../../../src/profile/audit.ts';
import { evaluate } from '../../../src/profile/evaluate.ts';
import type { Facts } from '../../../src/profile/facts.ts';
import type { RuleFilter, SourceProfile, SourceRule } from '../../../src/profile/oci.ts';
import { OPERATORS } from '../../../src/profile/operators.ts';
import { readJson } from '../../../src/profile/read-json.ts';
import { readProfile } from '../../../src/profile/read-profile.ts';
import { renderDocker } from '../../../src/profile/render-docker.ts';
import { createReport } from '../../../src/profile/report.ts';
import { resolve } from '../../../src/profile/resolve.ts';
import { syscallsOf } from '../../../src/profile/syscalls.ts';

const test = suite('src/profile/audit');

const NAMES = ['mkdir', 'chmod', 'read', 'fchmodat2'];
const CAPABILITIES = ['CAP_SYS_ADMIN', 'CAP_BPF'];
const LIBSECCOMP = '2.6.1';

const filters = fc.record(
  {
    capabilities: fc.subarray(CAPABILITIES),
    architectures: fc.subarray(['amd64', 'arm64']),
    minimumKernel: fc.constantFrom({ major: 4, minor: 8 }, { major: 5, minor: 10 }),
  },
  { requiredKeys: ['capabilities', 'architectures'] },
) as fc.Arbitrary<RuleFilter>;

const small = fc.bigInt({ min: 0n, max: 3n });

const actions = fc.record({ action: fc.constantFrom(...ACTIONS), errnoRet: fc.constantFrom(1, 13, 38) });

const rules: fc.Arbitrary<SourceRule> = fc
  .record({
    names: fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 2 }),
    how: actions,
    args: fc.array(
      fc.record({
        index: fc.integer({ min: 0, max: 1 }),
        op: fc.constantFrom(...OPERATORS),
        value: small,
        valueTwo: small,
      }),
      { maxLength: 2 },
    ),
    includes: filters,
    excludes: filters,
    isFree: fc.boolean(),
  })
  .map(({ how: { action, errnoRet }, isFree, ...rule }) => ({
    ...rule,
    ...(isFree && { includes: NOTHING, excludes: NOTHING }),
    action,
    ...(takesErrno(action) && { errnoRet }),
    at: { offset: 0, path: undefined },
  }));

const NOTHING: RuleFilter = { capabilities: [], architectures: [] };

const profiles: fc.Arbitrary<SourceProfile> = fc
  .record({ how: actions, rules: fc.array(rules, { maxLength: 6 }) })
  .map(({ how: { action, errnoRet }, rules: some }) => ({
    defaultAction: action,
    ...(takesErrno(action) && { defaultErrnoRet: errnoRet }),
    flags: [],
    architectures: [],
    archMap: [],
    rules: some,
  }));

const facts: fc.Arbitrary<Facts> = fc.record({
  architecture: fc.constantFrom('amd64' as const, 'arm64' as const),
  capabilities: fc.subarray(CAPABILITIES),
  minimumKernel: fc.constantFrom({ major: 4, minor: 4 }, { major: 4, minor: 19 }, { major: 6, minor: 1 }),
  runtime: fc.constantFrom('runc' as const, 'crun' as const),
  libseccomp: fc.constant(LIBSECCOMP),
  dialect: fc.constant('docker' as const),
});

const native = { amd64: 'SCMP_ARCH_X86_64', arm64: 'SCMP_ARCH_AARCH64' } as const;

/** What calls meet under a profile: `unclear` where libseccomp decides. */
const fatesUnder = (source: SourceProfile, given: Facts) => {
  const architecture = native[given.architecture as keyof typeof native];
  const syscalls = syscallsOf(architecture, LIBSECCOMP);
  const filter = resolve(source, given);
  // Rules that libseccomp drops for contradicting each other elsewhere are no longer what the file says.
  const isLost = filter.parts.get(architecture)?.lost !== undefined;
  return (name: string, args: readonly bigint[]): string => {
    const number = syscalls.get(name)?.number;
    if (number === undefined || isLost) return 'unclear';
    const { outcome, certainty } = evaluate(filter, { architecture, number, args });
    return certainty === 'exact' ? outcome.action : 'unclear';
  };
};

const TUPLES = [0n, 1n, 2n, 3n].flatMap((a) => [0n, 1n, 2n, 3n].map((b) => [a, b]));

test('what a profile allows its twin allows, and what it does otherwise its twin logs, whatever the rules', () => {
  let refused = 0;
  fc.assert(
    fc.property(profiles, facts, (source, given) => {
      const fateBefore = fatesUnder(source, given);
      const fateAfter = fatesUnder(auditTwin(source), given);
      for (const name of [...NAMES, 'write']) {
        for (const args of TUPLES) {
          const before = fateBefore(name, args);
          const after = fateAfter(name, args);
          if (before === 'unclear' || after === 'unclear') continue;
          if (before !== 'SCMP_ACT_ALLOW' && before !== 'SCMP_ACT_LOG') refused += 1;
          const wanted = before === 'SCMP_ACT_ALLOW' ? before : 'SCMP_ACT_LOG';
          assert.is(after, wanted, `${name}(${args}): ${before}`);
        }
      }
    }),
    { numRuns: 1500 },
  );
  assert.ok(refused > 1000, `only ${refused} refusals were seen`);
});

test('a twin refuses nothing, even where libseccomp decides, and depends on no listener', () => {
  fc.assert(
    fc.property(profiles, (source) => {
      const twin = auditTwin({
        ...source,
        listenerPath: '/run/agent.sock',
        listenerMetadata: 'x',
        flags: ['SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV', 'SECCOMP_FILTER_FLAG_LOG'],
      });
      const said = [twin.defaultAction, ...twin.rules.map(({ action }) => action)];
      assert.equal(
        said.filter((action) => action !== 'SCMP_ACT_ALLOW' && action !== 'SCMP_ACT_LOG'),
        [],
      );
      assert.is(twin.listenerPath, undefined);
      assert.is(twin.listenerMetadata, undefined);
      assert.equal(twin.flags, ['SECCOMP_FILTER_FLAG_LOG']);
      assert.ok(
        twin.rules.every(({ errnoRet, errnoName }) => errnoRet === undefined && errnoName === undefined),
      );
    }),
    { numRuns: 200 },
  );
});

const read = (document: unknown): SourceProfile => {
  const text = JSON.stringify(document);
  const report = createReport('test', text);
  const root = readJson(text, report);
  if (root?.kind !== 'object') throw new Error('no object');
  return readProfile(root, 'docker', report)!;
};

const written = (source: SourceProfile): unknown =>
  JSON.parse(new TextDecoder().decode(renderDocker(source)));

test('a deny list keeps its rules, as LOG', () => {
  const twin = auditTwin(
    read({
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [{ names: ['mkdir'], action: 'SCMP_ACT_ERRNO', errnoRet: 13 }],
    }),
  );
  assert.equal(written(twin), {
    defaultAction: 'SCMP_ACT_ALLOW',
    syscalls: [{ names: ['mkdir'], action: 'SCMP_ACT_LOG' }],
  });
});

test('an allow list keeps what it allows; a refusal that won over it takes its calls along, where it is there', () => {
  const twin = auditTwin(
    read({
      defaultAction: 'SCMP_ACT_ERRNO',
      defaultErrnoRet: 1,
      syscalls: [
        { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: 38, excludes: { caps: ['CAP_SYS_ADMIN'] } },
        { names: ['clone3', 'read'], action: 'SCMP_ACT_ALLOW' },
        { names: ['mkdir'], action: 'SCMP_ACT_ALLOW', args: [{ index: 1, value: 7, op: 'SCMP_CMP_EQ' }] },
        { names: ['mkdir'], action: 'SCMP_ACT_KILL_PROCESS' },
      ],
    }),
  );
  assert.equal(written(twin), {
    defaultAction: 'SCMP_ACT_LOG',
    syscalls: [
      { names: ['clone3'], action: 'SCMP_ACT_ALLOW', includes: { caps: ['CAP_SYS_ADMIN'] } },
      { names: ['read'], action: 'SCMP_ACT_ALLOW' },
    ],
  });
});

test('what a runtime passes over takes nothing along: the rule after it is what counts', () => {
  const twin = auditTwin(
    read({
      defaultAction: 'SCMP_ACT_ERRNO',
      syscalls: [
        { names: ['mkdir'], action: 'SCMP_ACT_ERRNO', errnoRet: 1 },
        { names: ['mkdir'], action: 'SCMP_ACT_ALLOW' },
      ],
    }),
  );
  assert.equal(written(twin), {
    defaultAction: 'SCMP_ACT_LOG',
    syscalls: [{ names: ['mkdir'], action: 'SCMP_ACT_ALLOW' }],
  });
});

test('the architectures stay as they are: more would let through what was refused', () => {
  const archMap = [{ architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86'] }];
  assert.equal(written(auditTwin(read({ defaultAction: 'SCMP_ACT_TRAP', archMap }))), {
    defaultAction: 'SCMP_ACT_LOG',
    archMap,
  });
});

test.run();
