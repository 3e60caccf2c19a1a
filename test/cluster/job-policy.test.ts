// The admission policy that `rbac --policy` prints, on a real API server: our own Jobs pass, whatever else would make
// one root on a node does not.
import type { V1Container, V1CronJob, V1Job, V1PodSpec } from '@kubernetes/client-node';
import * as assert from 'uvu/assert';
import { type JobSettings, nodeJob, nodePod, ownerJob } from '../../plugin/cluster/node-job.ts';
import { probePod } from '../../plugin/cluster/probe-pod.ts';
import { syncObjects } from '../../plugin/cluster/sync-objects.ts';
import { DEFAULT_IMAGE } from '../../plugin/commands/flags.ts';
import type { NodeTask } from '../../src/rollout/ports.ts';
import { plainProbe } from '../../src/workload/probe.ts';
import { sampleNode } from '../support/fake-cluster.ts';
import { suiteThatNeeds } from '../support/requires.ts';
import { sampleDigest } from '../support/rollout-samples.ts';
import { attachCluster } from './cluster.ts';
import type { Cluster, CommandResult } from './handle.ts';
import { MORE_THAN_A_PROBE, MORE_THAN_A_SYNC, type Variant } from './harmless-variants.ts';
import { JOB_VARIANTS } from './job-variants.ts';
import { mustPlugin, plugin } from './plugin.ts';
import { poll } from './processes.ts';
import { APPLY } from './results.ts';

const test = suiteThatNeeds('test/cluster/job-policy', ['cluster']);
const NAMESPACE = 'kubectl-seccomp';

let settings: JobSettings;

/** A Job as the plugin makes it, whose Pod nobody could run here: what is tried is never started. */
const ourJob = (): V1Job => nodeJob(TASK, settings);

const TASK: NodeTask = {
  node: sampleNode('nowhere'),
  run: 'inspect-x7k2q9-mcx0z1a2',
  attempt: 1,
  request: { version: 1, operation: 'inspect' },
  chunkConfigMaps: [],
};

/** As `--launch pod` makes them; the API server does not ask whether the owner is there. */
const barePod = () =>
  nodePod(TASK, settings, { apiVersion: 'batch/v1', kind: 'Job', name: 'owner', uid: 'a-b-c' });

const create = (cluster: Cluster, object: object, ...args: string[]): Promise<CommandResult> =>
  cluster.kubectl(['create', '-n', NAMESPACE, '-f', '-', ...args], { input: JSON.stringify(object) });

const ourPod = () => {
  const { metadata, spec } = ourJob().spec?.template ?? {};
  return { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name: 'bare' }, spec };
};

test.before(async () => {
  const cluster = attachCluster();
  await cluster.reset();
  await mustPlugin(cluster, [...APPLY, '--nodes', 'node-1']);
  const printed = await mustPlugin(cluster, ['rbac', '--policy', '-o', 'json']);
  const programSha256 = /program\.cjs\\",\\"([0-9a-f]{64})/.exec(printed)?.[1] ?? '';
  settings = {
    namespace: NAMESPACE,
    image: DEFAULT_IMAGE,
    privilege: 'default',
    jobTimeoutMs: 60_000,
    programSha256,
  };
  await cluster.mustKubectl(['apply', '-f', '-'], { input: printed });
  await poll('the policies hold', async () => {
    const refused = await create(cluster, { ...ourPod(), metadata: { name: 'first' } });
    if (refused.code === 0)
      await cluster.mustKubectl(['delete', 'pod', 'first', '-n', NAMESPACE, '--force', '--grace-period=0']);
    return refused.code !== 0;
  });
});

test.after(() => attachCluster().reset());

