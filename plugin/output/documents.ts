// The types of `-o json|yaml`, version kubectl-seccomp/v1: fields are added, never renamed or removed.
import type { Document } from './document.ts';

export interface RolloutDocument extends Document {
  readonly kind: 'ApplyResult' | 'DeleteResult' | 'RollbackResult';
  readonly bundle: string;
  readonly revision?: number;
  /** sha256 of the manifest: 64 hex digits. */
  readonly digest?: string;
  /** The folder under the seccomp root, e.g. `web@3fa9c1d2e4f5a6b7`. */
  readonly generation?: string;
  readonly dryRun: 'none' | 'client' | 'server';
  readonly outcome: 'complete' | 'incomplete' | 'interrupted';
  /** What pods may name after the rollout. */
  readonly localhostProfiles?: readonly string[];
  readonly summary: {
    readonly done: number;
    readonly failed: number;
    readonly pending: number;
    readonly excluded: number;
    readonly unfinished: number;
  };
  readonly nodes: readonly NodeResultDocument[];
  /** With --waves: those that have ended. */
  readonly waves?: readonly WaveDocument[];
  /** Why it went no further. */
  readonly stopped?: ReasonDocument;
  /** With --on-failure=rollback, where it came to that. */
  readonly rollback?: RolloutDocument;
  readonly warnings: readonly string[];
}

export interface WaveDocument {
  readonly number: number;
  readonly of: number;
  readonly nodes: number;
  readonly failed: number;
  readonly verdict: 'passed' | 'failed';
  /** On its nodes; absent where they were not looked at. */
  readonly containers?: {
    readonly using: number;
    readonly started: number;
    readonly waiting: number;
    readonly failing: readonly {
      readonly namespace: string;
      readonly pod: string;
      readonly container: string;
      readonly node: string;
      readonly reason: string;
      readonly message: string;
    }[];
  };
}

export interface NodeResultDocument {
  readonly name: string;
  /** An outcome of the program, or `up-to-date`, `failed`, `pending`, `excluded`, `unfinished`, `would run`. */
  readonly result: string;
  readonly reason?: ReasonDocument;
  readonly durationMs?: number;
  readonly previousDigest?: string;
}

export interface ReasonDocument {
  /** Stable; see ReasonCode. */
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

export interface VersionDocument extends Document {
  readonly kind: 'Version';
  readonly clientVersion: string;
  readonly serverVersion?: string;
}

export interface BundleDocument extends Document {
  readonly kind: 'Bundle';
  readonly name: string;
  readonly digest: string;
  readonly generation: string;
  readonly profiles: readonly BundleProfileDocument[];
}

export interface BundleProfileDocument {
  readonly path: string;
  readonly localhostProfile: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly architectures?: readonly string[];
  readonly source?: { readonly format: string; readonly sha256: string };
}

export interface StatusDocument extends Document {
  readonly kind: 'Status';
  readonly bundles: readonly BundleStatusDocument[];
  readonly nodes: readonly NodeStatusDocument[];
  /** Nodes that left the cluster; their disks hold the bundle if they come back. */
  readonly gone: readonly GoneNodeDocument[];
  /** With --by. */
  readonly groups?: NodeGroupsDocument;
  /** The sync inside the cluster; absent with --root. */
  readonly sync?: SyncStatusDocument;
}

export interface NodeGroupsDocument {
  readonly by: string;
  /** Whose state or digest it is. */
  readonly bundle?: string;
  readonly groups: readonly {
    /** `-` where nodes have none. */
    readonly value: string;
    readonly nodes: number;
    readonly bundles: readonly {
      readonly name: string;
      readonly summary: Readonly<Record<string, number>>;
    }[];
  }[];
}

export interface SyncStatusDocument {
  /** `late`: it is installed, but was not started when it should have been. `unknown`: it could not be asked. */
  readonly state: 'none' | 'installed' | 'suspended' | 'late' | 'unknown';
  /** As cron writes it. */
  readonly schedule?: string;
  /** RFC 3339; absent: never. */
  readonly lastStartedAt?: string;
  /** Of the run that was started last. */
  readonly lastResult?: 'running' | 'succeeded' | 'failed';
  /** RFC 3339; absent: never. */
  readonly lastSucceededAt?: string;
  readonly message?: string;
}

export interface BundleStatusDocument {
  readonly name: string;
  /** Of the newest revision; absent where no record of it is left. */
  readonly revision?: number;
  readonly digest?: string;
  readonly generation?: string;
  readonly outcome?: string;
  readonly who?: string;
  /** RFC 3339. */
  readonly startedAt?: string;
  readonly selector?: string;
  readonly localhostProfiles?: readonly string[];
  /** Nodes by state. */
  readonly summary: Readonly<Record<string, number>>;
}

export interface NodeStatusDocument {
  readonly name: string;
  readonly bundles: readonly CellDocument[];
}

export interface CellDocument {
  readonly name: string;
  /** `in-sync`, `other-digest`, `missing`, `pending`, `failed`, `unknown`, `excluded`; with --root also `drifted`. */
  readonly state: string;
  /** What the node says it has, as a generation. */
  readonly current?: string;
  /** What it should have, as a generation. */
  readonly wanted?: string;
  readonly revision?: number;
  readonly reason?: string;
}

export interface GoneNodeDocument {
  readonly name: string;
  readonly uid: string;
  readonly bundle: string;
  readonly generation: string;
}

export interface VerifyDocument extends Document {
  readonly kind: 'Verification';
  readonly answer: 'in-sync' | 'found' | 'unknown';
  /** Verdicts by state. */
  readonly summary: Readonly<Record<string, number>>;
  readonly nodes: readonly NodeVerdictDocument[];
}

export interface NodeVerdictDocument {
  readonly name: string;
  readonly bundles: readonly VerdictDocument[];
  /** Names under the seccomp root that are not this plugin's; no fault. */
  readonly foreign: readonly string[];
  /** Why the disk could not be asked. */
  readonly reason?: ReasonDocument;
}

export interface VerdictDocument {
  readonly name: string;
  /** `in-sync`, `drifted`, `missing`, `stale` or `unknown`. */
  readonly state: string;
  readonly current?: string;
  readonly wanted?: string;
  readonly drift: readonly { readonly path: string; readonly kind: string }[];
  readonly problems: readonly string[];
}

export interface EvaluationDocument extends Document {
  readonly kind: 'Evaluation';
  readonly file: string;
  readonly syscall: string;
  /** By name, `a0` to `a5`, as hexadecimal digits: JSON numbers end at 2^53. */
  readonly arguments: Readonly<Record<string, string>>;
  readonly architecture: string;
  readonly dialect: 'docker' | 'containerd' | 'cri-o';
  readonly fate: 'goes through' | 'refused' | 'unknown';
  /** One where all nodes of that architecture agree. */
  readonly answers: readonly VerdictAnswerDocument[];
}

export interface VerdictAnswerDocument {
  readonly runtimes: readonly string[];
  readonly libseccomp: readonly string[];
  readonly through?: 'socketcall' | 'ipc';
  readonly action: string;
  readonly errno?: number;
  readonly errnoName?: string;
  readonly by: 'rule' | 'default' | 'stub' | 'architecture';
  readonly place?: { readonly line: number; readonly column: number; readonly path: string };
  readonly certainty: 'exact' | 'libseccomp-decides';
}
