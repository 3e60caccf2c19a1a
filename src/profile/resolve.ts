// From a profile to the rules that a runtime really hands to the kernel: what the consumer of the file reads of it, and
// what libseccomp makes of the rest (src/db.c db_rule_add, arch.c; runc libcontainer/seccomp, patchbpf).
import { type Action, DEFAULT_ERRNO, takesErrno } from './actions.ts';
import { nativeOf, type SeccompArchitecture } from './architectures.ts';
import { compile } from './compile.ts';
import type { Located } from './document.ts';
import { readErrno } from './errno.ts';
import type { Dialect, Facts } from './facts.ts';
import { findLosses, keepsAbsent, type Loss } from './lost-rules.ts';
import type { Condition, Profile, Rule, SourceProfile } from './oci.ts';
import { knownNames, type SyscallPlace, syscallsOf } from './syscalls.ts';

/** What happens to a call. */
export interface Outcome {
  /** Never `SCMP_ACT_KILL`, which is the same as `SCMP_ACT_KILL_THREAD`. */
  readonly action: Exclude<Action, 'SCMP_ACT_KILL'>;
  /** The errno, or the message for a tracer. */
  readonly errno?: number;
}

/** One rule of a filter: its conditions all hold, or it has none. */
export interface FilterRule {
  readonly outcome: Outcome;
  readonly conditions: readonly Condition[];
  /** Where the rule stands in the file. */
  readonly at: Located;
}

export interface FilterPart {
  /** Arguments are compared in that many bits. */
  readonly bits: 32 | 64;
  readonly syscalls: ReadonlyMap<string, SyscallPlace>;
  /** By the number of the system call, in the order in which libseccomp was given them; none where all are lost for sure. */
  readonly rules: ReadonlyMap<number, readonly FilterRule[]>;
  /** On calls that libseccomp knows, but not on this architecture: they match nothing, and may still be in the way. */
  readonly absent: ReadonlyMap<string, readonly FilterRule[]>;
  /** Present where libseccomp makes a filter in which the rules never match, or may do so. */
  readonly lost?: Loss;
  /** runc answers ENOSYS to greater numbers, and on s390x to 0; absent where it adds no such stub. */
  readonly stubAbove?: number;
}

/** A whole filter. Calls by any other architecture's way kill the thread. */
export interface EffectiveFilter {
  readonly fallback: Outcome;
  /** Where the file says `defaultAction`. */
  readonly fallbackAt?: Located;
  /** What runc's stub answers. */
  readonly enosys: Outcome;
  readonly parts: ReadonlyMap<SeccompArchitecture, FilterPart>;
}

const NARROW: readonly SeccompArchitecture[] = [
  ...(['SCMP_ARCH_X86', 'SCMP_ARCH_X32', 'SCMP_ARCH_ARM', 'SCMP_ARCH_MIPS', 'SCMP_ARCH_MIPSEL'] as const),
  ...(['SCMP_ARCH_MIPS64N32', 'SCMP_ARCH_MIPSEL64N32', 'SCMP_ARCH_PPC', 'SCMP_ARCH_S390'] as const),
];

/** Returns how wide the arguments are that filters of an architecture compare. */
export const bitsOf = (architecture: SeccompArchitecture): 32 | 64 =>
  NARROW.includes(architecture) ? 32 : 64;

