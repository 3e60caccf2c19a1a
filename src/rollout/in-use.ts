// Who would be hit when a bundle goes, or when what a path of it names becomes another content.
import type { Manifest } from '../bundle/manifest-types.ts';
import { type LocalhostProfile, parseLocalhostProfile } from '../protocol/layout.ts';
import { needsFile } from '../workload/confinement.ts';
import type { WorkloadRow } from '../workload/rows.ts';
import { changesBetween } from './changes.ts';
import { contentsOf } from './contents.ts';
import { digest16 } from './names.ts';
import type { NodeSeen } from './node.ts';
import type { Release } from './release.ts';
import { eligibleNodes } from './usage.ts';

/** Paths below the bundle's folder, as the link names them. */
export interface PathChanges {
  readonly removed: ReadonlySet<string>;
  readonly changed: ReadonlySet<string>;
}

/**
 * Finds the paths that an install would take away from some of these nodes, or give another content there, by what
 * the nodes' labels say they have. `releases` are those of the bundle.
 */
export const changedPaths = (
  bundle: string,
  manifest: Manifest,
  nodes: readonly NodeSeen[],
  releases: readonly Release[],
): PathChanges => {
  const current = new Set(nodes.flatMap(({ labels }) => labels[bundle] ?? []));
  const removed = new Set<string>();
  const changed = new Set<string>();
  const seen = new Set<string>();
  for (const release of releases) {
    const before = release.digest === undefined ? '' : digest16(release.digest);
    if (!current.has(before) || seen.has(before)) continue;
    seen.add(before);
    const changes = changesBetween(release.manifest, manifest);
    for (const path of changes.removed) removed.add(path);
    for (const path of changes.changed) changed.add(path);
  }
  return { removed, changed };
};

/** Returns the containers that need a file which `isHit`, and run on one of these nodes or could come to one. */
export const findUsers = (
  rows: readonly WorkloadRow[],
  nodes: readonly NodeSeen[],
  isHit: (profile: LocalhostProfile) => boolean,
): WorkloadRow[] => {
  const names = new Set(nodes.map(({ name }) => name));
  return rows.filter(({ confinement, pods, template }) => {
    const { profile } = confinement;
    if (profile.kind !== 'localhost' || !needsFile(confinement)) return false;
    if (!isHit(parseLocalhostProfile(profile.path))) return false;
    // A pod that waits for a node may come to any; a template's next pod to those that it asks for.
    return (
      pods.some(({ node }) => node === undefined || names.has(node)) ||
      (template !== undefined && eligibleNodes(nodes, template.placement).length > 0)
    );
  });
};

/**
 * Tells whether removing a bundle from these nodes takes a file away, by the link or pinned: who waits for a profile
 * that the bundle does not have loses nothing. `releases` are those of the bundle.
 */
export const isTakenAway = (
  bundle: string,
  nodes: readonly NodeSeen[],
  releases: readonly Release[],
): ((profile: LocalhostProfile) => boolean) => {
  const { fileOn } = contentsOf(nodes, releases);
  return (profile) =>
    (profile.kind === 'linked' || profile.kind === 'pinned') &&
    profile.bundle === bundle &&
    nodes.some(({ name }) => ['present', 'unknown'].includes(fileOn(name, profile)));
};

/** Tells whether a path goes through the bundle's link to one of these; what is pinned keeps its content. */
export const isLinkedTo =
  (bundle: string, paths: ReadonlySet<string>) =>
  (profile: LocalhostProfile): boolean =>
    profile.kind === 'linked' && profile.bundle === bundle && paths.has(profile.path);