test('every verb works as before, and no policy has a fault in it', async () => {
  const cluster = attachCluster();
  await mustPlugin(cluster, [...APPLY, '--force', '--nodes', 'node-1']);
  await mustPlugin(cluster, [...APPLY, '--force', '--nodes', 'node-1', '--launch', 'pod']);
  await mustPlugin(cluster, ['verify', '--nodes', 'node-1']);
  await mustPlugin(cluster, ['delete', 'web', '--yes', '--nodes', 'node-1']);
  const { items } = await cluster.getJson<{ items: { status?: { typeChecking?: object } }[] }>([
    'validatingadmissionpolicies',
  ]);
  assert.is(items.length, 3);
  assert.equal(
    items.map(({ status }) => status?.typeChecking ?? {}),
    [{}, {}, {}],
  );
});

test('a Job of ours is admitted, and no Job or Pod that differs in what counts', async () => {
  const cluster = attachCluster();
  for (const object of [ourJob(), ownerJob(TASK, settings, 1), barePod()]) {
    const admitted = await create(cluster, object, '--dry-run=server');
    assert.is(admitted.code, 0, admitted.stderr);
  }
  const tried = JOB_VARIANTS.flatMap(([title, message, change], index) =>
    [ourJob(), ourPod(), ownerJob(TASK, settings, 1), barePod()].map((object, which) => {
      const spec = specOf(object);
      change(spec, spec.containers[0] as V1Container);
      const name = `variant-${index}-${which}`;
      return {
        title: `${title} in ${['a Job', 'a Pod', 'an owner', 'a bare Pod'][which]}`,
        name,
        message,
        object: { ...object, metadata: { ...object.metadata, name, namespace: NAMESPACE } },
      };
    }),
  );
  // All in one request of kubectl's, which goes on after each refusal.
  const list = { apiVersion: 'v1', kind: 'List', items: tried.map(({ object }) => object) };
  const { stdout, stderr } = await create(cluster, list, '--dry-run=server');
  assert.is(stdout, '');
  const refusals = stderr.split('\n').filter(Boolean);
  assert.is(refusals.length, tried.length, stderr);
  for (const [index, { title, name, message }] of tried.entries()) {
    assert.match(refusals[index] ?? '', `"${name}" is forbidden`, title);
    assert.match(refusals[index] ?? '', message, title);
  }
});

test('a Pod that no Job owns is refused; what else makes Pods gets none', async () => {
  const cluster = attachCluster();
  const bare = await create(cluster, ourPod());
  assert.is(bare.code, 1);
  assert.match(bare.stderr, /only the Pods of Jobs/);
  const template = { metadata: { labels: { app: 'a' } }, spec: ourPod().spec };
  const spec = { replicas: 1, selector: { matchLabels: { app: 'a' } }, template };
  // Of the same Pod: another image would be refused for that.
  const always = { ...spec, template: { ...template, spec: { ...template.spec, restartPolicy: 'Always' } } };
  const set = { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'a' }, spec: always };
  assert.is((await create(cluster, set)).code, 0);
  const events = ['events', '-n', NAMESPACE, '--field-selector', 'involvedObject.kind=ReplicaSet'];
  await poll('its Pod was refused', async () =>
    /only the Pods of Jobs/.test(JSON.stringify(await cluster.getJson(events))),
  );
  await cluster.mustKubectl(['delete', 'replicaset', 'a', '-n', NAMESPACE]);
});

test('nobody enters a Pod there, and other namespaces are as they were', async () => {
  const cluster = attachCluster();
  const job = ourJob();
  // It waits for a node that does not exist.
  assert.is((await create(cluster, job)).code, 0);
  const pod = await poll('its Pod is there', async () => {
    const found = await cluster.mustKubectl(['get', 'pods', '-n', NAMESPACE, '-o', 'name']);
    return (
      found
        .trim()
        .split('\n')
        .find((name) => name.includes('inspect-x7k2q9')) ?? false
    );
  });
  const debug = ['debug', pod, '-n', NAMESPACE, '--image=busybox', '--target=seccomp', '--attach=false'];
  const entered = await cluster.kubectl(debug);
  assert.match(entered.stderr, /nobody enters/);
  await cluster.mustKubectl(['delete', 'job', job.metadata?.name ?? '', '-n', NAMESPACE]);
  const elsewhere = await cluster.kubectl(['run', 'a', '--image=busybox', '--dry-run=server']);
  assert.is(elsewhere.code, 0, elsewhere.stderr);
});

