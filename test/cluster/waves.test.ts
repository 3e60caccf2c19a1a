// A rollout in waves that containers stop, what it leaves behind, and the way back: history, rollback, Events.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { suiteThatNeeds } from '../support/requires.ts';
import { attachCluster } from './cluster.ts';
import type { Cluster } from './handle.ts';
import { inFolder, mustPlugin, plugin, startPlugin } from './plugin.ts';
import { poll } from './processes.ts';
import { createPod, deletePods, effectInside, untilPhase } from './workload.ts';

const test = suiteThatNeeds('test/cluster/waves', ['cluster']);

const REFUSING = JSON.stringify({
  defaultAction: 'SCMP_ACT_ALLOW',
  syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO', errnoRet: 1 }],
});
/** No runtime can start a container under it. */
const STIFLING = JSON.stringify({
  defaultAction: 'SCMP_ACT_ERRNO',
  syscalls: [{ names: ['read', 'write', 'exit_group', 'execve'], action: 'SCMP_ACT_ALLOW' }],
});

interface EventList {
  readonly items: readonly {
    readonly reason: string;
    readonly message: string;
    readonly involvedObject: { readonly kind: string; readonly name: string };
  }[];
}

const eventsOf = async (cluster: Cluster, namespace: string): Promise<string[]> =>
  (await cluster.getJson<EventList>(['events', '-n', namespace])).items
    .filter(({ reason }) => reason.startsWith('Seccomp'))
    .map(
      ({ reason, involvedObject, message }) =>
        `${reason} ${involvedObject.kind}/${involvedObject.name} ${message}`,
    );

const labelOf = async (cluster: Cluster, node: string): Promise<string | undefined> => {
  const { metadata } = await cluster.getJson<{ metadata: { labels: Record<string, string> } }>([
    'node',
    node,
  ]);
  return metadata.labels['kubectl-seccomp.node-restriction.kubernetes.io/web'];
};

interface Revision {
  readonly revision: number;
  readonly outcome: string;
  readonly rolledBackTo?: number;
  readonly generation: string;
  readonly changes?: { readonly changed: readonly string[] };
}

const historyOf = async (cluster: Cluster): Promise<readonly Revision[]> =>
  JSON.parse(await mustPlugin(cluster, ['history', 'web', '-o', 'json'])).revisions;

test('a container that cannot start under the new content stops the rollout at its first node, and it is rolled back', async () => {
  const cluster = attachCluster();
  await cluster.reset();
  await inFolder(async (folder) => {
    const file = join(folder, 'app.json');
    const wavesOf = (...more: string[]) => [
      ...['apply', '-f', folder, '--name', 'web', '--waves', '1,100%'],
      ...more,
    ];
    writeFileSync(file, REFUSING);
    await mustPlugin(cluster, ['apply', '-f', folder, '--name', 'web']);
    const [first] = await historyOf(cluster);
    await createPod(cluster, { name: 'steady', node: 'node-2', localhostProfile: 'web/app.json' });
    await untilPhase(cluster, 'steady', 'Running');

    writeFileSync(file, STIFLING);
    const rollout = startPlugin(cluster, wavesOf('--pause', '2m', '--on-failure', 'rollback', '-o', 'json'));
    // The first wave has only node-1; what starts there next starts under the new content.
    await poll('node-1 has the new content', async () => {
      const label = await labelOf(cluster, 'node-1');
      return label !== undefined && label !== first?.generation.slice(4);
    });
    assert.is(await labelOf(cluster, 'node-2'), first?.generation.slice(4));
    await createPod(cluster, { name: 'canary', node: 'node-1', localhostProfile: 'web/app.json' });
    const { code, stdout, stderr } = await rollout.ended;
    assert.is(code, 1, stderr);
    const document = JSON.parse(stdout);
    assert.is(document.stopped.code, 'unhealthy');
    assert.is(document.waves.length, 1);
    const [failing] = document.waves[0].containers.failing;
    assert.is(failing.pod, 'canary');
    assert.match(failing.reason, /^(StartError|CrashLoopBackOff|Error)$/);
    assert.match(stderr, 'stopped: container main of pod default/canary on node-1 fails since the change');
    assert.is(document.rollback.outcome, 'complete');

    const revisions = await historyOf(cluster);
    assert.equal(
      revisions.map(({ revision, outcome, rolledBackTo }) => [revision, outcome, rolledBackTo]),
      [
        [1, 'succeeded', undefined],
        [2, 'failed', undefined],
        [3, 'succeeded', 1],
      ],
    );
    assert.equal(revisions[1]?.changes?.changed, ['app.json']);
    for (const node of ['node-1', 'node-2', 'node-3'])
      assert.is(await labelOf(cluster, node), first?.generation.slice(4));
    assert.is((await plugin(cluster, ['verify', 'web'])).code, 0);
  });
  await deletePods(cluster, 'canary');
  await createPod(cluster, { name: 'canary', node: 'node-1', localhostProfile: 'web/app.json' });
  await untilPhase(cluster, 'canary', 'Running');
  assert.equal(await effectInside(cluster, 'canary'), { mkdir: 'refused', seccomp: '2' });
  await deletePods(cluster, 'canary', 'steady');
});

