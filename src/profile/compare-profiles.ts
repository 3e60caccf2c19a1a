// Two profiles compared for every node that they may meet: what changes is told once, with the nodes that it is so on.
import { possibleFacts } from './answer.ts';
import { SECCOMP_ARCHITECTURES, type SeccompArchitecture } from './architectures.ts';
import { type Change, type ComparedNumber, compareFilters } from './compare.ts';
import type { Facts, KnownFacts } from './facts.ts';
import type { SourceProfile } from './oci.ts';
import { resolve } from './resolve.ts';

/** A runtime, and the versions of libseccomp with which something is so under it. */
export interface NodeKind {
  readonly runtime: Facts['runtime'];
  readonly libseccomp: readonly string[];
}

/** A change, and for whom it is one. */
export interface ProfileChange extends Change {
  readonly on: readonly NodeKind[];
  /** On every node that it may be. */
  readonly isEverywhere: boolean;
}

export interface ProfileComparison {
  /** Of architectures that both filters cover. */
  readonly changes: readonly ProfileChange[];
  readonly untold: readonly ComparedNumber[];
  /** Ways of calling that only one of them covers; the other kills the thread. */
  readonly added: readonly SeccompArchitecture[];
  readonly removed: readonly SeccompArchitecture[];
}

/** Compares what two profiles do, over everything that is not known of the nodes. */
export const compareProfiles = (
  before: SourceProfile,
  after: SourceProfile,
  known: KnownFacts,
): ProfileComparison => {
  const found = new Map<string, { readonly change: Change; readonly nodes: Facts[] }>();
  const untold = new Map<string, ComparedNumber>();
  const covered = { before: new Set<SeccompArchitecture>(), after: new Set<SeccompArchitecture>() };
  const possible = possibleFacts(known);
  for (const facts of possible) {
    const filters = { before: resolve(before, facts), after: resolve(after, facts) };
    for (const side of ['before', 'after'] as const)
      for (const architecture of filters[side].parts.keys()) covered[side].add(architecture);
    const comparison = compareFilters(filters.before, filters.after);
    for (const one of comparison.untold) untold.set(`${one.architecture} ${one.number}`, one);
    for (const change of comparison.changes) {
      const known = found.get(spell(change));
      if (known === undefined) found.set(spell(change), { change, nodes: [facts] });
      else known.nodes.push(facts);
    }
  }
  const isInBoth = ({ architecture }: ComparedNumber): boolean =>
    covered.before.has(architecture) && covered.after.has(architecture);
  return {
    changes: [...found.values()]
      .map(({ change, nodes }) => ({
        ...change,
        on: kindsOf(nodes),
        isEverywhere: nodes.length === possible.length,
      }))
      .filter(isInBoth),
    untold: [...untold.values()].filter(isInBoth),
    added: SECCOMP_ARCHITECTURES.filter((one) => covered.after.has(one) && !covered.before.has(one)),
    removed: SECCOMP_ARCHITECTURES.filter((one) => covered.before.has(one) && !covered.after.has(one)),
  };
};

/** Puts together what differs in the version of libseccomp only. */
export const kindsOf = (nodes: readonly Facts[]): readonly NodeKind[] =>
  [...new Set(nodes.map(({ runtime }) => runtime))].map((runtime) => ({
    runtime,
    libseccomp: nodes.filter((one) => one.runtime === runtime).map(({ libseccomp }) => libseccomp),
  }));

/** What makes two changes the same one. */
const spell = ({ architecture, number, to, kind, isAlways, before, after }: Change): string =>
  [
    ...[architecture, number, to, kind, isAlways],
    ...[before, after].map(({ outcome, by }) => `${outcome.action} ${outcome.errno} ${by}`),
  ].join(', ');
