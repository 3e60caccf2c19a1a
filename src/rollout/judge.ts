// What a node's disk shows against what the records want: the verdicts behind `verify`.
import type { BundleOnDisk, Drift, Inspection } from '../protocol/report.ts';
import { coverageOf } from './desired.ts';
import { digest16 } from './names.ts';
import type { NodeSeen } from './node.ts';
import type { Release } from './release.ts';

export type VerdictState =
  | 'in-sync'
  | 'drifted' // files differ from their manifest, or the bundle's link or record is not right
  | 'missing' // wanted, and not there
  | 'stale' // another generation than the wanted one is current, or one that was removed is still there
  | 'unknown'; // the disk could not be asked, or nothing says what should be there

export interface Verdict {
  readonly bundle: string;
  readonly state: VerdictState;
  /** Full digest of what should be current; absent when nothing should be. */
  readonly wanted?: string;
  /** What the link names, as `web@<digest16>`. */
  readonly current?: string;
  /** Paths below the seccomp root. */
  readonly drift: readonly Drift[];
  readonly problems: readonly string[];
}

/** Returns what should be current on a node by the records of all bundles; undefined for what was removed. */
export const wantedOn = (
  node: NodeSeen,
  releases: readonly Release[],
): ReadonlyMap<string, string | undefined> => {
  const wanted = new Map<string, string | undefined>();
  for (const bundle of new Set(releases.map((release) => release.bundle))) {
    const covered = coverageOf(
      node,
      releases.filter((release) => release.bundle === bundle),
    );
    if (covered && covered.said?.result !== 'excluded') wanted.set(bundle, covered.release.digest);
  }
  return wanted;
};

/**
 * Judges each bundle that is wanted on a node or lies there, sorted by name. Without an inspection (the node did not
 * answer) all is unknown. Foreign files are no fault and get no verdict; the inspection lists them.
 */
export const judge = (
  inspection: Inspection | undefined,
  wanted: ReadonlyMap<string, string | undefined>,
): Verdict[] => {
  const found = new Map(inspection?.bundles.map((bundle) => [bundle.name, bundle]));
  return [...new Set([...wanted.keys(), ...found.keys()])].toSorted().flatMap((name): Verdict[] => {
    const digest = wanted.get(name);
    const disk = found.get(name);
    if (!inspection && digest === undefined) return [];
    if (!disk && inspection && digest === undefined) return [];
    return [
      {
        bundle: name,
        state: inspection ? compare(disk, digest, wanted.has(name)) : 'unknown',
        ...(digest !== undefined && { wanted: digest }),
        ...(disk?.current !== undefined && { current: disk.current }),
        drift: disk ? driftOf(disk) : [],
        problems: disk ? problemsOf(disk) : [],
      },
    ];
  });
};

const compare = (
  disk: BundleOnDisk | undefined,
  digest: string | undefined,
  isRecorded: boolean,
): VerdictState => {
  if (!disk) return 'missing';
  if (digest === undefined) return isRecorded ? 'stale' : 'unknown';
  const wanted = `${disk.name}@${digest16(digest)}`;
  if (disk.current === undefined) return 'missing';
  if (disk.current !== wanted) return 'stale';
  // A generation that is not current may still be pinned by a pod, so its drift counts as well.
  const isIntact = disk.generations.every(({ state }) => state === 'intact') && disk.problems.length === 0;
  const isThere = disk.generations.some((generation) => digest16(generation.digest) === digest16(digest));
  if (!isThere) return 'missing';
  return isIntact ? 'in-sync' : 'drifted';
};

const driftOf = (disk: BundleOnDisk): Drift[] =>
  disk.generations.flatMap(({ digest, drift }) =>
    drift.map(({ path, kind }) => ({ path: `${disk.name}@${digest16(digest)}/${path}`, kind })),
  );

const problemsOf = (disk: BundleOnDisk): string[] => [
  ...disk.problems,
  ...disk.generations
    .filter(({ state }) => state === 'damaged')
    .map(({ digest }) => `the manifest of ${disk.name}@${digest16(digest)} is damaged`),
];
