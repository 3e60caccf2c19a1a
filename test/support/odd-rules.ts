// Random profiles in which rules meet each other often: overlaps, repeated arguments, mixed operators, rules that undo or
// repeat others or say what the default says, values wider than the architecture, and calls made through others.
import fc from 'fast-check';
import type { PlainAnswer, PlainCondition, PlainProfile, PlainRule } from './plain-meaning.ts';

/** Of one, of two and of four arguments; a part of socketcall, parts of ipc, and these two themselves. */
const SYSCALLS = [
  'mkdir',
  'quotactl',
  'personality',
  'splice',
  'socket',
  'semget',
  'shmat',
  'ipc',
  'socketcall',
];

const OPERATORS = ['EQ', 'EQ', 'EQ', 'NE', 'LT', 'LE', 'GT', 'GE', 'MASKED_EQ', 'MASKED_EQ'] as const;
const VALUES = [
  0n,
  1n,
  2n,
  3n,
  3n,
  7n,
  8n,
  0x80000000n,
  0xffffffffn,
  0x1_0000_0003n,
  2n ** 64n - 1n,
] as const;

const condition: fc.Arbitrary<PlainCondition> = fc.record({
  index: fc.constantFrom(0, 0, 1, 1, 2),
  op: fc.constantFrom(...OPERATORS),
  value: fc.constantFrom(...VALUES),
  valueTwo: fc.constantFrom(0n, 0n, 1n, 3n),
});

const conditions: fc.Arbitrary<readonly PlainCondition[]> = fc.oneof(
  { weight: 2, arbitrary: fc.constant([]) },
  { weight: 4, arbitrary: condition.map((one) => [one]) },
  {
    weight: 3,
    arbitrary: fc.uniqueArray(condition, { minLength: 2, maxLength: 3, selector: ({ index }) => index }),
  },
  { weight: 1, arbitrary: fc.array(condition, { minLength: 2, maxLength: 3 }) },
);

const errno = fc.constantFrom<{ errno?: number }>(
  {},
  { errno: 1 },
  { errno: 2 },
  { errno: 38 },
  { errno: 4094 },
);
const answer: fc.Arbitrary<PlainAnswer> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<PlainAnswer>({ action: 'ALLOW' }) },
  { weight: 6, arbitrary: errno.map((one): PlainAnswer => ({ action: 'ERRNO', ...one })) },
  { weight: 1, arbitrary: errno.map((one): PlainAnswer => ({ action: 'TRACE', ...one })) },
  ...(['KILL', 'KILL_PROCESS', 'KILL_THREAD', 'LOG', 'TRAP'] as const).map((action) => ({
    weight: 1,
    arbitrary: fc.constant<PlainAnswer>({ action }),
  })),
);

const rule: fc.Arbitrary<PlainRule> = fc
  .tuple(fc.uniqueArray(fc.constantFrom(...SYSCALLS), { minLength: 1, maxLength: 2 }), answer, conditions)
  .map(([names, one, args]) => ({ names, ...one, args }));

/** A profile of one to eight rules on few system calls. */
export const oddProfiles: fc.Arbitrary<PlainProfile> = fc
  .record({
    fallback: answer,
    architectures: fc.subarray(['SCMP_ARCH_X86', 'SCMP_ARCH_X32', 'SCMP_ARCH_AARCH64']),
    rules: fc.array(rule, { minLength: 1, maxLength: 8 }),
    repeated: fc.option(fc.nat(7)),
  })
  .map(({ repeated, rules, ...profile }) => {
    const twin = repeated === null ? undefined : rules[repeated];
    return { ...profile, rules: twin === undefined ? rules : [...rules, twin] };
  });
