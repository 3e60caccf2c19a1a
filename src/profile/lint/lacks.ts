// What a profile refuses of the calls that a runtime makes itself, put together for people: once for each runtime, and
// with the versions and the ways of starting for which it holds.
import type { Located } from '../document.ts';
import type { KnownFacts } from '../facts.ts';
import { FILE_START } from '../report.ts';
import type { EffectiveFilter } from '../resolve.ts';
import type { Certainty, Lack, RefusedCall, StartQuestion } from '../start/missing.ts';
import { GO_CALLS } from '../start/needs.ts';
import { type Runtime, versionsOf } from '../start/runtimes.ts';
import { filterFor } from './filters.ts';
import { renderNames } from './findings.ts';
import type { LintSubject } from './subject.ts';

/** What a runtime lacks on one kind of node. */
interface Asked {
  readonly facts: KnownFacts;
  readonly runtime: Runtime;
  readonly lacks: readonly Lack[];
}

/** What there is to say of one runtime. */
export interface Said extends Asked {
  readonly certainty: Certainty;
  /** Each once; never empty. */
  readonly calls: readonly RefusedCall[];
}

/** Asks for every runtime that a node may have; what is sure is told before what may be, and then alone. */
export const tellMost = (
  subject: LintSubject,
  missing: (filter: EffectiveFilter, question: StartQuestion) => readonly Lack[],
): readonly Said[] => {
  const asked = subject.facts.flatMap((facts) =>
    runtimesOf(facts).map((runtime): Asked => {
      const { architecture, noNewPrivileges } = facts;
      const filter = filterFor(subject.source, { ...facts, runtime: runtime.name });
      const question = { architecture, runtime, ...(noNewPrivileges !== undefined && { noNewPrivileges }) };
      return { facts, runtime, lacks: missing(filter, question) };
    }),
  );
  return [...Map.groupBy(asked, ({ runtime }) => runtime.name).values()].flatMap((ofRuntime) => {
    // What one architecture says is likely true of another and need not be said twice.
    const sure = most(ofRuntime, 'refused');
    const said = sure.calls.length > 0 ? sure : most(ofRuntime, 'may');
    return said.calls.length > 0 ? [said] : [];
  });
};

const runtimesOf = ({ runtime, runtimeVersion }: KnownFacts): readonly Runtime[] =>
  runtime === undefined
    ? [{ name: 'runc' }, { name: 'crun' }]
    : [{ name: runtime, ...(runtimeVersion !== undefined && { version: runtimeVersion }) }];

/** Returns what has the most calls of that certainty. */
const most = (asked: readonly Asked[], certainty: Certainty): Said =>
  asked
    .map((one): Said => {
      const lacks = one.lacks.filter((lack) => lack.certainty === certainty);
      const calls = lacks.flatMap((lack) => lack.calls).filter((call) => call.certainty === certainty);
      const byName = new Map(calls.map((call) => [call.name, call] as const));
      // Which of these Go's own runtime makes changes from one start to the next, and their conditions seldom matter.
      if (certainty === 'may') for (const name of GO_CALLS) byName.delete(name);
      return { ...one, certainty, lacks, calls: [...byName.values()] };
    })
    .reduce((best, one) => (one.calls.length > best.calls.length ? one : best));

/** Counts the possibilities that were asked about. */
export const waysOf = ({ facts, runtime }: Said): number =>
  versionsOf(runtime).length * (facts.noNewPrivileges === undefined ? 2 : 1);

/** Returns where the file refuses the calls; runc's stub, which answers ENOSYS, stands nowhere in it. */
export const placeOf = ({ calls }: Said, { source }: LintSubject): Located =>
  calls.find((call) => call.at !== undefined)?.at ?? source.defaultAt ?? FILE_START;

/** Spells the calls, such as `statx (from 1.2.8 on), which this profile refuses`. */
export const spellNeeded = ({ facts, runtime, lacks, calls, certainty }: Said): string => {
  const versions = versionsOf(runtime);
  const when = (some: readonly Lack[]): string => {
    const range = spellVersions(versions, new Set(some.map((lack) => lack.runtime.version)));
    const without = facts.noNewPrivileges === undefined && !some.some((lack) => lack.noNewPrivileges);
    return [range, without ? 'unless allowPrivilegeEscalation is false' : '']
      .filter((text) => text)
      .join(', ');
  };
  const needed = Map.groupBy(calls, ({ name }) =>
    when(
      lacks.filter((lack) => lack.calls.some((call) => call.name === name && call.certainty === certainty)),
    ),
  );
  const list = [...needed]
    .map(([condition, some]) => {
      const names = renderNames(some.map(({ name }) => name));
      return condition === '' ? names : `${names} (${condition})`;
    })
    .join('; ');
  return `${list}, which this profile ${certainty === 'may' ? 'may refuse' : 'refuses'}`;
};

/** Spells `runc`, and its version where that is known. */
export const spellRuntime = ({ name, version }: Runtime): string =>
  version === undefined ? name : `${name} ${version}`;

/** Writes `from 1.4.0 on`, or several such ranges; nothing where it is all of them. */
const spellVersions = (all: readonly string[], some: ReadonlySet<string>): string => {
  if (some.size === all.length) return '';
  const firsts = all.flatMap((version, at) => {
    const isFirst = some.has(version) && (at === 0 || !some.has(all[at - 1]!));
    return isFirst ? [at] : [];
  });
  const ranges = firsts.map((first) => {
    const next = all.find((version, at) => at > first && !some.has(version));
    if (next === undefined) return `from ${all[first]} on`;
    return first === 0 ? `before ${next}` : `from ${all[first]} to before ${next}`;
  });
  return ranges.join(' and ');
};
