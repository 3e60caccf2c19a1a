// What a filter says to one call, and which line of the file it was that said so.
import type { SeccompArchitecture } from './architectures.ts';
import type { Located } from './document.ts';
import type { Condition } from './oci.ts';
import type { Operator } from './operators.ts';
import { type EffectiveFilter, type FilterPart, type FilterRule, isSame, type Outcome } from './resolve.ts';

/** A call as the kernel shows it to a filter. */
export interface Call {
  /** Whose way of calling it is; on x86_64 a number with the x32 bit is an x32 call either way. */
  readonly architecture: SeccompArchitecture;
  /** 0 to 2^32-1. */
  readonly number: number;
  /** Up to six; what is missing is 0. */
  readonly args: readonly bigint[];
}

export interface Verdict {
  readonly outcome: Outcome;
  /** `stub` is runc's own answer to numbers above all that the profile names; `architecture`: it is not in the filter. */
  readonly by: 'rule' | 'default' | 'stub' | 'architecture';
  /** Where the rule or the default stands in the file. */
  readonly at?: Located;
  /** `libseccomp-decides`: the file has several answers, or conditions that libseccomp does not always keep apart. */
  readonly certainty: 'exact' | 'libseccomp-decides';
}

const X32_BIT = 0x4000_0000;
const NO_CALL = 0xffff_ffff;

const NOT_COVERED: Outcome = { action: 'SCMP_ACT_KILL_THREAD' };

/** Evaluates a filter; the rules are those that the file gives, not the program that libseccomp makes of them. */
export const evaluate = (filter: EffectiveFilter, { architecture, number, args }: Call): Verdict => {
  const isX32 = architecture === 'SCMP_ARCH_X86_64' && number >= X32_BIT && number !== NO_CALL;
  const part = filter.parts.get(isX32 ? 'SCMP_ARCH_X32' : architecture);
  if (part === undefined) {
    return { outcome: NOT_COVERED, by: 'architecture', certainty: 'exact' };
  }
  if (isStubbed(filter, architecture, number))
    return { outcome: filter.enosys, by: 'stub', certainty: 'exact' };
  const rules = part.rules.get(number) ?? NO_RULES;
  const [only] = rules;
  // So it is for nearly every system call.
  if (only === undefined) return byDefault(filter, 'exact');
  if (only.conditions.length === 0 && rules.length === 1 && part.lost === undefined)
    return { outcome: only.outcome, by: 'rule', at: only.at, certainty: 'exact' };
  const matching = rules.filter(({ conditions }) => conditions.every((one) => holds(one, args, part)));
  const first = matching.reduce<FilterRule | undefined>(
    (best, one) => (best === undefined || firstIndex(one) > firstIndex(best) ? one : best),
    undefined,
  );
  const isClear =
    part.lost === undefined &&
    matching.every(({ outcome }) => isSame(outcome, first!.outcome)) &&
    isExact(rules);
  const certainty = isClear ? 'exact' : 'libseccomp-decides';
  if (first !== undefined) return { outcome: first.outcome, by: 'rule', at: first.at, certainty };
  return byDefault(filter, certainty);
};

/** Returns what becomes of a call whatever its arguments are, in short; undefined where that takes `evaluate`. */
export const settledOutcome = (
  filter: EffectiveFilter,
  architecture: SeccompArchitecture,
  number: number,
): Outcome | undefined => {
  if (architecture === 'SCMP_ARCH_X86_64' && number >= X32_BIT) return undefined;
  const part = filter.parts.get(architecture);
  if (part === undefined) return NOT_COVERED;
  if (part.lost !== undefined) return undefined;
  if (isStubbed(filter, architecture, number)) return filter.enosys;
  const rules = part.rules.get(number);
  if (rules === undefined) return filter.fallback;
  return rules.length === 1 && rules[0]!.conditions.length === 0 ? rules[0]!.outcome : undefined;
};

const NO_RULES: readonly FilterRule[] = [];

const byDefault = (
  { fallback: outcome, fallbackAt: at }: EffectiveFilter,
  certainty: Verdict['certainty'],
): Verdict =>
  at === undefined ? { outcome, by: 'default', certainty } : { outcome, by: 'default', at, certainty };

const isStubbed = (
  { parts }: EffectiveFilter,
  architecture: SeccompArchitecture,
  number: number,
): boolean => {
  // The stub tells x32 by its bit alone, and so takes -1 for an x32 call.
  const isX32 = architecture === 'SCMP_ARCH_X86_64' && number >= X32_BIT;
  const stubAbove = parts.get(isX32 ? 'SCMP_ARCH_X32' : architecture)?.stubAbove;
  if (stubAbove === undefined) return false;
  // s390's kernels show a number that they don't know as 0, the number of setup(2).
  const hasZero = architecture === 'SCMP_ARCH_S390' || architecture === 'SCMP_ARCH_S390X';
  return number > stubAbove || (hasZero && number === 0);
};

/** Of several rules that match, libseccomp asks the one first whose lowest argument is the highest. */
export const firstIndex = ({ conditions }: FilterRule): number =>
  Math.min(...conditions.map(({ index }) => index), Number.POSITIVE_INFINITY);

/**
 * Says whether libseccomp keeps rules apart for sure, as measured: where there is one, where all ask for equality, or
 * where each has one condition and those by order fit into 32 bits. Beyond that it may take the branches of one rule for
 * those of another (src/db.c, up to 2.6.1 at least).
 */
export const isExact = (rules: readonly FilterRule[]): boolean =>
  rules.length < 2 ||
  rules.every(({ conditions }) => conditions.every(({ op }) => EQUALITIES.includes(op))) ||
  (rules.every(({ conditions }) => conditions.length < 2) &&
    (rules.every(({ conditions: [only] }) => only === undefined || UNORDERED.includes(only.op)) ||
      rules.every(({ conditions: [only] }) => only === undefined || isShort(only))));

export const EQUALITIES: readonly Operator[] = ['SCMP_CMP_EQ', 'SCMP_CMP_MASKED_EQ'];
const UNORDERED: readonly Operator[] = [...EQUALITIES, 'SCMP_CMP_NE'];

const isShort = ({ value }: Condition): boolean => value < 2n ** 32n;

const holds = (
  { index, op, value, valueTwo }: Condition,
  args: readonly bigint[],
  { bits }: FilterPart,
): boolean => {
  const argument = BigInt.asUintN(bits, args[index] ?? 0n);
  switch (op) {
    case 'SCMP_CMP_NE':
      return argument !== value;
    case 'SCMP_CMP_LT':
      return argument < value;
    case 'SCMP_CMP_LE':
      return argument <= value;
    case 'SCMP_CMP_EQ':
      return argument === value;
    case 'SCMP_CMP_GE':
      return argument >= value;
    case 'SCMP_CMP_GT':
      return argument > value;
    case 'SCMP_CMP_MASKED_EQ':
      return (argument & value) === valueTwo;
  }
};
