// Pods that show what a profile does to them, seen from inside.
import type { Cluster } from './handle.ts';
import { BUSYBOX_IMAGE } from './images.ts';
import { poll } from './processes.ts';

/** Pinned by `nodeName`, so that a test says which node it is about. */
export interface SamplePod {
  readonly name: string;
  readonly node: string;
  readonly localhostProfile: string;
  readonly command?: readonly string[];
}

const samplePod = ({ name, node, localhostProfile, command }: SamplePod): unknown => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: {
    nodeName: node,
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: 0,
    containers: [
      {
        name: 'main',
        image: BUSYBOX_IMAGE,
        imagePullPolicy: 'IfNotPresent',
        command: command ?? ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 1; done'],
        securityContext: { seccompProfile: { type: 'Localhost', localhostProfile } },
      },
    ],
  },
});

export const createPod = async (cluster: Cluster, pod: SamplePod): Promise<void> => {
  await cluster.mustKubectl(['create', '-f', '-'], { input: JSON.stringify(samplePod(pod)) });
};

interface PodStatus {
  readonly status: {
    readonly phase?: string;
    readonly containerStatuses?: readonly {
      readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
    }[];
  };
}

/** Waits until the only container waits for that reason, such as `CreateContainerError`; returns the message. */
export const waitingMessage = (cluster: Cluster, name: string, reason: string): Promise<string> =>
  poll(
    `pod ${name} waits with ${reason}`,
    async () => {
      const pod = await cluster.getJson<PodStatus>(['pod', name]);
      const waiting = pod.status.containerStatuses?.[0]?.state?.waiting;
      return waiting?.reason === reason && (waiting.message ?? '');
    },
    { everyMs: 250 },
  );

export const untilPhase = (cluster: Cluster, name: string, phase: string): Promise<true> =>
  poll(
    `pod ${name} is ${phase}`,
    async () => (await cluster.getJson<PodStatus>(['pod', name])).status.phase === phase && (true as const),
    {
      timeoutMs: 60_000,
      everyMs: 250,
      describe: () => cluster.mustKubectl(['get', 'pod', name, '-o', 'yaml']),
    },
  );

/** What the kernel says of a process in the pod: does it refuse `mkdir`, and under which seccomp mode is it. */
export const effectInside = async (
  cluster: Cluster,
  name: string,
): Promise<{ mkdir: 'refused' | 'allowed'; seccomp: string }> => {
  const script = 'grep ^Seccomp: /proc/self/status; mkdir /tmp-$$ 2>&1 && echo made';
  const { stdout } = await cluster.kubectl(['exec', name, '--', 'sh', '-c', script]);
  return {
    mkdir: stdout.includes('made')
      ? 'allowed'
      : stdout.includes('Operation not permitted')
        ? 'refused'
        : (stdout as never),
    seccomp: /^Seccomp:\s*(\d)/m.exec(stdout)?.[1] ?? '',
  };
};

export const deletePods = async (cluster: Cluster, ...names: readonly string[]): Promise<void> => {
  await cluster.mustKubectl([
    'delete',
    'pod',
    ...names,
    '--ignore-not-found',
    '--grace-period=0',
    '--force',
    '--wait=true',
  ]);
};
