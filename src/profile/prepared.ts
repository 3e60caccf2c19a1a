// What the rest of the program needs of a profile file: what may be shipped, and what is wrong with it.
import type { SourceProfile } from './oci.ts';
import type { Problem } from './problem.ts';

export type ProfileFormat = 'oci' | 'docker' | 'spo';

/** Node architectures by the names that Go, Kubernetes and OCI images use. */
export type Architecture =
  | 'amd64'
  | 'arm64'
  | 'arm'
  | '386'
  | 'ppc64le'
  | 's390x'
  | 'riscv64'
  | 'loong64'
  | 'mips64le';

/** The stated inputs of a compilation: never the cluster, so that the same folder has the same digest everywhere. */
export interface CompileOptions {
  readonly architectures: readonly Architecture[];
  /** `minKernel` conditions are decided against it, e.g. `{ major: 5, minor: 4 }`. */
  readonly minimumKernel: KernelVersion;
  /** Capabilities that `includes.caps`/`excludes.caps` are decided with, e.g. `CAP_CHOWN`. */
  readonly capabilities: readonly string[];
}

export interface KernelVersion {
  readonly major: number;
  readonly minor: number;
}

export interface PreparedFile {
  /** Everything found, errors first to last in the order of the file. */
  readonly problems: readonly Problem[];
  /** Empty when any problem is an error. A YAML file may hold several. */
  readonly profiles: readonly PreparedProfile[];
}

export interface PreparedProfile {
  /** Where it will lie under the bundle's folder, e.g. `sub/nginx.json`. */
  readonly path: string;
  readonly format: ProfileFormat;
  /** What the file says, before anything is decided; its places are offsets in the file's text. */
  readonly source: SourceProfile;
  /** One build without `architectures` when all are alike; otherwise one for each differing group. */
  readonly builds: readonly ProfileBuild[];
  /** What the compilation decided or lost, in words, for `-o wide` and CRI-O users. */
  readonly notes: readonly string[];
}

export interface ProfileBuild {
  readonly architectures?: readonly Architecture[];
  /** Plain OCI JSON. For an `oci` file these are the input's bytes. */
  readonly content: Uint8Array;
}
