// Objects that carry files with profiles to nodes: the 2020 operator's ConfigMap, OpenShift's MachineConfig and the patch
// of a Talos machine configuration.
import { SeccompError } from '../../error.ts';
import { type Json, renderJson } from '../render-json.ts';
import { PROFILE_ANNOTATION } from './read-config-map.ts';

/** A profile under the name that its file gets. */
export interface NamedJson {
  readonly file: string;
  readonly json: Json;
}

/** etcd and the API server refuse more (k8s.io/kubernetes pkg/apis/core MaxSecretSize). */
const LARGEST_CONFIG_MAP_BYTES = 1024 * 1024;
const KUBELET_PROFILES = '/var/lib/kubelet/seccomp';
/** 0644; JSON and YAML have no octal numbers that all readers agree on. */
const FILE_MODE = 0o644;
/** OpenShift takes it since 4.7. */
const IGNITION_VERSION = '3.2.0';

/** Returns a ConfigMap that the operator of 2020 puts onto nodes; throws SeccompError `profile` for one that is too large. */
export const configMap = (name: string, namespace: string | undefined, files: readonly NamedJson[]): Json => {
  const data = Object.fromEntries(files.map(({ file, json }) => [file, `${renderJson(json)}\n`]));
  const sizeBytes = new TextEncoder().encode(Object.values(data).join('')).length;
  if (sizeBytes > LARGEST_CONFIG_MAP_BYTES)
    throw new SeccompError(
      'profile',
      `the profiles have ${sizeBytes} bytes; a ConfigMap holds at most ${LARGEST_CONFIG_MAP_BYTES}`,
      { hint: 'Convert them into several.' },
    );
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      annotations: { [PROFILE_ANNOTATION]: 'true' },
    },
    data,
  };
};

/** Returns a MachineConfig with the profiles as files of the nodes of one role. */
export const machineConfig = (name: string, role: string, files: readonly NamedJson[]): Json => ({
  apiVersion: 'machineconfiguration.openshift.io/v1',
  kind: 'MachineConfig',
  metadata: { name, labels: { 'machineconfiguration.openshift.io/role': role } },
  spec: {
    config: {
      ignition: { version: IGNITION_VERSION },
      storage: {
        files: files.map(({ file, json }) => ({
          path: machineConfigPath(file),
          mode: FILE_MODE,
          overwrite: true,
          contents: { source: dataUrl(`${renderJson(json)}\n`) },
        })),
      },
    },
  },
});

/**
 * Returns what keeps the operator from draining and rebooting nodes for these files, since OpenShift 4.17. Its list is
 * the cluster's only one, so it is to be merged into what is there.
 */
export const nodeDisruptionPolicy = (files: readonly NamedJson[]): Json => ({
  apiVersion: 'operator.openshift.io/v1',
  kind: 'MachineConfiguration',
  metadata: { name: 'cluster' },
  spec: {
    nodeDisruptionPolicy: {
      files: files.map(({ file }) => ({ path: machineConfigPath(file), actions: [{ type: 'None' }] })),
    },
  },
});

const machineConfigPath = (file: string): string => `${KUBELET_PROFILES}/${file}`;

/** RFC 2397. In base64, as nothing in it can be taken for a part of the URL. */
const dataUrl = (text: string): string => {
  const bytes = new TextEncoder().encode(text);
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return `data:application/json;base64,${btoa(binary)}`;
};

/** Returns the patch that `talosctl patch machineconfig` takes; Talos writes the files under `profiles/`. */
export const talosPatch = (files: readonly NamedJson[]): Json => ({
  machine: { seccompProfiles: files.map(({ file, json }) => ({ name: file, value: json })) },
});
