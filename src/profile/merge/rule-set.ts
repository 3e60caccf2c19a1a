// What one profile says of one system call, and how two such answers are merged: exactly where rules can say it, and
// otherwise on the side that the merge promises.
import type { Condition, Profile } from '../oci.ts';
import { isSame, type Outcome, outcomeOf } from '../resolve.ts';
import { type Alternatives, both, negate, normalize, spell } from './condition-algebra.ts';
import { type MergeMode, mergeOutcomes } from './openness.ts';

/** Conditions on different arguments, which all hold or are none, and what then happens. */
export interface Piece {
  readonly conditions: readonly Condition[];
  readonly outcome: Outcome;
}

/** What happens to one system call; `fallback` where no piece holds. */
export interface RuleSet {
  readonly pieces: readonly Piece[];
  readonly fallback: Outcome;
}

export interface MergedRuleSet extends RuleSet {
  /** Some arguments get another answer than was asked for: a stricter one in an intersection, a milder one in a union. */
  readonly isApproximate: boolean;
}

/** More pieces than that for one system call are not worth a filter's time. */
const MOST_PIECES = 128;
/** Nor are more pairs than that worth ours. */
const MOST_PAIRS = 20_000;

/** Reads what a profile says of each system call that it names, as libseccomp puts its rules together (see resolve.ts). */
export const ruleSetsOf = ({
  rules,
  defaultAction,
  defaultErrnoRet,
}: Profile): ReadonlyMap<string, RuleSet> => {
  const fallback = outcomeOf(defaultAction, defaultErrnoRet);
  const found = new Map<string, Row>();
  for (const { names, action, errnoRet, args } of rules) {
    const outcome = outcomeOf(action, errnoRet);
    const alternatives = isSame(outcome, fallback) ? [] : alternativesOf(args);
    for (const name of names) found.set(name, addPieces(found.get(name) ?? NOTHING, alternatives, outcome));
  }
  return new Map(
    [...found].map(([name, { pieces }]) => [name, { pieces: withoutRepetition(pieces), fallback }]),
  );
};

/** The pieces on one system call so far. */
interface Row {
  readonly pieces: readonly Piece[];
  /** Its only piece came without any test. */
  readonly isSettled: boolean;
}

const NOTHING: Row = { pieces: [], isSettled: false };

/** Splits what tests an argument twice, as runtimes do, and leaves out the tests that libseccomp leaves out. */
const alternativesOf = (args: readonly Condition[]): readonly (readonly Condition[])[] => {
  const isRepeated = new Set(args.map(({ index }) => index)).size < args.length;
  return (isRepeated ? args.map((one) => [one]) : [args]).map((conditions) =>
    conditions.filter(({ op, value }) => op !== 'SCMP_CMP_MASKED_EQ' || value !== 0n),
  );
};

/** The first without a test is all that counts. A test that always holds is one: "at least 0" gives way to it. */
const addPieces = (row: Row, alternatives: readonly (readonly Condition[])[], outcome: Outcome): Row => {
  if (row.isSettled) return row;
  if (alternatives.some(({ length }) => length === 0))
    return { pieces: [{ conditions: [], outcome }], isSettled: true };
  const added = alternatives
    .map((conditions) => conditions.map(normalize))
    .filter((asked) => !asked.includes('never'))
    .map((asked) => ({ conditions: asked.filter((one) => typeof one === 'object'), outcome }));
  return { pieces: [...row.pieces, ...added], isSettled: false };
};

/** Merges what two profiles say of one system call. */
export const mergeRuleSets = (mode: MergeMode, ours: RuleSet, theirs: RuleSet): MergedRuleSet => {
  const fallback = merge(mode, ours.fallback, theirs.fallback);
  const pieces: Piece[] = [];
  const seen: Outcome[] = [fallback];
  let isApproximate = false;
  let isLost = false;
  const add = (where: Alternatives<readonly Condition[]>, outcome: Outcome): void => {
    seen.push(outcome);
    if (isSame(outcome, fallback)) return;
    if (where !== undefined && pieces.length + where.length <= MOST_PIECES) {
      pieces.push(...where.map((conditions) => ({ conditions, outcome })));
      return;
    }
    isApproximate = true;
    // Left to the default, the call is on the safe side only if the default is.
    isLost ||= !isSame(merge(mode, outcome, fallback), fallback);
  };
  if (ours.pieces.length * theirs.pieces.length > MOST_PAIRS) {
    const outcomes = [...ours.pieces, ...theirs.pieces].map(({ outcome }) => outcome);
    return whole(fallback, mergeOutcomes(mode, [fallback, ...outcomes]));
  }
  for (const our of ours.pieces) {
    const alone = merge(mode, our.outcome, theirs.fallback);
    for (const their of theirs.pieces) {
      const together = merge(mode, our.outcome, their.outcome);
      const theirAlone = merge(mode, ours.fallback, their.outcome);
      // Where one of the two says it alone already, its own piece below covers this too.
      if (isSame(together, alone) || isSame(together, theirAlone)) continue;
      add(bothOf(our.conditions, their.conditions), together);
    }
    const others = theirs.pieces.filter((their) => !isSame(merge(mode, our.outcome, their.outcome), alone));
    add(outside(our.conditions, others), alone);
  }
  for (const their of theirs.pieces) {
    const alone = merge(mode, ours.fallback, their.outcome);
    const others = ours.pieces.filter((our) => !isSame(merge(mode, our.outcome, their.outcome), alone));
    add(outside(their.conditions, others), alone);
  }
  if (isLost) return whole(fallback, mergeOutcomes(mode, seen));
  return { pieces: withoutRepetition(pieces), fallback, isApproximate };
};

