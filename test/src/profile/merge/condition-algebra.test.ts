// "Both" and "not" of conditions, held against the conditions themselves in 64 bits and in 32.
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { both, negate, normalize } from '../../../../src/profile/merge/condition-algebra.ts';
import type { Condition } from '../../../../src/profile/oci.ts';
import { OPERATORS } from '../../../../src/profile/operators.ts';

const test = suite('src/profile/merge/condition-algebra');

const VALUES = [0n, 1n, 2n, 5n, 8n, 0x10n, 0xffn, 0x7fffffffn, 0xfffffffen, 0xffffffffn] as const;
const LONG = [...VALUES, 2n ** 32n, 2n ** 32n + 5n, 2n ** 63n, 2n ** 64n - 1n] as const;

const condition = fc
  .record({
    op: fc.constantFrom(...OPERATORS),
    value: fc.constantFrom(...LONG),
    valueTwo: fc.constantFrom(...LONG),
  })
  .map((one): Condition => ({ index: 0, ...one }));

const holds = ({ op, value, valueTwo }: Condition, argument: bigint, bits: 32 | 64): boolean => {
  const [wanted, datum] = [BigInt.asUintN(bits, value), BigInt.asUintN(bits, valueTwo & value)];
  switch (op) {
    case 'SCMP_CMP_NE':
      return argument !== wanted;
    case 'SCMP_CMP_LT':
      return argument < wanted;
    case 'SCMP_CMP_LE':
      return argument <= wanted;
    case 'SCMP_CMP_EQ':
      return argument === wanted;
    case 'SCMP_CMP_GE':
      return argument >= wanted;
    case 'SCMP_CMP_GT':
      return argument > wanted;
    case 'SCMP_CMP_MASKED_EQ':
      return (argument & wanted) === datum;
  }
};

const edges = (conditions: readonly Condition[], bits: 32 | 64): readonly bigint[] => [
  ...new Set(
    [...LONG, ...conditions.flatMap(({ value, valueTwo }) => [value, valueTwo, ~valueTwo])].flatMap((one) =>
      [one - 1n, one, one + 1n, one ^ 1n, one ^ 0x8000_0000n].map((edge) => BigInt.asUintN(bits, edge)),
    ),
  ),
];

const agree = (
  conditions: readonly Condition[],
  found: readonly Condition[],
  wanted: (argument: bigint, bits: 32 | 64) => boolean,
): void => {
  for (const bits of [32, 64] as const)
    for (const argument of edges(conditions, bits))
      assert.is(
        found.some((one) => holds(one, argument, bits)),
        wanted(argument, bits),
        `${argument} in ${bits} bits`,
      );
};

test('a normalized condition holds where it did', () => {
  fc.assert(
    fc.property(condition, (one) => {
      const found = normalize(one);
      // What asks nothing in 64 bits asks nothing in 32, but not the other way round.
      if (found === 'always')
        agree([one], [{ ...one, op: 'SCMP_CMP_GE', value: 0n }], (argument, bits) =>
          holds(one, argument, bits),
        );
      else agree([one], found === 'never' ? [] : [found], (argument, bits) => holds(one, argument, bits));
    }),
  );
});

test('"not" holds exactly where the condition does not', () => {
  let answered = 0;
  fc.assert(
    fc.property(condition, (one) => {
      const asked = normalize(one);
      fc.pre(typeof asked === 'object');
      const found = negate(asked);
      if (found === undefined) return;
      answered += 1;
      agree([one], found, (argument, bits) => !holds(asked, argument, bits));
    }),
    { numRuns: 500 },
  );
  assert.ok(answered > 300, String(answered));
});

test('"both" holds exactly where both do', () => {
  let answered = 0;
  fc.assert(
    fc.property(condition, condition, (one, other) => {
      const [a, b] = [normalize(one), normalize(other)];
      fc.pre(typeof a === 'object' && typeof b === 'object');
      const found = both(a, b);
      if (found === undefined) return;
      answered += 1;
      agree([one, other], found, (argument, bits) => holds(a, argument, bits) && holds(b, argument, bits));
    }),
    { numRuns: 2000 },
  );
  assert.ok(answered > 800, String(answered));
});

test('a few values between are listed, many are masked', () => {
  const on = (op: Condition['op'], value: bigint): Condition => ({ index: 0, op, value, valueTwo: 0n });
  const spelt = (a: Condition, b: Condition) => both(a, b)?.map(({ op, value }) => `${op.slice(9)} ${value}`);
  assert.equal(spelt(on('SCMP_CMP_NE', 38n), on('SCMP_CMP_NE', 40n)), ['LE 37', 'EQ 39', 'GT 40']);
  assert.equal(spelt(on('SCMP_CMP_GE', 3n), on('SCMP_CMP_LT', 3n)), []);
  assert.is(both(on('SCMP_CMP_GT', 3n), on('SCMP_CMP_LT', 1000n))?.length, 12);
  assert.is(both(on('SCMP_CMP_GT', 3n), on('SCMP_CMP_LT', 2n ** 40n)), undefined);
});

test.run();
