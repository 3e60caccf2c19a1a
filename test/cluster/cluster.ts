// The test cluster as suites use it. `attachCluster()` gives the one that `npm test` has started; everything on the
// handle works from its state file and /proc, in any process.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isApiReady, readyNodes } from './api.ts';
import { auditMark, readRequests } from './audit.ts';
import { auditLogOf, startControlPlane } from './control-plane.ts';
import type { Cluster, ClusterNode, CommandOptions } from './handle.ts';
import { findInNode, holderOf, runInNode, seccompRootOf, startKubelet, startRuntime } from './node.ts';
import { findComponent, poll, run, signal } from './processes.ts';
import { resetCluster } from './reset.ts';
import {
  type ClusterState,
  kubeletRootOf,
  type NodeState,
  readState,
  STATE_FILE_VARIABLE,
  stateFile,
  stateFolder,
} from './state.ts';
import { stopCluster } from './sweep.ts';

const SECCOMP_ROOT = '/var/lib/kubelet/seccomp';

/** Returns the cluster that the environment names. Suites ask for it with `suiteThatNeeds(…, ['cluster'])` first. */
export const attachCluster = (file = process.env[STATE_FILE_VARIABLE]): Cluster => {
  if (!file)
    throw new Error(`${STATE_FILE_VARIABLE} is not set: it names the state file of a running test cluster`);
  return clusterFrom(readState(file));
};

/** Returns the cluster of that name, if it is running. */
export const findCluster = async (name: string, cache?: string): Promise<Cluster | undefined> => {
  const file = stateFile(stateFolder(name, cache));
  if (!existsSync(file)) return undefined;
  const state = readState(file);
  return (await isApiReady(state)) ? clusterFrom(state) : undefined;
};

export const clusterFrom = (state: ClusterState): Cluster => {
  const nodes = state.nodes.map((node) => nodeFrom(state, node));
  const kubectl = (args: readonly string[], options: CommandOptions = {}) =>
    run([join(state.kubernetes, 'kubectl'), ...args], {
      ...options,
      env: { ...environmentOf(state), ...options.env },
    });
  const mustKubectl = async (args: readonly string[], options?: CommandOptions) => {
    const { code, stdout, stderr } = await kubectl(args, options);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: exit ${code}: ${stderr.trim()}`);
    return stdout;
  };
  const cluster: Cluster = {
    state,
    name: state.name,
    kubeconfig: state.kubeconfig,
    server: state.server,
    nodes,
    node: (name) => {
      const found = nodes.find((node) => node.name === name);
      if (!found) throw new Error(`no node ${name}; there are ${nodes.map((node) => node.name).join(' ')}`);
      return found;
    },
    kubectl,
    mustKubectl,
    getJson: async <T>(args: readonly string[]) =>
      JSON.parse(await mustKubectl(['get', ...args, '-o', 'json'])) as T,
    auditLog: () => auditLogOf(state),
    auditMark: () => auditMark(state),
    requests: (prefix, since) => readRequests(state, prefix, since),
    countRequests: async (prefix, since) => (await readRequests(state, prefix, since)).length,
    freezeControllerManager: () => signalControllerManager(state, 'SIGSTOP'),
    thawControllerManager: () => signalControllerManager(state, 'SIGCONT'),
    stopApiServer: () => killUntilGone(() => findComponent(state.folder, 'kube-apiserver', 'kube-apiserver')),
    restartApiServer: async () => {
      await cluster.stopApiServer();
      startControlPlane(state, 'kube-apiserver');
      await poll('the API server', () => isApiReady(state), { timeoutMs: 60_000 });
    },
    reset: () => resetCluster(cluster),
    stop: () => stopCluster(state.folder),
  };
  return cluster;
};

/** The environment in which a kubectl is the administrator's and leaves nothing in anyone's home. */
export const environmentOf = (state: ClusterState): Record<string, string> => ({
  KUBECONFIG: state.kubeconfig,
  KUBECACHEDIR: join(state.folder, 'kubectl-cache'),
  KUBERC: 'off',
});

const signalControllerManager = (state: ClusterState, name: 'SIGSTOP' | 'SIGCONT'): void => {
  const pid = findComponent(state.folder, 'kube-controller-manager', 'kube-controller-manager');
  if (pid === undefined) throw new Error('the controller manager is not running');
  signal(pid, name);
};

const killUntilGone = async (find: () => number | undefined): Promise<void> => {
  await poll(
    'the end of a process',
    () => {
      const pid = find();
      if (pid !== undefined) signal(pid, 'SIGKILL');
      return pid === undefined;
    },
    { everyMs: 10 },
  );
};

const nodeFrom = (state: ClusterState, node: NodeState): ClusterNode => {
  const exec: ClusterNode['exec'] = (argv, options) => runInNode(state, node, argv, options);
  const mustExec = async (argv: readonly string[]) => {
    const { code, stderr } = await exec(argv);
    if (code !== 0) throw new Error(`${node.name}: ${argv.join(' ')}: exit ${code}: ${stderr.trim()}`);
  };
  const isMounted = async () => (await exec(['mountpoint', '--quiet', SECCOMP_ROOT])).code === 0;
  return {
    name: node.name,
    address: node.address,
    kubeletRoot: kubeletRootOf(node),
    seccompRoot: seccompRootOf(node),
    maxPods: node.maxPods,
    isKubeletRunning: () => findInNode(state, node, 'kubelet') !== undefined,
    stopKubelet: () => killUntilGone(() => findInNode(state, node, 'kubelet')),
    startKubelet: async () => {
      if (findInNode(state, node, 'kubelet') === undefined) startKubelet(state, node);
      await poll(`${node.name} being Ready`, async () => (await readyNodes(state)).includes(node.name), {
        timeoutMs: 60_000,
      });
    },
    restartRuntime: async () => {
      await killUntilGone(() => findInNode(state, node, 'containerd'));
      await startRuntime(state, node);
    },
    mountSeccompTmpfs: async (sizeBytes) => {
      await mustExec(['mkdir', '-p', SECCOMP_ROOT]);
      await mustExec(['mount', '-t', 'tmpfs', '-o', `size=${sizeBytes},mode=755`, 'seccomp', SECCOMP_ROOT]);
      return `/proc/${holderOf(state, node)}/root${SECCOMP_ROOT}`;
    },
    unmountSeccomp: async () => {
      while (await isMounted()) await mustExec(['umount', '--lazy', SECCOMP_ROOT]);
    },
    exec,
  };
};
