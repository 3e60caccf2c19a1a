// What each node should have and what it says it has: the bundle × node matrix behind `status`.
import { bundleOfLabel, digest16 } from './names.ts';
import type { NodeSeen, ReasonCode } from './node.ts';
import type { Release, ReleaseNode } from './release.ts';
import { matchesSelector, parseSelector } from './selector.ts';
import { isBelievable } from './statement.ts';

export type CellState =
  | 'in-sync' // label and record agree on the wanted digest
  | 'other-digest' // it has another generation than the wanted one, or one that nothing wants
  | 'missing' // wanted, and nothing says it is there
  | 'pending' // wanted; the node was not ready, or the rollout has not come to it
  | 'failed' // the newest attempt on this node failed
  | 'unknown' // a claim that cannot be believed: another machine than the record's, or no record
  | 'excluded';

export interface Cell {
  readonly state: CellState;
  /** First 16 digits of what the node's label claims. */
  readonly current?: string;
  /** Full digest of what it should have; absent when it should have nothing. */
  readonly wanted?: string;
  /** The revision that speaks of this node. */
  readonly revision?: number;
  readonly reason?: ReasonCode;
}

export interface StatusRow {
  readonly node: NodeSeen;
  /** By bundle; a bundle without a cell is neither wanted on this node nor claimed to be there. */
  readonly cells: Readonly<Record<string, Cell>>;
}

/** A Node that is gone, whose disk still holds a bundle if it comes back. */
export interface GoneNode {
  readonly node: string;
  readonly uid: string;
  readonly bundle: string;
  readonly digest: string;
}

export interface Status {
  /** Those with a cell in at least one row, sorted. */
  readonly bundles: readonly string[];
  readonly rows: readonly StatusRow[];
  readonly gone: readonly GoneNode[];
}

/** Compares nodes with the records of all bundles (newest last). */
export const statusOf = (nodes: readonly NodeSeen[], releases: readonly Release[]): Status => {
  const rows = rowsOf(nodes, releases);
  const bundles = new Set(rows.flatMap(({ cells }) => Object.keys(cells)));
  return { bundles: [...bundles].toSorted(), rows, gone: goneOf(nodes, releases) };
};

/** Returns a row for each of these nodes; they need not be all. */
export const rowsOf = (nodes: readonly NodeSeen[], releases: readonly Release[]): StatusRow[] => {
  const byBundle = groupByBundle(releases);
  return nodes.map((node): StatusRow => {
    const named = new Set([...byBundle.keys(), ...Object.keys(node.labels).map(bundleOfLabel)]);
    const cells = [...named].flatMap((bundle): [string, Cell][] => {
      const cell = cellOf(node, bundle, byBundle.get(bundle) ?? []);
      return cell ? [[bundle, cell]] : [];
    });
    return { node, cells: Object.fromEntries(cells) };
  });
};

export interface Coverage {
  readonly release: Release;
  /** What the record says of this node; absent for one that joined after the rollout. */
  readonly said?: ReleaseNode;
}

/**
 * Returns the newest release that speaks for a node: one that names it, or one that ran through and whose selection it
 * matches. A stopped or interrupted one counts only for the nodes it names.
 */
export const coverageOf = (node: NodeSeen, releases: readonly Release[]): Coverage | undefined => {
  for (const release of releases.toReversed()) {
    const said = release.nodes[node.name];
    if (said) return { release, said };
    if (hasRunThrough(release) && isSelected(release, node)) return { release };
  }
  return undefined;
};

/**
 * Tells whether a rollout came to every node and was good for some of them: then it is also for those that failed or
 * were away, and for nodes that join. One that was stopped leaves nodes unfinished.
 */
export const hasRunThrough = ({ outcome, isStopped, nodes }: Release): boolean => {
  if (outcome !== 'failed' || isStopped) return outcome === 'succeeded';
  const results = Object.values(nodes).map(({ result }) => result);
  return results.includes('done') && !results.includes('unfinished');
};

/** Tells whether a node is among those that a release was for. */
export const isSelected = ({ selector, nodeNames }: Release, node: NodeSeen): boolean =>
  nodeNames ? nodeNames.includes(node.name) : matchesSelector(parseSelector(selector), node.allLabels ?? {});

const cellOf = (node: NodeSeen, bundle: string, releases: readonly Release[]): Cell | undefined => {
  const current = node.labels[bundle];
  const covered = coverageOf(node, releases);
  const claim = current !== undefined && { current };
  if (!covered) return current === undefined ? undefined : { state: 'unknown', current };
  const { release, said } = covered;
  const about = {
    ...claim,
    ...(release.digest !== undefined && { wanted: release.digest }),
    revision: release.revision,
    ...(said?.reason && { reason: said.reason }),
  };
  if (release.operation === 'remove') return cellOfRemoved(current, said, about);
  if (node.exclusion !== undefined) return { ...about, state: 'excluded' };
  const isOther = said !== undefined && !isBelievable(said, node);
  // Another machine behind the name: a label that came along says nothing about its disk; without one it is a new node.
  if (isOther) return { ...about, state: current === undefined ? 'missing' : 'unknown' };
  switch (said?.result) {
    case 'failed':
      return { ...about, state: 'failed' };
    case 'pending':
    case 'unfinished':
      return { ...about, state: 'pending' };
    case 'excluded':
      return { ...about, state: 'missing' };
    default:
      return { ...about, state: compare(current, release.digest) };
  }
};

const cellOfRemoved = (
  current: string | undefined,
  said: ReleaseNode | undefined,
  about: Omit<Cell, 'state'>,
): Cell | undefined => {
  if (said?.result === 'failed') return { ...about, state: 'failed' };
  if (said?.result === 'pending' || said?.result === 'unfinished') return { ...about, state: 'pending' };
  return current === undefined ? undefined : { ...about, state: 'other-digest' };
};

const compare = (current: string | undefined, wanted: string | undefined): CellState => {
  if (current === undefined) return 'missing';
  return wanted !== undefined && current === digest16(wanted) ? 'in-sync' : 'other-digest';
};

const groupByBundle = (releases: readonly Release[]): Map<string, Release[]> => {
  const groups = new Map<string, Release[]>();
  for (const release of releases)
    groups.set(release.bundle, [...(groups.get(release.bundle) ?? []), release]);
  return groups;
};

/** Returns Nodes that are gone, whose disks hold a bundle if they come back; `nodes` are all there are. */
export const goneOf = (nodes: readonly NodeSeen[], releases: readonly Release[]): GoneNode[] => {
  const uids = new Set(nodes.map(({ uid }) => uid));
  const machines = new Set(nodes.map(({ machineId }) => machineId));
  return [...groupByBundle(releases)].flatMap(([bundle, releases]) => {
    const newest = new Map<string, GoneNode | undefined>();
    // A record is a plain object; of 5,000 nodes in each of thirty, pairs would be much to throw away.
    for (const release of releases)
      for (const node in release.nodes) {
        const { uid, machineId, result } = release.nodes[node]!;
        if (result !== 'done' || uids.has(uid) || machines.has(machineId)) continue;
        newest.set(
          uid,
          release.digest === undefined ? undefined : { node, uid, bundle, digest: release.digest },
        );
      }
    return [...newest.values()].filter((gone) => gone !== undefined);
  });
};
