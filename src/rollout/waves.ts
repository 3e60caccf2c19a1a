// Which nodes get a new content first: a rollout in waves, each a share of all nodes, the first as mixed as the fleet.
import { SeccompError } from '../error.ts';
import type { PlannedNode } from './events.ts';
import type { NodeSeen } from './node.ts';

/** How many nodes have the content when a wave has ended, of all that can have it. */
export type WaveStep = { readonly nodes: number } | { readonly percent: number };

export interface Wave {
  /** From 1, counted over all steps, also those that an earlier run has completed. */
  readonly number: number;
  /** By name, in the order they are taken. */
  readonly nodes: readonly string[];
}

const FORM = 'a number of nodes or a percentage, each greater than the one before, such as 1,10%,100%';

/** Parses `1,10%,100%`; whatever is left after the last step is a wave of its own. Throws SeccompError `usage`. */
export const parseWaves = (text: string, flag: string): readonly WaveStep[] => {
  const steps = text.split(',').map((word): WaveStep => {
    const [, digits, percent] = /^\s*([1-9]\d{0,5})(%?)\s*$/.exec(word) ?? [];
    const value = Number(digits);
    if (digits === undefined || (percent === '%' && value > 100))
      throw new SeccompError('usage', `${flag}: "${word}" of "${text}" is not ${FORM}`);
    return percent === '%' ? { percent: value } : { nodes: value };
  });
  for (const [index, step] of steps.entries()) {
    const before = steps.slice(0, index).findLast((other) => 'nodes' in other === 'nodes' in step);
    // Numbers and shares can only be compared with their like before the nodes are known.
    if (before !== undefined && sizeOf(step) <= sizeOf(before))
      throw new SeccompError('usage', `${flag}: "${text}" does not grow; wanted ${FORM}`);
  }
  const last = steps.at(-1)!;
  return 'percent' in last && last.percent === 100 ? steps : [...steps, { percent: 100 }];
};

const sizeOf = (step: WaveStep): number => ('nodes' in step ? step.nodes : step.percent);

/**
 * Divides the nodes that are to run. Those that have the content already count as done, so that the same command takes
 * a stopped rollout up where it stopped. A wave that nothing is left for is passed over.
 */
export const planWaves = (planned: readonly PlannedNode[], steps: readonly WaveStep[]): readonly Wave[] => {
  const waiting = planned.filter(({ action }) => action === 'run').map(({ node }) => node.name);
  const done = planned.filter(({ action }) => action === 'up-to-date').length;
  const total = waiting.length + done;
  let taken = 0;
  return steps.flatMap((step, index) => {
    const target = 'nodes' in step ? Math.min(step.nodes, total) : Math.ceil((total * step.percent) / 100);
    const nodes = waiting.slice(taken, Math.max(taken, target - done));
    taken += nodes.length;
    return nodes.length === 0 ? [] : [{ number: index + 1, nodes }];
  });
};

/**
 * Puts nodes into the order they are taken in: the architectures, runtimes and zones take turns, so that a wave of a few
 * nodes has some of each. Nodes of one kind stay in their order.
 */
export const mixNodes = (planned: readonly PlannedNode[]): readonly PlannedNode[] => {
  const kinds = groupBy(planned, ({ node }) => `${node.architecture} ${node.runtime} ${node.kernel}`);
  return takeTurns(kinds.map((kind) => takeTurns(groupBy(kind, ({ node }) => zoneOf(node)))));
};

const zoneOf = ({ allLabels = {} }: NodeSeen): string =>
  allLabels['topology.kubernetes.io/zone'] ?? allLabels['failure-domain.beta.kubernetes.io/zone'] ?? '';

const groupBy = <T>(values: readonly T[], keyOf: (value: T) => string): T[][] => {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return [...groups.values()];
};

const takeTurns = <T>(groups: readonly (readonly T[])[]): T[] => {
  const longest = Math.max(0, ...groups.map(({ length }) => length));
  return Array.from({ length: longest }, (_, turn) =>
    groups.flatMap((group) => group.slice(turn, turn + 1)),
  ).flat();
};
