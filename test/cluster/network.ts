// The cluster's network on the host: a bridge, whose creation claims the cluster's number (slot) on this machine,
// and a veth pair to each node. Every link carries the cluster's folder as its alias, by which it is found again.
import { existsSync } from 'node:fs';
import { holderOf } from './node.ts';
import { mustRun, run } from './processes.ts';
import { type ClusterState, type NodeState, SERVICE_ADDRESS } from './state.ts';

/** The slots there are; the last number is kept for pod subnets 10.<100+slot>. */
const SLOTS = 64;
const BRIDGE_PREFIX = 'kseccomp';
const UNFINISHED_PREFIX = 'ksec-';

export const bridgeOf = (slot: number): string => `${BRIDGE_PREFIX}${slot}`;

interface Link {
  readonly ifname: string;
  readonly ifalias?: string;
}

const listLinks = async (): Promise<Link[]> =>
  JSON.parse((await mustRun(['ip', '-json', 'link', 'show'])) || '[]') as Link[];

/** Lists the links on the host that belong to the cluster in `folder`. */
export const findLinks = async (folder: string): Promise<string[]> =>
  (await listLinks()).filter((link) => link.ifalias === folder).map((link) => link.ifname);

/**
 * Makes the cluster's bridge and returns its slot. The kernel refuses a name twice: that is the lock between clusters,
 * whoever starts them and whatever their cache is. The bridge gets its name last, so that none is ever without the
 * alias by which it is found; until then its name tells whose it is.
 */
export const claimSlot = async (folder: string): Promise<number> => {
  await sweepUnfinished();
  const unfinished = `${UNFINISHED_PREFIX}${process.pid}`;
  await mustRun(['ip', 'link', 'add', unfinished, 'type', 'bridge']);
  await mustRun(['ip', 'link', 'set', unfinished, 'alias', folder]);
  for (let slot = 0; slot < SLOTS; slot += 1) {
    const bridge = bridgeOf(slot);
    const renamed = await run(['ip', 'link', 'set', unfinished, 'name', bridge]);
    if (renamed.code === 0) {
      await mustRun(['ip', 'address', 'add', `10.99.${slot}.1/24`, 'dev', bridge]);
      await mustRun(['ip', 'link', 'set', bridge, 'up']);
      return slot;
    }
    if (!/exists/.test(renamed.stderr))
      throw new Error(`no bridge for the cluster: ${renamed.stderr.trim()}`);
  }
  throw new Error(`there are ${SLOTS} test clusters on this machine already`);
};

/** Removes the bridges of starters that were killed before they had given the alias. */
const sweepUnfinished = async (): Promise<void> => {
  for (const { ifname } of await listLinks()) {
    if (!ifname.startsWith(UNFINISHED_PREFIX)) continue;
    if (!existsSync(`/proc/${ifname.slice(UNFINISHED_PREFIX.length)}`))
      await run(['ip', 'link', 'delete', ifname]);
  }
};

/** Connects a node, whose holder runs, with the bridge, and its pods with the host's and the other nodes'. */
export const connectNode = async (state: ClusterState, node: NodeState): Promise<void> => {
  const holder = holderOf(state, node);
  const outer = `${state.bridge}n${node.index}`;
  await ipBatch(
    [],
    [
      `link add ${outer} type veth peer name eth0 netns ${holder}`,
      `link set ${outer} alias ${JSON.stringify(state.folder)}`,
      `link set ${outer} master ${state.bridge} up`,
      `route add ${node.podSubnet} via ${node.address}`,
    ],
  );
  const inNode = ['nsenter', `--target=${holder}`, '--net', '--'];
  await ipBatch(inNode, [
    'link set lo up',
    `address add ${node.address}/24 dev eth0`,
    'link set eth0 up',
    `route add default via ${state.hostAddress}`,
    ...state.nodes.flatMap((other) =>
      other.name === node.name ? [] : [`route add ${other.podSubnet} via ${other.address}`],
    ),
  ]);
  // In place of kube-proxy, for the one Service that clients in pods cannot do without.
  const toApi = [
    '-d',
    SERVICE_ADDRESS,
    '-p',
    'tcp',
    '--dport',
    '443',
    '-j',
    'DNAT',
    '--to',
    `${state.hostAddress}:6443`,
  ];
  await mustRun([...inNode, 'iptables', '-t', 'nat', '-A', 'PREROUTING', ...toApi]);
  await mustRun([...inNode, 'iptables', '-t', 'nat', '-A', 'OUTPUT', ...toApi]);
  await mustRun([...inNode, 'sh', '-c', 'echo 1 >/proc/sys/net/ipv4/ip_forward']);
};

const ipBatch = async (prefix: readonly string[], lines: readonly string[]): Promise<void> => {
  await mustRun([...prefix, 'ip', '-batch', '-'], { input: `${lines.join('\n')}\n` });
};
