// "Both" and "not" of argument conditions, as conditions again. A result holds in 64 bits and in 32, to which libseccomp
// cuts the values on narrow architectures; where there is none of that kind the answer is undefined, never another one.
import type { Condition } from '../oci.ts';

const ALL = 2n ** 64n - 1n;
const NARROW = 2n ** 32n;

/** Alternatives, of which any suffices; none: it never holds. Undefined: no condition says it. */
export type Alternatives<T> = readonly T[] | undefined;

/** Brings a condition into the form in which equal ones are spelt alike; `always` and `never` where it asks nothing. */
export const normalize = (condition: Condition): Condition | 'always' | 'never' => {
  const { index, op, value } = condition;
  if (op === 'SCMP_CMP_MASKED_EQ')
    return value === 0n ? 'always' : ofCube(index, { mask: value, datum: condition.valueTwo & value });
  if ((op === 'SCMP_CMP_GE' && value === 0n) || (op === 'SCMP_CMP_LE' && value === ALL)) return 'always';
  if ((op === 'SCMP_CMP_LT' && value === 0n) || (op === 'SCMP_CMP_GT' && value === ALL)) return 'never';
  return { index, op, value, valueTwo: 0n };
};

/** Spells a normalized condition. */
export const spell = ({ index, op, value, valueTwo }: Condition): string =>
  `${index} ${op} ${value} ${valueTwo}`;

/** Returns what holds exactly where the condition doesn't. */
export const negate = ({ index, op, value, valueTwo }: Condition): Alternatives<Condition> => {
  switch (op) {
    case 'SCMP_CMP_EQ':
    case 'SCMP_CMP_NE':
    case 'SCMP_CMP_LT':
    case 'SCMP_CMP_LE':
    case 'SCMP_CMP_GE':
    case 'SCMP_CMP_GT':
      return [{ index, op: OPPOSITES[op], value, valueTwo: 0n }];
    case 'SCMP_CMP_MASKED_EQ':
      // Some bit of the mask differs. A bit that narrow architectures cut off would there hold always.
      return value >= NARROW
        ? undefined
        : bitsOf(value).map((bit) => ({ index, op, value: bit, valueTwo: ~valueTwo & bit }));
  }
};

const OPPOSITES = {
  SCMP_CMP_EQ: 'SCMP_CMP_NE',
  SCMP_CMP_NE: 'SCMP_CMP_EQ',
  SCMP_CMP_LT: 'SCMP_CMP_GE',
  SCMP_CMP_GE: 'SCMP_CMP_LT',
  SCMP_CMP_GT: 'SCMP_CMP_LE',
  SCMP_CMP_LE: 'SCMP_CMP_GT',
} as const;

const bitsOf = (mask: bigint): readonly bigint[] =>
  Array.from({ length: 64 }, (_, at) => 1n << BigInt(at)).filter((bit) => (mask & bit) !== 0n);

/** Returns what holds exactly where two conditions on one argument both do. */
export const both = (a: Condition, b: Condition): Alternatives<Condition> => {
  if (spell(a) === spell(b)) return [a];
  const [cubeA, cubeB] = [cubeOf(a), cubeOf(b)];
  if (cubeA !== undefined && cubeB !== undefined) {
    const conflict = (cubeA.datum ^ cubeB.datum) & cubeA.mask & cubeB.mask;
    if (conflict === 0n)
      return [ofCube(a.index, { mask: cubeA.mask | cubeB.mask, datum: cubeA.datum | cubeB.datum })];
    return conflict % NARROW === 0n ? undefined : [];
  }
  if (cubeA !== undefined) return isOneValue(cubeA) ? within(b, a) : cubeAndRange(a, cubeA, b);
  if (cubeB !== undefined) return isOneValue(cubeB) ? within(a, b) : cubeAndRange(b, cubeB, a);
  return bothRanges(a, b);
};

/** Bits that are asked for, and what they must be. Closed under "both". */
interface Cube {
  readonly mask: bigint;
  readonly datum: bigint;
}

const cubeOf = ({ op, value, valueTwo }: Condition): Cube | undefined => {
  if (op === 'SCMP_CMP_EQ') return { mask: ALL, datum: value };
  return op === 'SCMP_CMP_MASKED_EQ' ? { mask: value, datum: valueTwo } : undefined;
};

