// The built-in profiles on a real node: `kubernetes/default` is what containerd gives a container, and its twin refuses
// nothing and tells the kernel's log what the default would have refused.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import * as assert from 'uvu/assert';
import { runtimeDefaultOf } from '../../src/profile/builtins.ts';
import { compile } from '../../src/profile/compile.ts';
import { parseKernelVersion } from '../../src/profile/compile-options.ts';
import { ociJson } from '../../src/profile/render-oci.ts';
import { canonical } from '../support/canonical-profile.ts';
import { suiteThatNeeds } from '../support/requires.ts';
import { attachCluster } from './cluster.ts';
import { BUSYBOX_IMAGE } from './images.ts';
import { mustPlugin } from './plugin.ts';
import { poll } from './processes.ts';
import { createPod, deletePods, untilPhase } from './workload.ts';

const test = suiteThatNeeds('test/cluster/builtins', ['cluster']);

const UNSHARE = 272;
const MOUNT = 165;
/** What the kernel's log says of LOG. */
const LOGGED = 'code=0x7ffc0000';

/**
 * Makes a user namespace and tries a mount, again and again: the kernel tells ten lines in five seconds, of everybody's.
 * busybox goes by a name of its own, by which the kernel's log tells it from all others.
 */
const script = (name: string): string => `ln -sf /bin/busybox /tmp/${name}
for i in $(seq 100); do
  /tmp/${name} unshare -U true || exit 1
  /tmp/${name} mount -t tmpfs none /mnt 2>/dev/null
done
true`;

/** Which calls of processes of that name the kernel has logged. */
const loggedCalls = (name: string): number[] =>
  execFileSync('dmesg', { encoding: 'utf8', maxBuffer: 1 << 26 })
    .split('\n')
    .filter((line) => line.includes(`comm="${name}"`) && line.includes(LOGGED))
    .map((line) => Number(/ syscall=(\d+) /.exec(line)?.[1]));

test.before(() => attachCluster().reset());

test('under kubernetes/default-audit a pod runs, unshare and mount are not refused, and the kernel logs them', async () => {
  const cluster = attachCluster();
  const printed = await mustPlugin(cluster, [
    'apply',
    '-f',
    'builtin:kubernetes/default-audit',
    '--name',
    'audit',
  ]);
  assert.match(printed, /audit@v1/);
  await createPod(cluster, { name: 'audited', node: 'node-1', localhostProfile: 'audit/default-audit.json' });
  await untilPhase(cluster, 'audited', 'Running');

  const name = `busybox-${randomBytes(3).toString('hex')}`;
  const logged = new Set<number>();
  await poll(
    'the kernel logs unshare and mount',
    async () => {
      const { code, stderr } = await cluster.kubectl(['exec', 'audited', '--', 'sh', '-c', script(name)]);
      assert.is(code, 0, stderr);
      for (const call of loggedCalls(name)) logged.add(call);
      return logged.has(UNSHARE) && logged.has(MOUNT);
    },
    { timeoutMs: 60_000, everyMs: 1000, describe: () => `Logged were ${[...logged].join(', ')}` },
  );
  await deletePods(cluster, 'audited');
});

const PODS: readonly { readonly name: string; readonly capabilities: object }[] = [
  { name: 'as-usual', capabilities: {} },
  { name: 'without', capabilities: { drop: ['ALL'] } },
  { name: 'admin', capabilities: { add: ['SYS_ADMIN', 'SYS_PTRACE'] } },
  { name: 'all', capabilities: { add: ['ALL'] } },
];

const defaultPod = ({ name, capabilities }: (typeof PODS)[number]): unknown => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: {
    nodeName: 'node-1',
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: 0,
    containers: [
      {
        name: 'main',
        image: BUSYBOX_IMAGE,
        imagePullPolicy: 'IfNotPresent',
        command: ['sleep', '3600'],
        securityContext: { seccompProfile: { type: 'RuntimeDefault' }, capabilities },
      },
    ],
  },
});

interface PodWithContainer {
  readonly status: { readonly containerStatuses: readonly { readonly containerID: string }[] };
}

interface ContainerInfo {
  readonly Spec: {
    readonly process: { readonly capabilities?: { readonly bounding?: readonly string[] } };
    readonly linux: { readonly seccomp: object };
  };
}

test('kubernetes/default, compiled for a container, is what containerd gives it under RuntimeDefault', async () => {
  const cluster = attachCluster();
  const node = await cluster.getJson<{ status: { nodeInfo: Record<string, string> } }>(['node', 'node-1']);
  const { containerRuntimeVersion = '', kernelVersion = '' } = node.status.nodeInfo;
  const version = /^containerd:\/\/v?(\d+\.\d+\.\d+)/.exec(containerRuntimeVersion)?.[1];
  assert.ok(version, containerRuntimeVersion);
  const { source } = runtimeDefaultOf({ name: 'containerd', version });

  for (const pod of PODS)
    await cluster.mustKubectl(['create', '-f', '-'], { input: JSON.stringify(defaultPod(pod)) });
  const seen = new Set<string>();
  for (const { name } of PODS) {
    await untilPhase(cluster, name, 'Running');
    const { status } = await cluster.getJson<PodWithContainer>(['pod', name]);
    const id = status.containerStatuses[0]!.containerID.replace('containerd://', '');
    const { code, stdout, stderr } = await cluster
      .node('node-1')
      .exec(['ctr', '--namespace', 'k8s.io', 'container', 'info', id]);
    assert.is(code, 0, stderr);
    const { process, linux } = (JSON.parse(stdout) as ContainerInfo).Spec;
    const ours = compile(source, 'amd64', {
      architectures: ['amd64'],
      capabilities: process.capabilities?.bounding ?? [],
      minimumKernel: parseKernelVersion(kernelVersion),
    });
    assert.equal(canonical(ociJson(ours)), canonical(linux.seccomp), name);
    seen.add(JSON.stringify(canonical(linux.seccomp)));
  }
  assert.is(seen.size, PODS.length);
  // What the twin lets through and logs, the default refuses.
  assert.is((await cluster.kubectl(['exec', 'as-usual', '--', 'unshare', '-U', 'true'])).code, 1);
  await deletePods(cluster, ...PODS.map(({ name }) => name));
});

test.run();
