// Which generations of a bundle stay on which node, and why. It asks no disk: what the nodes' labels list is what they
// are believed to have.
import { parseLocalhostProfile } from '../protocol/layout.ts';
import type { WorkloadRow } from '../workload/rows.ts';
import { coverageOf } from './desired.ts';
import type { PlannedNode } from './events.ts';
import { digest16 } from './names.ts';
import type { NodeSeen } from './node.ts';
import { planPrune } from './plan.ts';
import type { Release } from './release.ts';
import { isBelievable } from './statement.ts';

/** Who names a generation, by the first 16 digits of its digest. */
export type Pins = ReadonlyMap<string, readonly WorkloadRow[]>;

export interface PruneRule {
  readonly bundle: string;
  /** So many generations stay on each node besides the current one: those that the records tell of last. */
  readonly keep: number;
  /** Stay everywhere: a pod that is replaced may come to any node. */
  readonly pins: Pins;
  /** Also nodes whose labels list nothing to remove. */
  readonly force: boolean;
}

/** What stays on one node, by the first 16 digits of its digest. */
export type Kept = ReadonlyMap<string, KeptReason>;

export type KeptReason =
  | 'current' // the link names it, as the label says
  | 'wanted' // the newest revision that speaks for the node is of it, and may not have come to it yet
  | 'in-use' // a pod or a template names it
  | 'newest'; // of the number that is to be kept

export interface PrunePlan {
  readonly planned: readonly PlannedNode[];
  /** By the node's name. */
  readonly kept: ReadonlyMap<string, Kept>;
  readonly pins: Pins;
}

/** Finds the generations of a bundle that containers name by their pinned path, whether or not it is applied to them. */
export const pinsOf = (rows: readonly WorkloadRow[], bundle: string): Pins => {
  const pins = new Map<string, WorkloadRow[]>();
  for (const row of rows) {
    const { profile } = row.confinement;
    const named = profile.kind === 'localhost' ? parseLocalhostProfile(profile.path) : undefined;
    if (named?.kind !== 'pinned' || named.bundle !== bundle) continue;
    pins.set(named.digest16, [...(pins.get(named.digest16) ?? []), row]);
  }
  return pins;
};

/** Plans who removes what. `releases` are those of the bundle, newest last. */
export const planGenerations = (
  nodes: readonly NodeSeen[],
  releases: readonly Release[],
  rule: PruneRule,
): PrunePlan => {
  const kept = new Map(nodes.map((node) => [node.name, keptOn(node, releases, rule)]));
  const isTidy = (node: NodeSeen): boolean =>
    !rule.force && generationsOn(node, rule.bundle).every((digest) => kept.get(node.name)?.has(digest));
  return { planned: planPrune(nodes, isTidy), kept, pins: rule.pins };
};

/** Lists the generations that a node's labels claim, sorted. */
export const generationsOn = ({ labels }: NodeSeen, bundle: string): string[] =>
  Object.keys(labels)
    .filter((key) => key.startsWith(`${bundle}.`))
    .map((key) => key.slice(bundle.length + 1))
    .toSorted();

const keptOn = (
  node: NodeSeen,
  releases: readonly Release[],
  { bundle, keep, pins }: PruneRule,
): Map<string, KeptReason> => {
  const kept = new Map<string, KeptReason>();
  const add = (digest: string | undefined, reason: KeptReason): void => {
    if (digest !== undefined && !kept.has(digest)) kept.set(digest, reason);
  };
  add(node.labels[bundle], 'current');
  const wanted = coverageOf(node, releases)?.release.digest;
  if (wanted !== undefined) add(digest16(wanted), 'wanted');
  for (const digest of pins.keys()) add(digest, 'in-use');
  for (const digest of newestOn(node, releases, bundle, keep)) add(digest, 'newest');
  return kept;
};

/**
 * Lists the newest that were rolled out to a node before the current one. The records go back only so far: what the
 * node has beyond them came earlier, nobody knows in which order, so that all of it stays where they do not suffice.
 */
const newestOn = (
  node: NodeSeen,
  releases: readonly Release[],
  bundle: string,
  keep: number,
): readonly string[] => {
  if (keep === 0) return [];
  const present = new Set(generationsOn(node, bundle));
  const recorded = releases.toReversed().flatMap(({ digest, nodes }) => {
    const said = nodes[node.name];
    const isDone = digest !== undefined && said?.result === 'done' && isBelievable(said, node);
    return isDone && present.has(digest16(digest)) ? [digest16(digest)] : [];
  });
  const order = [...new Set(recorded)].filter((digest) => digest !== node.labels[bundle]);
  return order.length >= keep ? order.slice(0, keep) : [...present];
};
