// What a suite can do with the test cluster. Types only; `cluster.ts` has the functions.
// Everything works from the state file, in any process of the same machine (as root).
import type { ClusterState } from './state.ts';

export interface CommandResult {
  /** The exit code; 128 + the signal's number where a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly input?: string | Uint8Array;
  readonly env?: Record<string, string>;
  readonly timeoutMs?: number;
}

export interface ClusterNode {
  readonly name: string;
  readonly address: string;
  /** Host path of what the node sees as /var/lib/kubelet. */
  readonly kubeletRoot: string;
  /** Host path of the node's seccomp root. A tmpfs mounted over it is only seen through the node. */
  readonly seccompRoot: string;
  readonly maxPods: number;

  isKubeletRunning(): boolean;
  /** Kills the kubelet; its containers go on. The node is NotReady some 12 seconds later. */
  stopKubelet(): Promise<void>;
  /** Starts the kubelet, if it isn't running, and returns when the node is Ready. */
  startKubelet(): Promise<void>;
  /** Kills and starts containerd; its containers go on. */
  restartRuntime(): Promise<void>;
  /**
   * Mounts an empty tmpfs of that size on the seccomp root, for kubelet, runtime and pods alike.
   * Returns a path by which this process sees it, good until `unmountSeccomp`.
   */
  mountSeccompTmpfs(sizeBytes: number): Promise<string>;
  /** Removes what was mounted on the seccomp root, however often; does nothing where nothing is. */
  unmountSeccomp(): Promise<void>;
  /** Runs a command in the node's namespaces, with ctr and runc on the PATH. */
  exec(argv: readonly string[], options?: CommandOptions): Promise<CommandResult>;
}

/** One request as the API server's audit log has it. */
export interface AuditedRequest {
  readonly auditId: string;
  readonly verb: string;
  readonly uri: string;
  /** Such as `pods` or `nodes/status`; absent where the request is for no resource. */
  readonly resource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly user: string;
  readonly userAgent: string;
  readonly code?: number;
  /** When it was received: an RFC 3339 time with microseconds. */
  readonly at: string;
}

export interface Cluster {
  readonly state: ClusterState;
  readonly name: string;
  readonly kubeconfig: string;
  readonly server: string;
  readonly nodes: readonly ClusterNode[];

  /** Returns the node of that name or throws. */
  node(name: string): ClusterNode;
  /** Runs the cluster's own kubectl as cluster administrator. Never throws because of its exit code. */
  kubectl(args: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** As kubectl, but throws with its stderr where it fails, and returns its stdout. */
  mustKubectl(args: readonly string[], options?: CommandOptions): Promise<string>;
  /** `kubectl get … -o json`, parsed. */
  getJson<T = unknown>(args: readonly string[]): Promise<T>;

  /** The audit log's path: one JSON event a line, `Metadata` for everything but the RequestReceived stage. */
  auditLog(): string;
  /** A place in the audit log that later requests come after. */
  auditMark(): Promise<number>;
  /**
   * The requests whose user agent begins so, in the log's order, each once (a watch too). Waits until the
   * log has everything that was answered before the call.
   */
  requests(userAgentPrefix: string, sinceMark?: number): Promise<AuditedRequest[]>;
  countRequests(userAgentPrefix: string, sinceMark?: number): Promise<number>;

  /** Stops the controller manager where it stands (SIGSTOP): Jobs get no pods until it is thawed. */
  freezeControllerManager(): void;
  thawControllerManager(): void;
  /** Kills the API server and starts it; returns when it is ready again. */
  restartApiServer(): Promise<void>;
  /** Kills the API server, and returns when it is gone. `restartApiServer` brings it back. */
  stopApiServer(): Promise<void>;

  /**
   * Makes a used cluster clean: thaws, restarts and unmounts what suites left, then deletes namespaces,
   * workloads, webhooks, policies, RBAC and nodes that are not the cluster's own, labels, taints and cordons, and
   * everything in the seccomp roots.
   */
  reset(): Promise<void>;
  /** Stops the cluster and removes everything of it. */
  stop(): Promise<void>;
}
