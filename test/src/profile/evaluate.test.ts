// Verdicts on single calls: the rules of libseccomp, one by one, and against a second evaluator written from its words.
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultCompileOptions } from '../../../src/profile/compile-options.ts';
import { evaluate, type Verdict } from '../../../src/profile/evaluate.ts';
import type { Facts } from '../../../src/profile/facts.ts';
import type { Condition } from '../../../src/profile/oci.ts';
import type { Operator } from '../../../src/profile/operators.ts';
import { prepareFile } from '../../../src/profile/prepare.ts';
import type { Architecture } from '../../../src/profile/prepared.ts';
import { type EffectiveFilter, resolve } from '../../../src/profile/resolve.ts';

const test = suite('src/profile/evaluate');

const filterOf = (profile: object, facts: Partial<Facts> = {}): EffectiveFilter => {
  const architecture: Architecture = facts.architecture ?? 'amd64';
  const text = JSON.stringify(profile, (_, value) => (typeof value === 'bigint' ? `@${value}@` : value));
  const content = new TextEncoder().encode(text.replace(/"@(\d+)@"/g, '$1'));
  const { profiles, problems } = prepareFile(content, 'f', 'f', {
    ...defaultCompileOptions,
    architectures: [architecture],
  });
  if (profiles[0] === undefined) throw new Error(problems.map(({ message }) => message).join('\n'));
  const known = {
    ...defaultCompileOptions,
    runtime: 'crun',
    libseccomp: '2.6.1',
    dialect: 'docker',
  } as const;
  return resolve(profiles[0].source, { ...known, ...facts, architecture });
};

const say = ({ outcome, by, certainty }: Verdict): string =>
  [outcome.action.slice(9), outcome.errno, by, certainty === 'exact' ? undefined : certainty]
    .filter((one) => one !== undefined)
    .join(' ');

const MKDIR = 83;
const mkdir = (filter: EffectiveFilter, ...args: bigint[]): string =>
  say(evaluate(filter, { architecture: 'SCMP_ARCH_X86_64', number: MKDIR, args }));

const errno = (errnoRet: number, ...args: object[]): object => ({
  names: ['mkdir'],
  action: 'SCMP_ACT_ERRNO',
  errnoRet,
  args,
});
const when = (index: number, op: string, value: number | bigint, valueTwo: number | bigint = 0) => ({
  index,
  op: `SCMP_CMP_${op}`,
  value,
  ...(op === 'MASKED_EQ' && { valueTwo }),
});
const allow = (...syscalls: object[]) => ({ defaultAction: 'SCMP_ACT_ALLOW', syscalls });

test('what no rule names has the default', () => {
  assert.is(mkdir(filterOf(allow())), 'ALLOW default');
  assert.is(mkdir(filterOf({ defaultAction: 'SCMP_ACT_ERRNO' })), 'ERRNO 1 default');
  assert.is(mkdir(filterOf({ defaultAction: 'SCMP_ACT_KILL' })), 'KILL_THREAD default');
});

test('the first unconditional rule wins, over those before and after it', () => {
  const conditional = errno(2, when(0, 'EQ', 1));
  assert.is(mkdir(filterOf(allow(conditional, errno(3), errno(4))), 1n), 'ERRNO 3 rule');
  assert.is(mkdir(filterOf(allow(errno(3), conditional)), 1n), 'ERRNO 3 rule');
});

test('a rule that says what the default says is no rule', () => {
  const filter = filterOf({
    defaultAction: 'SCMP_ACT_ERRNO',
    syscalls: [errno(1), { names: ['mkdir'], action: 'SCMP_ACT_ALLOW' }],
  });
  assert.is(mkdir(filter), 'ALLOW rule');
});

test('all conditions must hold, unless an argument is tested twice: then any', () => {
  const both = filterOf(allow(errno(2, when(0, 'EQ', 1), when(1, 'EQ', 2))));
  assert.is(mkdir(both, 1n, 2n), 'ERRNO 2 rule');
  assert.is(mkdir(both, 1n, 3n), 'ALLOW default');
  const any = filterOf(allow(errno(2, when(0, 'EQ', 1), when(0, 'EQ', 7), when(1, 'EQ', 2))));
  assert.is(mkdir(any, 7n, 0n), 'ERRNO 2 rule');
  assert.is(mkdir(any, 0n, 2n), 'ERRNO 2 rule');
  assert.is(mkdir(any, 0n, 0n), 'ALLOW default');
});

