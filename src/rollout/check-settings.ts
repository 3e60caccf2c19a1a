// What a check knows beside what the API says of nodes.
import type { Inspection } from '../protocol/report.ts';
import type { StartFacts } from '../workload/judge-content.ts';

/** What a node's own disk and kernel were seen to be. */
export interface DiskSeen {
  readonly inspection: Inspection;
  readonly facts: StartFacts;
}

export interface CheckSettings {
  /** What somebody says of the nodes; the API knows neither runc and crun nor libseccomp. */
  readonly facts?: StartFacts;
  /** By node; absent: labels and records are believed. */
  readonly disks?: ReadonlyMap<string, DiskSeen>;
}
