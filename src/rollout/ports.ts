// What the engine needs of the outside. `plugin/cluster` implements it on Kubernetes, `test/support` in memory.

import type { Inspection, Report } from '../protocol/report.ts';
import type { Request } from '../protocol/request.ts';
import type { Health, HealthQuestion } from './health.ts';
import type { Obsolete } from './history.ts';
import type { NodeSeen, Reason } from './node.ts';
import type { Release } from './release.ts';

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds from an arbitrary start, never going back; for timeouts and leases. */
  monotonic(): number;
  /** Resolves early, without error, when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Asked before each node is begun; where there is none, nothing waits. */
export interface Pace {
  readonly isPaused: boolean;
  /** Resolves when it goes on, or, without error, when the signal aborts. */
  wait(signal: AbortSignal): Promise<void>;
}

export interface NodeSelection {
  /** Label selector as `kubectl -l` takes it; '' for all. */
  readonly selector: string;
  /** By name; a name that does not exist is an error that lists it. */
  readonly names?: readonly string[];
}

/** One node's work, handed to the cluster as a Job. */
export interface NodeTask {
  readonly node: NodeSeen;
  /** Distinguishes this run's Jobs from every other's: `<bundle>-v<revision>-<attempt>` or `inspect-<token>-<time>`. */
  readonly run: string;
  readonly attempt: number;
  readonly request: Request;
  /** Names of the ConfigMaps that hold the chunks, in the request's order. */
  readonly chunkConfigMaps: readonly string[];
}

/** News of a launched task. `reported` and `failed` are final and come once. */
export type TaskNews =
  | { readonly kind: 'waiting'; readonly node: string; readonly reason: Reason }
  | { readonly kind: 'reported'; readonly node: string; readonly report: Report }
  | { readonly kind: 'failed'; readonly node: string; readonly reason: Reason };

/** What the API server says to a Pod before any is made. */
export interface Admission {
  /** Why it would be refused; absent: it would be admitted, as far as could be asked. */
  readonly refusal?: Reason;
  /** What could not be asked, in words; e.g. because the namespace does not exist yet. */
  readonly unchecked?: string;
}

/** What a Kubernetes Event says: about a node, or about a bundle's revision. */
export interface Announcement {
  readonly type: 'Normal' | 'Warning';
  /** One word in camel case, as Kubernetes has it. */
  readonly reason: string;
  readonly message: string;
  readonly bundle: string;
  readonly revision: number;
  /** Absent: it is about the revision. */
  readonly node?: NodeSeen;
}

export interface Lease {
  /** Aborts when the lease was lost, with a SeccompError that says to whom: the holder must stop launching at once. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

export interface Cluster {
  /** Lower-case letters and digits, random for each process: names the runs that no revision numbers. */
  readonly token: string;
  /** All that match, whatever their state; sorted by name. Paged. */
  readNodes(selection: NodeSelection): Promise<NodeSeen[]>;
  /** Newest last. Without a bundle: those of all. */
  readReleases(bundle?: string): Promise<Release[]>;
  /**
   * Creates or replaces the record `release-<name>-v<n>`; the nodes are folded in compressed. Throws SeccompError
   * `conflict` when somebody else has written it since we last read or wrote it.
   */
  writeRelease(release: Release): Promise<void>;
  /** Reads the chunks of a release, in order; throws `conflict` where one is gone or is not what the record says. */
  readChunks(release: Release): Promise<Uint8Array[]>;
  /** Removes records, and the chunks that only they need. What is gone already is no error. */
  forget(obsolete: Obsolete): Promise<void>;
  /** Reads who we are for the record. */
  whoAmI(): Promise<string>;
  /** Reads how the containers are that use a bundle on nodes that have just been changed. */
  readHealth(question: HealthQuestion, signal: AbortSignal): Promise<Health>;
  /** Writes a Kubernetes Event, so that other tools see what happens. */
  announce(news: Announcement): Promise<void>;
  /** Creates the namespace (once, marked), the program and, for an install, its chunks; compares what exists. */
  prepare(chunks: readonly { readonly name: string; readonly content: Uint8Array }[]): Promise<void>;
  /**
   * Asks the API server what it would say to this task's Pod (server-side dry run) and whether we may do our part.
   * Writes nothing; before the install namespace exists it asks what can be asked and says what could not.
   */
  admit(task: NodeTask): Promise<Admission>;
  /** Takes `rollout-<bundle>`; when somebody else holds it, waits up to `waitMs`, calling `onWait` with the holder's name. */
  acquireLease(
    bundle: string,
    options: { waitMs: number; onWait: (holder: string) => void; signal: AbortSignal },
  ): Promise<Lease>;
  /** Deletes Jobs of earlier runs of this bundle that nobody is waiting for any more, with their Pods. */
  sweep(bundle: string): Promise<number>;
  /** Watches this run's Jobs, Pods and Events until the signal aborts. Opened before the first launch. */
  news(run: string, signal: AbortSignal): AsyncIterable<TaskNews>;
  /** Creates the task's Job. Returns why it was refused; throws when it is not known whether it was created. */
  launch(task: NodeTask): Promise<Reason | undefined>;
  /** Deletes the task's Job (background propagation); its Pod goes with it. One that is gone is no error. */
  discard(task: NodeTask): Promise<void>;
  /** Reads the inspection that was too long for the termination message from the Pod's log. Before `discard`. */
  readInspectionLog(task: NodeTask): Promise<Inspection>;
  /**
   * Sets (string) or removes (null) labels of ours on a Node, with its UID as precondition. Returns `node-gone` when
   * that Node does not exist any more, or another reason when it was refused.
   */
  label(node: NodeSeen, labels: Readonly<Record<string, string | null>>): Promise<Reason | undefined>;
  /**
   * Removes every taint of that key from a Node, with its UID as precondition. Returns `node-gone` when that Node does
   * not exist any more, or another reason when it was refused.
   */
  removeTaint(node: NodeSeen, key: string): Promise<Reason | undefined>;
  /**
   * Removes what is ours in the cluster beside nodes: the install namespace where we made it, else our objects in it.
   * Without `force` it throws SeccompError `conflict` when something foreign lies in a namespace of ours.
   * Returns when it is gone: `kept` says that the namespace is not ours and stays.
   */
  removeNamespace(options: {
    readonly force: boolean;
    readonly signal: AbortSignal;
  }): Promise<'removed' | 'absent' | 'kept'>;
}