/** Resolves a profile that is free of errors; `facts` must all be known. */
export const resolve = (source: SourceProfile, facts: Facts): EffectiveFilter => {
  const { architecture } = facts;
  const profile = compile(readAs(source, facts.dialect), architecture, {
    ...facts,
    architectures: [architecture],
  });
  const fallback = outcomeOf(profile.defaultAction, profile.defaultErrnoRet);
  // The native architecture is always in a filter, whether it is listed or not.
  const architectures = new Set([nativeOf(architecture), ...profile.architectures]);
  const enosys = readErrno('ENOSYS', architecture);
  const given = new Map([...architectures].map((one) => [one, resolvePart(profile, fallback, one, facts)]));
  // containerd hands on what it dropped the name of: a rule without names.
  const ruleCount = facts.dialect === 'containerd' ? source.rules.length : profile.rules.length;
  const losses = findLosses(given, facts, ruleCount);
  return {
    fallback,
    ...(source.defaultAt === undefined ? {} : { fallbackAt: source.defaultAt }),
    enosys: { action: 'SCMP_ACT_ERRNO', errno: typeof enosys === 'number' ? enosys : 89 },
    parts: new Map([...given].map(([one, part]) => [one, withLoss(part, losses.get(one))])),
  };
};

const withLoss = (part: FilterPart, lost: Loss | undefined): FilterPart =>
  lost === undefined ? part : { ...part, ...(lost.isSure && { rules: new Map() }), lost };

/** Leaves of a profile what its reader reads. */
export const readAs = (source: SourceProfile, dialect: Dialect): SourceProfile => {
  if (dialect === 'docker') return source;
  const nothing = { capabilities: [], architectures: [] };
  if (dialect === 'cri-o') {
    const rules = source.rules.map(({ includes, excludes, ...rule }) => ({
      ...rule,
      includes: { ...nothing, capabilities: includes.capabilities, architectures: includes.architectures },
      excludes: { ...nothing, capabilities: excludes.capabilities, architectures: excludes.architectures },
    }));
    return { ...source, rules };
  }
  const { defaultErrnoName: _, ...oci } = source;
  const rules = source.rules
    // Go drops the unknown field `name` without a word, and a rule without names says nothing.
    .filter(({ isSingular }) => isSingular !== true)
    .map(({ errnoName: _name, ...rule }) => ({ ...rule, includes: nothing, excludes: nothing }));
  return { ...oci, archMap: [], rules };
};

const resolvePart = (
  profile: Profile,
  fallback: Outcome,
  architecture: SeccompArchitecture,
  { runtime, libseccomp }: Facts,
): FilterPart => {
  const syscalls = syscallsOf(architecture, libseccomp);
  const bits = bitsOf(architecture);
  const rules = new Map<number, Row>();
  const absent = new Map<string, Row>();
  const isAbsentKept = keepsAbsent(architecture, libseccomp);
  let greatest = 0;
  for (const rule of profile.rules) {
    const outcome = outcomeOf(rule.action, rule.errnoRet);
    for (const name of rule.names) {
      const place = syscalls.get(name) ?? ABSENT;
      // Runtimes pass over a name that their libseccomp doesn't know.
      if (place === ABSENT && !knownNames(libseccomp).has(name)) continue;
      // The stub asks libseccomp, which answers a part of socketcall or ipc with a pseudo number below 0.
      if (place.part === undefined) greatest = Math.max(greatest, place.number!);
      // Runtimes leave out a rule that says what the default says anyway.
      if (isSame(outcome, fallback)) continue;
      for (const { number, args: conditions } of targetsOf(place, rule, { bits, syscalls })) {
        const added: FilterRule = { outcome, conditions, at: rule.at };
        if (place !== ABSENT) addRule(rules, number, added);
        else if (isAbsentKept) addRule(absent, name, added);
      }
    }
  }
  const isStubbed = runtime === 'runc' && !PERMISSIVE.includes(fallback.action) && greatest > 0;
  return {
    bits,
    syscalls,
    rules: rulesOf(rules),
    absent: rulesOf(absent),
    ...(isStubbed && { stubAbove: greatest }),
  };
};

/** libseccomp gives a call that an architecture doesn't have a number below 0. */
const ABSENT: SyscallPlace = { number: -1 };

/** With these as default runc adds no stub (patchbpf/enosys_linux.go, isAllowAction). */
const PERMISSIVE: readonly Action[] = ['SCMP_ACT_ALLOW', 'SCMP_ACT_LOG', 'SCMP_ACT_TRACE'];

