// The proof of a merge: the result is asked every call that tells its inputs apart, and every answer that isn't theirs
// put together is found, with an example.
import type { SeccompArchitecture } from '../architectures.ts';
import { regionsOf } from '../compare-regions.ts';
import { type Call, evaluate, type Verdict } from '../evaluate.ts';
import type { Facts } from '../facts.ts';
import type { Condition, SourceProfile } from '../oci.ts';
import type { Architecture, CompileOptions } from '../prepared.ts';
import { type EffectiveFilter, isSame, type Outcome, resolve } from '../resolve.ts';
import { LIBSECCOMP_VERSIONS } from '../syscalls.ts';
import { callableOn } from './callable.ts';
import { type MergeMode, mergeOutcomes } from './openness.ts';

/**
 * `wider`, `narrower`: the result lets through what it shouldn't, or doesn't what it should. `other`: it refuses, or
 * logs, in another way. `stub`: runc's own answer to numbers above all that a profile names, which on i386 may even hide
 * a rule (a part of socketcall is not counted there), comes from another number on. `undecided`: libseccomp decides what the result does. `lost`: on that architecture libseccomp makes a filter of the result in which
 * no rule counts (see lost-rules.ts), and of the inputs it doesn't.
 */
export type DeviationKind = 'wider' | 'narrower' | 'other' | 'stub' | 'undecided' | 'lost';

export interface Deviation {
  readonly kind: DeviationKind;
  readonly architecture: SeccompArchitecture;
  readonly number: number;
  readonly name?: string;
  readonly args: readonly bigint[];
  readonly expected: Outcome;
  readonly actual: Outcome;
}

/** Compares a result with its inputs on every node architecture; one deviation of each kind for each system call, of the stub's an example. */
export const deviationsOf = (
  mode: MergeMode,
  inputs: readonly SourceProfile[],
  result: SourceProfile,
  options: CompileOptions,
): readonly Deviation[] => {
  const found = new Map<string, Deviation>();
  for (const architecture of options.architectures) {
    for (const runtime of ['runc', 'crun'] as const) {
      const facts: Facts = {
        ...options,
        architecture,
        runtime,
        libseccomp: LIBSECCOMP_VERSIONS.at(-1)!,
        dialect: 'docker',
      };
      const filters = inputs.map((input) => resolve(input, facts));
      for (const one of deviationsOfFilters(mode, filters, resolve(result, facts), architecture)) {
        // The stub answers to hundreds of calls, all for the same reason.
        const what = one.kind === 'stub' ? describeOutcomes(one) : (one.name ?? one.number);
        const key = `${one.kind} ${what}`;
        if (!found.has(key)) found.set(key, one);
      }
    }
  }
  return [...found.values()];
};

const describeOutcomes = ({ architecture, expected, actual }: Deviation): string =>
  [architecture, expected.action, expected.errno, actual.action, actual.errno].join(' ');

const deviationsOfFilters = (
  mode: MergeMode,
  inputs: readonly EffectiveFilter[],
  result: EffectiveFilter,
  architecture: Architecture,
): readonly Deviation[] => {
  const found: Deviation[] = [];
  for (const one of callableOn(architecture)) {
    // A way of calling that only some inputs cover is told of as a whole.
    if ([...inputs, result].some(({ parts }) => !parts.has(one))) continue;
    // Merged is what an input says, also where libseccomp makes something else of it.
    if (inputs.some(({ parts }) => parts.get(one)!.lost !== undefined)) continue;
    for (const call of callsOf(one, [...inputs, result])) {
      const verdicts = inputs.map((input) => evaluate(input, call));
      const actual = evaluate(result, call);
      const expected = mergeOutcomes(
        mode,
        verdicts.map(({ outcome }) => outcome),
      );
      const difference = kindOf(verdicts, expected, actual);
      if (difference === undefined) continue;
      const kind = result.parts.get(one)!.lost === undefined ? difference : 'lost';
      const name = nameOf(result, call);
      found.push({ kind, ...call, ...(name !== undefined && { name }), expected, actual: actual.outcome });
    }
  }
  return found;
};

const kindOf = (
  verdicts: readonly Verdict[],
  expected: Outcome,
  actual: Verdict,
): DeviationKind | undefined => {
  // What an input leaves to libseccomp cannot be kept, only passed on.
  if (verdicts.some(({ certainty }) => certainty !== 'exact')) return undefined;
  if (actual.certainty !== 'exact') return 'undecided';
  if (isSame(actual.outcome, expected)) return undefined;
  if ([actual, ...verdicts].some(({ by }) => by === 'stub')) return 'stub';
  const [wanted, got] = [passes(expected), passes(actual.outcome)];
  if (wanted === got) return 'other';
  return got > wanted ? 'wider' : 'narrower';
};

/** A tracer or an agent may let through what it is asked about. */
const passes = ({ action }: Outcome): number => {
  if (action === 'SCMP_ACT_ALLOW' || action === 'SCMP_ACT_LOG') return 2;
  return action === 'SCMP_ACT_TRACE' || action === 'SCMP_ACT_NOTIFY' ? 1 : 0;
};

const nameOf = ({ parts }: EffectiveFilter, { architecture, number }: Call): string | undefined =>
  [...(parts.get(architecture)?.syscalls ?? [])].find(([, place]) => place.number === number)?.[0];

/** So many combinations of arguments are tried for one system call. */
const MOST_TUPLES = 2_000;
/** So many tests of conditions are made for it. */
const MOST_TESTS = 1_000_000;

const callsOf = function* (
  architecture: SeccompArchitecture,
  filters: readonly EffectiveFilter[],
): Generator<Call> {
  const parts = filters.map((filter) => filter.parts.get(architecture)!);
  const { syscalls, bits } = parts[0]!;
  const numbers = new Set([...syscalls.values()].flatMap(({ number }) => number ?? []));
  for (const { stubAbove, rules } of parts) {
    for (const number of rules.keys()) numbers.add(number);
    if (stubAbove !== undefined) numbers.add(stubAbove + 1);
  }
  for (const number of numbers) {
    const conditions = parts.flatMap(({ rules }) =>
      (rules.get(number) ?? []).flatMap((rule) => rule.conditions),
    );
    const values = [0, 1, 2, 3, 4, 5].map((index) => {
      const own = conditions.filter((one) => one.index === index);
      return regionsOf(own, bits) ?? edgesOf(own, bits);
    });
    const count = values.reduce((product, { length }) => product * length, 1);
    const taken = Math.min(count, MOST_TUPLES, Math.ceil(MOST_TESTS / (conditions.length + 1)));
    for (let step = 0; step < taken; step++) {
      let rest = Math.floor((step * count) / taken);
      const args = values.map((some) => {
        const value = some[rest % some.length]!;
        rest = Math.floor(rest / some.length);
        return value;
      });
      yield { architecture, number, args };
    }
  }
};

/** A choice of values where the regions are too many: on both sides of each condition, and one bit off each mask. */
const edgesOf = (conditions: readonly Condition[], bits: 32 | 64): readonly bigint[] => [
  ...new Set(
    conditions
      .flatMap(({ value, valueTwo }) => [
        0n,
        value,
        value - 1n,
        value + 1n,
        valueTwo,
        valueTwo ^ (value & -value),
      ])
      .map((edge) => BigInt.asUintN(bits, edge)),
  ),
];
