// What the records and labels say of the files under the nodes' seccomp roots: is a profile there, and since when with
// this content. It asks no disk.
import type { Manifest } from '../bundle/manifest-types.ts';
import type { GenerationName, LocalhostProfile } from '../protocol/layout.ts';
import { type Cell, rowsOf } from './desired.ts';
import { bundleOfLabel, digest16 } from './names.ts';
import type { NodeSeen } from './node.ts';
import type { Release } from './release.ts';
import { isBelievable } from './statement.ts';

export type FileState =
  | 'present'
  | 'missing-bundle' // neither the bundle nor (for a pinned path) that generation of it is on the node
  | 'missing-profile' // the bundle is there, but has no such profile
  | 'unmanaged' // no bundle of this plugin's
  | 'unknown'; // records and labels do not tell

/** Whether a running container has the content that its path names now. */
export type ContentAge = 'current' | 'older' | 'unknown';

export interface Contents {
  /** Returns what is known of a profile's file on a node, by the node's name. */
  fileOn(node: string, profile: LocalhostProfile): FileState;
  /** Judges the content that a container got which was started then, by its node's clock. Only where the file is `present`. */
  ageOn(node: string, profile: LocalhostProfile, startedAtMs: number): ContentAge;
  /** Lists the contents (16 digits each) of its bundle that may lie behind a path on a node; none where it is missing. */
  digestsOn(node: string, profile: LocalhostProfile): readonly string[];
  /** Returns the hash of a profile's build for an architecture in one content of its bundle. */
  buildIn(generation: GenerationName, path: string, architecture: string): Build;
  /** Tells whether any record or label knows this bundle. */
  isKnown(bundle: string): boolean;
  /** Tells whether any recorded content of a bundle has such a profile. */
  hasEverHeld(bundle: string, path: string): boolean;
  /** Finds the only bundle whose newest content has such a profile, made from a SeccompProfile object. */
  findObjectHolder(path: string): string | undefined;
}

/** `no-build`: the content has the profile, but for other architectures only. `unknown`: no record tells. */
export type Build =
  | { readonly kind: 'known'; readonly sha256: string }
  | { readonly kind: 'missing' | 'no-build' | 'unknown' };

/** The API tells starts to the second, cut off; and a file is read a moment before the start. */
const START_TOLERANCE_MS = 1_000;

/** Builds the knowledge from all nodes and the records of all bundles (newest last). */
export const contentsOf = (nodes: readonly NodeSeen[], releases: readonly Release[]): Contents => {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const cells = new Map(rowsOf(nodes, releases).map(({ node, cells }) => [node.name, cells]));
  const manifests = new Map<string, Manifest>();
  const byBundle = new Map<string, Release[]>();
  for (const release of releases) {
    byBundle.set(release.bundle, [...(byBundle.get(release.bundle) ?? []), release]);
    if (release.digest !== undefined && release.manifest)
      manifests.set(`${release.bundle}@${digest16(release.digest)}`, release.manifest);
  }
  const known = new Set([
    ...byBundle.keys(),
    ...nodes.flatMap(({ labels }) => Object.keys(labels).map(bundleOfLabel)),
  ]);
  const holds = (bundle: string, digest: string, path: string): boolean | undefined =>
    manifests.get(`${bundle}@${digest16(digest)}`)?.profiles.some((profile) => profile.path === path);

  const digestsOn = (name: string, profile: LocalhostProfile): readonly string[] => {
    const node = byName.get(name);
    if (!node || (profile.kind !== 'linked' && profile.kind !== 'pinned')) return [];
    return profile.kind === 'pinned'
      ? pinnedOn(node, profile)
      : possibleOn(cells.get(name)?.[profile.bundle]);
  };

  const fileOn = (name: string, profile: LocalhostProfile): FileState => {
    if (profile.kind === 'operator' || profile.kind === 'foreign') return 'unmanaged';
    if (!known.has(profile.bundle)) return 'unmanaged';
    const node = byName.get(name);
    if (!node || node.exclusion !== undefined) return 'unknown';
    if (cells.get(name)?.[profile.bundle]?.state === 'unknown') return 'unknown';
    const digests = digestsOn(name, profile);
    if (digests.length === 0) return 'missing-bundle';
    const held = digests.map((digest) => holds(profile.bundle, digest, profile.path));
    if (held.every((one) => one === true)) return 'present';
    return held.every((one) => one === false) ? 'missing-profile' : 'unknown';
  };

  const ageOn = (name: string, profile: LocalhostProfile, startedAtMs: number): ContentAge => {
    if (profile.kind === 'pinned') return 'current';
    const node = byName.get(name);
    if (!node || profile.kind !== 'linked') return 'unknown';
    const { bundle, path } = profile;
    const spell = (digest: string | undefined) =>
      digest === undefined
        ? undefined
        : spellProfile(manifests.get(`${bundle}@${digest16(digest)}`), path, node);
    const now = spell(node.labels[bundle]);
    const possible = contentsAt(turnsOf(node, byBundle.get(bundle) ?? []), startedAtMs).map(spell);
    if (now === undefined || possible.includes(undefined)) return 'unknown';
    if (possible.every((one) => one === now)) return 'current';
    return possible.includes(now) ? 'unknown' : 'older';
  };

  const findObjectHolder = (path: string): string | undefined => {
    const holders = [...byBundle].filter(([, of]) =>
      of.at(-1)?.manifest?.profiles.some((one) => one.path === path && one.source?.format === 'spo'),
    );
    return holders.length === 1 ? holders[0]?.[0] : undefined;
  };

  return {
    fileOn,
    ageOn,
    digestsOn: (name, profile) => digestsOn(name, profile).map(digest16),
    buildIn: ({ bundle, digest16: digest }, path, architecture) => {
      const manifest = manifests.get(`${bundle}@${digest}`);
      if (manifest === undefined) return { kind: 'unknown' };
      const named = manifest.profiles.filter((profile) => profile.path === path);
      const own = named.find(({ architectures }) => architectures?.includes(architecture) ?? true);
      if (own) return { kind: 'known', sha256: own.sha256 };
      return { kind: named.length === 0 ? 'missing' : 'no-build' };
    },
    isKnown: (bundle) => known.has(bundle),
    findObjectHolder,
    hasEverHeld: (bundle, path) =>
      (byBundle.get(bundle) ?? []).some(({ digest }) => digest !== undefined && holds(bundle, digest, path)),
  };
};