/** One answer for all arguments, where no rules can tell them apart. */
const whole = (fallback: Outcome, outcome: Outcome): MergedRuleSet => ({
  pieces: isSame(outcome, fallback) ? [] : [{ conditions: [], outcome }],
  fallback,
  isApproximate: true,
});

const merge = (mode: MergeMode, a: Outcome, b: Outcome): Outcome => mergeOutcomes(mode, [a, b]);

/** Returns where the conditions hold and none of the pieces does. */
const outside = (
  conditions: readonly Condition[],
  pieces: readonly Piece[],
): Alternatives<readonly Condition[]> => {
  let left: readonly (readonly Condition[])[] = [conditions];
  for (const piece of pieces) {
    // Where the two never meet there is nothing to leave out.
    const isMet = (one: readonly Condition[]): boolean => bothOf(one, piece.conditions)?.length !== 0;
    const next = left.filter((one) => !isMet(one));
    left = left.filter(isMet);
    for (const condition of piece.conditions) {
      const opposites = negate(condition);
      if (opposites === undefined) return undefined;
      for (const one of left) {
        for (const opposite of opposites) {
          const met = bothOf(one, [opposite]);
          if (met === undefined) return undefined;
          next.push(...met);
        }
      }
    }
    left = withoutRepetition(next.map((one) => ({ conditions: one, outcome: piece.outcome }))).map(
      (one) => one.conditions,
    );
    if (left.length > MOST_PIECES) return undefined;
  }
  return left;
};

/** Returns where all conditions of two lists hold. */
const bothOf = (
  ours: readonly Condition[],
  theirs: readonly Condition[],
): Alternatives<readonly Condition[]> => {
  let met: readonly (readonly Condition[])[] = [ours];
  for (const their of theirs) {
    const next: (readonly Condition[])[] = [];
    for (const conditions of met) {
      const at = conditions.findIndex(({ index }) => index === their.index);
      if (at < 0) {
        next.push([...conditions, their]);
        continue;
      }
      const alternatives = both(conditions[at]!, their);
      if (alternatives === undefined) return undefined;
      next.push(...alternatives.map((one) => conditions.with(at, one)));
    }
    met = next;
    if (met.length > MOST_PIECES) return undefined;
  }
  return met;
};

/** Drops pieces that a more general one of the same outcome covers, and equal ones but the first. */
const withoutRepetition = (all: readonly Piece[]): readonly Piece[] => {
  const pieces = [
    ...new Map(all.toReversed().map((piece) => [spellPieces([piece]), piece])).values(),
  ].reverse();
  // It takes time in proportion to the square; what a person writes is far below.
  if (pieces.length > 4 * MOST_PIECES) return pieces;
  return pieces.filter(
    (piece, at) =>
      !pieces.some(
        (other, place) =>
          place !== at &&
          isSame(piece.outcome, other.outcome) &&
          isWithin(piece, other) &&
          // Of two that mean the same the first stays.
          (place < at || !isWithin(other, piece)),
      ),
  );
};

/** Says whether one piece holds only where the other does. */
const isWithin = (piece: Piece, other: Piece): boolean =>
  other.conditions.every((wide) =>
    piece.conditions.some((narrow) => {
      const met = narrow.index === wide.index ? both(narrow, wide) : undefined;
      return met?.length === 1 && spell(met[0]!) === spell(narrow);
    }),
  );

/** Spells the pieces so that equal sets, in whatever order, are spelt alike. */
export const spellPieces = (pieces: readonly Piece[]): string =>
  pieces
    .map(({ conditions, outcome: { action, errno } }) =>
      [`${action} ${errno ?? ''}`, ...conditions.map(spell).toSorted()].join(' & '),
    )
    .toSorted()
    .join(' | ');
