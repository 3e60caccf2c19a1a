// One node: a process that holds its namespaces (mount, network, pid), and in them containerd and a kubelet.
// All of its disk is a folder of the host; when the holder dies, the kernel ends and unmounts everything else.
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Certificate, certificateOf, keyOf, writeKubeconfig } from './certificates.ts';
import { makeNodeCgroups } from './cgroups.ts';
import { logOf } from './control-plane.ts';
import type { CommandOptions, CommandResult } from './handle.ts';
import { copyImageStore } from './image-store.ts';
import { findComponent, poll, run, startProcess } from './processes.ts';
import { type ClusterState, kubeletRootOf, type NodeState } from './state.ts';

const CNI_VERSION = '1.0.0';

export const nodeCertificate = (node: NodeState): Certificate => ({
  name: node.name,
  subject: `/O=system:nodes/CN=system:node:${node.name}`,
  alternatives: [`IP:${node.address}`, `DNS:${node.name}`],
});

/** Writes the node's folder: a disk with nothing but images, and the configuration of its runtime, network and kubelet. */
export const writeNodeFiles = async (
  state: ClusterState,
  node: NodeState,
  pauseImage: string,
): Promise<void> => {
  const in_ = (...parts: string[]) => join(node.folder, ...parts);
  for (const folder of ['var-lib/kubelet/seccomp', 'var-lib/containerd', 'var-log/pods', 'cni']) {
    mkdirSync(in_(folder), { recursive: true });
  }
  await copyImageStore(state.imageStore, in_('var-lib/containerd'));
  writeFileSync(in_('machine-id'), `${randomUUID().replaceAll('-', '')}\n`);
  writeFileSync(in_('resolv.conf'), '# No name is resolved here.\n');
  writeFileSync(in_('containerd.toml'), containerdConfig(state, node, pauseImage));
  writeFileSync(in_('cni/10-bridge.conflist'), JSON.stringify(networkConfig(node), null, 2));
  writeFileSync(in_('kubelet.json'), JSON.stringify(kubeletConfig(state, node), null, 2));
};

export const writeNodeKubeconfig = (state: ClusterState, node: NodeState): void => {
  writeKubeconfig(state.folder, node.name, state.server, join(node.folder, 'kubeconfig'));
};

const containerdConfig = (state: ClusterState, node: NodeState, pauseImage: string): string => `version = 3
disabled_plugins = ["io.containerd.nri.v1.nri", "io.containerd.internal.v1.tracing", "io.containerd.tracing.processor.v1.otlp"]

[plugins."io.containerd.cri.v1.runtime"]
disable_apparmor = true
restrict_oom_score_adj = true

[plugins."io.containerd.cri.v1.runtime".cni]
bin_dirs = [${JSON.stringify(join(state.nodeTools, 'cni'))}]
conf_dir = ${JSON.stringify(join(node.folder, 'cni'))}

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
BinaryName = ${JSON.stringify(node.runc)}
SystemdCgroup = false

[plugins."io.containerd.cri.v1.images".pinned_images]
sandbox = ${JSON.stringify(pauseImage)}

[plugins."io.containerd.internal.v1.opt"]
path = "/var/lib/containerd/opt"
`;

const networkConfig = (node: NodeState): object => ({
  cniVersion: CNI_VERSION,
  name: 'pods',
  plugins: [
    {
      type: 'bridge',
      bridge: 'pods0',
      isDefaultGateway: true,
      ipMasq: false,
      ipam: { type: 'host-local', ranges: [[{ subnet: node.podSubnet }]] },
    },
    { type: 'portmap', capabilities: { portMappings: true } },
  ],
});

const kubeletConfig = (state: ClusterState, node: NodeState): object => ({
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  authentication: {
    anonymous: { enabled: false },
    webhook: { enabled: false },
    x509: { clientCAFile: certificateOf(state.folder, 'ca') },
  },
  authorization: { mode: 'AlwaysAllow' },
  tlsCertFile: certificateOf(state.folder, node.name),
  tlsPrivateKeyFile: keyOf(state.folder, node.name),
  containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
  failCgroupV1: false,
  cgroupDriver: 'cgroupfs',
  cgroupsPerQOS: false,
  enforceNodeAllocatable: [],
  localStorageCapacityIsolation: false,
  failSwapOn: false,
  makeIPTablesUtilChains: false,
  evictionHard: {
    'memory.available': '0%',
    'nodefs.available': '0%',
    'nodefs.inodesFree': '0%',
    'imagefs.available': '0%',
  },
  imageGCHighThresholdPercent: 100,
  imageGCLowThresholdPercent: 99,
  nodeStatusUpdateFrequency: '2s',
  nodeLeaseDurationSeconds: 12,
  maxPods: node.maxPods,
  resolvConf: join(node.folder, 'resolv.conf'),
  volumePluginDir: '/var/lib/kubelet/volume-plugins',
  shutdownGracePeriod: '0s',
});

