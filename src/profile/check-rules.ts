// What goes wrong between the rules of a profile, as libseccomp puts them together (src/db.c, db_rule_add): the first
// unconditional rule on a system call wins, and a rule whose conditions begin an earlier one's, with another action, is
// refused. That is asked of every architecture in the filter, since each may carry a call in a way of its own.
import { DEFAULT_ERRNO, takesErrno } from './actions.ts';
import { nativeOf, type SeccompArchitecture } from './architectures.ts';
import { quote } from './document.ts';
import { keepsAbsent } from './lost-rules.ts';
import type { Condition, Profile, Rule } from './oci.ts';
import type { Architecture } from './prepared.ts';
import type { Report } from './report.ts';
import { bitsOf, type Target, targetsOf } from './resolve.ts';
import { knownNames, LIBSECCOMP_VERSIONS, type SyscallPlace, syscallsOf } from './syscalls.ts';

/** What is already known of one number on one architecture. */
interface Known {
  /** What an unconditional rule says; nothing after it counts. */
  unconditional?: string;
  /** What rules lead to by their conditions, in the order of the arguments. */
  readonly conditional: Map<string, string>;
  /** What rules lead to whose conditions only begin like this. */
  readonly begun: Map<string, Set<string>>;
}

/** A profile as it was compiled for the nodes of an architecture. */
export interface Compiled {
  readonly architecture: Architecture;
  readonly profile: Profile;
}

/** Checks the rules of one profile against one another, in the order of the file, for every way it was compiled. */
export const checkRules = (compiled: readonly Compiled[], report: Report): void => {
  const faults = new Map<string, Fault>();
  for (const { architecture, profile } of compiled) {
    const native = nativeOf(architecture);
    for (const one of new Set([native, ...profile.architectures])) {
      for (const { name, where, ...fault } of checkPart(profile, one, one === native)) {
        // The same thing said of many names, or on many architectures, is one problem.
        const { rule, kind, other } = fault;
        const key = `${keyOf({ rule, kind })} ${other}`;
        const known = faults.get(key) ?? { ...fault, byPlace: new Map<string, Set<string>>() };
        faults.set(key, known);
        known.byPlace.set(where, (known.byPlace.get(where) ?? new Set()).add(name));
      }
    }
  }
  const told = new Map<string, Set<string>>();
  for (const fault of faults.values()) {
    const native = fault.byPlace.get(NATIVE);
    if (native === undefined) continue;
    tell(fault, native, '', report);
    told.set(keyOf(fault), new Set([...(told.get(keyOf(fault)) ?? []), ...native]));
  }
  for (const fault of faults.values()) {
    // What is so on the node's own architecture goes without saying elsewhere.
    const already = told.get(keyOf(fault)) ?? new Set();
    const placesOf = new Map<string, string[]>();
    for (const [where, names] of fault.byPlace) {
      for (const name of names)
        if (!already.has(name)) placesOf.set(name, [...(placesOf.get(name) ?? []), where]);
    }
    for (const [places, ones] of Map.groupBy(placesOf, ([, all]) => all.join('; '))) {
      tell(fault, new Set(ones.map(([name]) => name)), ` (on ${places})`, report);
    }
  }
};

/** One kind of fault of one rule, whatever the other rules say. */
const keyOf = ({ rule, kind }: Pick<Fault, 'rule' | 'kind'>): string => `${rule.at.offset} ${kind}`;

/** The node's own architecture. */
const NATIVE = '';

function* checkPart(
  profile: Profile,
  architecture: SeccompArchitecture,
  isNative: boolean,
): Generator<Omit<Fault, 'byPlace'> & { readonly name: string; readonly where: string }> {
  const defaultOutcome = outcomeOf(profile.defaultAction, profile.defaultErrnoRet);
  const bits = bitsOf(architecture);
  // The newest version knows every name that an older one might.
  const newest = LIBSECCOMP_VERSIONS.at(-1)!;
  const [syscalls, names] = [syscallsOf(architecture, newest), knownNames(newest)];
  // A call that the architecture does not have is no number of its own, but its rules may contradict each other as well.
  const absent: SyscallPlace | undefined = keepsAbsent(architecture) ? { number: -1 } : undefined;
  const byCall = new Map<number | string, Known>();
  for (const rule of profile.rules) {
    const outcome = outcomeOf(rule.action, rule.errnoRet);
    // Runtimes leave out a rule that says what the default says anyway.
    if (outcome === defaultOutcome) continue;
    for (const name of rule.names) {
      const place = syscalls.get(name) ?? (names.has(name) ? absent : undefined);
      if (place === undefined) continue;
      for (const target of targetsOf(place, rule, { bits, syscalls })) {
        const call = place === absent ? name : target.number;
        const known = byCall.get(call) ?? { conditional: new Map(), begun: new Map() };
        byCall.set(call, known);
        const found = addRule(known, outcome, target.args);
        if (found !== undefined)
          yield { ...found, name, rule, outcome, where: whereOf(target, architecture, isNative) };
      }
    }
  }
}

