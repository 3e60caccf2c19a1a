// Profiles as one architecture's runtime gets them, merged into one: its default, and what it says of each system call.
import { nativeOf, SECCOMP_ARCHITECTURES, type SeccompArchitecture } from '../architectures.ts';
import type { Profile } from '../oci.ts';
import type { Architecture } from '../prepared.ts';
import { type Outcome, outcomeOf } from '../resolve.ts';
import { type MergeMode, mergeOutcomes } from './openness.ts';
import { mergeRuleSets, type Piece, type RuleSet, ruleSetsOf } from './rule-set.ts';

/** What the profiles say together on nodes of one architecture. */
export interface MergedCompiled {
  readonly architecture: Architecture;
  readonly fallback: Outcome;
  /** By the name of the system call; none where the fallback is all that there is. */
  readonly pieces: ReadonlyMap<string, readonly Piece[]>;
  /** Whose answer no rules could say exactly. */
  readonly approximate: readonly string[];
  readonly covered: ReadonlySet<SeccompArchitecture>;
}

/** Merges at least one compiled profile. */
export const mergeCompiled = (
  mode: MergeMode,
  architecture: Architecture,
  profiles: readonly Profile[],
): MergedCompiled => {
  const sets = profiles.map(ruleSetsOf);
  const names = new Set(sets.flatMap((one) => [...one.keys()]));
  const fallbacks = profiles.map(({ defaultAction, defaultErrnoRet }) =>
    outcomeOf(defaultAction, defaultErrnoRet),
  );
  const pieces = new Map<string, readonly Piece[]>();
  const approximate: string[] = [];
  for (const name of [...names].toSorted()) {
    const [first, ...others] = sets.map(
      (one, at): RuleSet => one.get(name) ?? { pieces: [], fallback: fallbacks[at]! },
    );
    let merged: RuleSet = first!;
    let isApproximate = false;
    for (const other of others) {
      const next = mergeRuleSets(mode, merged, other);
      isApproximate ||= next.isApproximate;
      merged = next;
    }
    pieces.set(name, merged.pieces);
    if (isApproximate) approximate.push(name);
  }
  const covered = profiles.map((profile) => coveredBy(profile, architecture));
  return {
    architecture,
    fallback: mergeOutcomes(mode, fallbacks),
    pieces,
    approximate,
    covered: new Set(
      SECCOMP_ARCHITECTURES.filter((name) =>
        mode === 'union' ? covered.some((one) => one.has(name)) : covered.every((one) => one.has(name)),
      ),
    ),
  };
};

/** Returns the ways of calling that a profile covers on a node: those it lists, and always the node's own. */
export const coveredBy = ({ architectures }: Profile, architecture: Architecture): Set<SeccompArchitecture> =>
  new Set([nativeOf(architecture), ...architectures]);
