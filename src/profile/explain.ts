// What a profile does on a node, system call by system call, for people: what goes through, what is refused, what depends
// on arguments, and what depends on the node.
import { possibleFacts } from './answer.ts';
import { nativeOf, type SeccompArchitecture } from './architectures.ts';
import { kindsOf, type NodeKind } from './compare-profiles.ts';
import { evaluate, type Verdict } from './evaluate.ts';
import type { Facts, KnownFacts } from './facts.ts';
import type { ListedArchitecture, SourceProfile } from './oci.ts';
import { type EffectiveFilter, type FilterRule, type Outcome, resolve } from './resolve.ts';
import { type Risk, riskOf, riskyArguments } from './risks.ts';
import { LIBSECCOMP_VERSIONS, syscallsOf } from './syscalls.ts';

/** What becomes of one system call. */
export interface ExplainedCall {
  readonly name: string;
  readonly number: number;
  /** What it says whatever the arguments are or, where there are `rules`, if none of them holds. */
  readonly verdict: Verdict;
  /** Those with conditions. */
  readonly rules: readonly FilterRule[];
  /** Present where it goes through, or may, in the way that is one. */
  readonly risk?: Risk;
}

/** Calls of which the answer depends on what is not known of the node. */
export interface Variation {
  readonly names: readonly string[];
  readonly answers: readonly { readonly outcome: Outcome; readonly on: readonly NodeKind[] }[];
}

export interface Explanation {
  /** The node that `calls` are of: where it is not known, runc with the newest libseccomp. */
  readonly facts: Facts;
  readonly filter: EffectiveFilter;
  /** All of the node's architecture, by number. */
  readonly calls: readonly ExplainedCall[];
  readonly variations: readonly Variation[];
  /** Other ways of calling that the node's kernel has; what is not covered is killed. */
  readonly compatible: readonly { readonly architecture: SeccompArchitecture; readonly isCovered: boolean }[];
}

/** Explains a profile for a node of which some things may not be known. */
export const explainProfile = (source: SourceProfile, known: KnownFacts): Explanation => {
  const possible = possibleFacts(known);
  const facts = possible.findLast(({ runtime }) => runtime === possible[0]!.runtime)!;
  const native = nativeOf(known.architecture);
  const filter = resolve(source, facts);
  return {
    facts,
    filter,
    calls: explainCalls(filter, native),
    variations: findVariations(source, possible, native),
    compatible: (COMPATIBLE[native] ?? []).map((architecture) => ({
      architecture,
      isCovered: filter.parts.has(architecture),
    })),
  };
};

/** What kernels of 64-bit nodes let programs of other widths call by. */
const COMPATIBLE: Readonly<Partial<Record<SeccompArchitecture, readonly SeccompArchitecture[]>>> = {
  SCMP_ARCH_X86_64: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
  SCMP_ARCH_AARCH64: ['SCMP_ARCH_ARM'],
  SCMP_ARCH_S390X: ['SCMP_ARCH_S390'],
  SCMP_ARCH_MIPSEL64: ['SCMP_ARCH_MIPSEL', 'SCMP_ARCH_MIPSEL64N32'],
};

const explainCalls = (filter: EffectiveFilter, architecture: SeccompArchitecture): readonly ExplainedCall[] =>
  numbersOf(architecture).map(([name, number]) => {
    const met = evaluate(filter, { architecture, number, args: [] });
    const all = filter.parts.get(architecture)?.rules.get(number) ?? [];
    // runc's stub comes before all rules.
    const rules = met.by === 'stub' ? [] : all.filter(({ conditions }) => conditions.length > 0);
    const verdict = rules.length === 0 ? met : otherwise(filter, met);
    const risk = riskOf(name);
    const args = risk === undefined ? [] : riskyArguments(name, architecture);
    const isOpen =
      args.length > 0
        ? isPassing(evaluate(filter, { architecture, number, args }).outcome)
        : [verdict, ...rules].some(({ outcome }) => isPassing(outcome));
    return { name, number, verdict, rules, ...(risk !== undefined && isOpen && { risk }) };
  });

/** What is said where no rule holds; what holds for arguments of 0 may be a rule's. */
const otherwise = (
  { fallback: outcome, fallbackAt: at }: EffectiveFilter,
  { certainty }: Verdict,
): Verdict => ({
  outcome,
  by: 'default',
  ...(at !== undefined && { at }),
  certainty,
});

const numbersOf = (architecture: SeccompArchitecture): readonly (readonly [string, number])[] =>
  [...syscallsOf(architecture, LIBSECCOMP_VERSIONS.at(-1)!)]
    .flatMap(([name, { number }]) => (number === undefined ? [] : [[name, number] as const]))
    .toSorted(([, a], [, b]) => a - b);

/** Says whether a call goes through, or may if somebody else wants. */
export const isPassing = ({ action }: Outcome): boolean =>
  action === 'SCMP_ACT_ALLOW' ||
  action === 'SCMP_ACT_LOG' ||
  action === 'SCMP_ACT_NOTIFY' ||
  action === 'SCMP_ACT_TRACE';

/** Finds what is not the same on all nodes. */
const findVariations = (
  source: SourceProfile,
  possible: readonly Facts[],
  architecture: SeccompArchitecture,
): readonly Variation[] => {
  if (possible.length === 1) return [];
  const own = withoutOthers(source, architecture);
  const filters = possible.map((facts) => resolve(own, facts));
  const variations = new Map<string, { readonly names: string[]; readonly answers: Variation['answers'] }>();
  for (const [name, number] of numbersOf(architecture)) {
    const states = filters.map((filter) => stateOf(filter, architecture, number));
    const spelt = states.map(
      ({ outcome, isConditional }) => `${outcome.action} ${outcome.errno} ${isConditional}`,
    );
    if (spelt.every((one) => one === spelt[0])) continue;
    const known = variations.get(spelt.join('; '));
    if (known !== undefined) {
      known.names.push(name);
      continue;
    }
    const answers = [...new Set(spelt)].map((one) => ({
      outcome: states[spelt.indexOf(one)]!.outcome,
      on: kindsOf(possible.filter((_, at) => spelt[at] === one)),
    }));
    variations.set(spelt.join('; '), { names: [name], answers });
  }
  return [...variations.values()].toSorted((a, b) => b.names.length - a.names.length);
};

/** Leaves out the other ways of calling: their rules take as long to resolve as the node's own. */
const withoutOthers = (source: SourceProfile, native: SeccompArchitecture): SourceProfile => {
  // libseccomp treats the rules of these two together (lost-rules.ts).
  const isKept = ({ name }: ListedArchitecture): boolean => name === native || name === 'SCMP_ARCH_X32';
  return {
    ...source,
    architectures: source.architectures.filter(isKept),
    archMap: source.archMap.map((entry) => ({
      ...entry,
      subArchitectures: entry.subArchitectures.filter(isKept),
    })),
  };
};

const stateOf = (
  filter: EffectiveFilter,
  architecture: SeccompArchitecture,
  number: number,
): { readonly outcome: Outcome; readonly isConditional: boolean } => {
  const { outcome, by } = evaluate(filter, { architecture, number, args: [] });
  const [first] = filter.parts.get(architecture)?.rules.get(number) ?? [];
  const isConditional = by !== 'stub' && first !== undefined && first.conditions.length > 0;
  return isConditional ? { outcome: filter.fallback, isConditional } : { outcome, isConditional };
};
