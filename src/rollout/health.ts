// What containers say about a content that has just come to their nodes. Running containers keep the filter they started
// with, so silence proves nothing: only those that started since, or failed to, are evidence.

/** What is asked: who uses the bundle on nodes that have just been changed. */
export interface HealthQuestion {
  readonly bundle: string;
  /** Of the content that came. */
  readonly digest: string;
  /** Paths of its profiles, below the bundle's folder. */
  readonly paths: ReadonlySet<string>;
  /** By name; when the content came, milliseconds since the epoch. */
  readonly nodes: ReadonlyMap<string, number>;
}

export interface Health {
  /** Containers that use the bundle on these nodes, whatever they do. */
  readonly using: number;
  /** Of them, those that started under the new content and did not end badly. */
  readonly started: number;
  /** Of them, those that the kubelet has yet to try again since the content came. */
  readonly waiting: number;
  readonly failing: readonly FailingContainer[];
}

export interface FailingContainer {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly node: string;
  /** The kubelet's word, e.g. `CreateContainerError`, `StartError`, `CrashLoopBackOff`. */
  readonly reason: string;
  readonly message: string;
}

/** Between two waves. */
export interface GatePolicy {
  /** At least this long passes after a wave. */
  readonly pauseMs: number;
  /** So many containers must have started under the new content before the next wave. */
  readonly minStarts: number;
  /** How long they are waited for. */
  readonly startTimeoutMs: number;
  readonly onFailure: 'stop' | 'rollback' | 'continue';
}