test('the sync inside the cluster is admitted, and nothing that could do more under its name', async () => {
  const cluster = attachCluster();
  const { image } = settings;
  const wanted = {
    namespace: NAMESPACE,
    image,
    isPruning: true,
    programSha256: sampleDigest('sync'),
    order: '{}',
  };
  const { object } = syncObjects(wanted).at(-1) ?? {};
  const { spec } = structuredClone(object) as unknown as V1CronJob;
  const job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'sync' },
    spec: spec?.jobTemplate.spec,
  };
  const admitted = await create(cluster, job, '--dry-run=server');
  assert.is(admitted.code, 0, admitted.stderr);
  await refuseAll(cluster, job, MORE_THAN_A_SYNC);
});

test("the short Pods behind waves are admitted, and no Pod that could do more than sleep under a node's profile", async () => {
  const cluster = attachCluster();
  await cluster.mustKubectl(['create', 'serviceaccount', 'sync', '-n', NAMESPACE]);
  for (const allowsEscalation of [true, false]) {
    const request = plainProbe(NAMESPACE, 'nowhere', 'web@0123456789abcdef/nginx.json', allowsEscalation);
    const pod = probePod(request, 'seccomp-probe-x-1', { ...settings, timeoutMs: 60_000 });
    const admitted = await create(cluster, pod);
    assert.is(admitted.code, 0, admitted.stderr);
    await cluster.mustKubectl(['delete', 'pod', 'seccomp-probe-x-1', '-n', NAMESPACE, '--now']);
    await refuseAll(cluster, pod, MORE_THAN_A_PROBE);
    const unnamed = { ...pod, metadata: { ...pod.metadata, labels: {} } };
    assert.match((await create(cluster, unnamed)).stderr, /only the Pods of Jobs/);
  }
});

const specOf = (object: object): V1PodSpec =>
  'spec' in object && (object.spec as { template?: object }).template !== undefined
    ? ((object as V1Job).spec?.template.spec as V1PodSpec)
    : ((object as { spec: V1PodSpec }).spec as V1PodSpec);

/** Each variant is refused, and by the policy. All go in one call of kubectl's, which goes on after each refusal. */
const refuseAll = async (cluster: Cluster, object: object, variants: readonly Variant[]): Promise<void> => {
  const items = variants.map(([, change], index) => {
    const one = structuredClone(object) as { metadata: object };
    const spec = specOf(one);
    change(spec, spec.containers[0] as V1Container);
    return { ...one, metadata: { ...one.metadata, name: `variant-${index}` } };
  });
  const { stdout, stderr } = await create(cluster, { apiVersion: 'v1', kind: 'List', items });
  assert.is(stdout, '');
  for (const [index, [title]] of variants.entries())
    assert.match(stderr, new RegExp(`"variant-${index}" is forbidden: ValidatingAdmissionPolicy`), title);
};

test('another version of the program, and a privileged one, are refused before the first Job', async () => {
  const cluster = attachCluster();
  const privileged = await plugin(cluster, [
    ...APPLY,
    '--force',
    '--nodes',
    'node-1',
    '--privilege',
    'privileged',
  ]);
  assert.is(privileged.code, 1);
  assert.match(privileged.stdout + privileged.stderr, /not privileged, no capabilities/);
  const printed = await mustPlugin(cluster, ['rbac', '--policy', '--privilege', 'privileged', '-o', 'json']);
  await cluster.mustKubectl(['apply', '-f', '-'], { input: printed });
  settings = { ...settings, privilege: 'privileged' };
  const items = [ourJob(), ourPod()];
  await poll('the new policies hold', async () => {
    const tried = await create(cluster, { apiVersion: 'v1', kind: 'List', items }, '--dry-run=server');
    return tried.code === 0;
  });
  await mustPlugin(cluster, [...APPLY, '--force', '--nodes', 'node-1', '--privilege', 'privileged']);
});

test.run();
