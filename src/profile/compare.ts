// Where two filters part: every system call whose outcome changed for some arguments, each with an example. Exact: what
// is not listed has the same outcome in both, whatever its arguments, but for what is said to be untold.
import { SECCOMP_ARCHITECTURES, type SeccompArchitecture } from './architectures.ts';
import { regionsOf } from './compare-regions.ts';
import { evaluate, settledOutcome, type Verdict } from './evaluate.ts';
import type { Condition } from './oci.ts';
import { type EffectiveFilter, type FilterRule, isSame, type Outcome } from './resolve.ts';
import { type Risk, riskOf, riskyArguments } from './risks.ts';
import { LIBSECCOMP_VERSIONS, syscallsOf } from './syscalls.ts';

/**
 * `wider`: what was refused now goes through, or somebody is asked who may let it. `narrower`: the other way round.
 * `other`: another errno, logged or not. `undecided`: libseccomp decides what one of the filters says.
 */
export type ChangeKind = 'wider' | 'narrower' | 'other' | 'undecided';

/** One way in which a system call changed, with the simplest call that shows it. */
export interface Change extends ComparedNumber {
  readonly kind: ChangeKind;
  /** Six arguments. */
  readonly witness: readonly bigint[];
  /** Whatever the arguments are. */
  readonly isAlways: boolean;
  /** What an attacker gains or loses by it. */
  readonly risk?: Risk;
  readonly before: Verdict;
  readonly after: Verdict;
}

/** A system call, or a stretch of numbers that no system call has. */
export interface ComparedNumber {
  readonly architecture: SeccompArchitecture;
  readonly number: number;
  readonly name?: string;
  /** Where there is no name: every other nameless number up to this one is alike. */
  readonly to?: number;
}

export interface Comparison {
  readonly changes: readonly Change[];
  /** With more conditions than can be tried; changes of them are real, but there may be others. */
  readonly untold: readonly ComparedNumber[];
}

/**
 * Compares two filters over every call; a way of calling that one does not cover is killed by it. With `only`, other
 * kinds of changes are left out, which is several times as fast.
 */
export const compareFilters = (
  before: EffectiveFilter,
  after: EffectiveFilter,
  only?: ChangeKind,
): Comparison => {
  const changes: Change[] = [];
  const untold: ComparedNumber[] = [];
  // What libseccomp loses depends on the whole filter.
  const hasLoss = [before, after].some(({ parts }) =>
    [...parts.values()].some(({ lost }) => lost !== undefined),
  );
  const isComparable = !hasLoss || spellFilter(before) === spellFilter(after);
  for (const architecture of SECCOMP_ARCHITECTURES) {
    if (!before.parts.has(architecture) && !after.parts.has(architecture)) continue;
    for (const compared of numbersOf(architecture, before, after)) {
      const { number } = compared;
      const was = settledOutcome(before, architecture, number);
      const is = settledOutcome(after, architecture, number);
      // So it is for nearly every system call.
      const isSettled = was !== undefined && is !== undefined;
      if (isSettled && (isSame(was, is) || (only !== undefined && kindOf(was, is) !== only))) continue;
      const found = compareNumber(compared, before, after, isComparable);
      changes.push(...found.changes.filter(({ kind }) => only === undefined || kind === only));
      if (!found.isWhole) untold.push(compared);
    }
  }
  return { changes, untold };
};

/** So many combinations of regions are tried for one system call. */
const MOST_TUPLES = 20_000;
/** And so many rules are looked at for them: with a thousand rules on one call, each try takes long. */
const MOST_TRIES = 1_000_000;

interface NumberComparison {
  readonly changes: readonly Change[];
  readonly isWhole: boolean;
}

const UNCHANGED: NumberComparison = { changes: [], isWhole: true };

