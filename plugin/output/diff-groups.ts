// The changes of `diff` put together for reading: what changed in the same way, on all architectures, is one group.
import { nativeOf, type SeccompArchitecture } from '../../src/profile/architectures.ts';
import { renderCall } from '../../src/profile/describe-rule.ts';
import type { Architecture } from '../../src/profile/prepared.ts';
import { LIBSECCOMP_VERSIONS, syscallsOf } from '../../src/profile/syscalls.ts';
import { argumentsOf } from './call-arguments.ts';
import type { ChangeDocument, DiffDocument } from './diff-document.ts';
import { tellVersions } from './node-words.ts';
import { type DecisionDocument, renderOutcome } from './verdict.ts';

/** Calls that changed alike. */
export interface ChangeGroup {
  /** As people write them, e.g. `clone a0=0x10000000 (CLONE_NEWUSER)`. */
  readonly calls: readonly string[];
  /** With the given arguments, and perhaps others like them. */
  readonly isExample: boolean;
  /** E.g. `ERRNO 1 (EPERM) -> ALLOW`, and on which nodes. */
  readonly change: string;
  /** What decides before and after, e.g. `web.json:12:5`. */
  readonly places: readonly string[];
  readonly risk?: ChangeDocument['risk'];
}

/** Groups the changes of one kind: dangerous calls first and each for itself, then the largest groups. */
export const groupChanges = (
  document: DiffDocument,
  kind: ChangeDocument['kind'],
): readonly ChangeGroup[] => {
  const calls = Map.groupBy(
    document.changes.filter((change) => change.kind === kind),
    // By the call, whichever way it is made; numbers without a name are many calls.
    (one) => `${callOf(one)} ${one.always} ${one.syscall === undefined && spellOutcomes(one)}`,
  );
  const groups = new Map<string, { group: ChangeGroup; calls: string[] }>();
  for (const changes of calls.values()) {
    const { always, risk } = changes[0]!;
    const group = {
      isExample: !always,
      change: `${outcomes(changes, 'before')} -> ${outcomes(changes, 'after')}${scope(changes, document)}`,
      places: [placesOf(changes, 'before', document.before), placesOf(changes, 'after', document.after)],
      ...(risk?.rank === 'dangerous' && { risk }),
    };
    const key = JSON.stringify(group);
    const known = groups.get(key) ?? { group: { ...group, calls: [] }, calls: [] };
    known.calls.push(callOf(changes[0]!));
    groups.set(key, known);
  }
  return mergeScattered(
    [...groups.values()].map(({ group, calls }) => ({ ...group, calls })),
    document,
  )
    .map(({ calls, ...group }) => ({
      ...group,
      calls: calls.toSorted((a, b) => Number(a === NAMELESS) - Number(b === NAMELESS)),
    }))
    .toSorted(
      (a, b) =>
        Number(b.risk !== undefined) - Number(a.risk !== undefined) || b.calls.length - a.calls.length,
    );
};

/** So many groups may differ in nothing but their lines. */
const MOST_SCATTERED = 6;

/** Puts together what changed alike by many rules, as in files that have a rule for each name. */
const mergeScattered = (
  groups: readonly ChangeGroup[],
  { before, after }: DiffDocument,
): readonly ChangeGroup[] =>
  [
    ...Map.groupBy(groups, ({ change, isExample, risk }) =>
      JSON.stringify([change, isExample, risk]),
    ).values(),
  ].flatMap((alike) => {
    if (alike.length <= MOST_SCATTERED) return alike;
    const places = [before, after].map((file, side) => {
      const [only, ...more] = distinct(alike.map((one) => one.places[side]!));
      return more.length === 0 ? only! : `many rules of ${file}`;
    });
    return [{ ...alike[0]!, calls: alike.flatMap(({ calls }) => calls), places }];
  });

/** Counts calls by their names. */
export const countCalls = (groups: readonly ChangeGroup[]): number =>
  new Set(groups.flatMap(({ calls }) => calls.map((call) => call.split(' ')[0]))).size;

const NAMELESS = '(numbers without a name)';

const callOf = ({ syscall, always, example }: ChangeDocument): string => {
  if (syscall === undefined) return NAMELESS;
  if (always) return syscall;
  return renderCall(syscall, argumentsOf(example));
};

type Side = 'before' | 'after';

const outcomes = (changes: readonly ChangeDocument[], side: Side): string =>
  distinct(changes.map((change) => renderDecision(change[side])))
    .toSorted()
    .join(' or ');

const renderDecision = (decision: DecisionDocument): string =>
  `${renderOutcome(decision)}${decision.certainty === 'exact' ? '' : ' probably'}`;

const spellOutcomes = ({ before, after }: ChangeDocument): string =>
  `${renderDecision(before)} ${renderDecision(after)}`;

const placesOf = (changes: readonly ChangeDocument[], side: Side, file: string): string =>
  distinct(
    changes.map((change) => {
      const { by, place } = change[side];
      if (by === 'stub') return 'runc itself';
      return place === undefined ? file : `${file}:${place.line}:${place.column}`;
    }),
  )
    .toSorted()
    .join(', ');

/** Says on which architectures and nodes it is so, unless it is so on all. */
const scope = (changes: readonly ChangeDocument[], document: DiffDocument): string => {
  const native = nativeOf(document.architecture as Architecture);
  const found = distinct(changes.map(({ architecture }) => architecture));
  const lacking = distinct(document.changes.map(({ architecture }) => architecture)).filter(
    (one) => !found.includes(one) && hasCall(one as SeccompArchitecture, changes[0]!.syscall),
  );
  const on = found.includes(native)
    ? nameArchitectures(', not on ', lacking)
    : nameArchitectures(', only on ', found);
  return `${on}${nodesOf(changes, document)}`;
};

const nameArchitectures = (words: string, architectures: readonly string[]): string =>
  architectures.length === 0
    ? ''
    : `${words}${architectures.map((one) => one.slice('SCMP_ARCH_'.length)).join(', ')}`;

const hasCall = (architecture: SeccompArchitecture, syscall: string | undefined): boolean =>
  syscall === undefined ||
  syscallsOf(architecture, LIBSECCOMP_VERSIONS.at(-1)!).get(syscall)?.number !== undefined;

const nodesOf = (changes: readonly ChangeDocument[], { runtimes, libseccomp }: DiffDocument): string => {
  const kinds = runtimes.map((runtime) => {
    const nodes = changes.flatMap(({ nodes }) => nodes.filter((one) => one.runtime === runtime));
    return {
      runtime,
      versions: libseccomp.filter((version) => nodes.some((one) => one.libseccomp.includes(version))),
    };
  });
  const found = kinds.filter(({ versions }) => versions.length > 0);
  const isByRuntime = found.length < runtimes.length;
  const isAlike = distinct(found.map(({ versions }) => versions.join())).length === 1;
  const withVersions = (versions: readonly string[]): string => {
    const words = tellVersions(versions, libseccomp);
    return words === '' ? '' : `, ${words}`;
  };
  if (isAlike)
    return `${isByRuntime ? `, under ${found[0]!.runtime}` : ''}${withVersions(found[0]!.versions)}`;
  return `, ${found.map(({ runtime, versions }) => `under ${runtime}${withVersions(versions)}`).join(', ')}`;
};

const distinct = <T>(values: readonly T[]): readonly T[] => [...new Set(values)];