test('bits outside a mask do not count, and a mask of 0 is no condition', () => {
  assert.is(mkdir(filterOf(allow(errno(2, when(1, 'MASKED_EQ', 1, 3)))), 0n, 0o777n), 'ERRNO 2 rule');
  assert.is(mkdir(filterOf(allow(errno(2, when(1, 'MASKED_EQ', 0, 3)))), 0n, 5n), 'ERRNO 2 rule');
});

test('comparisons are unsigned, of 64 bits or 32', () => {
  const filter = filterOf({
    ...allow(errno(2, when(0, 'GT', 2n ** 32n + 5n))),
    architectures: ['SCMP_ARCH_X86'],
  });
  assert.is(mkdir(filter, 6n), 'ALLOW default');
  assert.is(mkdir(filter, 2n ** 64n - 1n), 'ERRNO 2 rule');
  const i386 = (value: bigint): string =>
    say(evaluate(filter, { architecture: 'SCMP_ARCH_X86', number: 39, args: [value] }));
  assert.is(i386(6n), 'ERRNO 2 rule');
  assert.is(i386(5n), 'ALLOW default');
});

test('rules that meet with different answers are left to libseccomp, the higher argument first', () => {
  const filter = filterOf(allow(errno(2, when(0, 'EQ', 1)), errno(3, when(1, 'EQ', 2))));
  assert.is(mkdir(filter, 1n, 2n), 'ERRNO 3 rule libseccomp-decides');
  assert.is(mkdir(filter, 1n, 0n), 'ERRNO 2 rule');
});

test('mixtures that libseccomp is known to get wrong are never called sure', () => {
  const filter = filterOf({
    defaultAction: 'SCMP_ACT_ERRNO',
    syscalls: [
      { names: ['mkdir'], action: 'SCMP_ACT_ALLOW', args: [when(1, 'LE', 7), when(2, 'GE', 8)] },
      { names: ['mkdir'], action: 'SCMP_ACT_ALLOW', args: [when(1, 'GT', 2)] },
    ],
  });
  assert.match(mkdir(filter, 7n, 2n, 6n), 'libseccomp-decides');
});

