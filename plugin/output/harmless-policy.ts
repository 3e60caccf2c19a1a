// The Pods of the install namespace that touch no node by themselves, as CEL: the sync inside the cluster, and the short
// Pods behind the waves of `apply --probe`. They need no host path, no capabilities and not even root, so that whoever
// makes them under another program gains nothing on a node.
// They are those of `plugin/cluster/sync-objects.ts` and `plugin/cluster/probe-pod.ts`.
import { isEmpty, isOff, isWithoutCapabilities, literal, none } from './cel.ts';

interface Admitted {
  readonly images: readonly string[];
}

/**
 * Whoever may make Pods could run another program under the sync's account, which then may do what a sync may: no more
 * than who may make Pods here has already.
 */
export const confinedSync = (spec: string, { images }: Admitted): string => {
  const container = `${spec}.containers[0]`;
  const context = `${container}.securityContext`;
  return [
    `has(${spec}.serviceAccountName) && ${spec}.serviceAccountName == "sync"`,
    ...alone(spec, images),
    `has(${spec}.volumes) && ${spec}.volumes.all(volume, has(volume.configMap) || has(volume.projected))`,
    `has(${spec}.securityContext) && has(${spec}.securityContext.runAsNonRoot) && ${spec}.securityContext.runAsNonRoot`,
    `has(${spec}.securityContext.seccompProfile) && ${spec}.securityContext.seccompProfile.type == "RuntimeDefault"`,
    `has(${context}) && ${none(context, 'seccompProfile', 'procMount', 'runAsUser', 'runAsNonRoot')}`,
    isWithoutCapabilities(context),
    `has(${context}.allowPrivilegeEscalation) && !${context}.allowPrivilegeEscalation`,
  ].join(' && ');
};

/** It only sleeps, under a profile of the node's, and is gone soon. */
export const confinedProbe = (pod: string, { images }: Admitted): string => {
  const spec = `${pod}.spec`;
  const container = `${spec}.containers[0]`;
  const context = `${container}.securityContext`;
  return [
    `has(${pod}.metadata.labels) && "app.kubernetes.io/component" in ${pod}.metadata.labels && ${pod}.metadata.labels["app.kubernetes.io/component"] == "probe"`,
    ...alone(spec, images),
    `(!has(${spec}.serviceAccountName) || ${spec}.serviceAccountName == "default")`,
    `has(${spec}.automountServiceAccountToken) && !${spec}.automountServiceAccountToken`,
    isEmpty(spec, 'volumes'),
    none(spec, 'runtimeClassName', 'nodeName'),
    `has(${spec}.activeDeadlineSeconds)`,
    `has(${container}.command) && size(${container}.command) == 2 && ${container}.command[0] == "sleep"`,
    isEmpty(container, 'args', 'env', 'envFrom', 'volumeMounts', 'volumeDevices', 'ports'),
    none(container, 'lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe', 'workingDir'),
    `(!has(${spec}.securityContext) || (${none(`${spec}.securityContext`, 'sysctls', 'seLinuxOptions', 'appArmorProfile')}))`,
    `has(${context}) && ${none(context, 'procMount', 'seLinuxOptions', 'appArmorProfile')}`,
    isWithoutCapabilities(context),
    `has(${context}.runAsNonRoot) && ${context}.runAsNonRoot && has(${context}.runAsUser) && ${context}.runAsUser != 0`,
    `has(${context}.seccompProfile) && ${context}.seccompProfile.type == "Localhost"`,
  ].join(' && ');
};

/** One container of these images, in no namespace of the host and without devices. */
const alone = (spec: string, images: readonly string[]): string[] => [
  `size(${spec}.containers) == 1 && ${spec}.containers[0].image in ${literal(images)}`,
  isEmpty(spec, 'initContainers', 'ephemeralContainers', 'resourceClaims'),
  isOff(spec, 'hostNetwork', 'hostPID', 'hostIPC'),
];
