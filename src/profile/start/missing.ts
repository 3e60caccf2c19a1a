// What a filter refuses of the calls that a runtime makes under it, and what comes of that: to start a container, and to
// run another program in it, as `kubectl exec` and exec probes do.
import { nativeOf } from '../architectures.ts';
import type { Located } from '../document.ts';
import { evaluate } from '../evaluate.ts';
import type { Architecture } from '../prepared.ts';
import type { EffectiveFilter, FilterPart, Outcome } from '../resolve.ts';
import { failureOfAll, failureText } from './failure-texts.ts';
import { EXEC_NEEDS, GO_CALLS, NEEDS, type Needs } from './needs.ts';
import { isAtLeast, type Runtime, versionsOf } from './runtimes.ts';

/** Under what a container starts; what is absent is unknown, and every possibility is asked. */
export interface StartQuestion {
  readonly architecture: Architecture;
  readonly runtime: Runtime;
  /** `allowPrivilegeEscalation: false`. */
  readonly noNewPrivileges?: boolean;
}

/** `may`: it depends on the arguments, on who answers, or on whether the call is made at all. */
export type Certainty = 'refused' | 'may';

export interface RefusedCall {
  readonly name: string;
  readonly outcome: Outcome;
  readonly certainty: Certainty;
  /** Where the file refuses it. */
  readonly at?: Located;
}

/** What one possibility lacks. */
export interface Lack {
  readonly runtime: Required<Runtime>;
  readonly noNewPrivileges: boolean;
  /** Those that are sure come first. */
  readonly calls: readonly RefusedCall[];
  /** `refused` where one of the calls is sure to be. */
  readonly certainty: Certainty;
  /** `ends at once`: only the program itself can't be executed, so that the container starts and fails: a crash loop. */
  readonly effect: 'does not start' | 'ends at once';
  /** What shows, `…` for what varies; empty where nothing does, or too much. */
  readonly message: string;
}

/** Lists what keeps a container from starting under a filter, for each possibility that has anything. */
export const missingToStart = (filter: EffectiveFilter, question: StartQuestion): readonly Lack[] =>
  missingIn(NEEDS, filter, question);

/** Lists what keeps another program from being run in a container that did start, as `missingToStart` does. */
export const missingToExec = (filter: EffectiveFilter, question: StartQuestion): readonly Lack[] =>
  missingIn(EXEC_NEEDS, filter, question);

const missingIn = (
  table: readonly Needs[],
  filter: EffectiveFilter,
  { architecture, runtime: { name, version }, noNewPrivileges }: StartQuestion,
): readonly Lack[] => {
  const ways = noNewPrivileges === undefined ? [true, false] : [noNewPrivileges];
  const fateOfEach = fatesUnder(filter, architecture);
  // Many versions need the same.
  const found = new Map<Needs, Lack | undefined>();
  return versionsOf({ name, ...(version !== undefined && { version }) }).flatMap((one) =>
    ways.flatMap((way) => {
      const runtime = { name, version: one };
      const needs = needsOf(table, runtime, way);
      if (needs === undefined) return [];
      const lack = found.has(needs) ? found.get(needs) : lackOf(fateOfEach, runtime, needs);
      found.set(needs, lack);
      return lack === undefined ? [] : [{ ...lack, runtime }];
    }),
  );
};

/** Returns the row of the table that holds for a version; undefined for one older than all. */
const needsOf = (
  table: readonly Needs[],
  { name, version }: Required<Runtime>,
  noNewPrivileges: boolean,
): Needs | undefined =>
  table.findLast(
    (one) => one.name === name && one.noNewPrivileges === noNewPrivileges && isAtLeast(version, one.since),
  );

type FateOf = (name: string) => RefusedCall | undefined;

/** Looks at each call once, however often it is asked about. */
const fatesUnder = (filter: EffectiveFilter, architecture: Architecture): FateOf => {
  const known = new Map<string, RefusedCall | undefined>();
  return (name) => {
    if (!known.has(name)) known.set(name, fateOf(filter, architecture, name));
    return known.get(name);
  };
};