test('another way of calling kills the thread, unless it is listed', () => {
  const x86 = { architecture: 'SCMP_ARCH_X86', number: 39, args: [] } as const;
  const x32 = { architecture: 'SCMP_ARCH_X86_64', number: 0x40000000 + MKDIR, args: [] } as const;
  assert.is(say(evaluate(filterOf(allow()), x86)), 'KILL_THREAD architecture');
  assert.is(say(evaluate(filterOf(allow()), x32)), 'KILL_THREAD architecture');
  const listed = filterOf({ ...allow(), architectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'] });
  assert.is(say(evaluate(listed, x86)), 'ALLOW default');
  assert.is(say(evaluate(listed, x32)), 'ALLOW default');
});

test("runc answers ENOSYS above the greatest number that is named, crun doesn't, and never on a permissive default", () => {
  const profile = {
    defaultAction: 'SCMP_ACT_ERRNO',
    syscalls: [{ names: ['mkdir', 'rmdir'], action: 'SCMP_ACT_ALLOW' }],
  };
  const above = { architecture: 'SCMP_ARCH_X86_64', number: 85, args: [] } as const;
  assert.is(say(evaluate(filterOf(profile, { runtime: 'runc' }), above)), 'ERRNO 38 stub');
  assert.is(
    say(evaluate(filterOf(profile, { runtime: 'runc' }), { ...above, number: 82 })),
    'ERRNO 1 default',
  );
  assert.is(say(evaluate(filterOf(profile), above)), 'ERRNO 1 default');
  for (const defaultAction of ['SCMP_ACT_ALLOW', 'SCMP_ACT_LOG', 'SCMP_ACT_TRACE'])
    assert.match(
      say(evaluate(filterOf({ ...profile, defaultAction }, { runtime: 'runc' }), above)),
      'default',
    );
});

test("the stub counts rules that say the default, but no names that this libseccomp doesn't know, nor parts of socketcall", () => {
  const stubOf = (names: string[], facts: Partial<Facts> = {}): number | undefined =>
    filterOf(
      { defaultAction: 'SCMP_ACT_ERRNO', syscalls: [{ names, action: 'SCMP_ACT_ERRNO' }] },
      { runtime: 'runc', ...facts },
    )
      .parts.values()
      .next().value?.stubAbove;
  assert.is(stubOf(['mkdir', 'mseal']), 462);
  assert.is(stubOf(['mkdir', 'mseal'], { libseccomp: '2.5.4' }), MKDIR);
  assert.is(stubOf(['mkdir', 'socket'], { architecture: '386' }), 39);
  // read is 0, which runc takes for nothing found.
  assert.is(stubOf(['read']), undefined);
});

const OPERATORS: readonly Operator[] = [
  'SCMP_CMP_NE',
  'SCMP_CMP_LT',
  'SCMP_CMP_LE',
  'SCMP_CMP_EQ',
  'SCMP_CMP_GE',
  'SCMP_CMP_GT',
  'SCMP_CMP_MASKED_EQ',
];
const values = fc.oneof(fc.bigInt(0n, 9n), fc.constantFrom(2n ** 32n, 2n ** 32n + 3n, 2n ** 64n - 1n));
const condition: fc.Arbitrary<Condition> = fc.record({
  index: fc.nat(2),
  op: fc.constantFrom(...OPERATORS),
  value: values,
  valueTwo: values,
});
const rule = fc.record({
  errnoRet: fc.integer({ min: 1, max: 3 }),
  args: fc.array(condition, { maxLength: 3 }),
});

/** The words of libseccomp's rules as they come, without a thought for speed: every errno that may be the answer. */
const possible = (
  rules: readonly { errnoRet: number; args: readonly Condition[] }[],
  args: readonly bigint[],
): Set<number | 'default'> => {
  const holds = ({ index, op, value, valueTwo }: Condition): boolean => {
    const a = args[index]!;
    const sign = a < value ? -1 : a > value ? 1 : 0;
    if (op === 'SCMP_CMP_MASKED_EQ') return (a ^ (valueTwo & value)) % 2n ** 64n === (a & ~value) % 2n ** 64n;
    return { NE: sign !== 0, LT: sign < 0, LE: sign <= 0, EQ: sign === 0, GE: sign >= 0, GT: sign > 0 }[
      op.slice(9) as 'NE'
    ]!;
  };
  const split = rules
    .filter(({ errnoRet }) => errnoRet !== 1)
    .flatMap(({ errnoRet, args: all }) =>
      new Set(all.map(({ index }) => index)).size < all.length
        ? all.map((one) => ({ errnoRet, all: [one] }))
        : [{ errnoRet, all }],
    )
    .map(({ errnoRet, all }) => ({
      errnoRet,
      all: all.filter(({ op, value }) => op !== 'SCMP_CMP_MASKED_EQ' || value > 0n),
    }));
  const first = split.find(({ all }) => all.length === 0);
  if (first !== undefined) return new Set([first.errnoRet]);
  const found = split.filter(({ all }) => all.every(holds)).map(({ errnoRet }) => errnoRet);
  return new Set<number | 'default'>(found.length === 0 ? ['default'] : found);
};

test('it agrees with a second evaluator on random rules and calls', () => {
  fc.assert(
    fc.property(
      fc.array(rule, { maxLength: 4 }),
      fc.array(values, { minLength: 3, maxLength: 3 }),
      (rules, args) => {
        const at = { offset: 0, path: undefined };
        const nothing = { capabilities: [], architectures: [] };
        const filter = resolve(
          {
            defaultAction: 'SCMP_ACT_ERRNO',
            flags: [],
            architectures: [],
            archMap: [],
            rules: rules.map((one) => ({
              ...one,
              names: ['mkdir'],
              action: 'SCMP_ACT_ERRNO',
              at,
              includes: nothing,
              excludes: nothing,
            })),
          },
          {
            ...defaultCompileOptions,
            architecture: 'amd64',
            runtime: 'crun',
            libseccomp: '2.6.1',
            dialect: 'docker',
          },
        );
        const verdict = evaluate(filter, { architecture: 'SCMP_ARCH_X86_64', number: MKDIR, args });
        const wanted = possible(rules, args);
        assert.ok(wanted.has(verdict.by === 'default' ? 'default' : verdict.outcome.errno!), say(verdict));
        if (wanted.size > 1) assert.is(verdict.certainty, 'libseccomp-decides');
      },
    ),
    { numRuns: 2000 },
  );
});

test.run();
