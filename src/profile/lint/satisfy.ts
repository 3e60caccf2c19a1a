// Whether conditions can hold together, and for which arguments: the arithmetic under the checks on rules that meet.
// Exact for any mix of operators, without trying values one by one.
import type { Condition } from '../oci.ts';

/** Finds six arguments for which all conditions hold, each as small as can be; undefined where there are none. */
export const findArguments = (
  conditions: readonly Condition[],
  bits: 32 | 64,
): readonly bigint[] | undefined => {
  const args = [0, 1, 2, 3, 4, 5].map((index) =>
    findValue(conditions.filter((one) => one.index === index).map(toTest), bits),
  );
  return args.every((one) => one !== undefined) ? args : undefined;
};

/** Says whether every call for which all of `conditions` hold is one for which all of `others` hold. */
export const implies = (
  conditions: readonly Condition[],
  others: readonly Condition[],
  bits: 32 | 64,
): boolean =>
  others.every((other) => {
    const same = conditions.filter(({ index }) => index === other.index).map(toTest);
    return findValue([...same, negate(toTest(other))], bits) === undefined;
  });

/** Says whether at least one of the conditions holds for every call. */
export const coversAll = (conditions: readonly Condition[], bits: 32 | 64): boolean =>
  [...Map.groupBy(conditions, ({ index }) => index).values()].some(
    (same) => findValue(same.map(toTest).map(negate), bits) === undefined,
  );

/** A condition on one argument; MASKED_NE is what MASKED_EQ isn't. */
interface Test {
  readonly op: 'NE' | 'LT' | 'LE' | 'EQ' | 'GE' | 'GT' | 'MASKED_EQ' | 'MASKED_NE';
  /** The mask of the masked ones. */
  readonly value: bigint;
  readonly datum: bigint;
}

const toTest = ({ op, value, valueTwo }: Condition): Test => ({
  op: op.slice('SCMP_CMP_'.length) as Test['op'],
  value,
  // libseccomp drops the bits outside the mask.
  datum: valueTwo & value,
});

const OPPOSITES: Readonly<Record<Test['op'], Test['op']>> = {
  NE: 'EQ',
  EQ: 'NE',
  LT: 'GE',
  GE: 'LT',
  LE: 'GT',
  GT: 'LE',
  MASKED_EQ: 'MASKED_NE',
  MASKED_NE: 'MASKED_EQ',
};

const negate = (test: Test): Test => ({ ...test, op: OPPOSITES[test.op] });

/** More steps than any profile needs: each passes over a value or a whole block of values that a condition excludes. */
const MOST_STEPS = 10_000;

/** Returns the smallest value for which all tests hold; undefined where there is none. */
const findValue = (tests: readonly Test[], bits: 32 | 64): bigint | undefined => {
  let low = 0n;
  let high = 2n ** BigInt(bits) - 1n;
  let mask = 0n;
  let datum = 0n;
  for (const { op, value, datum: wanted } of tests) {
    if (op === 'EQ' || op === 'GE') low = max(low, value);
    if (op === 'GT') low = max(low, value + 1n);
    if (op === 'EQ' || op === 'LE') high = min(high, value);
    if (op === 'LT') high = min(high, value - 1n);
    if (op === 'MASKED_EQ') {
      if (((datum ^ wanted) & mask & value) !== 0n) return undefined;
      mask |= value;
      datum |= wanted;
    }
  }
  const excluded = tests.filter(({ op }) => op === 'NE' || op === 'MASKED_NE');
  let at = firstMatch(low, mask, datum, bits);
  for (let step = 0; step < MOST_STEPS && at !== undefined && at <= high; step += 1) {
    const here = at;
    const hit = excluded.find(({ op, value, datum: wanted }) =>
      op === 'NE' ? here === value : (here & value) === wanted,
    );
    if (hit === undefined) return here;
    // Of an excluded mask, what other conditions fix cannot change; the lowest bit that can ends the excluded block.
    const free = hit.op === 'NE' ? 1n : hit.value & ~mask;
    if (free === 0n) return undefined;
    const bit = free & -free;
    at = firstMatch((here / bit + 1n) * bit, mask, datum, bits);
  }
  return undefined;
};

/** Returns the smallest value from `from` on whose bits under `mask` are `datum`. */
const firstMatch = (from: bigint, mask: bigint, datum: bigint, bits: 32 | 64): bigint | undefined => {
  if (from >= 2n ** BigInt(bits)) return undefined;
  const wrong = (from & mask) ^ datum;
  if (wrong === 0n) return from;
  const highest = 2n ** BigInt(wrong.toString(2).length - 1);
  // Where the highest wrong bit has to rise, what lies above it stays.
  if ((datum & highest) !== 0n) return aboveAnd(from, highest, datum & (highest * 2n - 1n));
  // Where it has to fall, the next free bit above it that is 0 rises instead.
  for (let bit = highest * 2n; bit < 2n ** BigInt(bits); bit *= 2n) {
    if ((mask & bit) === 0n && (from & bit) === 0n) return aboveAnd(from, bit, bit | (datum & (bit - 1n)));
  }
  return undefined;
};

/** Keeps the bits above `bit` and replaces the rest. */
const aboveAnd = (value: bigint, bit: bigint, rest: bigint): bigint =>
  (value / (bit * 2n)) * (bit * 2n) + rest;

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
