// What goes wrong between the rules of a profile, as libseccomp puts them together (src/db.c, db_rule_add): the first
// unconditional rule on a system call wins, and one condition with two actions is refused.
import { DEFAULT_ERRNO, takesErrno } from './actions.ts';
import { quote } from './document.ts';
import type { Condition, Profile, Rule } from './oci.ts';
import type { Report } from './report.ts';

/** What is already known of one system call. */
interface Known {
  /** What an unconditional rule says; nothing after it counts. */
  unconditional?: string;
  /** What each condition leads to, by its spelling. */
  readonly conditional: Map<string, string>;
}

/** Checks the rules of a compiled profile against one another, in the order of the file. */
export const checkRules = (profile: Profile, report: Report): void => {
  const defaultOutcome = outcomeOf(profile.defaultAction, profile.defaultErrnoRet);
  const bySyscall = new Map<string, Known>();
  for (const rule of profile.rules) {
    const outcome = outcomeOf(rule.action, rule.errnoRet);
    // Runtimes leave out a rule that says what the default says anyway.
    if (outcome === defaultOutcome) continue;
    const conditions = spellConditions(rule.args);
    // The same thing said of many names is one problem.
    const namesByFault = new Map<string, Set<string>>();
    for (const name of rule.names) {
      const known = bySyscall.get(name) ?? { conditional: new Map<string, string>() };
      bySyscall.set(name, known);
      for (const fault of addRule(known, outcome, conditions)) {
        const key = JSON.stringify(fault);
        namesByFault.set(key, (namesByFault.get(key) ?? new Set()).add(name));
      }
    }
    for (const [key, names] of namesByFault) tell(JSON.parse(key) as Fault, rule, outcome, names, report);
  }
};

interface Fault {
  readonly kind: 'shadowed' | 'undoes' | 'contradicts';
  /** What other rules on the system call say. */
  readonly other: string;
}

/** Adds a rule to what is known of a system call, and returns what is wrong with it. */
const addRule = (known: Known, outcome: string, conditions: readonly string[]): readonly Fault[] => {
  if (known.unconditional !== undefined) {
    return known.unconditional === outcome ? [] : [{ kind: 'shadowed', other: known.unconditional }];
  }
  if (conditions.length === 0) {
    known.unconditional = outcome;
    const others = [...new Set(known.conditional.values())].filter((other) => other !== outcome);
    return others.length === 0 ? [] : [{ kind: 'undoes', other: others.join(', ') }];
  }
  const faults: Fault[] = [];
  for (const condition of conditions) {
    const other = known.conditional.get(condition);
    if (other === undefined) known.conditional.set(condition, outcome);
    else if (other !== outcome) faults.push({ kind: 'contradicts', other });
  }
  return faults;
};

const tell = (
  { kind, other }: Fault,
  rule: Rule,
  outcome: string,
  names: ReadonlySet<string>,
  report: Report,
): void => {
  const on = renderNames(names);
  if (kind === 'contradicts') {
    // libseccomp says "file exists" and the container doesn't start.
    const message = `${on}: ${outcome} here and ${other} in an earlier rule, under the very same condition`;
    report.error(rule.at, `${message}; no runtime starts a container with both`);
  } else if (kind === 'shadowed') {
    report.warning(
      rule.at,
      `${on}: ${outcome} never happens, as an earlier rule says ${other} without condition`,
    );
  } else {
    report.warning(rule.at, `${on}: this rule has no condition and undoes earlier ones that have (${other})`);
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

/** Spells what a rule tests, one text per filter rule: all conditions together, or each by itself if an index repeats. */
const spellConditions = (args: readonly Condition[]): readonly string[] => {
  const spelt = args.map(({ index, op, value, valueTwo }) =>
    op === 'SCMP_CMP_MASKED_EQ' ? `${index} ${op} ${value} ${valueTwo}` : `${index} ${op} ${value}`,
  );
  const isRepeated = new Set(args.map(({ index }) => index)).size < args.length;
  if (isRepeated) return spelt;
  return spelt.length === 0 ? [] : [spelt.toSorted().join(', ')];
};
