// What the meaning of a profile depends on beside its text: who reads it, on what kind of node. Always an argument, so
// that a laptop can answer for any node.
import type { Action } from './actions.ts';
import type { Architecture, CompileOptions, KernelVersion } from './prepared.ts';

/**
 * Who reads the file. `docker`: everything counts, as Docker reads it and as a bundle is compiled. `containerd`: only
 * what the runtime specification has. `cri-o`: everything but `minKernel`.
 */
export type Dialect = 'docker' | 'containerd' | 'cri-o';

/** What the meaning of a profile depends on. */
export interface Facts extends Pick<CompileOptions, 'capabilities' | 'minimumKernel'> {
  readonly architecture: Architecture;
  readonly runtime: 'runc' | 'crun';
  /** One of `LIBSECCOMP_VERSIONS`. */
  readonly libseccomp: string;
  readonly dialect: Dialect;
}

/** What is known of a node; where the runtime or libseccomp is not, every one is asked. */
export interface KnownFacts extends Omit<Facts, 'runtime' | 'libseccomp'> {
  readonly runtime?: Facts['runtime'];
  /** The runtime's own, e.g. `1.3.6`. */
  readonly runtimeVersion?: string;
  /** One of `LIBSECCOMP_VERSIONS`. */
  readonly libseccomp?: string;
  /** The node's; `minimumKernel` is what the file's `minKernel` is decided with. */
  readonly kernel?: KernelVersion;
  /** `allowPrivilegeEscalation: false`. Without it the filter is loaded earlier, and has to let more through. */
  readonly noNewPrivileges?: boolean;
  /** What `/proc/sys/kernel/seccomp/actions_avail` lists. */
  readonly actionsAvailable?: readonly Action[];
}
