// Where a test cluster keeps its things, and what its state file says.
// The state file is all that another process needs in order to use the cluster.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Every process of a cluster carries this variable; its value is the cluster's state folder. */
export const MARKER = 'KUBECTL_SECCOMP_CLUSTER';
/** Says which part of the cluster a process is, such as `kube-apiserver` or `node-1/kubelet`. */
export const COMPONENT = 'KUBECTL_SECCOMP_COMPONENT';
/** Names the state file of the cluster that suites use. */
export const STATE_FILE_VARIABLE = 'SECCOMP_TEST_CLUSTER';

export const SERVICE_NETWORK = '10.96.0.0/16';
export const SERVICE_ADDRESS = '10.96.0.1';

export interface NodeState {
  readonly name: string;
  /** Counts from 1. */
  readonly index: number;
  readonly address: string;
  /** The /24 that pods of this node get their addresses from. */
  readonly podSubnet: string;
  /** The node's own folder: its disk, configuration and logs. */
  readonly folder: string;
  readonly maxPods: number;
  readonly runc: string;
}

export interface ClusterState {
  readonly formatVersion: 1;
  readonly name: string;
  readonly folder: string;
  /** Picks the subnet 10.99.<slot>.0/24, the pod subnets 10.<100+slot>.<node>.0/24 and the bridge. */
  readonly slot: number;
  readonly bridge: string;
  /** The host's address on the bridge; the API server listens on it. */
  readonly hostAddress: string;
  readonly server: string;
  readonly kubeconfig: string;
  /** A folder with `kubectl` and the other components by name, for a PATH. */
  readonly kubernetes: string;
  /** A folder with containerd, its shim, ctr, runc and `cni/`. */
  readonly nodeTools: string;
  readonly pause: string;
  /** The tar with all images, and the containerd root folder that has them already. */
  readonly images: string;
  readonly imageStore: string;
  /** The pods' cgroups are below this name in every hierarchy. */
  readonly cgroup: string;
  readonly controllerManagerFlags: readonly string[];
  readonly nodes: readonly NodeState[];
}

/** Returns the folder that binaries, images and clusters live in, outside any checkout. */
export const cacheFolder = (environment: NodeJS.ProcessEnv = process.env): string => {
  if (environment.KUBECTL_SECCOMP_CACHE) return resolve(environment.KUBECTL_SECCOMP_CACHE);
  return resolve(environment.XDG_CACHE_HOME || join(homedir(), '.cache'), 'kubectl-seccomp');
};

/** Returns the state folder of the cluster called `name`. */
export const stateFolder = (name: string, cache = cacheFolder()): string => {
  if (!/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/.test(name)) {
    throw new Error(`a cluster's name is a DNS label of at most 32 characters, not ${JSON.stringify(name)}`);
  }
  return join(cache, 'clusters', name);
};

export const stateFile = (folder: string): string => join(folder, 'cluster.json');

/** Names the cgroup of a cluster: readable, and unlike that of the same name in another cache. */
export const cgroupName = (name: string, folder: string): string =>
  `kubectl-seccomp-${name}-${createHash('sha256').update(folder).digest('hex').slice(0, 8)}`;

export const readState = (file: string): ClusterState => {
  const state = JSON.parse(readFileSync(file, 'utf8')) as ClusterState;
  if (state.formatVersion !== 1) throw new Error(`${file}: unknown formatVersion ${state.formatVersion}`);
  return state;
};

export const kubeletRootOf = (node: NodeState): string => join(node.folder, 'var-lib', 'kubelet');
