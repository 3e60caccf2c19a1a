// What the program on a node answers: one JSON object in the termination message, at most 4,096 bytes
// (kubelet, `terminationMessagePath`); an inspection that does not fit goes to the log as JSON lines instead.

import type { Operation } from './request.ts';

export const MAXIMUM_REPORT_BYTES = 4096;

export type Outcome =
  | 'installed' // the generation is new here
  | 'unchanged' // all was as wanted, nothing was written
  | 'repaired' // drifted files of the generation were put right
  | 'switched' // the generation was already there; the link was swapped
  | 'removed'
  | 'absent' // nothing of this bundle was here to remove
  | 'pruned' // generations were removed
  | 'inspected'
  | 'failed';

export type NodeErrorCode =
  | 'request' // malformed or of an unknown version
  | 'bundle' // a chunk, the archive or a blob is not what its hash says
  | 'architecture' // a profile has no build for this node
  | 'stale' // a newer revision was done here
  | 'foreign' // something that is not ours lies where ours must go
  | 'clash' // another digest with the same first 16 digits
  | 'damaged' // a generation's manifest is not what its name says
  | 'wrong-root' // the folder is not under this node's kubelet root
  | 'no-space'
  | 'read-only'
  | 'permission'
  | 'interrupted'
  | 'disk' // any other failure of the file system
  | 'internal'; // a bug

export interface NodeFacts {
  /** Go's name, e.g. `amd64`. */
  readonly architecture: string;
  /** `uname -r`. */
  readonly kernel: string;
  /** /proc/sys/kernel/random/boot_id; absent when unreadable. */
  readonly bootId?: string;
  /** /proc/sys/kernel/seccomp/actions_avail; absent when unreadable. */
  readonly actionsAvailable?: readonly string[];
}

export interface Report {
  readonly version: 1;
  readonly operation: Operation;
  readonly outcome: Outcome;
  /** What the link names after the operation; absent when there is none. */
  readonly digest?: string;
  /** What the link named before. */
  readonly previousDigest?: string;
  /** The revision that the node has recorded after the operation. */
  readonly revision?: number;
  /** Number of profiles of the bundle that lie on this node. */
  readonly profiles?: number;
  /** Bytes written. */
  readonly bytes?: number;
  readonly durationMs: number;
  /** When it was made, by the node's clock, RFC 3339: the clock by which the kubelet tells when a container started. */
  readonly at?: string;
  readonly facts: NodeFacts;
  readonly error?: { readonly code: NodeErrorCode; readonly message: string };
  /** Only for `prune`: how many generations it removed. */
  readonly pruned?: number;
  /** Only for `prune`: first 16 digits of what is left, sorted; absent where there are more than 100. */
  readonly generations?: readonly string[];
  /** Only for `inspect`. Absent with `isInspectionInLog` when it does not fit. */
  readonly inspection?: Inspection;
  /** True: the log's last line that begins with `{"inspection":` holds it. */
  readonly isInspectionInLog?: boolean;
}

/** What lies under a seccomp root. */
export interface Inspection {
  readonly bundles: readonly BundleOnDisk[];
  /** Names directly under the root that are not ours; listed, no fault. At most 200, sorted. */
  readonly foreign: readonly string[];
  /** Staging and trash of runs that died; swept by a later run. */
  readonly leftovers: readonly string[];
}

export interface BundleOnDisk {
  readonly name: string;
  /** The generation that the link names, as `web@<digest16>`; absent without a link of ours. */
  readonly current?: string;
  /** From the node's own record; absent when that is missing or unreadable. */
  readonly revision?: number;
  /** By the node's clock, RFC 3339. */
  readonly installedAt?: string;
  readonly generations: readonly GenerationOnDisk[];
  /** What is wrong beside the generations' own content: a link that dangles, a record that is unreadable. */
  readonly problems: readonly string[];
}

export interface GenerationOnDisk {
  /** Full digest; the 16 digits of the name where the manifest is damaged. */
  readonly digest: string;
  /** `intact`: every byte and mode as in the manifest. */
  readonly state: 'intact' | 'drifted' | 'damaged';
  /** At most 50. */
  readonly drift: readonly Drift[];
}

export interface Drift {
  readonly path: string;
  readonly kind: 'missing' | 'changed' | 'mode' | 'owner' | 'extra' | 'not-a-file';
}