test('each wave is a Kubernetes Event on its record', async () => {
  const events = await eventsOf(attachCluster(), 'kubectl-seccomp');
  const failed = events.filter((event) => event.startsWith('SeccompWaveFailed'));
  assert.is(failed.length, 1, events.join('\n'));
  assert.match(
    failed[0] ?? '',
    /^SeccompWaveFailed ConfigMap\/release-web-v2 web@v2: wave 1 of 2: .*default\/canary main/,
  );
});

test('a node that fails is an Event that kubectl describe shows with it', async () => {
  const cluster = attachCluster();
  await inFolder(async (folder) => {
    writeFileSync(join(folder, 'app.json'), REFUSING);
    // Not a folder that any kubelet here has.
    const args = [
      'apply',
      '-f',
      folder,
      '--name',
      'other',
      '--nodes',
      'node-1',
      '--kubelet-root',
      '/opt/kubelet',
    ];
    assert.is((await plugin(cluster, args)).code, 1);
  });
  const described = await cluster.mustKubectl(['describe', 'node', 'node-1']);
  assert.match(described, /SeccompInstallFailed.*other@v1/);
});

test('started containers are counted, and so many can be waited for', async () => {
  const cluster = attachCluster();
  await inFolder(async (folder) => {
    writeFileSync(join(folder, 'app.json'), STIFLING.replace('ERRNO', 'LOG'));
    const rollout = startPlugin(cluster, [
      ...['apply', '-f', folder, '--name', 'web', '--nodes', 'node-1', '-o', 'json'],
      ...['--waves', '100%', '--pause', '0s', '--min-starts', '1', '--start-timeout', '2m'],
    ]);
    await poll('it waits for a start', async () => rollout.stderr().includes('wave 1: 0 of 1 containers'));
    await createPod(cluster, { name: 'starter', node: 'node-1', localhostProfile: 'web/app.json' });
    const { code, stdout, stderr } = await rollout.ended;
    assert.is(code, 0, stderr);
    assert.is(JSON.parse(stdout).waves[0].containers.started, 1);
  });
  await deletePods(cluster, 'starter');
});

test('rollback goes to the revision that is named, and only swaps the link where the content still lies', async () => {
  const cluster = attachCluster();
  const printed = await mustPlugin(cluster, ['rollback', 'web', '--to', '2', '--nodes', 'node-1']);
  assert.match(printed, /^node\/node-1 switched\n/);
  const elsewhere = await mustPlugin(cluster, ['rollback', 'web', '--to', '2', '--nodes', 'node-2']);
  assert.match(elsewhere, /^node\/node-2 installed\n/);
});

test.run();
