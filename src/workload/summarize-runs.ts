// Many possible runtimes and what each makes of a profile -> a few reasons in words.
import type { Runtime } from '../profile/start/runtimes.ts';
import type { StartReason, StartReasonCode, StartVerdict } from './check.ts';

/** One possibility and its end. */
export interface Run {
  readonly runtime: Required<Runtime>;
  readonly libseccomp: string;
  readonly verdict: StartVerdict;
  /** Absent where it starts and there is nothing to say. */
  readonly code?: StartReasonCode;
  /** What the runtime prints or what is not known; for `exec`, what does not work. */
  readonly words: string;
  /** That the profile refuses. */
  readonly calls: readonly string[];
  /** It would start with no-new-privileges. */
  readonly isCured?: boolean;
}

/** Tells runs that end alike as one; where not all of them come to the same, the verdict is open. */
export const summarizeRuns = (runs: readonly Run[]): readonly StartReason[] => {
  const isUnanimous = new Set(runs.map(({ verdict }) => verdict)).size === 1;
  const told = runs.filter(({ code }) => code !== undefined);
  const groups = Map.groupBy(told, ({ runtime, verdict, code, words }) =>
    JSON.stringify([runtime.name, verdict, code, words]),
  );
  const ends = [...groups.values()].map((group) => {
    const [{ code, verdict }] = group as [Run];
    const end: Omit<StartReason, 'message'> = {
      code: code!,
      verdict: isUnanimous || verdict === 'starts' ? verdict : 'unknown',
    };
    return { end, who: spellPlaces(group, runs), tell: (who: string) => tell(group, who) };
  });
  // What is so for runc as for crun is said of both at once.
  return [...Map.groupBy(ends, (one) => JSON.stringify([one.end, one.tell('')])).values()].map((alike) => {
    const [{ end, tell: tellOf }] = alike as [(typeof ends)[0]];
    return { ...end, message: tellOf(alike.map(({ who }) => who).join(' or ')) };
  });
};

const NAMES_SHOWN = 6;

const tell = (group: readonly Run[], who: string): string => {
  const [{ code, words, verdict }] = group as [Run];
  const names = [...new Set(group.flatMap(({ calls }) => calls))].toSorted();
  const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : '';
  const list = `${names.slice(0, NAMES_SHOWN).join(', ')}${more}`;
  const refused = `${list}, which the profile ${verdict === 'unknown' ? 'may refuse' : 'refuses'}`;
  const cure = group.every(({ isCured }) => isCured)
    ? '; with allowPrivilegeEscalation: false it would start'
    : '';
  switch (code) {
    case 'needs-calls':
      return `${who} itself needs ${refused}${cure}`;
    case 'ends-at-once':
      return `with ${who} it starts and ends at once: its program needs ${refused}`;
    case 'exec':
      return `${words} ${verdict === 'unknown' ? 'may not work' : 'does not work'}: ${who} needs ${refused}`;
    case 'no-filter':
      return `${who} takes the profile for none: the container runs unconfined`;
    default:
      if (verdict === 'unknown') return `with ${who}: ${words}`;
      return `${who} refuses the profile${words === '' ? '' : `: ${words}`}`;
  }
};

/** Writes `runc`, `runc from 1.3.3 on`, `crun 1.21`, and which of the libraries where it is not all. */
const spellPlaces = (group: readonly Run[], runs: readonly Run[]): string => {
  const { name } = group[0]!.runtime;
  const own = runs.filter(({ runtime }) => runtime.name === name);
  const all = distinct(own.map(({ runtime }) => runtime.version));
  const some = distinct(group.map(({ runtime }) => runtime.version));
  const libraries = distinct(own.map(({ libseccomp }) => libseccomp));
  const isAnyLibrary = group.length === some.length * libraries.length;
  const found = distinct(group.map(({ libseccomp }) => libseccomp));
  return `${name}${spellVersions(all, some)}${isAnyLibrary ? '' : ` and libseccomp ${found.join(' or ')}`}`;
};

const spellVersions = (all: readonly string[], some: readonly string[]): string => {
  if (all.length === 1) return ` ${all[0]}`;
  if (some.length === all.length) return '';
  // A fix in one line of releases is a later one in another: there may be several stretches.
  const starts = some.filter((version) => !some.includes(all[all.indexOf(version) - 1] ?? ''));
  const stretches = starts.map((start) => {
    const next = all.slice(all.indexOf(start)).find((version) => !some.includes(version));
    if (next === undefined) return `from ${start} on`;
    return start === all[0] ? `before ${next}` : `from ${start} to before ${next}`;
  });
  return ` ${stretches.join(' and ')}`;
};

const distinct = (values: readonly string[]): readonly string[] => [...new Set(values)];
