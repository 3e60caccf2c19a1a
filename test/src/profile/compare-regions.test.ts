// Regions of an argument: each smallest value is one, and no value lies outside all of them.
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { regionsOf } from '../../../src/profile/compare-regions.ts';
import type { Condition } from '../../../src/profile/oci.ts';
import { OPERATORS, type Operator } from '../../../src/profile/operators.ts';

const test = suite('src/profile/compare-regions');

const when = (op: string, value: bigint, valueTwo = 0n): Condition => ({
  index: 0,
  op: `SCMP_CMP_${op}` as Operator,
  value,
  valueTwo,
});

/** Written anew from the words of the runtime specification. */
const holds = ({ op, value, valueTwo }: Condition, argument: bigint): boolean =>
  ({
    SCMP_CMP_NE: argument !== value,
    SCMP_CMP_LT: argument < value,
    SCMP_CMP_LE: argument <= value,
    SCMP_CMP_EQ: argument === value,
    SCMP_CMP_GE: argument >= value,
    SCMP_CMP_GT: argument > value,
    SCMP_CMP_MASKED_EQ: (argument & value) === (valueTwo & value),
  })[op];

const vector = (conditions: readonly Condition[], argument: bigint): string =>
  conditions.map((one) => (holds(one, argument) ? '1' : '0')).join('');

test('without conditions there is one region', () => {
  assert.equal(regionsOf([], 64), [0n]);
});

test('values before, at and behind a boundary', () => {
  assert.equal(regionsOf([when('EQ', 5n)], 64), [0n, 5n]);
  assert.equal(regionsOf([when('LE', 5n), when('EQ', 5n)], 64), [0n, 5n, 6n]);
  assert.equal(regionsOf([when('GE', 2n ** 32n - 1n)], 32), [0n, 2n ** 32n - 1n]);
});

test('masks that overlap are met in every combination that there is', () => {
  assert.equal(regionsOf([when('MASKED_EQ', 3n, 3n), when('MASKED_EQ', 6n, 2n)], 64), [0n, 2n, 3n, 7n]);
  // One excludes the other.
  assert.equal(regionsOf([when('MASKED_EQ', 1n, 1n), when('MASKED_EQ', 1n, 0n)], 64), [0n, 1n]);
  assert.equal(regionsOf([when('MASKED_EQ', 0xf0n, 0x20n), when('LT', 0x20n)], 64), [0n, 0x20n, 0x30n]);
});

test('more regions than can be counted are not worked out', () => {
  const bits = Array.from({ length: 20 }, (_, bit) => when('MASKED_EQ', 2n ** BigInt(bit)));
  assert.is(regionsOf(bits, 64), undefined);
});

const VALUES = [0n, 1n, 2n, 3n, 7n, 8n, 0x80n, 0xffn, 0x7fffffffn, 0xffffffffn];

test('every value is in the region of one that is listed, and no region is listed twice', () => {
  const conditions = fc.array(
    fc.record({
      index: fc.constant(0),
      op: fc.constantFrom(...OPERATORS),
      value: fc.constantFrom(...VALUES),
      valueTwo: fc.constantFrom(...VALUES),
    }),
    { minLength: 1, maxLength: 6 },
  );
  const values = fc.array(
    fc.oneof(fc.bigInt({ min: 0n, max: 0x1ffn }), fc.bigInt({ min: 0n, max: 2n ** 32n - 1n })),
    { minLength: 30, maxLength: 30 },
  );
  fc.assert(
    fc.property(conditions, values, (tests, tried) => {
      const regions = regionsOf(tests, 32)!;
      const smallest = new Map(regions.map((value) => [vector(tests, value), value]));
      assert.is(smallest.size, regions.length);
      for (const value of [...tried, ...VALUES]) {
        const found = smallest.get(vector(tests, value));
        assert.ok(found !== undefined && found <= value, `${value}`);
      }
    }),
    { numRuns: 200 },
  );
});

test.run();
