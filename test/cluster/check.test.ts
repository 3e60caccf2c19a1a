// `check` against what really happens: what it predicts from labels and records, and what short pods then show.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { suiteThatNeeds } from '../support/requires.ts';
import { attachCluster } from './cluster.ts';
import type { Cluster, CommandResult } from './handle.ts';
import { inFolder, mustPlugin, plugin, startPlugin } from './plugin.ts';
import { poll } from './processes.ts';
import { container, local } from './usage-workloads.ts';

const test = suiteThatNeeds('test/cluster/check', ['cluster']);

const refusing = (...names: string[]): string =>
  JSON.stringify({ defaultAction: 'SCMP_ACT_ALLOW', syscalls: [{ names, action: 'SCMP_ACT_ERRNO' }] });

const PROFILES: Readonly<Record<string, string>> = {
  'open.json': refusing('chroot'),
  // Neither runc nor crun gets as far as the program.
  'stifling.json': JSON.stringify({
    defaultAction: 'SCMP_ACT_ERRNO',
    syscalls: [{ names: ['execve', 'exit_group'], action: 'SCMP_ACT_ALLOW' }],
  }),
  // runc needs it from 1.2.8 on, crun does not.
  'strict.json': refusing('statx'),
  'mute.json': refusing('execve'),
};

interface ClassSeen {
  readonly nodes: readonly string[];
  readonly verdict: string;
  readonly reasons: readonly { readonly code: string; readonly message: string }[];
  readonly probedOn?: string;
}

interface Answer {
  readonly code: number;
  readonly verdict: string;
  readonly classes: readonly ClassSeen[];
  readonly text: string;
  readonly leftOut: readonly { readonly nodes: readonly string[]; readonly message: string }[];
}

const podWith = (securityContext: object, more: object = {}, spec: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'wanted' },
  spec: { containers: [container('main', securityContext, more)], ...spec },
});

const readAnswer = ({ code, stdout, stderr }: CommandResult): Answer => {
  assert.ok(stdout.startsWith('{'), stderr);
  const { verdict, containers, leftOut } = JSON.parse(stdout);
  return { code, verdict, leftOut, classes: containers.flatMap((one: Answer) => one.classes), text: stdout };
};

const checkFile = (cluster: Cluster, object: object, ...args: string[]): Promise<Answer> =>
  inFolder(async (folder) => {
    const file = join(folder, 'pod.json');
    writeFileSync(file, JSON.stringify(object));
    return readAnswer(await plugin(cluster, ['check', '-f', file, '-o', 'json', ...args]));
  });

const onFirst = { nodeSelector: { 'kubernetes.io/hostname': 'node-1' } };

const podsLeft = async (cluster: Cluster): Promise<string[]> => {
  const list = await cluster.getJson<{ items: { metadata: { name: string } }[] }>([
    ...['pods', '-A', '-l', 'app.kubernetes.io/component=probe'],
  ]);
  return list.items.map(({ metadata }) => metadata.name);
};
const untilNoneLeft = (cluster: Cluster): Promise<true> =>
  poll('no probe is left', async () => (await podsLeft(cluster)).length === 0 && (true as const));

test('what is predicted happens: a start, a runtime that cannot start it, a program that cannot be executed, a missing file', async () => {
  const cluster = attachCluster();
  await cluster.reset();
  await inFolder(async (folder) => {
    for (const [name, text] of Object.entries(PROFILES)) writeFileSync(join(folder, name), text);
    await mustPlugin(cluster, ['apply', '-f', folder, '--name', 'shop']);
  });
  const cases = [
    ['open.json', 0, 'starts', /a pod started there/],
    ['stifling.json', 1, 'fails', /StartError: /],
    ['mute.json', 1, 'fails', /exec \S+: operation not permitted/],
    ['lost.json', 1, 'fails', /CreateContainerError: .*no such file or directory/],
  ] as const;
  await Promise.all(
    cases.map(async ([path, code, verdict, seen]) => {
      const pod = podWith(local(`shop/${path}`), {}, onFirst);
      const predicted = await checkFile(cluster, pod);
      assert.is(`${predicted.code} ${predicted.verdict}`, `${code} ${verdict}`, predicted.text);
      const probed = await checkFile(cluster, pod, '--probe');
      assert.is(`${probed.code} ${probed.verdict}`, `${code} ${verdict}`, probed.text);
      assert.is(probed.classes[0]?.probedOn, 'node-1');
      assert.match(probed.text, seen);
    }),
  );
  await untilNoneLeft(cluster);
});

test('what versions of runtimes leave open is unknown, until somebody says the version or a pod shows it', async () => {
  const cluster = attachCluster();
  const pod = podWith(local('shop/strict.json'), {}, onFirst);
  const open = await checkFile(cluster, pod);
  assert.is(`${open.code} ${open.verdict}`, '2 unknown', open.text);
  assert.is((await checkFile(cluster, pod, '--runtime', 'runc@1.1.15')).verdict, 'starts');
  assert.is((await checkFile(cluster, pod, '--runtime', 'runc@1.5.2')).verdict, 'fails');
  const probed = await checkFile(cluster, pod, '--probe');
  assert.is(`${probed.code} ${probed.verdict}`, '1 fails', probed.text);
  assert.match(probed.text, /StartError: .*statx/);
});

test('a file of somebody else is unknown, and a probe shows that the runtime refuses it', async () => {
  const cluster = attachCluster();
  const folder = join(cluster.node('node-1').seccompRoot, 'theirs');
  mkdirSync(folder);
  writeFileSync(join(folder, 'bad.json'), JSON.stringify({ defaultAction: 'SCMP_ACT_NOPE' }));
  const pod = podWith(local('theirs/bad.json'), {}, onFirst);
  const open = await checkFile(cluster, pod);
  assert.is(`${open.code} ${open.classes[0]?.reasons[0]?.code}`, '2 unmanaged');
  const probed = await checkFile(cluster, pod, '--probe');
  assert.is(`${probed.code} ${probed.verdict}`, '1 fails', probed.text);
  assert.match(probed.text, 'SCMP_ACT_NOPE is not a valid action for seccomp');
});

