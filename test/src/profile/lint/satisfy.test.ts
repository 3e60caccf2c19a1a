// Conditions that can and cannot hold together, against trying every value of a few bits.
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { coversAll, findArguments, implies } from '../../../../src/profile/lint/satisfy.ts';
import type { Condition } from '../../../../src/profile/oci.ts';
import { OPERATORS } from '../../../../src/profile/operators.ts';

const test = suite('src/profile/lint/satisfy');

/** Values of four bits, at the bottom and at the top of 32: what lies between behaves like its neighbours. */
const TOP = 0xffff_fff0n;
const small = fc.oneof(fc.bigInt(0n, 15n), fc.bigInt(TOP, 0xffff_ffffn), fc.constant(0x8000_0000n));
const condition: fc.Arbitrary<Condition> = fc.record({
  index: fc.constant(0),
  op: fc.constantFrom(...OPERATORS),
  value: small,
  valueTwo: small,
});
const conditions = fc.array(condition, { minLength: 1, maxLength: 4 });

const holds = ({ op, value, valueTwo }: Condition, argument: bigint): boolean => {
  if (op === 'SCMP_CMP_MASKED_EQ') return (argument & value) === (valueTwo & value);
  const sign = argument < value ? -1 : argument > value ? 1 : 0;
  return { NE: sign !== 0, LT: sign < 0, LE: sign <= 0, EQ: sign === 0, GE: sign >= 0, GT: sign > 0 }[
    op.slice(9) as 'NE'
  ]!;
};

/** Enough of them to have one of every kind that masks and limits of this sort tell apart. */
const EVERY = [0n, 0x10n, 0x7fff_fff0n, 0x8000_0000n, 0x8000_0010n, TOP - 0x10n, TOP].flatMap((start) =>
  Array.from({ length: 16 }, (_, step) => start + BigInt(step)),
);

test('what is found meets all conditions, and nothing is found only where no value does', () => {
  fc.assert(
    fc.property(conditions, (all) => {
      const found = findArguments(all, 32)?.[0];
      if (found === undefined) assert.not(EVERY.some((one) => all.every((each) => holds(each, one))));
      else
        assert.ok(
          all.every((each) => holds(each, found)),
          `${found}`,
        );
      const smallest = EVERY.find((one) => all.every((each) => holds(each, one)));
      if (smallest !== undefined) assert.ok(found !== undefined && found <= smallest);
    }),
    { numRuns: 5000 },
  );
});

test('one set implies another exactly where no value meets the one and not the other', () => {
  fc.assert(
    fc.property(conditions, conditions, (some, others) => {
      const counterexample = EVERY.find(
        (one) => some.every((each) => holds(each, one)) && !others.every((each) => holds(each, one)),
      );
      assert.is(implies(some, others, 32), counterexample === undefined);
    }),
    { numRuns: 5000 },
  );
});

test('alternatives cover everything exactly where no value misses them all', () => {
  fc.assert(
    fc.property(conditions, (all) => {
      assert.is(
        coversAll(all, 32),
        EVERY.every((one) => all.some((each) => holds(each, one))),
      );
    }),
    { numRuns: 5000 },
  );
});

const when = (index: number, op: string, value: bigint, valueTwo = 0n): Condition => ({
  index,
  op: `SCMP_CMP_${op}` as Condition['op'],
  value,
  valueTwo,
});

test('arguments are found one by one, and a mask of all but one bit in no time', () => {
  assert.equal(findArguments([when(0, 'GT', 6n), when(2, 'MASKED_EQ', 3n, 1n)], 64), [
    7n,
    0n,
    1n,
    0n,
    0n,
    0n,
  ]);
  const all = 2n ** 64n - 1n;
  assert.is(findArguments([when(0, 'GE', 2n), when(0, 'MASKED_EQ', all - 1n, 0n)], 64), undefined);
  assert.is(findArguments([when(0, 'GT', all)], 64), undefined);
});

test.run();
