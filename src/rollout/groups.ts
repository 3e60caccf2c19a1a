// Nodes by what they have in common: the state or the digest of a bundle, their zone, their pool. Of thousands of nodes
// this is what can be read. Pure.
import type { CellState, StatusRow } from './desired.ts';
import { NODE_LABEL_PREFIX } from './names.ts';
import type { NodeSeen } from './node.ts';

export const GROUP_KINDS = ['state', 'digest', 'zone', 'pool'] as const;
export type GroupKind = (typeof GROUP_KINDS)[number];

/** By state and by digest are by those of one bundle. */
export interface Group {
  readonly by: GroupKind;
  readonly bundle?: string;
  readonly value: string;
}

/** Tells whether a grouping is by what one bundle is on the nodes. */
export const isOfBundle = (by: GroupKind): boolean => by === 'state' || by === 'digest';

/** The states of a fleet, the best first. */
export const CELL_STATES: readonly CellState[] = [
  'in-sync',
  'excluded',
  'pending',
  'other-digest',
  'unknown',
  'missing',
  'failed',
];

const ZONE = 'topology.kubernetes.io/zone';
/** What clouds and autoscalers call a group of like nodes. */
const POOLS = [
  'cloud.google.com/gke-nodepool',
  'eks.amazonaws.com/nodegroup',
  'alpha.eksctl.io/nodegroup-name',
  'kubernetes.azure.com/agentpool',
  'agentpool',
  'karpenter.sh/nodepool',
  'doks.digitalocean.com/node-pool',
  'node.kubernetes.io/pool',
  'pool',
];

/** Returns the value that a node is grouped by; `-` where it has none. */
export const groupValue = ({ node, cells }: StatusRow, by: GroupKind, bundle: string | undefined): string => {
  const labels = node.allLabels ?? {};
  switch (by) {
    case 'zone':
      return labels[ZONE] || '-';
    case 'pool': {
      const label = POOLS.find((one) => labels[one]);
      return (label && labels[label]) ?? '-';
    }
    case 'state':
      return (bundle === undefined ? undefined : cells[bundle]?.state) ?? '-';
    case 'digest':
      return (bundle === undefined ? undefined : cells[bundle]?.current) ?? '-';
  }
};

/** Nodes of one value: how many, and by bundle how many are in which state. */
export interface NodeGroup {
  readonly value: string;
  readonly nodes: number;
  readonly counts: ReadonlyMap<string, ReadonlyMap<CellState, number>>;
}

/** Counts the nodes by their values: by state what needs attention first, else in the order of the values. */
export const groupRows = (
  rows: readonly StatusRow[],
  by: GroupKind,
  bundle: string | undefined,
): readonly NodeGroup[] => {
  const groups = new Map<
    string,
    { value: string; nodes: number; counts: Map<string, Map<CellState, number>> }
  >();
  for (const row of rows) {
    const value = groupValue(row, by, bundle);
    const group = groups.get(value) ?? { value, nodes: 0, counts: new Map() };
    groups.set(value, group);
    group.nodes += 1;
    for (const name in row.cells) {
      const { state } = row.cells[name]!;
      const counts = group.counts.get(name) ?? new Map<CellState, number>();
      group.counts.set(name, counts);
      counts.set(state, (counts.get(state) ?? 0) + 1);
    }
  }
  const rankOf = (value: string): number => (CELL_STATES as readonly string[]).indexOf(value);
  return [...groups.values()].toSorted((one, other) =>
    by === 'state'
      ? rankOf(other.value) - rankOf(one.value)
      : one.value.localeCompare(other.value, 'en', { numeric: true }),
  );
};

/** Returns the label selector that chooses a group's nodes; undefined where no labels do. */
export const selectorOf = ({ by, bundle, value }: Group, nodes: readonly NodeSeen[]): string | undefined => {
  const isNone = value === '-';
  const chosen = (label: string): string => (isNone ? `!${label}` : `${label}=${value}`);
  switch (by) {
    case 'zone':
      return chosen(ZONE);
    case 'digest':
      return bundle === undefined ? undefined : chosen(NODE_LABEL_PREFIX + bundle);
    case 'pool': {
      const label = POOLS.find((one) => nodes.some(({ allLabels }) => allLabels?.[one] === value));
      return label && `${label}=${value}`;
    }
    case 'state':
      return undefined;
  }
};
