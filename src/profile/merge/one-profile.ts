// From what was merged for each architecture to one profile for all of them. Where they part, no file can say it, and
// that is an error instead of a guess.
import { SeccompError } from '../../error.ts';
import { DEFAULT_ERRNO } from '../actions.ts';
import { nativeOf, SECCOMP_ARCHITECTURES, type SeccompArchitecture } from '../architectures.ts';
import type { Profile, Rule } from '../oci.ts';
import { FILE_START } from '../report.ts';
import { isSame, type Outcome } from '../resolve.ts';
import { LIBSECCOMP_VERSIONS, syscallsOf } from '../syscalls.ts';
import { callableOn, syscallsOn } from './callable.ts';
import type { MergedCompiled } from './merge-compiled.ts';
import { compareOpenness } from './openness.ts';
import { type Piece, spellPieces } from './rule-set.ts';

/** Puts the architectures' answers into one profile without flags; throws SeccompError `profile` where they differ. */
export const oneProfile = (
  merged: readonly MergedCompiled[],
  isAnyListed: boolean,
): Omit<Profile, 'flags'> => {
  const [first, ...others] = merged;
  const other = others.find(({ fallback }) => !isSame(fallback, first!.fallback));
  if (other !== undefined) throw differs('the default action', [first!, other]);
  const known = new Map(merged.map(({ architecture }) => [architecture, syscallsOn(architecture)]));
  const names = new Set(merged.flatMap(({ pieces }) => [...pieces.keys()]));
  const byPieces = new Map<string, { names: string[]; pieces: readonly Piece[] }>();
  for (const name of [...names].toSorted()) {
    // An architecture without that system call has nothing to say of it.
    const asked = merged.filter(({ architecture }) => known.get(architecture)!.has(name));
    const answers = (asked.length === 0 ? merged : asked).map((one) => ({
      one,
      pieces: one.pieces.get(name) ?? [],
    }));
    const chosen = answers.find(({ pieces }) => pieces.length > 0) ?? answers[0]!;
    const spelt = spellPieces(chosen.pieces);
    const odd = answers.find(({ pieces }) => spellPieces(pieces) !== spelt);
    if (odd !== undefined && asked.length > 0) throw differs(`"${name}"`, [chosen.one, odd.one]);
    const group = byPieces.get(spelt) ?? { names: [], pieces: chosen.pieces };
    group.names.push(name);
    byPieces.set(spelt, group);
  }
  const rules = [...byPieces.values()].flatMap(({ names: alike, pieces }) =>
    pieces.map((piece) => ruleOf(alike, piece)),
  );
  return {
    ...withErrno('defaultAction', 'defaultErrnoRet', first!.fallback),
    architectures: isAnyListed ? architecturesOf(merged) : [],
    rules: [
      ...rules.toSorted(
        (a, b) => compareOpenness(outcomeOfRule(b), outcomeOfRule(a)) || a.args.length - b.args.length,
      ),
      ...lastNamed(merged, first!.fallback),
    ],
  };
};

/** With these as default runc adds no stub. */
const UNSTUBBED: readonly Outcome['action'][] = ['SCMP_ACT_ALLOW', 'SCMP_ACT_LOG', 'SCMP_ACT_TRACE'];

/**
 * Names the last call that the inputs name on each way of calling, where the result otherwise wouldn't, with the default
 * action: runc answers ENOSYS to all numbers above it, and this keeps them the same.
 */
const lastNamed = (merged: readonly MergedCompiled[], fallback: Outcome): readonly Rule[] => {
  if (UNSTUBBED.includes(fallback.action)) return [];
  const names = new Set<string>();
  for (const { architecture, pieces, covered } of merged) {
    for (const way of callableOn(architecture).filter((one) => covered.has(one))) {
      const places = syscallsOf(way, LIBSECCOMP_VERSIONS.at(-1)!);
      const named = [...pieces].flatMap(([name, some]) => {
        const place = places.get(name);
        return place?.number === undefined || place.part !== undefined
          ? []
          : [{ name, number: place.number, isKept: some.length > 0 }];
      });
      const last = named.reduce((one, other) => (other.number > one.number ? other : one), named[0]!);
      if (last !== undefined && !last.isKept) names.add(last.name);
    }
  }
  return names.size === 0 ? [] : [ruleOf([...names].toSorted(), { conditions: [], outcome: fallback })];
};

const differs = (what: string, [one, other]: readonly [MergedCompiled, MergedCompiled]): SeccompError =>
  new SeccompError(
    'profile',
    `the result says one thing of ${what} on ${one.architecture} and another on ${other.architecture}, and no single profile can`,
    { hint: `Make one for each, with --arch ${one.architecture} and --arch ${other.architecture}.` },
  );

const ruleOf = (names: readonly string[], { conditions, outcome }: Piece): Rule => ({
  names,
  ...withErrno('action', 'errnoRet', outcome),
  args: conditions.toSorted((a, b) => a.index - b.index),
  at: FILE_START,
});

/** EPERM is what every runtime takes where none is given. */
const withErrno = <A extends string, E extends string>(
  action: A,
  errnoRet: E,
  { action: named, errno }: Outcome,
) =>
  ({ [action]: named, ...(errno !== undefined && errno !== DEFAULT_ERRNO && { [errnoRet]: errno }) }) as {
    readonly [name in A]: Outcome['action'];
  } & { readonly [name in E]?: number };

const outcomeOfRule = ({ action, errnoRet }: Rule): Outcome => ({
  action: action as Outcome['action'],
  ...(errnoRet !== undefined && { errno: errnoRet }),
});

const architecturesOf = (merged: readonly MergedCompiled[]): readonly SeccompArchitecture[] => {
  const all = new Set(merged.flatMap(({ covered }) => [...covered]));
  for (const one of merged) {
    // What one kind of node needs must not open a way of calling on another.
    const extra = callableOn(one.architecture).find((name) => all.has(name) && !one.covered.has(name));
    const from = merged.find(({ covered }) => extra !== undefined && covered.has(extra));
    if (extra !== undefined && from !== undefined && extra !== nativeOf(one.architecture))
      throw differs(extra, [from, one]);
  }
  return SECCOMP_ARCHITECTURES.filter((name) => all.has(name));
};
