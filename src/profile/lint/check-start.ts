// The calls that a runtime makes itself once the filter is loaded: where the profile refuses one, no container starts.
// Which calls these are depends on the runtime, its version, and whether the filter is loaded before privileges are
// dropped.
import type { Located } from '../document.ts';
import type { KnownFacts } from '../facts.ts';
import type { Report } from '../report.ts';
import { FILE_START } from '../report.ts';
import { type Lack, missingToStart, type RefusedCall } from '../start/missing.ts';
import { GO_CALLS } from '../start/needs.ts';
import { type Runtime, versionsOf } from '../start/runtimes.ts';
import { filterFor } from './filters.ts';
import { renderNames } from './findings.ts';
import type { LintSubject } from './subject.ts';

/** Checks that containers start under the profile, for everything that the runtime may be. */
export const checkStart = (subject: LintSubject, report: Report): void => {
  // runc's stub, which answers ENOSYS, stands nowhere in the file.
  const fallbackAt = subject.source.defaultAt ?? FILE_START;
  const asked = subject.facts.flatMap((one) => runtimesOf(one).map((runtime) => ask(subject, one, runtime)));
  for (const ofRuntime of Map.groupBy(asked, ({ runtime }) => runtime.name).values()) {
    // What one architecture says is likely true of another and need not be said twice.
    const sure = most(ofRuntime, 'refused');
    const said = sure.calls.length > 0 ? sure : most(ofRuntime, 'may');
    if (said.calls.length > 0) tell(said, sure.calls.length > 0 ? 'refused' : 'may', fallbackAt, report);
  }
};

/** What a runtime lacks on one kind of node. */
interface Asked {
  readonly facts: KnownFacts;
  readonly runtime: Runtime;
  readonly lacks: readonly Lack[];
}

const runtimesOf = ({ runtime, runtimeVersion }: KnownFacts): readonly Runtime[] =>
  runtime === undefined
    ? [{ name: 'runc' }, { name: 'crun' }]
    : [{ name: runtime, ...(runtimeVersion !== undefined && { version: runtimeVersion }) }];

const ask = ({ source }: LintSubject, facts: KnownFacts, runtime: Runtime): Asked => {
  const { architecture, noNewPrivileges } = facts;
  const filter = filterFor(source, { ...facts, runtime: runtime.name });
  const question = { architecture, runtime, ...(noNewPrivileges !== undefined && { noNewPrivileges }) };
  return { facts, runtime, lacks: missingToStart(filter, question) };
};

interface Said extends Asked {
  /** Each once. */
  readonly calls: readonly RefusedCall[];
}

/** Returns what has the most calls of that certainty. */
const most = (asked: readonly Asked[], certainty: Lack['certainty']): Said =>
  asked
    .map((one) => {
      const lacks = one.lacks.filter((lack) => lack.certainty === certainty);
      const calls = lacks.flatMap((lack) => lack.calls).filter((call) => call.certainty === certainty);
      const byName = new Map(calls.map((call) => [call.name, call] as const));
      // Which of these Go's own runtime makes changes from one start to the next, and their conditions seldom matter.
      if (certainty === 'may') for (const name of GO_CALLS) byName.delete(name);
      return { ...one, lacks, calls: [...byName.values()] };
    })
    .reduce((best, one) => (one.calls.length > best.calls.length ? one : best));

const tell = (
  { facts, runtime, lacks, calls }: Said,
  certainty: Lack['certainty'],
  fallbackAt: Located,
  report: Report,
): void => {
  const versions = versionsOf(runtime);
  const ways = facts.noNewPrivileges === undefined ? 2 : 1;
  const when = (some: readonly Lack[]): string => {
    const range = spellVersions(versions, new Set(some.map((lack) => lack.runtime.version)));
    const without = ways === 2 && !some.some(({ noNewPrivileges }) => noNewPrivileges);
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
  const isExecution = calls.every(({ name }) => name === 'execve');
  const isAlways = lacks.length === versions.length * ways;
  const who = runtime.version === undefined ? runtime.name : `${runtime.name} ${runtime.version}`;
  const what = isExecution
    ? 'containers start and end at once, since their program needs'
    : `${certainty === 'may' ? 'containers may not start' : 'no container starts'}, since ${who} itself needs`;
  const refused = certainty === 'may' ? 'which this profile may refuse' : 'which this profile refuses';
  const message = `${what} ${list}, ${refused}${spellShown(lacks)}`;
  const at = calls.find((call) => call.at !== undefined)?.at ?? fallbackAt;
  // Where nobody said which runtime it is, there may be one that was not asked about.
  const severity =
    certainty === 'may' ? 'note' : isAlways && facts.runtime !== undefined ? 'error' : 'warning';
  report[severity](isExecution ? 'SP602' : 'SP601', at, message);
};

/** Writes `from 1.4.0 on`; nothing where it is all of them. */
const spellVersions = (all: readonly string[], some: ReadonlySet<string>): string => {
  if (some.size === all.length) return '';
  const first = all.findIndex((version) => some.has(version));
  const next = all[first + some.size];
  if (next === undefined) return `from ${all[first]} on`;
  return first === 0 ? `before ${next}` : `from ${all[first]} to before ${next}`;
};

/** Says what the user will read, where that is one thing. */
const spellShown = (lacks: readonly Lack[]): string => {
  const texts = new Set(lacks.map(({ message }) => message));
  const [text] = texts;
  if (texts.size !== 1 || text === undefined || text === '') return '';
  return `; what shows is ${JSON.stringify(text.replace(/ $/, ' …'))}`;
};
