// Everything the commands reach beyond themselves. `main.ts` builds the real one, tests build fakes.
import type { Readable, Writable } from 'node:stream';
import type { Report } from '../src/protocol/report.ts';
import type { Request } from '../src/protocol/request.ts';
import type { RolloutEvent } from '../src/rollout/events.ts';
import type { FleetNews } from '../src/rollout/fleet.ts';
import type { Clock, Cluster, Pace } from '../src/rollout/ports.ts';
import type { Access } from '../src/rollout/rights.ts';
import type { Controllers } from '../src/workload/bind-ports.ts';
import type { Surroundings } from '../src/workload/check-ports.ts';
import type { Workloads } from '../src/workload/ports.ts';
import type { Prober } from '../src/workload/probe.ts';
import type { ProfileObjects } from '../src/workload/profile-objects.ts';

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
  /** Notes a warning of the API server's that counts as an error: where all else went well, the run ends with 1. */
  noteWarning?(): void;
  /** Opens the cluster that the global flags and kubeconfig name. Loaded lazily; nothing is sent yet. */
  connect(options: ConnectOptions): Promise<Connected>;
  /** Asks the API server for its version, e.g. `v1.37.0`. */
  readServerVersion(options: ConnectOptions): Promise<string>;
  /** Computes the sha256 of the program that Jobs run, in hex. */
  readProgramSha256(): Promise<string>;
  /** Tells which of the kubeconfig's contexts counts; undefined where there is none. */
  readContext(options: ConnectOptions): Promise<string | undefined>;
  /**
   * Reads names for completion from kubeconfig or the cluster, without a word on stderr; `profiles` are `bundle/path`,
   * of one bundle. Throws where they cannot be had.
   */
  readNames(kind: NameKind, options: ConnectOptions, signal: AbortSignal, bundle?: string): Promise<string[]>;
  /** Puts `kubectl_complete-…` beside the plugin; throws SeccompError `file` where something else lies there. */
  installCompletion(): Promise<InstalledCompletion>;
  /** Makes an Outside for a verb that runs inside this one: it writes into memory and reads nothing. */
  lend(options: LendOptions): Promise<Lent>;
  /** Told what happens in a rollout, as it happens; only where somebody watches. */
  readonly onEvent?: (event: RolloutEvent) => void;
  /** By which it can be paused; only where somebody watches. */
  readonly pace?: Pace;
  /** Stops this process as Ctrl-Z does, until the shell continues it; absent where shells cannot. */
  suspend?(): Promise<void>;
  /** Runs the node's own program on a folder of this machine (`--root DIR`). */
  runOnFolder(seccompRoot: string, request: Request, bundle?: AsyncIterable<Uint8Array>): Promise<Report>;
}

/** What the shell can be told the names of. */
export type NameKind = 'contexts' | 'clusters' | 'users' | 'namespaces' | 'nodes' | 'bundles' | 'profiles';

export interface InstalledCompletion {
  /** The file that kubectl looks for. */
  readonly path: string;
  readonly isNew: boolean;
}

export interface LendOptions {
  /** Stops the verb, as Ctrl-C does. */
  readonly signal: AbortSignal;
  /** Told what goes to stderr, as it goes. */
  readonly onSaid?: (text: string) => void;
  readonly onEvent?: Outside['onEvent'];
  readonly pace?: Outside['pace'];
  /** Instead of those of this machine. */
  readonly files?: Files;
}

export interface Lent {
  readonly outside: Outside;
  /** What was written so far; not sanitized beyond what the verb did. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly exitCode: () => ExitCode | undefined;
}

/** One connection, for the engine and for those who only ask who uses what. */
export interface Connected extends Cluster {
  readonly workloads: Workloads;
  readonly controllers: Controllers;
  readonly surroundings: Surroundings;
  readonly prober: Prober;
  /** What its user may do. */
  readonly access: Access;
  /** Profiles that are kept in the cluster as objects. */
  readonly profileObjects: ProfileObjects;
  readonly clusterSync: ClusterSync;
  /** Yields the nodes and records there are, then what changes, until the signal aborts. */
  watchFleet(signal: AbortSignal): AsyncIterable<FleetNews>;
}

/** The sync that runs inside the cluster, by itself. */
export interface ClusterSync {
  /** Undefined where none is installed. */
  read(): Promise<InstalledSync | undefined>;
  /** Installs it, or brings what is there up to this version and order. */
  install(order: SyncOrder): Promise<void>;
  /** Removes all of it; says whether there was anything. */
  remove(): Promise<boolean>;
}

export interface InstalledSync {
  /** As cron writes it. */
  readonly schedule: string;
  readonly isSuspended: boolean;
  /** The pass that was started last is at work. */
  readonly isRunning: boolean;
  /** RFC 3339; absent: never. */
  readonly lastStartedAt?: string;
  /** RFC 3339; absent: never. */
  readonly lastSucceededAt?: string;
}

/** What the program inside the cluster is to do. */
export interface SyncOrder {
  readonly version: 1;
  readonly isPruning: boolean;
  readonly startupTaint?: string;
  readonly maxInFlight?: number;
  /** Without what only reaches the cluster from outside. */
  readonly connect: ConnectOptions;
}

export interface Files {
  /** Throws SeccompError `file` with the path in it; refuses more than `limitBytes`. */
  read(path: string, limitBytes: number): Promise<Uint8Array>;
  /** Relative paths with `/`, sorted, files only (links to files followed, hidden ones left out). */
  list(folder: string, options: { readonly isRecursive: boolean }): Promise<string[]>;
  /** Lists what lies in a folder, not below it; hidden entries are left out. */
  listFolder(folder: string): Promise<readonly { readonly name: string; readonly isFolder: boolean }[]>;
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
  readonly asUserExtra?: Readonly<Record<string, readonly string[]>>;
  readonly username?: string;
  readonly password?: string;
  readonly certificateAuthority?: string;
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  readonly insecureSkipTlsVerify?: boolean;
  readonly tlsServerName?: string;
  readonly proxyUrl?: string;
  readonly requestTimeoutMs?: number;
  readonly isCompressionDisabled?: boolean;
  /** File of kubectl's preferences; it may say which credential plugins may run. */
  readonly kuberc?: string;
  /** How much is told of the requests, as by kubectl's `-v`; from 6 something is. */
  readonly verbosity?: number;
  /** The API server must be of kubectl's own version. */
  readonly isVersionMatched?: boolean;
  /** A warning of the API server's makes the run fail in the end. */
  readonly areWarningsErrors?: boolean;
  readonly installNamespace: string;
  readonly image: string;
  readonly imagePullSecret?: string;
  readonly privilege: 'default' | 'privileged';
  readonly priorityClass?: string;
  /** What is created for each node. */
  readonly launch: 'job' | 'pod';
  /** Overrides every node's own. */
  readonly kubeletRoot?: string;
  /** Of one Job, from its creation to its end. */
  readonly jobTimeoutMs: number;
}