const ofCube = (index: number, { mask, datum }: Cube): Condition =>
  mask === ALL
    ? { index, op: 'SCMP_CMP_EQ', value: datum, valueTwo: 0n }
    : { index, op: 'SCMP_CMP_MASKED_EQ', value: mask, valueTwo: datum };

const isOneValue = ({ mask }: Cube): boolean => mask === ALL;

const isShort = ({ value }: Condition): boolean => value < NARROW;

const within = (range: Condition, equality: Condition): Alternatives<Condition> => {
  if (!isShort(range) || !isShort(equality)) return undefined;
  const { value } = equality;
  return rangesOf(range).some(({ from, to }) => value >= from && (to === undefined || value <= to))
    ? [equality]
    : [];
};

/** A mask tells nothing of an order; only "not that value" may be said already by the bits. */
const cubeAndRange = (
  masked: Condition,
  { mask, datum }: Cube,
  range: Condition,
): Alternatives<Condition> => {
  const isSaid = range.op === 'SCMP_CMP_NE' && ((range.value ^ datum) & mask) % NARROW !== 0n;
  return isSaid ? [masked] : undefined;
};

/** Values from `from` to `to`, or to the last there is. */
interface Range {
  readonly from: bigint;
  readonly to?: bigint;
}

const rangesOf = ({ op, value }: Condition): readonly Range[] => {
  const below: readonly Range[] = value === 0n ? [] : [{ from: 0n, to: value - 1n }];
  switch (op) {
    case 'SCMP_CMP_LT':
      return below;
    case 'SCMP_CMP_LE':
      return [{ from: 0n, to: value }];
    case 'SCMP_CMP_GE':
      return [{ from: value }];
    case 'SCMP_CMP_GT':
      return [{ from: value + 1n }];
    default:
      return [...below, { from: value + 1n }];
  }
};

const bothRanges = (a: Condition, b: Condition): Alternatives<Condition> => {
  if (!isShort(a) || !isShort(b)) return undefined;
  const met = rangesOf(a).flatMap((one) => rangesOf(b).flatMap((other) => meet(one, other)));
  const same = [a, b].find((one) => spellRanges(rangesOf(one)) === spellRanges(met));
  return same === undefined ? met.flatMap((range) => conditionsOf(a.index, range)) : [same];
};

const meet = (a: Range, b: Range): readonly Range[] => {
  const from = a.from > b.from ? a.from : b.from;
  const to = a.to === undefined || (b.to !== undefined && b.to < a.to) ? b.to : a.to;
  if (to === undefined) return [{ from }];
  return from > to ? [] : [{ from, to }];
};

const spellRanges = (ranges: readonly Range[]): string =>
  ranges.map(({ from, to }) => `${from}-${to ?? ''}`).join();

/** So few values are listed one by one, which libseccomp keeps apart in any company. */
const FEW = 8n;

const conditionsOf = (index: number, { from, to }: Range): readonly Condition[] => {
  // Not "at least": the bound of "more than" is one that still has 32 bits.
  if (to === undefined) return [{ index, op: 'SCMP_CMP_GT', value: from - 1n, valueTwo: 0n }];
  if (from === 0n) return [{ index, op: 'SCMP_CMP_LE', value: to, valueTwo: 0n }];
  if (to - from < FEW) {
    return Array.from({ length: Number(to - from) + 1 }, (_, at) => ({
      index,
      op: 'SCMP_CMP_EQ' as const,
      value: from + BigInt(at),
      valueTwo: 0n,
    }));
  }
  return blocksOf(from, to).map(({ start, size }) =>
    ofCube(index, { mask: ALL ^ (size - 1n), datum: start }),
  );
};

/** Cuts a stretch into the fewest blocks whose size is a power of two and divides their start. */
const blocksOf = (from: bigint, to: bigint): readonly { start: bigint; size: bigint }[] => {
  const blocks: { start: bigint; size: bigint }[] = [];
  for (let start = from; start <= to; ) {
    let size = start === 0n ? NARROW : start & -start;
    while (start + size - 1n > to) size >>= 1n;
    blocks.push({ start, size });
    start += size;
  }
  return blocks;
};
