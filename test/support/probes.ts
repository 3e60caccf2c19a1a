// Calls that lie where a filter's answers change: every system call, and every argument on both sides of each condition.
import type { SeccompArchitecture } from '../../src/profile/architectures.ts';
import type { Call } from '../../src/profile/evaluate.ts';
import type { Condition } from '../../src/profile/oci.ts';
import type { EffectiveFilter, FilterPart } from '../../src/profile/resolve.ts';
import { AUDIT_ARCHITECTURES } from './bpf.ts';

const MOST_TUPLES = 400;
const NO_ARGS = [0n, 0n, 0n, 0n, 0n, 0n] as const;

/** Lists probes for every architecture of a filter, and a few for one that isn't in it. */
export const probesOf = ({ parts }: EffectiveFilter): readonly Call[] => {
  const known = [...parts].filter(([architecture]) => AUDIT_ARCHITECTURES[architecture] !== undefined);
  const absent = (Object.keys(AUDIT_ARCHITECTURES) as SeccompArchitecture[]).filter((one) => !parts.has(one));
  return [
    ...known.flatMap(([architecture, part]) => probesOfPart(architecture, part)),
    ...absent.flatMap((architecture) =>
      [0, 1, 39, 500].map((number) => ({
        architecture,
        number: architecture === 'SCMP_ARCH_X32' ? 0x40000000 + number : number,
        args: NO_ARGS,
      })),
    ),
  ];
};

const probesOfPart = (
  architecture: SeccompArchitecture,
  { syscalls, rules, stubAbove }: FilterPart,
): readonly Call[] => {
  const numbers = [...syscalls.values()].flatMap(({ number }) => number ?? []);
  const edges = [...numbers, ...(stubAbove === undefined ? [] : [stubAbove])].flatMap((one) => [
    one,
    one + 1,
  ]);
  return [...new Set([...edges, 0x7fffffff, 0xffffffff])].flatMap((number) => {
    const conditions = (rules.get(number) ?? []).flatMap((rule) => rule.conditions);
    return tuplesFor(conditions).map((args) => ({ architecture, number, args }));
  });
};

/** Returns argument tuples on every side of the conditions: all combinations, or an even choice of them. */
export const tuplesFor = (conditions: readonly Condition[]): readonly (readonly bigint[])[] => {
  const values = NO_ARGS.map((_, index) => [
    ...new Set(conditions.filter((one) => one.index === index).flatMap(edgesOf)),
  ]).map((edges) => (edges.length === 0 ? [0n] : edges));
  const count = values.reduce((product, { length }) => product * length, 1);
  const taken = Math.min(count, MOST_TUPLES);
  return Array.from({ length: taken }, (_, step) => {
    let rest = Math.floor((step * count) / taken);
    return values.map((edges) => {
      const value = edges[rest % edges.length]!;
      rest = Math.floor(rest / edges.length);
      return value;
    });
  });
};

const edgesOf = ({ op, value, valueTwo }: Condition): readonly bigint[] =>
  (op === 'SCMP_CMP_MASKED_EQ'
    ? [valueTwo, valueTwo | ~value, valueTwo ^ (value & -value), ~valueTwo, 0n]
    : [value, value - 1n, value + 1n, value + 2n ** 32n, value - 2n ** 32n, 0n, -1n]
  ).map((edge) => BigInt.asUintN(64, edge));
