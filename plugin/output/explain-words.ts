// Words that `explain` puts a profile into: what an outcome means, long lists by their groups, what nodes differ in.
import { LIBSECCOMP_VERSIONS } from '../../src/profile/syscalls.ts';
import type { ExplainedCallDocument, VariationDocument } from './explain-document.ts';
import { tellVersions } from './node-words.ts';
import { type OutcomeDocument, renderOutcome } from './verdict.ts';

/** Says what happens to a call, as the rest of a sentence, e.g. `fails with EPERM`. */
export const tellOutcome = ({ action, errno, errnoName }: OutcomeDocument): string => {
  switch (action) {
    case 'SCMP_ACT_ALLOW':
      return 'goes through';
    case 'SCMP_ACT_LOG':
      return 'goes through and is logged';
    case 'SCMP_ACT_ERRNO':
      return errno === 0 ? 'is not done, yet said to be' : `fails with ${errnoName ?? `errno ${errno}`}`;
    case 'SCMP_ACT_KILL_PROCESS':
      return 'kills the process';
    case 'SCMP_ACT_KILL_THREAD':
      return 'kills the thread';
    case 'SCMP_ACT_TRAP':
      return 'raises SIGSYS';
    case 'SCMP_ACT_TRACE':
      return 'is up to a tracer, and fails with ENOSYS without one';
    case 'SCMP_ACT_NOTIFY':
      return 'is up to an agent on the node';
    default:
      return renderOutcome({ action, ...(errno !== undefined && { errno }) });
  }
};

/** A list that is this short is read name by name. */
const MOST_NAMES = 12;

/** Names calls: each by itself where they are few, otherwise by group, with how many of it where not all. */
export const nameCalls = (
  calls: readonly ExplainedCallDocument[],
  all: readonly ExplainedCallDocument[],
  mostGroups: number,
): readonly string[] => {
  if (calls.length <= MOST_NAMES) return calls.map(({ syscall }) => syscall);
  const totals = Map.groupBy(all, ({ group }) => group);
  const groups = [...Map.groupBy(calls, ({ group }) => group)].toSorted(
    ([a, some], [b, others]) =>
      Number(a === undefined) - Number(b === undefined) || others.length - some.length,
  );
  const named = groups.slice(0, mostGroups).filter(([group]) => group !== undefined);
  const rest = calls.length - named.reduce((sum, [, some]) => sum + some.length, 0);
  return [
    ...named.map(([group, some]) => {
      const total = totals.get(group)!.length;
      return some.length === total ? group! : `${group}(${some.length}/${total})`;
    }),
    ...(rest === 0 ? [] : [`and ${rest} more`]),
  ];
};

/** Names at most so many, and counts the others. */
export const nameSome = (names: readonly string[], most: number): readonly string[] =>
  names.length <= most ? names : [...names.slice(0, most), `and ${names.length - most} more`];

/** Says who answers what, e.g. `fails with ENOSYS under runc, fails with EPERM under crun`. */
export const tellVariation = ({ answers }: VariationDocument): string =>
  answers
    .map(({ nodes, ...outcome }) => {
      const isAnyRuntime =
        nodes.length > 1 && new Set(nodes.map(({ libseccomp }) => libseccomp.join())).size === 1;
      const on = (isAnyRuntime ? nodes.slice(0, 1) : nodes).map(({ runtime, libseccomp }) => {
        const versions = tellVersions(libseccomp, versionsOf(answers));
        return `${isAnyRuntime ? '' : ` under ${runtime}`}${versions === '' ? '' : ` ${versions}`}`;
      });
      return `${tellOutcome(outcome)}${on.join(' and')}`;
    })
    .map((words, at, all) =>
      at > 0 && all[at - 1]!.startsWith('fails ') ? words.replace(/^fails /, '') : words,
    )
    .join(', ');

/** Says the same in short where all is as on the newest node from some version on, as for calls that are new. */
export const tellVariationBriefly = (variation: VariationDocument): string => {
  const all = versionsOf(variation.answers);
  const nodeCount = new Set(variation.answers.flatMap(({ nodes }) => nodes.map(({ runtime }) => runtime)))
    .size;
  const newest = variation.answers.find(({ nodes }) =>
    nodes.every(({ libseccomp }) => libseccomp.includes(all.at(-1)!)),
  );
  const [first] = newest?.nodes ?? [];
  const isOne =
    newest?.nodes.length === nodeCount &&
    newest.nodes.every((one) => one.libseccomp.join() === first!.libseccomp.join());
  const words = isOne ? tellVersions(first!.libseccomp, all) : '';
  return words.startsWith('from') ? `as above only ${words}` : tellVariation(variation);
};

const versionsOf = (answers: VariationDocument['answers']): readonly string[] => {
  const asked = new Set(answers.flatMap(({ nodes }) => nodes.flatMap(({ libseccomp }) => libseccomp)));
  return LIBSECCOMP_VERSIONS.filter((version) => asked.has(version));
};