const lackOf = (
  fate: FateOf,
  runtime: Required<Runtime>,
  { needed, made, instead = {}, noNewPrivileges }: Needs,
): Lack | undefined => {
  const found = [...new Set([...needed, ...made])].flatMap((name): RefusedCall[] => {
    const call = fate(name);
    if (call === undefined) return [];
    const isBorne = !isDeadly(call.outcome);
    const others = instead[name];
    if (isBorne && others?.every((other) => fate(other) === undefined)) return [];
    if (!needed.includes(name)) {
      if (GO_CALLS.includes(name)) return [{ ...call, certainty: 'may' }];
      return isBorne ? [] : [call];
    }
    return [call];
  });
  if (found.length === 0) return undefined;
  const calls = found.toSorted((a, b) => Number(a.certainty === 'may') - Number(b.certainty === 'may'));
  const sure = calls.filter(({ certainty }) => certainty === 'refused');
  return {
    ...{ runtime, noNewPrivileges, calls },
    certainty: sure.length > 0 ? 'refused' : 'may',
    effect: calls.every(({ name }) => name === 'execve') ? 'ends at once' : 'does not start',
    message: messageOf(calls, needed, runtime, noNewPrivileges, fate('write') !== undefined),
  };
};

const messageOf = (
  calls: readonly RefusedCall[],
  needed: readonly string[],
  { name: runtime }: Required<Runtime>,
  noNewPrivileges: boolean,
  isMute: boolean,
): string => {
  const [first, ...others] = calls;
  const { name: call, outcome } = first!;
  // What can't write can't say what is wrong; of several causes it is not told which one shows.
  if (others.length === 0 && (!isMute || runtime === 'runc')) {
    return failureText({ runtime, noNewPrivileges, call, action: outcome.action });
  }
  const isAll = needed.every((name) => calls.some((one) => one.name === name));
  return isAll && !isDeadly(outcome) ? failureOfAll(runtime) : '';
};

const isDeadly = ({ action }: Outcome): boolean =>
  action === 'SCMP_ACT_KILL_THREAD' || action === 'SCMP_ACT_KILL_PROCESS' || action === 'SCMP_ACT_TRAP';

/** Says whether a call is refused with whatever arguments; undefined where it goes through, or is none here. */
const fateOf = (
  filter: EffectiveFilter,
  architecture: Architecture,
  name: string,
): RefusedCall | undefined => {
  const part = filter.parts.get(nativeOf(architecture));
  const number = part?.syscalls.get(name)?.number;
  // The names are those of 64-bit architectures: narrow ones have others for the same.
  if (part === undefined || number === undefined || part.bits === 32) return undefined;
  const verdicts = outcomesOf(filter, architecture, part, number);
  const refusing = verdicts.filter(({ outcome }) => !PASSING.includes(outcome.action));
  const [first] = refusing;
  if (first === undefined) return undefined;
  const isSure =
    refusing.length === verdicts.length &&
    // An agent may let it through; a call that "succeeds" without being done goes wrong later, if at all.
    refusing.every(({ outcome }) => outcome.action !== 'SCMP_ACT_NOTIFY' && outcome.errno !== 0) &&
    // Only there it was measured; a program is executed by the same call everywhere.
    (architecture === 'amd64' || name === 'execve');
  return { name, ...first, certainty: isSure ? 'refused' : 'may' };
};

const PASSING: readonly string[] = ['SCMP_ACT_ALLOW', 'SCMP_ACT_LOG'];

/** Lists what may become of a call: by each of its conditional rules, and where none of them holds. */
const outcomesOf = (
  filter: EffectiveFilter,
  architecture: Architecture,
  part: FilterPart,
  number: number,
): readonly Pick<RefusedCall, 'outcome' | 'at'>[] => {
  const rules = part.rules.get(number) ?? [];
  const { outcome, at, by } = evaluate(filter, { architecture: nativeOf(architecture), number, args: [] });
  const verdict = { outcome, ...(at !== undefined && { at }) };
  if (by === 'stub' || rules.every(({ conditions }) => conditions.length === 0)) return [verdict];
  const fallback = {
    outcome: filter.fallback,
    ...(filter.fallbackAt !== undefined && { at: filter.fallbackAt }),
  };
  return [...rules.map((rule) => ({ outcome: rule.outcome, at: rule.at })), fallback];
};
