// The control plane on the host: etcd, API server, controller manager, scheduler. Their command lines are pure
// functions of the cluster's state, so that any process can start one again.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Certificate, certificateOf, keyOf, writeKubeconfig } from './certificates.ts';
import { startProcess } from './processes.ts';
import { type ClusterState, SERVICE_ADDRESS, SERVICE_NETWORK } from './state.ts';

export type ControlPlaneComponent = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler';

/** The whole of 127/8 is the host's own: a pod in a node's namespace cannot reach etcd there. */
const etcdUrl = (state: ClusterState, port: number): string => `http://127.99.${state.slot}.1:${port}`;

export const auditLogOf = (state: ClusterState): string => join(state.folder, 'audit.log');
export const logOf = (folder: string, component: string): string =>
  join(folder, 'logs', `${component.replace('/', '.')}.log`);

export const controlPlaneCertificates = (state: ClusterState): Certificate[] => [
  {
    name: 'kube-apiserver',
    subject: '/CN=kube-apiserver',
    alternatives: [
      ...['127.0.0.1', state.hostAddress, SERVICE_ADDRESS].map((address) => `IP:${address}`),
      ...['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'].map(
        (name) => `DNS:${name}`,
      ),
    ],
  },
  { name: 'admin', subject: '/O=system:masters/CN=kubernetes-admin' },
  { name: 'kube-controller-manager', subject: '/CN=system:kube-controller-manager' },
  { name: 'kube-scheduler', subject: '/CN=system:kube-scheduler' },
];

/** Writes what the control plane reads at its start; the certificates must be there. */
export const writeControlPlaneFiles = (state: ClusterState): void => {
  for (const name of ['kube-controller-manager', 'kube-scheduler']) {
    writeKubeconfig(state.folder, name, state.server, join(state.folder, `${name}.kubeconfig`));
  }
  writeKubeconfig(state.folder, 'admin', state.server, state.kubeconfig);
  const policy = {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [{ level: 'Metadata' }],
  };
  writeFileSync(join(state.folder, 'audit-policy.json'), JSON.stringify(policy));
};

const etcd = (state: ClusterState): string[] => [
  ...['--name=etcd', `--data-dir=${join(state.folder, 'etcd')}`, '--unsafe-no-fsync', '--log-level=warn'],
  `--listen-client-urls=${etcdUrl(state, 2379)}`,
  `--advertise-client-urls=${etcdUrl(state, 2379)}`,
  `--listen-peer-urls=${etcdUrl(state, 2380)}`,
  `--initial-advertise-peer-urls=${etcdUrl(state, 2380)}`,
  `--initial-cluster=etcd=${etcdUrl(state, 2380)}`,
];

const apiServer = (state: ClusterState): string[] => [
  `--etcd-servers=${etcdUrl(state, 2379)}`,
  ...[
    `--bind-address=${state.hostAddress}`,
    `--advertise-address=${state.hostAddress}`,
    '--secure-port=6443',
  ],
  `--tls-cert-file=${certificateOf(state.folder, 'kube-apiserver')}`,
  `--tls-private-key-file=${keyOf(state.folder, 'kube-apiserver')}`,
  `--client-ca-file=${certificateOf(state.folder, 'ca')}`,
  `--kubelet-client-certificate=${certificateOf(state.folder, 'admin')}`,
  `--kubelet-client-key=${keyOf(state.folder, 'admin')}`,
  '--kubelet-preferred-address-types=InternalIP',
  '--service-account-issuer=https://kubernetes.default.svc',
  `--service-account-key-file=${join(state.folder, 'pki', 'service-account.pub')}`,
  `--service-account-signing-key-file=${keyOf(state.folder, 'service-account')}`,
  `--service-cluster-ip-range=${SERVICE_NETWORK}`,
  ...['--authorization-mode=Node,RBAC', '--enable-admission-plugins=NodeRestriction', '--allow-privileged'],
  // There is no kube-proxy: an address of this very process as endpoint of `kubernetes` would be of no use, and
  // webhooks behind a Service are reached at their pods' addresses.
  ...['--endpoint-reconciler-type=none', '--enable-aggregator-routing'],
  `--audit-policy-file=${join(state.folder, 'audit-policy.json')}`,
  // Batches, so that no request waits for the disk; a buffer so large that nothing is dropped.
  ...[`--audit-log-path=${auditLogOf(state)}`, '--audit-log-mode=batch', '--audit-log-batch-max-wait=100ms'],
  ...['--audit-log-batch-buffer-size=200000', '--audit-log-maxsize=2000', '--audit-log-maxbackup=1'],
];

const controllerManager = (state: ClusterState): string[] => [
  `--kubeconfig=${join(state.folder, 'kube-controller-manager.kubeconfig')}`,
  ...['--leader-elect=false', '--secure-port=0', '--use-service-account-credentials'],
  `--root-ca-file=${certificateOf(state.folder, 'ca')}`,
  `--service-account-private-key-file=${keyOf(state.folder, 'service-account')}`,
  `--flex-volume-plugin-dir=${join(state.folder, 'volume-plugins')}`, // or it makes the default one on the host
  // A suite that stops a kubelet cannot wait for the default of 50 s; the nodes' leases are as much shorter.
  ...['--node-monitor-grace-period=12s', '--node-monitor-period=1s'],
  // At its start it asks for some forty tokens, which the default burst of 30 stretches over five seconds. The rate
  // of 20 a second, which is what limits many Jobs, is left as it is by default.
  '--kube-api-burst=200',
  ...state.controllerManagerFlags,
];

const scheduler = (state: ClusterState): string[] => [
  `--kubeconfig=${join(state.folder, 'kube-scheduler.kubeconfig')}`,
  ...['--leader-elect=false', '--secure-port=0'],
];

const ARGUMENTS: Record<ControlPlaneComponent, (state: ClusterState) => string[]> = {
  etcd,
  'kube-apiserver': apiServer,
  'kube-controller-manager': controllerManager,
  'kube-scheduler': scheduler,
};

export const startControlPlane = (state: ClusterState, component: ControlPlaneComponent): void => {
  startProcess(state.folder, component, [join(state.kubernetes, component), ...ARGUMENTS[component](state)], {
    log: logOf(state.folder, component),
  });
};
