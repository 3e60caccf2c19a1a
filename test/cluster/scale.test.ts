// Hundreds of simulated nodes on the real control plane: Jobs or bare Pods, who cleans up after a killed client, and
// what `status` says of all of them.
import * as assert from 'uvu/assert';
import { suiteThatNeeds } from '../support/requires.ts';
import { attachCluster } from './cluster.ts';
import type { Cluster } from './handle.ts';
import { EXAMPLES, inFolder, mustPlugin, startPlugin, USER_AGENT } from './plugin.ts';
import { poll } from './processes.ts';
import { SIMULATED, type SimulatedNodes, simulateNodes } from './simulated-nodes.ts';

const test = suiteThatNeeds('test/cluster/scale', ['cluster']);

const NODES = 200;
const NAMESPACE = ['-n', 'kubectl-seccomp'];
let cluster: Cluster;
let simulated: SimulatedNodes;

interface Items {
  readonly items: readonly {
    readonly metadata: {
      readonly name: string;
      readonly labels: Record<string, string>;
      readonly uid: string;
    };
  }[];
}

/** The digest of the example as the plugin itself tells it. */
const digestOf = (folder: string): Promise<string> =>
  mustPlugin(cluster, ['bundle', 'build', '-f', EXAMPLES, '--name', 'web', '--to', `${folder}/web.tar`]).then(
    (said) => /sha256 ([0-9a-f]{64})/.exec(said)![1]!,
  );

test.before(async () => {
  cluster = attachCluster();
  await cluster.reset();
  const digest = await inFolder(digestOf);
  simulated = await simulateNodes(cluster, NODES, {
    version: 1,
    operation: 'install',
    outcome: 'installed',
    digest,
    revision: 1,
    profiles: 3,
    durationMs: 5,
    facts: { architecture: 'amd64', kernel: '6.18.0' },
  });
});

test.after(async () => {
  await simulated?.stop();
});

const apply = (...more: string[]): string[] => [
  'apply',
  '-f',
  EXAMPLES,
  '--name',
  'web',
  '-l',
  SIMULATED,
  ...more,
];

test('two hundred nodes by bare Pods: all done, three requests for each, nothing left', async () => {
  const mark = await cluster.auditMark();
  const said = await mustPlugin(cluster, apply('--launch=pod', '-o', 'json'));
  const document = JSON.parse(said) as { readonly nodes: readonly { readonly result: string }[] };
  assert.is(document.nodes.length, NODES);
  assert.ok(
    document.nodes.every(({ result }) => result === 'installed'),
    said.slice(0, 2000),
  );
  const requests = (await cluster.requests(USER_AGENT, mark)).filter(({ resource }) => resource !== 'leases');
  assert.ok(requests.length <= 3 * NODES + 35, `${requests.length} requests for ${NODES} nodes`);
  for (const kind of ['jobs', 'pods'])
    assert.equal((await cluster.getJson<Items>([kind, ...NAMESPACE])).items, [], kind);
});

test('status counts them all, and needs no Job', async () => {
  const said = await mustPlugin(cluster, ['status', 'web', '-o', 'json']);
  const { bundles } = JSON.parse(said) as {
    readonly bundles: readonly { readonly summary: Readonly<Record<string, number>> }[];
  };
  assert.is(bundles[0]?.summary['in-sync'], NODES);
});

test('what a killed client launched as bare Pods belongs to an empty Job that the cluster deletes by itself', async () => {
  const running = startPlugin(cluster, apply('--launch=pod', '--force', '--max-in-flight=200'));
  const owners = await poll('the owner of the Pods', async () => {
    const { items } = await cluster.getJson<Items>(['jobs', ...NAMESPACE]);
    return items.length > 0 && items;
  });
  running.child.kill('SIGKILL');
  await running.ended;
  assert.is(owners.length, 1);
  const job = await cluster.getJson<{
    readonly spec: { readonly ttlSecondsAfterFinished: number };
    readonly status: { readonly conditions: readonly { readonly type: string; readonly status: string }[] };
  }>(['job', owners[0]!.metadata.name, ...NAMESPACE]);
  // Complete, so that its time runs; the garbage collector takes what belongs to it.
  assert.ok(
    job.status.conditions.some(({ type, status }) => type === 'Complete' && status === 'True'),
    JSON.stringify(job.status),
  );
  assert.ok(job.spec.ttlSecondsAfterFinished <= 1200);
  await cluster.mustKubectl([
    'patch',
    'job',
    owners[0]!.metadata.name,
    ...NAMESPACE,
    '--type=merge',
    '-p',
    '{"spec":{"ttlSecondsAfterFinished":0}}',
  ]);
  await poll('the end of Job and Pods', async () => {
    const { items } = await cluster.getJson<Items>(['jobs,pods', ...NAMESPACE]);
    return items.length === 0;
  });
});

test.run();
