// How far back the records go: what some node or some selection still needs, and the newest few for people to read.
import type { Release } from './release.ts';

/** Of each bundle, whatever else is needed. */
const KEPT_REVISIONS = 10;

export interface Obsolete {
  readonly releases: readonly Release[];
  /** Names of the ConfigMaps that only those need. */
  readonly chunks: readonly string[];
}

/**
 * Returns what nothing needs any more of one bundle's records (newest last). Kept are the newest ten, the newest that
 * speaks of each Node's name, the newest that speaks of each machine's disk, and the newest success of each selection:
 * without the others `status`, `apply` and `delete` say and do the same. `overwritten` is a record that one of them
 * carried on, perhaps from other compressed bytes of the same content.
 */
export const findObsolete = (releases: readonly Release[], overwritten?: Release): Obsolete => {
  const kept = new Set(releases.slice(-KEPT_REVISIONS));
  const spokenOf = new Set<string>();
  for (const release of releases.toReversed()) {
    const isNews = subjectsOf(release).filter((subject) => !spokenOf.has(subject));
    for (const subject of isNews) spokenOf.add(subject);
    if (isNews.length > 0) kept.add(release);
  }
  const obsolete = releases.filter((release) => !kept.has(release));
  const needed = new Set([...kept].flatMap(chunksOf));
  const former = [...obsolete, ...(overwritten ? [overwritten] : [])];
  const chunks = new Set(former.flatMap(chunksOf).filter((name) => !needed.has(name)));
  return { releases: obsolete, chunks: [...chunks] };
};

const subjectsOf = ({ nodes, outcome, selector, nodeNames }: Release): string[] => [
  ...Object.entries(nodes).flatMap(([name, { result, uid, machineId }]) => [
    `name ${name}`,
    // Nothing was launched on a pending or excluded node, so nothing is said of its disk.
    ...(result === 'pending' || result === 'excluded' ? [] : [`uid ${uid}`, `machine ${machineId}`]),
    // What a Node that is gone still holds is told by the newest that was done, not by a later failure.
    ...(result === 'done' ? [`done ${uid}`] : []),
  ]),
  ...(outcome === 'succeeded' ? [`selection ${JSON.stringify([selector, nodeNames?.toSorted()])}`] : []),
];

const chunksOf = ({ chunks = [] }: Release): string[] => chunks.map(({ name }) => name);
