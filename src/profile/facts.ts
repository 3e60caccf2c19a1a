// What the meaning of a profile depends on beside its text: who reads it, on what kind of node. Always an argument, so
// that a laptop can answer for any node.
import type { Action } from './actions.ts';
import type { Architecture, CompileOptions, KernelVersion } from './prepared.ts';

/**
 * Who reads the file. `docker`: everything counts, as Docker reads it and as a bundle is compiled. `containerd`: only
 * what the runtime specification has. `cri-o`: everything but `minKernel`.
 */
export type Dialect = 'docker' | 'containerd' | 'cri-o';

/** Who brings RuntimeDefault along, and starts containers by way of a runtime. */
export interface Engine {
  readonly name: 'containerd' | 'cri-o';
  /** Its own, e.g. `2.1.4`; absent where nobody knows. */
  readonly version?: string;
}

/** What the meaning of a profile depends on. */
export interface Facts extends Pick<CompileOptions, 'capabilities' | 'minimumKernel'> {
  readonly architecture: Architecture;
  readonly runtime: 'runc' | 'crun';
  /** One of `LIBSECCOMP_VERSIONS`. */
  readonly libseccomp: string;
  readonly dialect: Dialect;
}

/** Reads what a node says of its engine, such as `containerd://2.1.4`; undefined for one that is neither of the two. */
export const readEngine = (given: string): Engine | undefined => {
  const [, name, version] = /^(containerd|cri-o):\/\/v?(\d+\.\d+(?:\.\d+)?)?/.exec(given) ?? [];
  if (name !== 'containerd' && name !== 'cri-o') return undefined;
  return { name, ...(version !== undefined && { version }) };
};

/** Says which engine's RuntimeDefault a profile is to be compared with. */
export const engineOf = ({ engine, dialect }: Pick<KnownFacts, 'engine' | 'dialect'>): Engine =>
  engine ?? { name: dialect === 'cri-o' ? 'cri-o' : 'containerd' };

/** What is known of a node; where the runtime or libseccomp is not, every one is asked. */
export interface KnownFacts extends Omit<Facts, 'runtime' | 'libseccomp'> {
  readonly runtime?: Facts['runtime'];
  /** The runtime's own, e.g. `1.3.6`. */
  readonly runtimeVersion?: string;
  /** One of `LIBSECCOMP_VERSIONS`. */
  readonly libseccomp?: string;
  /** Where it is absent, that of the dialect: CRI-O, or containerd. */
  readonly engine?: Engine;
  /** The node's; `minimumKernel` is what the file's `minKernel` is decided with. */
  readonly kernel?: KernelVersion;
  /** `allowPrivilegeEscalation: false`. Without it the filter is loaded earlier, and has to let more through. */
  readonly noNewPrivileges?: boolean;
  /** What `/proc/sys/kernel/seccomp/actions_avail` lists. */
  readonly actionsAvailable?: readonly Action[];
}
