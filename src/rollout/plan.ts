// Who gets work and who does not, as data: nodes and records in, one action per node out.
import type { PlannedNode } from './events.ts';
import { bundleOfLabel, digest16 } from './names.ts';
import type { NodeSeen, Reason } from './node.ts';
import type { Release } from './release.ts';
import { isBelievable, newestStatement } from './statement.ts';

/** Plans an install. `releases` are those of this bundle, newest last. */
export const planInstall = (
  nodes: readonly NodeSeen[],
  releases: readonly Release[],
  { bundle, digest, force }: { readonly bundle: string; readonly digest: string; readonly force: boolean },
): PlannedNode[] => nodes.map((node) => planNode(node, !force && hasDigest(node, releases, bundle, digest)));

/** Plans a removal: nodes of which neither labels nor records know the bundle are left alone, unless forced. */
export const planRemove = (
  nodes: readonly NodeSeen[],
  releases: readonly Release[],
  { bundle, force }: { readonly bundle: string; readonly force: boolean },
): PlannedNode[] => nodes.map((node) => planNode(node, !force && !mayHave(node, releases, bundle)));

/** Plans the removal of old generations: nodes that have none to remove by `isTidy` are left alone. */
export const planPrune = (nodes: readonly NodeSeen[], isTidy: (node: NodeSeen) => boolean): PlannedNode[] =>
  nodes.map((node) => planNode(node, isTidy(node)));

/** Plans an inspection: every node that can answer is asked. */
export const planInspect = (nodes: readonly NodeSeen[]): PlannedNode[] =>
  nodes.map((node) => planNode(node, false));

const planNode = (node: NodeSeen, isUpToDate: boolean): PlannedNode => {
  if (node.exclusion !== undefined)
    return { node, action: 'excluded', reason: { code: 'excluded', message: node.exclusion } };
  if (isUpToDate) return { node, action: 'up-to-date' };
  if (!node.isReady) return { node, action: 'pending', reason: notReady(node) };
  return { node, action: 'run' };
};

const notReady = (node: NodeSeen): Reason => ({
  code: 'not-ready',
  message: `node ${node.name} is not ready`,
  hint: 'run the same command again when it is back',
});

/**
 * Both must say so: the label, which only we and administrators write, and the record, which knows the machine. A
 * record of a later attempt that failed half-way also counts against the label.
 */
const hasDigest = (node: NodeSeen, releases: readonly Release[], bundle: string, digest: string): boolean => {
  if (node.labels[bundle] !== digest16(digest)) return false;
  const said = newestStatement(releases, node);
  return (
    said !== undefined &&
    said.node.result === 'done' &&
    said.release.digest === digest &&
    isBelievable(said.node, node)
  );
};

/** Tells whether a bundle may lie on a node's disk, by its labels or the newest record of it. */
export const mayHave = (node: NodeSeen, releases: readonly Release[], bundle: string): boolean => {
  if (Object.keys(node.labels).some((key) => bundleOfLabel(key) === bundle)) return true;
  const said = newestStatement(releases, node);
  return said !== undefined && !(said.release.operation === 'remove' && said.node.result === 'done');
};
