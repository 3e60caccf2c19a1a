// What a profile does on a node, system call by system call, for people: what goes through, what is refused, what depends
// on arguments, and what depends on the node.
import { possibleFacts } from './answer.ts';
import { nativeOf, type SeccompArchitecture } from './architectures.ts';
import { kindsOf, type NodeKind } from './compare-profiles.ts';
import { evaluate, type Verdict } from './evaluate.ts';
import type { Facts, KnownFacts } from './facts.ts';
import type { SourceProfile } from './oci.ts';
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
    const rules = rulesOn(filter, architecture, number);
    const verdict = verdictOf(filter, architecture, number, rules);
    const risk = riskOf(name);
    const args = riskyArguments(name, architecture);
    const isOpen =
      risk !== undefined &&
      (args.length > 0
        ? isPassing(evaluate(filter, { architecture, number, args }).outcome)
        : [verdict, ...rules].some(({ outcome }) => isPassing(outcome)));
    return { name, number, verdict, rules, ...(isOpen && { risk }) };
  });

const numbersOf = (architecture: SeccompArchitecture): readonly (readonly [string, number])[] =>
  [...syscallsOf(architecture, LIBSECCOMP_VERSIONS.at(-1)!)]
    .flatMap(([name, { number }]) => (number === undefined ? [] : [[name, number] as const]))
    .toSorted(([, a], [, b]) => a - b);

/** Lists the rules with conditions that count; runc's stub comes before all rules. */
const rulesOn = (
  filter: EffectiveFilter,
  architecture: SeccompArchitecture,
  number: number,
): readonly FilterRule[] => {
  const rules = (filter.parts.get(architecture)?.rules.get(number) ?? []).filter(
    ({ conditions }) => conditions.length > 0,
  );
  if (rules.length === 0) return rules;
  return evaluate(filter, { architecture, number, args: [] }).by === 'stub' ? [] : rules;
};

const verdictOf = (
  filter: EffectiveFilter,
  architecture: SeccompArchitecture,
  number: number,
  rules: readonly FilterRule[],
): Verdict => {
  const verdict = evaluate(filter, { architecture, number, args: [] });
  if (rules.length === 0) return verdict;
  const { fallback: outcome, fallbackAt: at } = filter;
  return { outcome, by: 'default', ...(at !== undefined && { at }), certainty: verdict.certainty };
};

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
  const filters = possible.map((facts) => ({ facts, filter: resolve(source, facts) }));
  const variations = new Map<string, { readonly names: string[]; readonly answers: Variation['answers'] }>();
  for (const [name, number] of numbersOf(architecture)) {
    const answers = Map.groupBy(filters, ({ filter }) => spellCall(filter, architecture, number));
    if (answers.size === 1) continue;
    const key = [...answers]
      .map(([answer, on]) => `${answer} ${on.map((one) => filters.indexOf(one))}`)
      .join('; ');
    const known = variations.get(key);
    if (known !== undefined) known.names.push(name);
    else
      variations.set(key, {
        names: [name],
        answers: [...answers.values()].map((ones) => ({
          outcome: evaluate(ones[0]!.filter, { architecture, number, args: [] }).outcome,
          on: kindsOf(ones.map(({ facts }) => facts)),
        })),
      });
  }
  return [...variations.values()].toSorted((a, b) => b.names.length - a.names.length);
};

const spellCall = (filter: EffectiveFilter, architecture: SeccompArchitecture, number: number): string => {
  const { outcome, by } = evaluate(filter, { architecture, number, args: [] });
  const isConditional = rulesOn(filter, architecture, number).length > 0;
  return `${outcome.action} ${outcome.errno} ${isConditional ? 'conditional' : by === 'stub'}`;
};
