// What the plugin asks of the program on a node: one JSON object in an environment variable.

/** Where the Job mounts things; the program knows no other places. */
export const REQUEST_VARIABLE = 'KUBECTL_SECCOMP_REQUEST';
export const SECCOMP_ROOT_MOUNT = '/host-seccomp';
export const CHUNKS_MOUNT = '/bundle';
export const PROGRAM_MOUNT = '/program';
export const TERMINATION_LOG = '/dev/termination-log';

export type Operation = 'install' | 'remove' | 'prune' | 'inspect';

export interface Chunk {
  /** File name below the chunks' mount. */
  readonly name: string;
  readonly sha256: string;
}

interface RequestBase {
  readonly version: 1;
}

export interface InstallRequest extends RequestBase {
  readonly operation: 'install';
  readonly bundle: string;
  /** Full sha256 of the manifest. */
  readonly digest: string;
  /** Refused as stale when the node has recorded a higher one, unless `force`. */
  readonly revision: number;
  /** The bundle's compressed bytes, in this order. */
  readonly chunks: readonly Chunk[];
  /** Also replaces a damaged generation and goes back to a lower revision; never touches what is foreign. */
  readonly force: boolean;
}

export interface RemoveRequest extends RequestBase {
  readonly operation: 'remove';
  readonly bundle: string;
  readonly revision: number;
  readonly force: boolean;
}

export interface PruneRequest extends RequestBase {
  readonly operation: 'prune';
  readonly bundle: string;
  /** The newest that is recorded in the cluster: where the node has recorded a higher one, nothing is removed. */
  readonly revision: number;
  /** First 16 digits of the generations that stay, besides what the link and the node's record name. */
  readonly kept: readonly string[];
}

export interface InspectRequest extends RequestBase {
  readonly operation: 'inspect';
  /** Without it: everything under the seccomp root. */
  readonly bundle?: string;
}

export type Request = InstallRequest | RemoveRequest | PruneRequest | InspectRequest;
