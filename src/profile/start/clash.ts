// Rules on one call that libseccomp can't put together (src/db.c, _db_tree_add), as measured on 2.5.4: it says "file
// exists" to most of them, and of some it never comes to an end.
import { nativeOf, type SeccompArchitecture } from '../architectures.ts';
import { keepsAbsent } from '../lost-rules.ts';
import type { Condition, Rule } from '../oci.ts';
import type { Architecture } from '../prepared.ts';
import { bitsOf, isSame, type Outcome, outcomeOf, targetsOf } from '../resolve.ts';
import { knownNames, type SyscallPlace, syscallsOf } from '../syscalls.ts';

/** The rules of a filter, on whatever kind of node. */
export interface Ruled {
  readonly fallback: Outcome;
  /** Beyond the native one. */
  readonly architectures: readonly SeccompArchitecture[];
  readonly rules: readonly Rule[];
}

export interface Clash {
  /** Which rule is refused, from 0. */
  readonly rule: number;
  readonly name: string;
  /** False where libseccomp may refuse it, take it, or never come to an end. */
  readonly isSure: boolean;
}

/** Finds the first rule that clashes with an earlier one, in the order in which runtimes add them. */
export const findClash = (
  { fallback, architectures, rules }: Ruled,
  architecture: Architecture,
  libseccomp: string,
): Clash | undefined => {
  const contested = contestedNames(rules);
  if (contested.size === 0) return undefined;
  const parts = [...new Set([nativeOf(architecture), ...architectures])].map((one) => ({
    ...{ architecture: one, bits: bitsOf(one), syscalls: syscallsOf(one, libseccomp) },
    isAbsentKept: keepsAbsent(one, libseccomp),
    known: new Map<number | string, Known[]>(),
  }));
  for (const [at, rule] of rules.entries()) {
    const outcome = outcomeOf(rule.action, rule.errnoRet);
    if (isSame(outcome, fallback)) continue;
    for (const name of rule.names) {
      if (!contested.has(name)) continue;
      const found = parts.map((part) => {
        const absent: SyscallPlace | undefined =
          part.isAbsentKept && knownNames(libseccomp).has(name) ? { number: -1 } : undefined;
        const place = part.syscalls.get(name) ?? absent;
        if (place === undefined) return undefined;
        return addTargets(
          targetsOf(place, rule, part),
          outcome,
          part.known,
          place === absent ? name : undefined,
        );
      });
      if (found.includes(true)) return { rule: at, name, isSure: true };
      if (found.includes(false)) return { rule: at, name, isSure: false };
    }
  }
  return undefined;
};

/** What was added to a number before. */
interface Known {
  readonly outcome: Outcome;
  readonly conditions: readonly Condition[];
}

/** Beyond it rules are not held against one another: the work grows with their square, and no public profile comes near. */
const MOST_RULES = 100;

/** Only on these can rules clash; most profiles have none. */
const contestedNames = (rules: readonly Rule[]): ReadonlySet<string> => {
  const answers = new Map<string, Set<string>>();
  const mixed = new Set<string>();
  const counts = new Map<string, number>();
  for (const { names, action, errnoRet, args } of rules) {
    if (args.length === 0) continue;
    const answer = JSON.stringify(outcomeOf(action, errnoRet));
    const isMixed = args.length > 1 && args.some(({ op }) => !EQUALITIES.includes(op));
    for (const name of names) {
      counts.set(name, (counts.get(name) ?? 0) + 1);
      answers.set(name, (answers.get(name) ?? new Set()).add(answer));
      if (isMixed) mixed.add(name);
    }
  }
  return new Set(
    [...answers].flatMap(([name, ones]) =>
      (ones.size > 1 || mixed.has(name)) && counts.get(name)! <= MOST_RULES ? [name] : [],
    ),
  );
};

/** Adds what one name of a rule makes; returns whether a clash is sure, undefined where there is none. */
const addTargets = (
  targets: ReturnType<typeof targetsOf>,
  outcome: Outcome,
  known: Map<number | string, Known[]>,
  absent: string | undefined,
): boolean | undefined => {
  let found: boolean | undefined;
  for (const { number, args } of targets) {
    const before = known.get(absent ?? number) ?? [];
    known.set(absent ?? number, before);
    if (before.some(({ conditions }) => conditions.length === 0)) continue;
    const one: Known = { outcome, conditions: args.toSorted((a, b) => a.index - b.index) };
    const relations = before.map((other) => relate(other, one));
    if (relations.includes('clash')) found = true;
    else if (relations.includes('unsure')) found ??= false;
    if (!relations.includes('shadowed')) before.push(one);
  }
  return found;
};

const EQUALITIES: readonly string[] = ['SCMP_CMP_EQ', 'SCMP_CMP_MASKED_EQ'];

/** How a rule stands to an earlier one: both are chains of tests, lowest argument first. */
const relate = (before: Known, rule: Known): 'apart' | 'shadowed' | 'clash' | 'unsure' => {
  const [old, fresh] = [before.conditions, rule.conditions];
  const differing = old.findIndex((one, at) => fresh[at] === undefined || spell(one) !== spell(fresh[at]));
  const shared = differing < 0 ? old.length : differing;
  const [oldNext, freshNext] = [old[shared], fresh[shared]];
  const isBothLonger = old.length > shared + 1 && fresh.length > shared + 1;
  const isAlike = oldNext !== undefined && freshNext !== undefined && haveOneTest(oldNext, freshNext);
  // Here libseccomp may be caught in its own tree, whatever the answers are.
  if (isAlike && isBothLonger) return 'unsure';
  if (oldNext !== undefined && freshNext !== undefined && shared > 0) {
    if (old.slice(0, shared).some(({ op }) => !EQUALITIES.includes(op))) return 'unsure';
  }
  if (isSame(before.outcome, rule.outcome)) return 'apart';
  if (freshNext === undefined) return rule.conditions.length === 0 ? 'apart' : 'clash';
  if (oldNext === undefined) return 'shadowed';
  // The new rule ends where the old one goes on.
  if (!isAlike || fresh.length > shared + 1 || old.length === shared + 1) return 'apart';
  return oldNext.value === freshNext.value ? 'clash' : 'unsure';
};

/** Of two ordered comparisons in one direction libseccomp tests the upper 32 bits once, where they are equal. */
const haveOneTest = (a: Condition, b: Condition): boolean =>
  a.index === b.index &&
  [UPWARD, DOWNWARD].some((ops) => ops.includes(a.op) && ops.includes(b.op)) &&
  a.value >> 32n === b.value >> 32n;

const UPWARD: readonly string[] = ['SCMP_CMP_GT', 'SCMP_CMP_GE'];
const DOWNWARD: readonly string[] = ['SCMP_CMP_LT', 'SCMP_CMP_LE'];

const spell = ({ index, op, value, valueTwo }: Condition): string => `${index} ${op} ${value} ${valueTwo}`;