const compareNumber = (
  compared: ComparedNumber,
  before: EffectiveFilter,
  after: EffectiveFilter,
  isComparable: boolean,
): NumberComparison => {
  const { architecture, number } = compared;
  const parts = [before, after].map((filter) => filter.parts.get(architecture));
  const [ours, theirs] = parts.map((part) => part?.rules.get(number) ?? []) as [Rules, Rules];
  // libseccomp makes the same of the same rules, whatever that is.
  const isAlike =
    isComparable && isSame(before.fallback, after.fallback) && spellRules(ours) === spellRules(theirs);
  const differenceAt = (args: readonly bigint[]): Difference => {
    const call = { architecture, number, args };
    return differenceOf(evaluate(before, call), evaluate(after, call), isAlike);
  };
  const first = differenceAt(NO_ARGS);
  // Rules that are alike are so for all arguments, unless one of the filters has no such part, or a stub in its place.
  if (isAlike && first.before.by === first.after.by) return UNCHANGED;
  const conditions = [...ours, ...theirs].flatMap((rule) => rule.conditions);
  if (conditions.length === 0) {
    const { kind } = first;
    if (kind === undefined) return UNCHANGED;
    const change = { ...compared, ...first, kind, witness: NO_ARGS, isAlways: true };
    return { changes: [withRisk(change, differenceAt)], isWhole: true };
  }
  const bits = parts.find((part) => part !== undefined)!.bits;
  const { tuples, isWhole } = tuplesFor(conditions, bits, ours.length + theirs.length);
  const found = new Map<string, { readonly change: Change; readonly count: number }>();
  for (const witness of tuples) {
    const difference = differenceAt(witness);
    if (difference.kind === undefined) continue;
    const known = found.get(spell(difference));
    const change = { ...compared, ...difference, kind: difference.kind, witness, isAlways: false };
    const isSimplest = known === undefined || isSimpler(witness, known.change.witness);
    found.set(spell(difference), {
      change: isSimplest ? change : known.change,
      count: (known?.count ?? 0) + 1,
    });
  }
  const changes = [...found.values()].map(({ change, count }) =>
    withRisk({ ...change, isAlways: isWhole && count === tuples.length }, differenceAt),
  );
  return { changes, isWhole };
};

type Rules = readonly FilterRule[];

/** Two verdicts on one call; no kind where they say the same for sure. */
interface Difference {
  readonly kind?: ChangeKind;
  readonly before: Verdict;
  readonly after: Verdict;
}

const differenceOf = (before: Verdict, after: Verdict, isAlike: boolean): Difference => {
  const isDecided = isAlike || (before.certainty === 'exact' && after.certainty === 'exact');
  if (!isDecided) return { kind: 'undecided', before, after };
  if (isSame(before.outcome, after.outcome)) return { before, after };
  return { kind: kindOf(before.outcome, after.outcome), before, after };
};

const spell = ({ kind, before, after }: Difference): string =>
  `${kind} ${spellOutcome(before.outcome)} ${spellOutcome(after.outcome)}`;

/** Adds what is risky about a change. Where the risk lies in an argument, that is the example to give. */
const withRisk = (change: Change, differenceAt: (args: readonly bigint[]) => Difference): Change => {
  const isAboutRisk = change.kind === 'wider' || change.kind === 'narrower';
  const risk = isAboutRisk && change.name !== undefined ? riskOf(change.name) : undefined;
  if (risk === undefined) return change;
  const args = riskyArguments(change.name!, change.architecture);
  if (args.length === 0) return { ...change, risk };
  const witness = NO_ARGS.map((zero, index) => args[index] ?? zero);
  const risky = differenceAt(witness);
  if (spell(risky) !== spell(change)) return change;
  return { ...change, before: risky.before, after: risky.after, witness, risk };
};

/** Returns a tuple for every combination of regions, or an even choice of them. */
const tuplesFor = (
  conditions: readonly Condition[],
  bits: 32 | 64,
  ruleCount: number,
): { readonly tuples: readonly (readonly bigint[])[]; readonly isWhole: boolean } => {
  const regions = [0, 1, 2, 3, 4, 5].map((index) => {
    const own = conditions.filter((one) => one.index === index);
    return { own, values: regionsOf(own, bits) };
  });
  const values = regions.map((one) => one.values ?? edgesOf(one.own, bits));
  const count = values.reduce((product, { length }) => product * length, 1);
  const taken = Math.min(count, MOST_TUPLES, Math.ceil(MOST_TRIES / ruleCount));
  const tuples = Array.from({ length: taken }, (_, step) => {
    let rest = Math.floor((step * count) / taken);
    return values.map((one) => {
      const value = one[rest % one.length]!;
      rest = Math.floor(rest / one.length);
      return value;
    });
  });
  return { tuples, isWhole: taken === count && regions.every((one) => one.values !== undefined) };
};

/** A choice of values where the regions are too many. */
const edgesOf = (conditions: readonly Condition[], bits: 32 | 64): readonly bigint[] => [
  ...new Set(
    conditions
      .flatMap(({ value, valueTwo }) => [0n, value, value - 1n, value + 1n, valueTwo, ~valueTwo])
      .map((edge) => BigInt.asUintN(bits, edge)),
  ),
];

