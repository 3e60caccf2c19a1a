// Pods that would be as harmless as the sync, or as a wave's probe, but for one thing.
import type { V1Container, V1PodSpec } from '@kubernetes/client-node';

type Change = (spec: V1PodSpec, container: V1Container) => void;
export type Variant = readonly [title: string, change: Change];

const within = (more: object): Change => {
  return (_, container) => {
    container.securityContext = { ...container.securityContext, ...more };
  };
};
const inContainer = (more: object): Change => {
  return (_, container) => void Object.assign(container, more);
};
const inPod = (more: object): Change => {
  return (spec) => void Object.assign(spec, more);
};

/** What neither may have. */
export const HARMFUL: readonly Variant[] = [
  [
    'a folder of its node',
    (spec) => {
      spec.volumes = [...(spec.volumes ?? []), { name: 'root', hostPath: { path: '/' } }];
    },
  ],
  ['another image', inContainer({ image: 'docker.io/library/busybox' })],
  ['a second container', ({ containers }, one) => void containers.push({ ...one, name: 'other' })],
  [
    'an init container',
    (spec, one) => {
      spec.initContainers = [{ ...one, name: 'first' }];
    },
  ],
  ["the host's network", inPod({ hostNetwork: true })],
  ["the host's processes", inPod({ hostPID: true })],
  ["the host's memory", inPod({ hostIPC: true })],
  ['a device', inPod({ resourceClaims: [{ name: 'a', resourceClaimName: 'disk' }] })],
  ['a privileged container', within({ privileged: true, allowPrivilegeEscalation: true })],
  ['a capability', within({ capabilities: { drop: ['ALL'], add: ['SYS_ADMIN'] } })],
  ['the capabilities of any container', within({ capabilities: {} })],
  ['no profile', within({ seccompProfile: { type: 'Unconfined' } })],
  ['root', within({ runAsUser: 0, runAsNonRoot: false })],
];

/** What a probe may not have. */
export const MORE_THAN_A_PROBE: readonly Variant[] = [
  ...HARMFUL,
  ['another program', inContainer({ command: ['node', '-e', 'process.exit()'] })],
  ['arguments', inContainer({ args: ['1'] })],
  ['a variable', inContainer({ env: [{ name: 'LD_PRELOAD', value: '/tmp/a.so' }] })],
  ['a hook', inContainer({ lifecycle: { postStart: { exec: { command: ['sh'] } } } })],
  ['a startup probe', inContainer({ startupProbe: { exec: { command: ['sh'] } } })],
  ['a token', inPod({ automountServiceAccountToken: true })],
  ["the sync's account", inPod({ serviceAccountName: 'sync' })],
  ['a content of the cluster', inPod({ volumes: [{ name: 'a', configMap: { name: 'b' } }] })],
  ['a chosen node, past the scheduler', inPod({ nodeName: 'node-1' })],
  ['no end', (spec) => void delete spec.activeDeadlineSeconds],
  ['the default profile', within({ seccompProfile: { type: 'RuntimeDefault' } })],
  ['an SELinux type', within({ seLinuxOptions: { type: 'spc_t' } })],
  ['no AppArmor profile', within({ appArmorProfile: { type: 'Unconfined' } })],
];

/** What the sync may not have. */
export const MORE_THAN_A_SYNC: readonly Variant[] = [
  ...HARMFUL,
  ['more privileges than it began with', within({ allowPrivilegeEscalation: true })],
  ['another account', inPod({ serviceAccountName: 'default' })],
  ['a root user', inPod({ securityContext: { seccompProfile: { type: 'RuntimeDefault' } } })],
  ['no profile for the pod', inPod({ securityContext: { runAsNonRoot: true, runAsUser: 1 } })],
];
