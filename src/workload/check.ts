// What `check` says: would the containers of a pod or template start under the localhost profiles that they name, on
// every kind of node that they could come to. The engine that finds it out is src/rollout/check.ts:
//   checkSubjects(subjects, settings, { cluster, surroundings }): Promise<Check>, which asks and changes nothing.

import type { PodTemplate } from './objects.ts';
import type { WorkloadName } from './owner.ts';
import type { ContainerRole } from './seen.ts';

/** A pod, or the template of what makes pods. */
export interface CheckSubject {
  readonly namespace: string;
  readonly workload: WorkloadName;
  /** Its annotations and its spec. */
  readonly template: PodTemplate;
}

/** `unknown`: a fact that would decide can't be had. */
export type StartVerdict = 'starts' | 'fails' | 'unknown';

export type StartReasonCode =
  | 'missing-bundle' // the bundle, or the generation that the path pins, is not on the node
  | 'missing-profile' // the bundle there has no such profile
  | 'drifted' // the file on the disk is not what was installed (only where the disks were asked)
  | 'unmanaged' // not from a bundle of this plugin
  | 'file-unknown' // labels and records do not tell what is on the node
  | 'content-unknown' // the bundle's content cannot be read back from the cluster
  | 'path' // the API server refuses such a path
  | 'architecture' // no build of the profile for this node's architecture
  | 'node' // of this node or its runtime nothing can be told
  | 'runtime-class' // the RuntimeClass does not exist
  | 'action' // the kernel has no such action
  | 'refused' // the runtime makes no filter of the profile
  | 'no-filter' // the runtime takes the profile for none
  | 'needs-calls' // the filter refuses what the runtime itself must call to start a container
  | 'ends-at-once' // only the program cannot be executed: it starts and fails, again and again
  | 'exec' // exec probes, hooks or `kubectl exec` do not work
  | 'not-applied' // privileged, or behind a sandbox
  | 'probe'; // a short pod was started, and this came of it

export interface StartReason {
  readonly code: StartReasonCode;
  /** What this alone amounts to. `starts`: worth knowing, but in nobody's way. */
  readonly verdict: StartVerdict;
  readonly message: string;
}

/** Nodes that are alike in all that was judged. */
export interface ClassVerdict {
  /** Such as `amd64, Linux 6.18, containerd 2.4.2`. */
  readonly nodeClass: string;
  /** Names, sorted; at least one. */
  readonly nodes: readonly string[];
  readonly verdict: StartVerdict;
  /** Empty where it starts and there is nothing to say. */
  readonly reasons: readonly StartReason[];
  /** One of them that is Ready; absent where none is. */
  readonly readyNode?: string;
  /** The node that a short pod was started on. */
  readonly probedOn?: string;
}

/** One container that names a localhost profile. */
export interface ContainerCheck {
  readonly subject: CheckSubject;
  readonly container: { readonly name: string; readonly role: ContainerRole };
  /** Its `localhostProfile`. */
  readonly path: string;
  /** What runs another program in it, e.g. `livenessProbe`. */
  readonly execs: readonly string[];
  readonly classes: readonly ClassVerdict[];
}

/** A node that a subject cannot come to, and why. */
export interface LeftOut {
  readonly subject: CheckSubject;
  readonly node: string;
  readonly message: string;
}

export interface Check {
  /** Fails where anything would; else unknown where anything is, or where no node takes a pod; else starts. */
  readonly verdict: StartVerdict;
  /** Whether the disks were asked; else files and contents are what labels and records claim. */
  readonly isVerified: boolean;
  readonly containers: readonly ContainerCheck[];
  readonly leftOut: readonly LeftOut[];
  /** What could not be read, so that something is unknown. */
  readonly unread: readonly { readonly resource: string; readonly message: string }[];
}

/** Returns the worst of some verdicts; `starts` for none. */
export const worstOf = (verdicts: readonly StartVerdict[]): StartVerdict =>
  verdicts.includes('fails') ? 'fails' : verdicts.includes('unknown') ? 'unknown' : 'starts';
