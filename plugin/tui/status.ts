// What the fleet comes to: the matrix behind `status`, kept up to date node by node.

import { type Cell, type GoneNode, goneOf, rowsOf, type StatusRow } from '../../src/rollout/desired.ts';
import type { Fleet, FleetPart } from '../../src/rollout/fleet.ts';
import { type Group, groupValue, selectorOf } from '../../src/rollout/groups.ts';
import { digest16 } from '../../src/rollout/names.ts';
import type { NodeSeen } from '../../src/rollout/node.ts';
import type { Release } from '../../src/rollout/release.ts';
import { matchesSelector, parseSelector } from '../../src/rollout/selector.ts';
import { memoize } from './memo.ts';
import type { Grouping } from './place.ts';

export interface FleetStatus {
  readonly bundles: readonly string[];
  readonly rows: readonly StatusRow[];
}

/** Rows that are known, by the records they were made from: a change of one node costs one row. */
const knownRows = new WeakMap<readonly Release[], WeakMap<NodeSeen, StatusRow>>();

/** Returns a row for each node, and the bundles that any of them has or should have, sorted. */
export const statusOfFleet = memoize(
  (nodes: readonly NodeSeen[], releases: readonly Release[]): FleetStatus => {
    const known = knownRows.get(releases) ?? new WeakMap<NodeSeen, StatusRow>();
    knownRows.set(releases, known);
    const fresh = nodes.filter((node) => !known.has(node));
    if (fresh.length > 0) for (const row of rowsOf(fresh, releases)) known.set(row.node, row);
    const rows = nodes.map((node) => known.get(node)!);
    const bundles = new Set<string>();
    for (const { cells } of rows) for (const bundle in cells) bundles.add(bundle);
    // One that failed everywhere or was removed is still worth a look.
    for (const { bundle, operation } of newestReleases(releases))
      if (operation === 'install') bundles.add(bundle);
    return { bundles: [...bundles].toSorted(), rows };
  },
);

/** Returns Nodes that left, whose disks hold a bundle if they come back. */
export const goneFrom = memoize(({ nodes, releases }: Fleet): readonly GoneNode[] => goneOf(nodes, releases));

/** Counts the nodes that have or should have a bundle, by state. */
export const countStates = memoize(
  ({ rows }: FleetStatus, bundle: string): Readonly<Record<string, number>> => {
    const counts: Record<string, number> = {};
    for (const { cells } of rows) {
      const state = cells[bundle]?.state;
      if (state !== undefined) counts[state] = (counts[state] ?? 0) + 1;
    }
    return counts;
  },
);

/** Returns each bundle's newest record. */
export const newestReleases = memoize((releases: readonly Release[]): readonly Release[] => [
  ...new Map(releases.map((release) => [release.bundle, release])).values(),
]);

/** Returns a bundle's records, newest last. */
export const releasesOf = memoize((releases: readonly Release[], bundle: string): readonly Release[] =>
  releases.filter((release) => release.bundle === bundle),
);

/** Returns the record with a number, or the newest that has content. */
export const releaseAt = (
  releases: readonly Release[],
  bundle: string,
  revision: number | undefined,
): Release | undefined => {
  const all = releasesOf(releases, bundle);
  return revision === undefined
    ? (all.findLast(({ manifest }) => manifest !== undefined) ?? all.at(-1))
    : all.find((release) => release.revision === revision);
};

const MANY_NODES = 60;

/** Returns how the fleet is grouped: as was chosen, else by what suits the number of nodes. */
export const groupingOf = (chosen: Grouping | undefined, nodeCount: number): Grouping =>
  chosen ?? (nodeCount > MANY_NODES ? 'state' : 'node');

/** Tells whether a cell has what the newest revision brings; an older one may be in sync too. */
export const isNewest = ({ current }: Cell, newest: Release | undefined): boolean =>
  newest?.digest === undefined || current === digest16(newest.digest);

/** More names than that nobody reads on a command line. */
const MOST_NAMES = 50;

/**
 * Returns the flags that choose a group's nodes and no others: by labels where those do, else by name; undefined where
 * they are too many to be named.
 */
export const flagsOfGroup = memoize((group: Group, { rows }: FleetStatus): readonly string[] | undefined => {
  const nodes = rows.map(({ node }) => node);
  const own = rows.filter((row) => groupValue(row, group.by, group.bundle) === group.value);
  const text = selectorOf(group, nodes);
  if (text !== undefined) {
    const selector = parseSelector(text);
    const chosen = nodes.filter(({ allLabels = {} }) => matchesSelector(selector, allLabels));
    const names = new Set(chosen.map(({ name }) => name));
    if (names.size === own.length && own.every(({ node }) => names.has(node.name))) return ['-l', text];
  }
  if (own.length === 0 || own.length > MOST_NAMES) return undefined;
  return ['--nodes', own.map(({ node }) => node.name).join(',')];
});

/** Says why nothing of a part of the fleet is shown: it is being read, or could not be. */
export const unknownYet = ({ lost, synced }: Fleet, part: FleetPart): string | undefined => {
  if (synced[part]) return undefined;
  return lost[part] === undefined ? `Reading the ${part} …` : `The ${part} could not be read.`;
};
