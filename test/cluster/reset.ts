// Makes a used test cluster clean, so that what one suite left cannot make another fail.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isApiReady } from './api.ts';
import type { Cluster } from './handle.ts';
import { poll } from './processes.ts';

interface Item {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly unschedulable?: boolean;
    readonly taints?: readonly { key: string; effect: string }[];
  };
}

const SYSTEM_NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];
/** The kinds without a namespace that a suite may make; those that admission asks come first. */
const ADMISSION_KINDS = [
  'validatingadmissionpolicybindings',
  'validatingadmissionpolicies',
  'validatingwebhookconfigurations',
  'mutatingwebhookconfigurations',
];
const OTHER_KINDS = [
  'clusterrolebindings',
  'clusterroles',
  'priorityclasses',
  'customresourcedefinitions',
  'runtimeclasses',
];
const WORKLOADS =
  'jobs,cronjobs,deployments,daemonsets,statefulsets,replicasets,pods,configmaps,secrets,resourcequotas,limitranges';

export const resetCluster = async (cluster: Cluster): Promise<void> => {
  cluster.thawControllerManager();
  if (!(await isApiReady(cluster.state))) await cluster.restartApiServer();
  // Before anything else is deleted: a webhook that nobody answers any more would refuse it.
  await deleteClusterWide(cluster, ADMISSION_KINDS);
  await deleteForeignNodes(cluster);
  await Promise.all(
    cluster.nodes.map(async (node) => {
      await node.unmountSeccomp();
      if (!node.isKubeletRunning()) await node.startKubelet();
    }),
  );
  await Promise.all([
    deleteNamespaces(cluster),
    emptyDefaultNamespace(cluster),
    deleteClusterWide(cluster, OTHER_KINDS),
  ]);
  await cleanNodes(cluster);
  for (const node of cluster.nodes) {
    mkdirSync(node.seccompRoot, { recursive: true });
    for (const name of readdirSync(node.seccompRoot))
      rmSync(join(node.seccompRoot, name), { recursive: true });
  }
};

const list = async (cluster: Cluster, kinds: readonly string[]): Promise<Item[]> =>
  (await cluster.getJson<{ items: Item[] }>([kinds.join(',')])).items;

/** What the API server makes itself, and would make again. */
const isBuiltIn = ({ metadata }: Item): boolean =>
  metadata.labels?.['kubernetes.io/bootstrapping'] !== undefined ||
  metadata.annotations?.['rbac.authorization.kubernetes.io/autoupdate'] !== undefined ||
  metadata.name.startsWith('system');

const deleteClusterWide = async (cluster: Cluster, kinds: readonly string[]): Promise<void> => {
  const foreign = (await list(cluster, kinds)).filter((item) => !isBuiltIn(item));
  if (foreign.length === 0) return;
  const names = foreign.map((item) => `${item.kind}/${item.metadata.name}`);
  await cluster.mustKubectl(['delete', '--ignore-not-found', ...names]);
};

const deleteForeignNodes = async (cluster: Cluster): Promise<void> => {
  const own = cluster.nodes.map((node) => node.name);
  const foreign = (await list(cluster, ['nodes']))
    .map((item) => item.metadata.name)
    .filter((name) => !own.includes(name));
  if (foreign.length > 0) await cluster.mustKubectl(['delete', 'node', '--ignore-not-found', ...foreign]);
};

const deleteNamespaces = async (cluster: Cluster): Promise<void> => {
  const names = (await list(cluster, ['namespaces'])).map((item) => item.metadata.name);
  const foreign = names.filter((name) => !SYSTEM_NAMESPACES.includes(name));
  if (foreign.length === 0) return;
  // Pods need not take their leave: a grace of 30 seconds is what deleting a namespace would mostly consist of.
  await Promise.all(foreign.map((name) => deletePods(cluster, name)));
  await cluster.mustKubectl(['delete', 'namespace', '--ignore-not-found', '--timeout=60s', ...foreign]);
};

const deletePods = (cluster: Cluster, namespace: string): Promise<string> =>
  cluster.mustKubectl(['delete', 'pods', '--all', '--namespace', namespace, '--force', '--grace-period=0']);

const emptyDefaultNamespace = async (cluster: Cluster): Promise<void> => {
  const items = (await list(cluster, [WORKLOADS])).filter(
    (item) => item.metadata.name !== 'kube-root-ca.crt',
  );
  if (items.length === 0) return;
  const names = items.map((item) => `${item.kind}/${item.metadata.name}`);
  await cluster.mustKubectl(['delete', '--ignore-not-found', '--wait=false', '--grace-period=1', ...names]);
  // A ReplicaSet may have replaced a pod before it was deleted itself; that one would take its leave for 30 seconds.
  await poll(
    'an empty default namespace',
    async () => {
      if ((await list(cluster, ['pods'])).length === 0) return true;
      const gently = ['--ignore-not-found', '--wait=false', '--grace-period=1'];
      await cluster.mustKubectl(['delete', 'pods', '--all', ...gently]);
      return false;
    },
    { timeoutMs: 60_000, everyMs: 500 },
  );
};

/** Removes the labels with our prefix, taints and cordons. */
const cleanNodes = async (cluster: Cluster): Promise<void> => {
  for (const node of await list(cluster, ['nodes'])) {
    const labels = Object.keys(node.metadata.labels ?? {}).filter((label) =>
      label.includes('kubectl-seccomp'),
    );
    // The taints of the node's own condition go by themselves.
    const taints = (node.spec?.taints ?? []).filter(({ key }) => !key.startsWith('node.kubernetes.io/'));
    const { name } = node.metadata;
    if (labels.length > 0)
      await cluster.mustKubectl(['label', 'node', name, ...labels.map((label) => `${label}-`)]);
    if (taints.length > 0) {
      const removals = taints.map(({ key, effect }) => `${key}:${effect}-`);
      await cluster.mustKubectl(['taint', 'node', name, ...removals]);
    }
    if (node.spec?.unschedulable) await cluster.mustKubectl(['uncordon', name]);
  }
};