test('an exec probe is tried too', async () => {
  const cluster = attachCluster();
  const more = { livenessProbe: { exec: { command: ['true'] } } };
  const probed = await checkFile(cluster, podWith(local('shop/open.json'), more, onFirst), '--probe');
  assert.is(probed.code, 0, probed.text);
  assert.match(probed.text, 'a pod started there, and exec works');
});

test('a Deployment by name, in a namespace with strict Pod Security: the probe is admitted as its pods are', async () => {
  const cluster = attachCluster();
  const namespace = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'shop', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
  };
  const securityContext = {
    ...local('shop/open.json'),
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
  };
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'front', namespace: 'shop' },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: 'front' } },
      template: {
        metadata: { labels: { app: 'front' } },
        spec: { containers: [container('main', securityContext)], securityContext: { runAsNonRoot: true } },
      },
    },
  };
  const items = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [namespace, deployment] });
  await cluster.mustKubectl(['create', '-f', '-'], { input: items });
  const [last] = cluster.nodes.slice(-1);
  await cluster.mustKubectl(['taint', 'node', last!.name, 'dedicated=gpu:NoSchedule']);
  const args = ['check', 'deploy/front', '-n', 'shop', '-o', 'json'];
  const answer = readAnswer(await plugin(cluster, [...args, '--probe']));
  assert.is(answer.code, 0, answer.text);
  assert.is(answer.classes.flatMap(({ nodes }) => nodes).length, cluster.nodes.length - 1);
  assert.equal(answer.leftOut[0]?.nodes, [last!.name]);
  assert.match(answer.leftOut[0]?.message ?? '', 'dedicated=gpu:NoSchedule');
  await cluster.mustKubectl(['taint', 'node', last!.name, 'dedicated=gpu:NoSchedule-']);
});

test('where a quota allows no pod, the probe says so and the prediction stays', async () => {
  const cluster = attachCluster();
  await cluster.mustKubectl(['create', 'quota', 'none', '--hard=pods=0', '-n', 'shop']);
  const args = ['check', 'deploy/front', '-n', 'shop', '-o', 'json', '--probe'];
  const answer = readAnswer(await plugin(cluster, args));
  assert.is(answer.verdict, 'starts');
  assert.match(answer.text, 'the probe could not tell: quota');
});

test('a file that was changed behind everybody’s back is seen by --verify only', async () => {
  const cluster = attachCluster();
  const pod = podWith(local('shop/open.json'), {}, onFirst);
  writeFileSync(join(cluster.node('node-1').seccompRoot, 'shop', 'open.json'), '{}');
  assert.is((await checkFile(cluster, pod)).verdict, 'starts');
  const asked = await checkFile(cluster, pod, '--verify');
  assert.is(`${asked.verdict} ${asked.classes[0]?.reasons[0]?.code}`, 'unknown drifted', asked.text);
});

test('apply --probe: a content that its users could not start under stops at the first wave', async () => {
  const cluster = attachCluster();
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'user' },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: 'user' } },
      template: {
        metadata: { labels: { app: 'user' } },
        spec: { containers: [container('main', local('waved/app.json'))] },
      },
    },
  };
  await cluster.mustKubectl(['create', '-f', '-'], { input: JSON.stringify(deployment) });
  const apply = (name: keyof typeof PROFILES) =>
    inFolder(async (folder) => {
      writeFileSync(join(folder, 'app.json'), PROFILES[name]!);
      const waves = ['--waves', '1,100%', '--pause', '0s', '--probe', '-o', 'json'];
      const { code, stdout, stderr } = await plugin(cluster, [
        'apply',
        '-f',
        folder,
        '--name',
        'waved',
        ...waves,
      ]);
      return { code, stderr, document: JSON.parse(stdout) };
    });
  const good = await apply('open.json');
  assert.is(good.code, 0, good.stderr);
  const bad = await apply('stifling.json');
  assert.is(bad.code, 1, bad.stderr);
  assert.is(bad.document.stopped.code, 'unhealthy');
  assert.match(
    bad.document.stopped.message,
    /^a short pod on \S+ under waved@\w{16}\/app.json does not start/,
  );
  assert.is(bad.document.waves.length, 1);
  await untilNoneLeft(cluster);
});

test('Ctrl-C while a probe waits deletes its pod', async () => {
  const cluster = attachCluster();
  // No node has such a handler: its pods wait for a sandbox for ever.
  const runtimeClass = {
    apiVersion: 'node.k8s.io/v1',
    kind: 'RuntimeClass',
    metadata: { name: 'waiting' },
    handler: 'nope',
  };
  await cluster.mustKubectl(['create', '-f', '-'], { input: JSON.stringify(runtimeClass) });
  await inFolder(async (folder) => {
    const file = join(folder, 'pod.json');
    const pod = podWith(local('shop/open.json'), {}, { ...onFirst, runtimeClassName: 'waiting' });
    writeFileSync(file, JSON.stringify(pod));
    const running = startPlugin(cluster, ['check', '-f', file, '--probe']);
    await poll('the probe is there', async () => (await podsLeft(cluster)).length === 1);
    running.child.kill('SIGINT');
    assert.is((await running.ended).code, 130);
  });
  await untilNoneLeft(cluster);
  await cluster.mustKubectl(['delete', 'runtimeclass', 'waiting']);
});

test.run();
