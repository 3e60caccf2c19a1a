// Jobs that are ours but for one thing, by which whoever makes them would get more of a node than we do.
import type { V1Container, V1PodSpec } from '@kubernetes/client-node';
import { sampleDigest } from '../support/rollout-samples.ts';

type Change = (spec: V1PodSpec, container: V1Container) => void;

/** What each changes, and by which words it is refused. */
export const JOB_VARIANTS: readonly (readonly [title: string, message: RegExp, change: Change])[] = [
  [
    'another host path',
    /host path/,
    ({ volumes = [] }) => {
      for (const { hostPath } of volumes) if (hostPath) hostPath.path = '/';
    },
  ],
  [
    'a second volume',
    /host path/,
    ({ volumes }) => {
      volumes?.push({ name: 'etc', hostPath: { path: '/etc' } });
    },
  ],
  [
    'the seccomp root, mounted over the image',
    /only at/,
    (_, { volumeMounts = [] }) => {
      for (const mount of volumeMounts) if (mount.name === 'seccomp-root') mount.mountPath = '/usr/local/bin';
    },
  ],
  [
    'a privileged container',
    /not privileged/,
    (_, container) => {
      container.securityContext = { privileged: true, readOnlyRootFilesystem: true };
    },
  ],
  [
    'a capability',
    /not privileged/,
    (_, { securityContext }) => {
      if (securityContext?.capabilities) securityContext.capabilities.add = ['SYS_ADMIN'];
    },
  ],
  [
    'a second container',
    /one container/,
    ({ containers }, container) => {
      containers.push({ ...container, name: 'other' });
    },
  ],
  [
    'an init container',
    /one container/,
    (spec, container) => {
      spec.initContainers = [{ ...container, name: 'first' }];
    },
  ],
  [
    "the host's network",
    /namespace of the host/,
    (spec) => {
      spec.hostNetwork = true;
    },
  ],
  [
    "the host's processes",
    /namespace of the host/,
    (spec) => {
      spec.hostPID = true;
    },
  ],
  [
    'another image',
    /only the image/,
    (_, container) => {
      container.image = 'docker.io/library/busybox';
    },
  ],
  [
    'another command',
    /only the program/,
    (_, container) => {
      container.command = ['node', '-e', 'process.exit(0)'];
    },
  ],
  [
    'another program',
    /only the program/,
    (_, { command = [] }) => {
      command[command.length - 1] = sampleDigest('another');
    },
  ],
  [
    'an option to Node',
    /no environment/,
    (_, { env }) => {
      env?.push({ name: 'NODE_OPTIONS', value: '--import=data:text/javascript,process.exit()' });
    },
  ],
  [
    'a hook',
    /no probes/,
    (_, container) => {
      container.lifecycle = { postStart: { exec: { command: ['sh'] } } };
    },
  ],
  [
    'a service account token',
    /token/,
    (spec) => {
      spec.automountServiceAccountToken = true;
    },
  ],
  [
    'no seccomp profile',
    /RuntimeDefault/,
    ({ securityContext }) => {
      if (securityContext) securityContext.seccompProfile = { type: 'Unconfined' };
    },
  ],
];