/** Of two witnesses the one with fewer arguments, then the smaller, is the easier to read. */
const isSimpler = (a: readonly bigint[], b: readonly bigint[]): boolean => {
  const weights = [a, b].map((args) => args.filter((one) => one !== 0n).length) as [number, number];
  if (weights[0] !== weights[1]) return weights[0] < weights[1];
  const at = a.findIndex((value, index) => value !== b[index]);
  return at >= 0 && a[at]! < b[at]!;
};

const NO_ARGS: readonly bigint[] = [0n, 0n, 0n, 0n, 0n, 0n];

const FIRST_X32 = 0x4000_0000;
const LAST = 0xffff_ffff;

/** Lists every number that has a name, and the stretches between which no filter tells numbers apart. */
const numbersOf = (
  architecture: SeccompArchitecture,
  ...filters: readonly EffectiveFilter[]
): readonly ComparedNumber[] => {
  const named = namedOf(architecture);
  // A number that a filter treats in its own way must be looked at on its own, named or not.
  const ruled = filters.flatMap((filter) => [...(filter.parts.get(architecture)?.rules.keys() ?? [])]);
  const nameless = [...new Set(ruled)].filter((number) => !named.has(number));
  const alone = (number: number): boolean => named.has(number) || nameless.includes(number);
  const stubs = filters.flatMap((filter) => filter.parts.get(architecture)?.stubAbove ?? []);
  // 0 is special on s390, -1 on x86_64, where the numbers of x32 are another architecture's.
  const edges = /X32|X86_64/.test(architecture) ? [FIRST_X32, LAST] : /S390/.test(architecture) ? [1] : [];
  const firsts = [0, ...edges, ...stubs.map((stub) => stub + 1)].toSorted((a, b) => a - b);
  const stretches = firsts.flatMap((first, at): readonly ComparedNumber[] => {
    const to = (firsts[at + 1] ?? LAST + 1) - 1;
    let number = first;
    while (alone(number)) number++;
    const isX32 = first >= FIRST_X32 && first < LAST;
    const isOther = architecture === 'SCMP_ARCH_X32' ? !isX32 : architecture === 'SCMP_ARCH_X86_64' && isX32;
    return number > to || isOther ? [] : [{ architecture, number, to }];
  });
  const whole = [...named.values(), ...nameless.map((number) => ({ architecture, number }))];
  if (nameless.length > 0) whole.sort((a, b) => a.number - b.number);
  return [...whole, ...stretches];
};

type Named = ReadonlyMap<number, ComparedNumber>;

const namedOn = new Map<SeccompArchitecture, Named>();

/** Returns the system calls of an architecture, by number and in that order. */
const namedOf = (architecture: SeccompArchitecture): Named => {
  const known = namedOn.get(architecture);
  if (known !== undefined) return known;
  const named = [...syscallsOf(architecture, LIBSECCOMP_VERSIONS.at(-1)!)]
    .flatMap(([name, { number }]) => (number === undefined ? [] : [{ architecture, number, name }]))
    .toSorted((a, b) => a.number - b.number);
  const made = new Map(named.map((one) => [one.number, one]));
  namedOn.set(architecture, made);
  return made;
};

const kindOf = (before: Outcome, after: Outcome): ChangeKind => {
  const step = opennessOf(after) - opennessOf(before);
  if (step === 0) return 'other';
  return step > 0 ? 'wider' : 'narrower';
};

const opennessOf = ({ action }: Outcome): number => {
  if (action === 'SCMP_ACT_ALLOW' || action === 'SCMP_ACT_LOG') return 2;
  // A tracer or an agent decides each time.
  return action === 'SCMP_ACT_TRACE' || action === 'SCMP_ACT_NOTIFY' ? 1 : 0;
};

const spellOutcome = ({ action, errno }: Outcome): string => `${action} ${errno ?? ''}`;

const spellFilter = ({ parts }: EffectiveFilter): string =>
  [...parts]
    .map(([architecture, { rules, absent }]) =>
      [architecture, ...[...rules, ...absent].map(([call, all]) => `${call}: ${spellRules(all)}`)].join('\n'),
    )
    .join('\n');

const spellRules = (rules: readonly FilterRule[]): string =>
  rules
    .map(({ outcome, conditions }) => {
      const all = conditions.map(({ index, op, value, valueTwo }) => `${index} ${op} ${value} ${valueTwo}`);
      return `${spellOutcome(outcome)} if ${all.join(' and ')}`;
    })
    .join('; ');