/** What was mounted there has to go: runc takes the first mount of a hierarchy that it finds for the right one. */
const moveCgroup = (from: string, to: string): string =>
  `mount --bind ${from} /run/cgroup; umount ${to}; mount --move /run/cgroup ${to}`;

/** Starts the process that holds the node's namespaces, and returns its pid when the node's disk is mounted. */
export const startHolder = async (state: ClusterState, node: NodeState): Promise<number> => {
  const pause = join(state.pause, 'pause');
  // /var/lib, /var/log and /run are hidden as a whole: nothing of the node gets on the host's disk, not even an
  // empty folder. The tmpfs on /run is fresh at each start, as a stale containerd socket would do harm.
  const cgroups = makeNodeCgroups(state.cgroup, node.name);
  const script = `set -e
mount -t tmpfs -o mode=755 run /run
mkdir /run/cgroup
${cgroups.map(({ from, to }) => moveCgroup(from, to)).join('\n')}
mount --bind "$NODE/var-lib" /var/lib
mount --bind "$NODE/var-log" /var/log
mkdir -p /run/containerd /run/netns /run/lock
[ ! -e /etc/machine-id ] || mount --bind "$NODE/machine-id" /etc/machine-id
mkdir -p /var/lib/dbus && cp "$NODE/machine-id" /var/lib/dbus/machine-id
mount --bind /var/lib/kubelet /var/lib/kubelet
mount --make-rshared /var/lib/kubelet
exec ${JSON.stringify(pause)}`;
  const component = `${node.name}/holder`;
  const namespaces = [
    '--mount',
    '--propagation=private',
    '--net',
    '--pid',
    '--fork',
    '--kill-child',
    '--mount-proc',
  ];
  startProcess(state.folder, component, ['unshare', ...namespaces, 'sh', '-c', script], {
    log: logOf(state.folder, component),
    env: { NODE: node.folder },
  });
  return await poll(`${node.name}'s namespaces`, () => findComponent(state.folder, component, 'pause'), {
    everyMs: 10,
    describe: () => `See ${logOf(state.folder, component)}`,
  });
};

export const holderOf = (state: ClusterState, node: NodeState): number => {
  const pid = findComponent(state.folder, `${node.name}/holder`, 'pause');
  if (pid === undefined) throw new Error(`${node.name} of the cluster ${state.name} is not running`);
  return pid;
};

const inside = (pid: number, argv: readonly string[]): string[] => [
  'nsenter',
  `--target=${pid}`,
  '--mount',
  '--net',
  '--pid',
  '--',
  ...argv,
];

const toolPath = (state: ClusterState): Record<string, string> => ({
  PATH: `${state.nodeTools}:${state.kubernetes}:${process.env.PATH ?? ''}`,
});

/** Runs a command in the node's namespaces. */
export const runInNode = (
  state: ClusterState,
  node: NodeState,
  argv: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> =>
  run(inside(holderOf(state, node), argv), { ...options, env: { ...toolPath(state), ...options.env } });

const startInNode = (
  state: ClusterState,
  node: NodeState,
  program: string,
  argv: readonly string[],
): void => {
  const component = `${node.name}/${program}`;
  startProcess(state.folder, component, inside(holderOf(state, node), argv), {
    log: logOf(state.folder, component),
    env: toolPath(state),
  });
};

/** Starts containerd and returns when it answers. */
export const startRuntime = async (state: ClusterState, node: NodeState): Promise<void> => {
  const containerd = join(state.nodeTools, 'containerd');
  startInNode(state, node, 'containerd', [containerd, '--config', join(node.folder, 'containerd.toml')]);
  const answers = async () => (await runInNode(state, node, ['ctr', 'version'])).code === 0;
  await poll(`containerd of ${node.name}`, answers, {
    describe: () => `See ${logOf(state.folder, `${node.name}/containerd`)}`,
  });
};

/** Starts the kubelet process; when the node becomes Ready is for the caller to see. */
export const startKubelet = (state: ClusterState, node: NodeState): void => {
  startInNode(state, node, 'kubelet', [
    join(state.kubernetes, 'kubelet'),
    `--config=${join(node.folder, 'kubelet.json')}`,
    `--kubeconfig=${join(node.folder, 'kubeconfig')}`,
    `--hostname-override=${node.name}`,
    `--node-ip=${node.address}`,
    '--root-dir=/var/lib/kubelet',
  ]);
};

export const findInNode = (
  state: ClusterState,
  node: NodeState,
  program: 'kubelet' | 'containerd',
): number | undefined => findComponent(state.folder, `${node.name}/${program}`, program);

export const seccompRootOf = (node: NodeState): string => join(kubeletRootOf(node), 'seccomp');
