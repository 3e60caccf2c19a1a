// A node as the API shows it, and why one is left out or waits.
import type { Taint } from '../workload/placement.ts';

export interface NodeSeen {
  readonly name: string;
  /** metadata.uid: another one under the same name is another node. */
  readonly uid: string;
  /** status.nodeInfo.machineID; a label or record is believed only where it matches. */
  readonly machineId: string;
  readonly bootId: string;
  /** Go's names, e.g. `linux` and `amd64`. */
  readonly os: string;
  readonly architecture: string;
  readonly kernel: string;
  /** e.g. `containerd://2.4.2`. */
  readonly runtime: string;
  readonly isReady: boolean;
  /** From the label `kubelet.kubernetes.io/directory-location`, else `/var/lib/kubelet`; `--kubelet-root` overrides. */
  readonly kubeletRoot: string;
  /** Our labels without their prefix: `web` → digest16, `web.<digest16>` → ''. */
  readonly labels: Readonly<Record<string, string>>;
  /** All labels, ours included with their prefix; for matching a release's selector. */
  readonly allLabels?: Readonly<Record<string, string>>;
  /** What pods have to tolerate: whole taints, since their effects and values matter to `check`. */
  readonly taints?: readonly Taint[];
  /** Cordoned: `spec.unschedulable`. */
  readonly isUnschedulable?: boolean;
  /** Why it can never run the Job (Windows, virtual kubelet, Fargate); absent for ordinary nodes. */
  readonly exclusion?: string;
}

/** Why a node is not done, in the words that are shown. `code` is stable and part of `-o json`. */
export interface Reason {
  readonly code: ReasonCode;
  readonly message: string;
  /** What to do about it, naming the flag where there is one. */
  readonly hint?: string;
}

export type ReasonCode =
  | 'not-ready'
  | 'excluded'
  | 'unschedulable' // no node fits; the scheduler's words follow
  | 'node-full' // pod limit
  | 'image-pull'
  | 'pod-security'
  | 'webhook'
  | 'quota'
  | 'forbidden' // RBAC
  | 'admission' // any other denial
  | 'mount'
  | 'container' // the runtime could not create or start the container
  | 'read-only'
  | 'no-space'
  | 'disk' // any other failure of the node's file system
  | 'out-of-memory'
  | 'wrong-root'
  | 'permission' // SELinux, AppArmor, root squash
  | 'stale'
  | 'foreign'
  | 'clash'
  | 'damaged'
  | 'architecture'
  | 'timeout'
  | 'evicted'
  | 'node-gone' // deleted or replaced while we were at work
  | 'program' // the program ended without a report, or with one that cannot be read
  | 'unhealthy' // containers fail under the new content
  | 'unproven' // too few have started under it, or nobody can see how they are
  | 'too-many-failures'
  | 'interrupted'
  | 'api'
  | 'internal';
