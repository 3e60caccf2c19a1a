// A Node object -> what the engine knows of a node. Pure.
import type { V1Node } from '@kubernetes/client-node';
import type { NodeSeen } from '../../src/rollout/node.ts';
import { NODE_LABEL_PREFIX } from './labels.ts';

const DEFAULT_KUBELET_ROOT = '/var/lib/kubelet';

/** Reads a Node. `kubeletRoot` overrides what the Node's label says. */
export const readNode = ({ metadata, spec, status }: V1Node, kubeletRoot?: string): NodeSeen => {
  const labels = metadata?.labels ?? {};
  const info = status?.nodeInfo;
  const os = info?.operatingSystem || (labels['kubernetes.io/os'] ?? '');
  const taints = spec?.taints?.map(({ key }) => key) ?? [];
  const exclusion = whyExcluded(os, labels, taints);
  return {
    name: metadata?.name ?? '',
    uid: metadata?.uid ?? '',
    machineId: info?.machineID ?? '',
    bootId: info?.bootID ?? '',
    os,
    architecture: info?.architecture || (labels['kubernetes.io/arch'] ?? ''),
    kernel: info?.kernelVersion ?? '',
    runtime: info?.containerRuntimeVersion ?? '',
    isReady: status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false,
    kubeletRoot: kubeletRoot ?? readDirectoryLocation(labels['kubelet.kubernetes.io/directory-location']),
    labels: ownLabels(labels),
    allLabels: labels,
    ...(spec?.taints?.length && {
      taints: spec.taints.map(({ key, value, effect }) => ({ key, effect, ...(value && { value }) })),
    }),
    ...(spec?.unschedulable === true && { isUnschedulable: true }),
    ...(exclusion !== undefined && { exclusion }),
  };
};

/**
 * Decodes the label by which nodes tell a kubelet root other than the usual (Security Profiles Operator's convention:
 * `mnt-resource-kubelet` is /mnt/resource/kubelet). One that does not end in `kubelet` is ignored.
 */
const readDirectoryLocation = (label: string | undefined): string => {
  const path = `/${(label ?? '').replaceAll('-', '/')}`;
  // A node's label must not send a root process to another folder: only whole segments, and a kubelet's at the end.
  return /^(\/[A-Za-z0-9_.]+)*\/kubelet$/.test(path) && !/\/\.\.?\//.test(path) ? path : DEFAULT_KUBELET_ROOT;
};

const ownLabels = (labels: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(labels)
      .filter(([key]) => key.startsWith(NODE_LABEL_PREFIX))
      .map(([key, value]) => [key.slice(NODE_LABEL_PREFIX.length), value]),
  );

/** A node that can never run the Job: no Linux kernel, or no node of flesh behind it. */
const whyExcluded = (
  os: string,
  labels: Readonly<Record<string, string>>,
  taints: readonly string[],
): string | undefined => {
  if (os !== '' && os !== 'linux') return `it runs ${os}; seccomp is a Linux feature`;
  if (labels['eks.amazonaws.com/compute-type'] === 'fargate')
    return 'it is a Fargate node, which allows no hostPath volumes';
  if (labels.type === 'virtual-kubelet' || taints.includes('virtual-kubelet.io/provider'))
    return 'it is a virtual kubelet, which has no disk to install on';
  return undefined;
};