const pinnedOn = (
  { labels }: NodeSeen,
  { bundle, digest16: pinned }: { bundle: string; digest16: string },
) => (labels[bundle] === pinned || labels[`${bundle}.${pinned}`] !== undefined ? [pinned] : []);

/** What the link may name. After an attempt that failed or was cut short it may also be the new content. */
const possibleOn = (cell: Cell | undefined): string[] => {
  if (cell?.current === undefined) return [];
  const isOpen = cell.state === 'failed' || cell.state === 'pending';
  return isOpen && cell.wanted !== undefined ? [cell.current, cell.wanted] : [cell.current];
};

/** One content's time on a node; what may have come at any time, or not at all, has no beginning. */
interface Turn {
  readonly digest: string | undefined;
  readonly fromMs: number | undefined;
}

/** Returns what lay behind the link one after the other; before the first that is recorded, nobody knows. */
const turnsOf = (node: NodeSeen, releases: readonly Release[]): Turn[] => {
  const turns: Turn[] = [{ digest: undefined, fromMs: Number.NEGATIVE_INFINITY }];
  for (const { digest, nodes } of releases) {
    const said = nodes[node.name];
    if (!said || said.result === 'pending' || said.result === 'excluded' || !isBelievable(said, node))
      continue;
    const fromMs = said.result === 'done' ? Date.parse(said.installedAt ?? '') : Number.NaN;
    turns.push({ digest, fromMs: Number.isNaN(fromMs) ? undefined : fromMs });
  }
  return turns;
};

/** Returns the contents that a container may have got which was started then. */
const contentsAt = (turns: readonly Turn[], startedAtMs: number): (string | undefined)[] => {
  const isSurelyBefore = ({ fromMs }: Turn) =>
    fromMs !== undefined && fromMs <= startedAtMs - START_TOLERANCE_MS;
  const isSurelyAfter = ({ fromMs }: Turn) =>
    fromMs !== undefined && fromMs > startedAtMs + START_TOLERANCE_MS;
  const first = turns.findLastIndex(isSurelyBefore);
  const next = turns.findIndex((turn, index) => index > first && isSurelyAfter(turn));
  return turns.slice(first, next === -1 ? undefined : next).map(({ digest }) => digest);
};

/** A profile's content as text that can be compared; undefined where it is not known. */
const spellProfile = (manifest: Manifest | undefined, path: string, node: NodeSeen): string | undefined =>
  manifest?.profiles.find(
    (profile) =>
      profile.path === path &&
      (profile.architectures === undefined || profile.architectures.includes(node.architecture)),
  )?.sha256;
