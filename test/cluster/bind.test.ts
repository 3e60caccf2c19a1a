// `bind` on a real cluster: the pods that follow run under the profile, and what is refused leaves everything as it was.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as assert from 'uvu/assert';
import { suiteThatNeeds } from '../support/requires.ts';
import { attachCluster } from './cluster.ts';
import type { Cluster } from './handle.ts';
import { inFolder, mustPlugin, plugin, startPlugin } from './plugin.ts';
import { poll } from './processes.ts';
import { container } from './usage-workloads.ts';
import { effectInside } from './workload.ts';

const test = suiteThatNeeds('test/cluster/bind', ['cluster']);

const REFUSING = JSON.stringify({
  defaultAction: 'SCMP_ACT_ALLOW',
  syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO', errnoRet: 1 }],
});
/** No runtime can start a container under it. */
const STIFLING = JSON.stringify({
  defaultAction: 'SCMP_ACT_ERRNO',
  syscalls: [{ names: ['read', 'write', 'exit_group', 'execve'], action: 'SCMP_ACT_ALLOW' }],
});
const POD_ANNOTATION = 'seccomp.security.alpha.kubernetes.io/pod';

const apply = (cluster: Cluster, name: string, files: Readonly<Record<string, string>>, ...args: string[]) =>
  inFolder(async (folder) => {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    return await mustPlugin(cluster, ['apply', '-R', '-f', folder, '--name', name, ...args]);
  });

const deployment = (name: string, { annotations = {}, namespace = 'default' } = {}): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace },
  spec: {
    replicas: 1,
    // The one before goes first, so that only the new one is left to look at.
    strategy: { type: 'Recreate' },
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name }, annotations },
      spec: { terminationGracePeriodSeconds: 0, containers: [container('main')] },
    },
  },
});

const create = (cluster: Cluster, ...items: readonly object[]): Promise<string> =>
  cluster.mustKubectl(['create', '-f', '-'], {
    input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
  });

interface Pod {
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: { readonly nodeName?: string };
  readonly status: { readonly phase?: string };
}

const runningPod = (cluster: Cluster, app: string): Promise<Pod> =>
  poll(`a pod of ${app} runs`, async () => {
    const { items } = await cluster.getJson<{ items: Pod[] }>(['pods', '-l', `app=${app}`]);
    return items.length === 1 && items[0]?.status.phase === 'Running' && items[0];
  });

/** What may not change where something is refused. */
const specOf = async (cluster: Cluster, name: string, namespace = 'default'): Promise<string> => {
  interface Deployment {
    readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
    readonly spec: object;
  }
  const { metadata, spec } = await cluster.getJson<Deployment>(['deployment', name, '-n', namespace]);
  // The Deployment controller counts its revisions there.
  const { 'deployment.kubernetes.io/revision': _, ...annotations } = metadata.annotations;
  return JSON.stringify([annotations, spec]);
};

test('the next pod runs under the profile; undone, it is the old ReplicaSet that makes the next one again', async () => {
  const cluster = attachCluster();
  await cluster.reset();
  await apply(cluster, 'default', { 'cm/app.json': REFUSING, 'stifle.json': STIFLING });
  await create(cluster, deployment('front'));
  const before = await runningPod(cluster, 'front');
  const bound = await plugin(cluster, ['bind', 'deploy/front', 'default/cm/app.json', '--yes']);
  assert.is(bound.code, 0, bound.stderr);
  assert.is(bound.stdout, 'deployment.apps/front bound\n');
  assert.match(bound.stderr, '  + localhostProfile: default/cm/app.json\n');
  const pod = await runningPod(cluster, 'front');
  assert.equal(await effectInside(cluster, pod.metadata.name), { mkdir: 'refused', seccomp: '2' });

  assert.is(
    await mustPlugin(cluster, ['bind', 'deploy/front', 'default/cm/app.json']),
    'deployment.apps/front unchanged\n',
  );
  assert.is(
    await mustPlugin(cluster, ['bind', 'deploy/front', '--undo', '--yes']),
    'deployment.apps/front restored\n',
  );
  const after = await runningPod(cluster, 'front');
  assert.is(after.metadata.labels['pod-template-hash'], before.metadata.labels['pod-template-hash']);
  assert.is((await effectInside(cluster, after.metadata.name)).mkdir, 'allowed');
});

test('a profile that is nowhere, or under which nothing starts, or that Pod Security refuses: nothing is changed', async () => {
  const cluster = attachCluster();
  await cluster.mustKubectl(['create', 'namespace', 'strict']);
  await cluster.mustKubectl(['label', 'namespace', 'strict', 'pod-security.kubernetes.io/enforce=baseline']);
  await create(cluster, deployment('front', { namespace: 'strict' }));
  const refusals = [
    ['default', 'other/app.json', /no node has a bundle "other"/],
    ['default', 'default/other.json', /bundle "default" holds no profile "other\.json"/],
    ['default', 'default/stifle.json', /would not start:\n.*container main under default\/stifle\.json/],
    ['strict', 'Unconfined', /violates PodSecurity/],
  ] as const;
  for (const [namespace, profile, message] of refusals) {
    const before = await specOf(cluster, 'front', namespace);
    const refused = await plugin(cluster, ['bind', 'deploy/front', profile, '--yes', '-n', namespace]);
    assert.is(refused.code, 1, refused.stderr);
    assert.match(refused.stderr, message);
    assert.is(await specOf(cluster, 'front', namespace), before);
  }
  await cluster.mustKubectl(['delete', 'namespace', 'strict', '--wait=false']);
});

