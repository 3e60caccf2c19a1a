// Everything the commands reach beyond themselves. `main.ts` builds the real one, tests build fakes.
import type { Readable, Writable } from 'node:stream';
import type { Report } from '../src/protocol/report.ts';
import type { Request } from '../src/protocol/request.ts';
import type { Clock, Cluster } from '../src/rollout/ports.ts';
import type { Workloads } from '../src/workload/ports.ts';

/** 0 done or "no"; 1 failed, partly failed or "found something"; 2 usage or "could not tell"; 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 130;

export interface Outside {
  /** As the user typed it, e.g. `kubectl seccomp`; for help and for commands that are suggested. */
  readonly programName: string;
  /** Of this plugin, without `v`. */
  readonly version: string;
  /** Opened when it is first read. */
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly files: Files;
  /** Aborts on SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /**
   * Notes how the run ended; the last word counts, and without any it is 0. A verb that answers a question says 2 before
   * it asks: what is thrown afterwards then ends with "could not tell". Output is written to its end first.
   */
  conclude(exitCode: ExitCode): void;
  /** Opens the cluster that the global flags and kubeconfig name. Loaded lazily; nothing is sent yet. */
  connect(options: ConnectOptions): Promise<Connected>;
  /** Asks the API server for its version, e.g. `v1.37.0`. */
  readServerVersion(options: ConnectOptions): Promise<string>;
  /** Runs the node's own program on a folder of this machine (`--root DIR`). */
  runOnFolder(seccompRoot: string, request: Request, bundle?: AsyncIterable<Uint8Array>): Promise<Report>;
}

/** One connection, for the engine and for those who only ask who uses what. */
export interface Connected extends Cluster {
  readonly workloads: Workloads;
}

export interface Files {
  /** Throws SeccompError `file` with the path in it; refuses more than `limitBytes`. */
  read(path: string, limitBytes: number): Promise<Uint8Array>;
  /** Relative paths with `/`, sorted, files only (links to files followed, hidden ones left out). */
  list(folder: string, options: { readonly isRecursive: boolean }): Promise<string[]>;
  kind(path: string): Promise<'file' | 'folder' | 'absent'>;
  /** Makes a path comparable: two spellings of one file give the same text. */
  resolve(path: string): string;
  /** Writes by temporary file and rename. */
  write(path: string, content: Uint8Array): Promise<void>;
}

/** kubectl's global flags plus what shapes the Jobs. */
export interface ConnectOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly cluster?: string;
  readonly user?: string;
  readonly server?: string;
  readonly token?: string;
  readonly as?: string;
  readonly asGroup?: readonly string[];
  readonly asUid?: string;
  readonly certificateAuthority?: string;
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  readonly insecureSkipTlsVerify?: boolean;
  readonly tlsServerName?: string;
  readonly requestTimeoutMs?: number;
  readonly installNamespace: string;
  readonly image: string;
  readonly imagePullSecret?: string;
  readonly privilege: 'default' | 'privileged';
  readonly priorityClass?: string;
  /** Overrides every node's own. */
  readonly kubeletRoot?: string;
  /** Of one Job, from its creation to its end. */
  readonly jobTimeoutMs: number;
}
