// Who uses which profile and whether the file is there: rows of containers joined with what is known of the disks.
import { type LocalhostProfile, parseLocalhostProfile } from '../protocol/layout.ts';
import { needsFile } from '../workload/confinement.ts';
import { choosesNode, type PlacementSpec } from '../workload/placement.ts';
import type { PodUse, WorkloadRow } from '../workload/rows.ts';
import type { ContentAge, Contents, FileState } from './contents.ts';
import type { NodeSeen } from './node.ts';

export type UseState =
  | 'current' // running under the content that the path names now
  | 'older' // running under what it named before; a restart takes the new content
  | 'present' // the file is there; not running, or it is not known under which content
  | 'unscheduled' // on no node yet
  | Exclude<FileState, 'present'>;

export interface PodVerdict extends PodUse {
  /** Absent where no file is needed. */
  readonly use?: UseState;
}

export interface Usage {
  readonly row: WorkloadRow;
  /** Absent where the container names no file. */
  readonly named?: LocalhostProfile;
  readonly pods: readonly PodVerdict[];
  /** Where the template could put a pod: nodes by what is known of the file there. Only where no pod tells. */
  readonly eligible?: Readonly<Partial<Record<FileState, number>>>;
}

/** Judges rows; without contents (nodes or records could not be read) every file of a bundle's is `unknown`. */
export const judgeUsage = (
  rows: readonly WorkloadRow[],
  nodes: readonly NodeSeen[],
  contents: Contents | undefined,
): Usage[] => rows.map((row) => judgeRow(row, nodes, contents));

const judgeRow = (row: WorkloadRow, nodes: readonly NodeSeen[], contents: Contents | undefined): Usage => {
  const { profile } = row.confinement;
  if (profile.kind !== 'localhost') return { row, pods: row.pods };
  const named = parseLocalhostProfile(profile.path);
  if (!needsFile(row.confinement)) return { row, named, pods: row.pods };
  const pods = row.pods.map((pod): PodVerdict => ({ ...pod, use: judgePod(pod, named, contents) }));
  const { template } = row;
  if (pods.length > 0 || template === undefined || contents === undefined) return { row, named, pods };
  return {
    row,
    named,
    pods,
    eligible: countFiles(named, eligibleNodes(nodes, template.placement), contents),
  };
};

const judgePod = (
  { node, state, startedAtMs }: PodUse,
  named: LocalhostProfile,
  contents: Contents | undefined,
): UseState => {
  if (node === undefined) return 'unscheduled';
  const file = contents?.fileOn(node, named) ?? 'unknown';
  if (file !== 'present') return file;
  const age: ContentAge =
    state === 'running' && startedAtMs !== undefined
      ? (contents?.ageOn(node, named, startedAtMs) ?? 'unknown')
      : 'unknown';
  return age === 'unknown' ? 'present' : age;
};

/** Returns the nodes that a pod asks for by name, labels and required affinity. Taints and room are not asked here. */
export const eligibleNodes = (nodes: readonly NodeSeen[], placement: PlacementSpec): NodeSeen[] =>
  nodes.filter(
    ({ name, exclusion, allLabels = {} }) =>
      exclusion === undefined && choosesNode(placement, { name, labels: allLabels }),
  );

const countFiles = (
  named: LocalhostProfile,
  nodes: readonly NodeSeen[],
  contents: Contents,
): Partial<Record<FileState, number>> => {
  const counts: Partial<Record<FileState, number>> = {};
  for (const { name } of nodes) {
    const state = contents.fileOn(name, named);
    counts[state] = (counts[state] ?? 0) + 1;
  }
  return counts;
};