test('where only some nodes have it, it wants --require-node, and the pinned content keeps the pods there', async () => {
  const cluster = attachCluster();
  await apply(cluster, 'solo', { 'app.json': REFUSING }, '--nodes', 'node-2');
  const refused = await plugin(cluster, ['bind', 'deploy/front', 'solo/app.json', '--yes']);
  assert.is(refused.code, 1);
  assert.match(refused.stderr, '--require-node keeps its pods off');
  const args = ['bind', 'deploy/front', 'solo/app.json', '-c', 'main', '--pin', '--require-node', '--yes'];
  const bound = await plugin(cluster, args);
  assert.is(bound.code, 0, bound.stderr);
  assert.match(bound.stderr, /\+ localhostProfile: solo@[0-9a-f]{16}\/app\.json\n/);
  assert.match(bound.stderr, 'autoscaler');
  const pod = await runningPod(cluster, 'front');
  assert.is(pod.spec.nodeName, 'node-2');
  assert.equal(await effectInside(cluster, pod.metadata.name), { mkdir: 'refused', seccomp: '2' });
  await mustPlugin(cluster, ['bind', 'deploy/front', '--undo', '--yes']);
});

test('a bind that is forced says why its pods do not start; Ctrl-C leaves it so and names the way back', async () => {
  const cluster = attachCluster();
  const before = await specOf(cluster, 'front');
  const forced = startPlugin(cluster, ['bind', 'deploy/front', 'default/stifle.json', '--yes', '--force']);
  await poll('it says why', async () => /pod front-\S+ on \S+: the profile refuses/.test(forced.stderr()), {
    timeoutMs: 60_000,
    describe: async () => forced.stderr(),
  });
  forced.child.kill('SIGINT');
  const { code, stdout, stderr } = await forced.ended;
  assert.is(code, 130, stderr);
  assert.is(stdout, 'deployment.apps/front bound\n');
  assert.match(stderr, 'bind deployment.apps/front -n default --undo\n');
  await mustPlugin(cluster, ['bind', 'deployment.apps/front', '-n', 'default', '--undo', '--yes']);
  assert.is(await specOf(cluster, 'front'), before);
});

test('what names the old operator’s folder by its annotation is moved to the bundle that took over', async () => {
  const cluster = attachCluster();
  await create(
    cluster,
    deployment('old', { annotations: { [POD_ANNOTATION]: 'localhost/operator/default/cm/app.json' } }),
  );
  await mustPlugin(cluster, ['bind', 'deploy/old', '--yes']);
  const pod = await runningPod(cluster, 'old');
  assert.equal(await effectInside(cluster, pod.metadata.name), { mkdir: 'refused', seccomp: '2' });
  const { spec } = await cluster.getJson<{ spec: { template: { metadata: { annotations?: object } } } }>([
    ...['deployment', 'old'],
  ]);
  assert.is(spec.template.metadata.annotations, undefined);
});

test('every workload that runs an image is bound, in the container that runs it', async () => {
  const cluster = attachCluster();
  await create(cluster, {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'nightly' },
    spec: {
      schedule: '0 0 1 1 *',
      jobTemplate: {
        spec: {
          template: {
            spec: {
              restartPolicy: 'Never',
              containers: [container('main'), container('other', {}, { image: 'registry.example/other' })],
            },
          },
        },
      },
    },
  });
  const args = [
    'bind',
    '--from-image',
    'busybox',
    'default/cm/app.json',
    '-n',
    'default',
    '--yes',
    '-o',
    'json',
  ];
  const { workloads } = JSON.parse(await mustPlugin(cluster, args));
  assert.equal(
    workloads.map(
      ({
        name,
        changes,
        rollout,
      }: {
        name: string;
        changes: { path: string }[];
        rollout: { state: string };
      }) => [name, changes.map(({ path }) => path).join(), rollout.state].join(' '),
    ),
    [
      'front spec.containers[main].securityContext.seccompProfile done',
      'old spec.containers[main].securityContext.seccompProfile done',
      'nightly spec.containers[main].securityContext.seccompProfile none',
    ],
  );
  const pod = await runningPod(cluster, 'front');
  assert.equal(await effectInside(cluster, pod.metadata.name), { mkdir: 'refused', seccomp: '2' });
  await cluster.mustKubectl(['delete', 'deployment/front', 'deployment/old', 'cronjob/nightly']);
});

test.run();
