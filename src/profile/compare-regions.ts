// How the values of one argument fall apart under conditions: one value for every way in which some hold and others
// don't. Exact: two values between which no condition tells apart are in one region.
import type { Condition } from './oci.ts';

/** So many regions of one argument are worked out; no profile that a person wrote comes near. */
const MOST_REGIONS = 4096;
/** Nor near so many different tests, each of which is carried along for every region. */
const MOST_TESTS = 256;

/**
 * Returns the smallest value of each region of an argument of that many bits, in ascending order; undefined where there
 * are too many. `conditions` are all on that argument.
 */
export const regionsOf = (conditions: readonly Condition[], bits: 32 | 64): readonly bigint[] | undefined => {
  // Most arguments are never asked about.
  if (conditions.length === 0) return [0n];
  const tests = testsOf(conditions, bits);
  if (tests.length > MOST_TESTS) return undefined;
  if (tests.every(({ mask }) => mask === maskOf(bits))) return regionsOfLine(tests, maskOf(bits));
  let states: readonly State[] = [{ value: 0n, open: tests.map((_, at) => at), greater: [] }];
  for (let bit = BigInt(bits) - 1n; bit >= 0n; bit--) {
    const next = new Map<string, State>();
    // The smaller prefix comes first, so that the smallest value of each region is the one that stays.
    for (const state of states.flatMap((one) => [extend(one, 0n, bit, tests), extend(one, 1n, bit, tests)])) {
      const key = `${state.open.join()}|${state.greater.join()}`;
      const before = next.get(key);
      if (before === undefined || state.value < before.value) next.set(key, state);
    }
    if (next.size > MOST_REGIONS) return undefined;
    states = [...next.values()];
  }
  const regions = new Map<string, bigint>();
  for (const { value, open, greater } of states.toSorted((a, b) => (a.value < b.value ? -1 : 1))) {
    // A value at a cut lies above it.
    const isOrder = (at: number): boolean => tests[at]!.isOrder;
    const above = [...greater, ...open.filter(isOrder)].toSorted((a, b) => a - b);
    const key = `${open.filter((at) => !isOrder(at)).join()}|${above.join()}`;
    if (!regions.has(key)) regions.set(key, value);
  }
  return [...regions.values()];
};

/** Without masks, the values are a line that is cut at a few points; nearly all conditions are so. */
const regionsOfLine = (tests: readonly Test[], greatest: bigint): readonly bigint[] => {
  const cuts = [0n, ...tests.flatMap(({ value }) => [value, value + 1n])].filter((cut) => cut <= greatest);
  const regions = new Map<string, bigint>();
  for (const cut of cuts.toSorted((a, b) => (a < b ? -1 : 1))) {
    const sides = tests.map(({ value, isOrder }) => ((isOrder ? cut >= value : cut === value) ? 1 : 0));
    if (!regions.has(sides.join(''))) regions.set(sides.join(''), cut);
  }
  return [...regions.values()];
};

const maskOf = (bits: 32 | 64): bigint => 2n ** BigInt(bits) - 1n;

/** Asks for the bits of `mask`; where it is an order, whether a number is at least `value`. */
interface Test {
  readonly mask: bigint;
  readonly value: bigint;
  readonly isOrder: boolean;
}

/** What is known of a value of which the upper bits are chosen. */
interface State {
  readonly value: bigint;
  /** Tests that have met nothing but equal bits. */
  readonly open: readonly number[];
  /** Orders that it is above of; it is below of those that are in neither list. */
  readonly greater: readonly number[];
}

const testsOf = (conditions: readonly Condition[], bits: 32 | 64): readonly Test[] => {
  const all = maskOf(bits);
  const tests = new Map<string, Test>();
  for (const { op, value, valueTwo } of conditions) {
    const isMasked = op === 'SCMP_CMP_MASKED_EQ';
    const isOrder = !isMasked && op !== 'SCMP_CMP_EQ' && op !== 'SCMP_CMP_NE';
    // At most 5 is less than 6, and more than 5 is at least 6.
    const cut = op === 'SCMP_CMP_LE' || op === 'SCMP_CMP_GT' ? value + 1n : value;
    if (cut > all) continue;
    const test = isMasked
      ? { mask: value, value: valueTwo & value, isOrder }
      : { mask: all, value: cut, isOrder };
    tests.set(`${test.mask} ${test.value} ${isOrder}`, test);
  }
  return [...tests.values()];
};

const extend = (
  { value, open, greater }: State,
  chosen: 0n | 1n,
  bit: bigint,
  tests: readonly Test[],
): State => {
  const isEqual = (at: number): boolean =>
    ((tests[at]!.mask >> bit) & 1n) === 0n || ((tests[at]!.value >> bit) & 1n) === chosen;
  const passed = chosen === 0n ? [] : open.filter((at) => tests[at]!.isOrder && !isEqual(at));
  return {
    value: (value << 1n) | chosen,
    open: open.filter(isEqual),
    greater: passed.length === 0 ? greater : [...greater, ...passed].toSorted((a, b) => a - b),
  };
};
