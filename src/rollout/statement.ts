// What the records say of a node: the newest revision that touched it, and whether that can still be believed.
import type { NodeSeen } from './node.ts';
import type { Release, ReleaseNode } from './release.ts';

export interface Statement {
  readonly release: Release;
  readonly node: ReleaseNode;
}

/**
 * Returns the newest statement that a bundle's records (newest last) make of a node's disk. A Node of another name or
 * UID counts when the machine is the same: a Node object that was deleted and came back still has its disk.
 */
export const newestStatement = (releases: readonly Release[], node: NodeSeen): Statement | undefined => {
  for (const release of releases.toReversed()) {
    const said = release.nodes[node.name];
    // Nothing was launched on a pending or excluded node, so nothing is said of its disk.
    if (!said || said.result === 'pending' || said.result === 'excluded') continue;
    if (said.uid === node.uid || said.machineId === node.machineId) return { release, node: said };
  }
  return undefined;
};

/** Tells whether a statement is of this very machine: another one under the same Node has another disk. */
export const isBelievable = (said: ReleaseNode, node: NodeSeen): boolean =>
  said.uid === node.uid && said.machineId === node.machineId;