const whereOf = ({ through }: Target, architecture: SeccompArchitecture, isNative: boolean): string => {
  if (through !== undefined) return `${architecture}, through ${through}, which hides argument 0`;
  return isNative ? NATIVE : architecture;
};

interface Found {
  readonly kind: 'shadowed' | 'undoes' | 'contradicts' | 'cuts';
  /** What other rules on the system call say. */
  readonly other: string;
}

interface Fault extends Found {
  readonly rule: Rule;
  readonly outcome: string;
  /** The system calls that it is so for, by where it is so. */
  readonly byPlace: Map<string, Set<string>>;
}

/** Adds a rule to what is known of a number, and returns what is wrong with it. */
const addRule = (known: Known, outcome: string, args: readonly Condition[]): Found | undefined => {
  if (known.unconditional !== undefined) {
    return known.unconditional === outcome ? undefined : { kind: 'shadowed', other: known.unconditional };
  }
  if (args.length === 0) {
    known.unconditional = outcome;
    const others = [...new Set(known.conditional.values())].filter((other) => other !== outcome);
    return others.length === 0 ? undefined : { kind: 'undoes', other: others.join(', ') };
  }
  const beginnings = spellBeginnings(args);
  const whole = beginnings.at(-1)!;
  const other = known.conditional.get(whole);
  if (other !== undefined) return other === outcome ? undefined : { kind: 'contradicts', other };
  const longer = [...(known.begun.get(whole) ?? [])].filter((one) => one !== outcome);
  if (longer.length > 0) return { kind: 'cuts', other: longer.join(', ') };
  known.conditional.set(whole, outcome);
  for (const beginning of beginnings.slice(0, -1)) {
    known.begun.set(beginning, (known.begun.get(beginning) ?? new Set()).add(outcome));
  }
  return undefined;
};

/** Spells the first condition, the first two … and all, in the order of the arguments, as libseccomp chains them. */
const spellBeginnings = (args: readonly Condition[]): readonly string[] => {
  const spelt = args
    .toSorted((a, b) => a.index - b.index)
    .map(({ index, op, value, valueTwo }) => `${index} ${op} ${value} ${valueTwo}`);
  return spelt.map((_, last) => spelt.slice(0, last + 1).join(', '));
};

const tell = (
  { kind, other, rule, outcome }: Fault,
  names: ReadonlySet<string>,
  where: string,
  report: Report,
): void => {
  const on = renderNames(names);
  // libseccomp says "file exists" to both, and the container doesn't start.
  if (kind === 'contradicts') {
    const message = `${on}: ${outcome} here and ${other} in an earlier rule, under the very same condition`;
    report.error('SP303', rule.at, `${message}${where}; no runtime starts a container with both`);
  } else if (kind === 'cuts') {
    const message = `${on}: ${outcome} here and ${other} in an earlier rule, which has these conditions and more`;
    report.error('SP303', rule.at, `${message}${where}; no runtime starts a container with both`, {
      hint: 'Change the conditions so that neither rule begins with those of the other.',
    });
  } else if (kind === 'shadowed') {
    const message = `${on}: ${outcome} never happens, as an earlier rule says ${other} without condition`;
    report.warning('SP301', rule.at, `${message}${where}`);
  } else {
    const message = `${on}: this rule has no condition and undoes earlier ones that have (${other})`;
    report.warning('SP302', rule.at, `${message}${where}`);
  }
};

const MOST_NAMES = 5;

const renderNames = (names: ReadonlySet<string>): string => {
  const shown = [...names].slice(0, MOST_NAMES).map(quote).join(', ');
  return names.size > MOST_NAMES ? `${shown} and ${names.size - MOST_NAMES} more` : shown;
};

const outcomeOf = (action: Rule['action'], errnoRet: number | undefined): string => {
  if (action === 'SCMP_ACT_KILL') return 'SCMP_ACT_KILL_THREAD';
  return takesErrno(action) ? `${action} ${errnoRet ?? DEFAULT_ERRNO}` : action;
};
