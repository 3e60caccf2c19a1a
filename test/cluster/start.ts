// Starts a cluster: builds what isn't built, sweeps what an earlier cluster of that name left, and returns when all
// nodes are Ready. Its processes outlive this one.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { getObject, isApiReady, readyNodes } from './api.ts';
import { buildBinaries } from './build.ts';
import { writeCertificates } from './certificates.ts';
import { clusterFrom } from './cluster.ts';
import {
  controlPlaneCertificates,
  logOf,
  startControlPlane,
  writeControlPlaneFiles,
} from './control-plane.ts';
import type { Cluster } from './handle.ts';
import { buildImageStore } from './image-store.ts';
import { buildImages, DEFAULT_IMAGES, type ImageNames } from './images.ts';
import { lockCluster } from './lock.ts';
import { bridgeOf, claimSlot, connectNode } from './network.ts';
import {
  nodeCertificate,
  startHolder,
  startKubelet,
  startRuntime,
  writeNodeFiles,
  writeNodeKubeconfig,
} from './node.ts';
import { poll } from './processes.ts';
import {
  type ClusterState,
  cacheFolder,
  cgroupName,
  type NodeState,
  stateFile,
  stateFolder,
} from './state.ts';
import { sweepCluster } from './sweep.ts';
import { requirePrograms } from './tools.ts';

export interface StartOptions {
  /** Clusters of different names run beside each other. Default: `dev`. */
  readonly name?: string;
  /** How many nodes, `node-1` and so on. Default: 3. */
  readonly nodes?: number;
  /** Default: node-3 takes 8 pods, so that a suite can fill it; the others 110. */
  readonly maxPods?: Readonly<Record<string, number>>;
  /** The nodes whose runtime is the other runc. Default: node-2. */
  readonly otherRunc?: readonly string[];
  readonly images?: ImageNames;
  /** Further flags for the controller manager, such as `--concurrent-job-syncs=50`; the last of a name counts. */
  readonly controllerManagerFlags?: readonly string[];
  readonly cache?: string;
  readonly say?: (line: string) => void;
}

/** Starts a cluster in place of any earlier one of that name. Throws, with nothing left running, where it can't. */
export const startCluster = async (options: StartOptions = {}): Promise<Cluster> => {
  const { name = 'dev', images = DEFAULT_IMAGES, say = () => {} } = options;
  const cache = resolve(options.cache ?? cacheFolder());
  refuseUnusable(cache);
  requirePrograms();
  const binaries = await buildBinaries(say, cache);
  const imageTar = await buildImages(binaries.pause, say, images, cache);
  const imageStore = await buildImageStore(imageTar, binaries.node, say);
  const folder = stateFolder(name, cache);
  const unlock = lockCluster(folder);
  try {
    await sweepCluster(folder);
    mkdirSync(join(folder, 'logs'), { recursive: true, mode: 0o755 });
    const slot = await claimSlot(folder);
    const hostAddress = `10.99.${slot}.1`;
    const runc = { usual: join(binaries.node, 'runc'), other: join(binaries['runc-other'], 'runc') };
    const state: ClusterState = {
      formatVersion: 1,
      name,
      folder,
      slot,
      bridge: bridgeOf(slot),
      hostAddress,
      server: `https://${hostAddress}:6443`,
      kubeconfig: join(folder, 'kubeconfig'),
      kubernetes: binaries.kubernetes,
      nodeTools: binaries.node,
      pause: binaries.pause,
      images: imageTar,
      imageStore,
      cgroup: cgroupName(name, folder),
      controllerManagerFlags: options.controllerManagerFlags ?? [],
      nodes: Array.from({ length: options.nodes ?? 3 }, (_, at) =>
        nodeState(options, folder, slot, at + 1, runc),
      ),
    };
    await startParts(state, images.pause[0]!, say);
    writeFileSync(stateFile(folder), `${JSON.stringify(state, null, 2)}\n`);
    return clusterFrom(state);
  } catch (error) {
    const logs = lastWords(folder);
    await sweepCluster(folder);
    throw new Error(`the cluster ${name} did not start: ${(error as Error).message}\n${logs}`, {
      cause: error,
    });
  } finally {
    unlock();
  }
};

const nodeState = (
  { maxPods = { 'node-3': 8 }, otherRunc = ['node-2'] }: StartOptions,
  folder: string,
  slot: number,
  index: number,
  runc: { usual: string; other: string },
): NodeState => {
  const name = `node-${index}`;
  return {
    name,
    index,
    address: `10.99.${slot}.${10 + index}`,
    podSubnet: `10.${100 + slot}.${index}.0/24`,
    folder: join(folder, name),
    maxPods: maxPods[name] ?? 110,
    runc: otherRunc.includes(name) ? runc.other : runc.usual,
  };
};

const startParts = async (
  state: ClusterState,
  pauseImage: string,
  say: (line: string) => void,
): Promise<void> => {
  startControlPlane(state, 'etcd'); // needs no certificates, so it may come up meanwhile
  await writeCertificates(state.folder, [
    ...controlPlaneCertificates(state),
    ...state.nodes.map(nodeCertificate),
  ]);
  writeControlPlaneFiles(state);
  startControlPlane(state, 'kube-apiserver');
  const apiReady = poll('the API server', () => isApiReady(state), { timeoutMs: 60_000 }).then(() => {
    startControlPlane(state, 'kube-controller-manager');
    startControlPlane(state, 'kube-scheduler');
  });
  await Promise.all([apiReady, ...state.nodes.map((node) => startNode(state, node, pauseImage, apiReady))]);
  say('the control plane and the runtimes run');
  await poll('Ready nodes', async () => (await readyNodes(state)).length === state.nodes.length, {
    timeoutMs: 60_000,
    describe: async () => `Ready are: ${(await readyNodes(state)).join(' ') || 'none'}.`,
  });
  // Pods are refused until the controller manager has made it.
  await poll('the default service account', () =>
    getObject<object>(state, '/api/v1/namespaces/default/serviceaccounts/default'),
  );
};

const startNode = async (
  state: ClusterState,
  node: NodeState,
  pauseImage: string,
  apiReady: Promise<void>,
): Promise<void> => {
  await writeNodeFiles(state, node, pauseImage);
  writeNodeKubeconfig(state, node);
  await startHolder(state, node);
  await connectNode(state, node);
  await startRuntime(state, node);
  await apiReady;
  startKubelet(state, node);
};

const refuseUnusable = (cache: string): void => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    throw new Error('the test cluster needs Linux and root');
  // A node has folders of its own in these places, which would hide the cache from it.
  const hidden = ['/var/lib', '/var/log', '/run', '/proc'].find((path) => `${cache}/`.startsWith(`${path}/`));
  if (hidden) throw new Error(`the cache folder must not lie below ${hidden}, but is ${cache}`);
};

const lastWords = (folder: string): string => {
  const parts = ['etcd', 'kube-apiserver', 'node-1/holder', 'node-1/containerd', 'node-1/kubelet'];
  return parts
    .map((part) => {
      const log = logOf(folder, part);
      if (!existsSync(log)) return '';
      return `--- ${part}\n${readFileSync(log, 'utf8').trimEnd().split('\n').slice(-8).join('\n')}\n`;
    })
    .join('');
};