export interface Target {
  readonly number: number;
  /** As wide as the architecture compares them. */
  readonly args: readonly Condition[];
  /** Where it is about a part of another call. */
  readonly through?: 'socketcall' | 'ipc';
}

/** The filter rules that one name makes: split where an argument is tested twice, doubled where it is a part as well. */
export const targetsOf = (
  { number, part }: SyscallPlace,
  { args }: Pick<Rule, 'args'>,
  { bits, syscalls }: Pick<FilterPart, 'bits' | 'syscalls'>,
): readonly Target[] => {
  // So nearly all of them are.
  if (args.length === 0 && part === undefined) return [{ number: number!, args }];
  const isRepeated = new Set(args.map(({ index }) => index)).size < args.length;
  const alternatives = isRepeated ? args.map((condition) => [condition]) : [args];
  const whole = part === undefined ? undefined : syscalls.get(part.of)?.number;
  return alternatives.flatMap((all) => {
    const one = all
      .map((condition) => narrow(condition, bits))
      .filter(({ op, value }) => op !== 'SCMP_CMP_MASKED_EQ' || value !== 0n);
    // libseccomp puts the part's number where a condition on argument 0 would stand.
    const others = one.filter(({ index }) => index !== 0);
    return [
      ...(part === undefined || whole === undefined
        ? []
        : [{ number: whole, args: [partCondition(part.index), ...others], through: part.of }]),
      ...(number === undefined ? [] : [{ number, args: one }]),
    ];
  });
};

const partCondition = (index: number): Condition => ({
  index: 0,
  op: 'SCMP_CMP_EQ',
  value: BigInt(index),
  valueTwo: 0n,
});

/** Cuts a condition to the width of the architecture's arguments, as libseccomp does. */
const narrow = ({ index, op, value, valueTwo }: Condition, bits: 32 | 64): Condition => ({
  index,
  op,
  value: BigInt.asUintN(bits, value),
  valueTwo: op === 'SCMP_CMP_MASKED_EQ' ? BigInt.asUintN(bits, valueTwo & value) : 0n,
});

/** The rules on one system call so far. */
interface Row {
  readonly rules: FilterRule[];
  /** So that a file of a thousand rules on one call is not compared each with each. */
  readonly spelt: Set<string>;
}

/** The first unconditional rule wins: it drops the conditional ones before it, and whatever comes after it. */
const addRule = <K>(rows: Map<K, Row>, key: K, rule: FilterRule): void => {
  const row = rows.get(key) ?? { rules: [], spelt: new Set() };
  rows.set(key, row);
  if (row.rules[0]?.conditions.length === 0) return;
  if (rule.conditions.length === 0) {
    row.rules.splice(0, row.rules.length, rule);
    return;
  }
  const spelt = spell(rule);
  if (!row.spelt.has(spelt)) row.rules.push(rule);
  row.spelt.add(spelt);
};

const rulesOf = <K>(rows: ReadonlyMap<K, Row>): ReadonlyMap<K, readonly FilterRule[]> =>
  new Map([...rows].map(([key, { rules }]) => [key, rules]));

const spell = ({ outcome: { action, errno }, conditions }: FilterRule): string => {
  const tests = conditions.map(({ index, op, value, valueTwo }) => `${index} ${op} ${value} ${valueTwo}`);
  return `${action} ${errno} ${tests.toSorted().join(', ')}`;
};

/** Says whether two outcomes are the same to the kernel. */
export const isSame = (a: Outcome, b: Outcome): boolean => a.action === b.action && a.errno === b.errno;

/** Returns what an action of a file does; runtimes use EPERM where no errno is given. */
export const outcomeOf = (action: Action, errno: number | undefined): Outcome => {
  if (action === 'SCMP_ACT_KILL') return { action: 'SCMP_ACT_KILL_THREAD' };
  // The kernel has 16 bits for it.
  return takesErrno(action) ? { action, errno: (errno ?? DEFAULT_ERRNO) & 0xffff } : { action };
};
