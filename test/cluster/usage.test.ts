// `usage` against what kubectl says of the same pods, before and after an update; and who stands in the way of one.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { suiteThatNeeds } from '../support/requires.ts';
import { attachCluster } from './cluster.ts';
import type { Cluster } from './handle.ts';
import { inFolder, mustPlugin, plugin } from './plugin.ts';
import { poll } from './processes.ts';
import { container, everyWorkload, local } from './usage-workloads.ts';

const test = suiteThatNeeds('test/cluster/usage', ['cluster']);

const profileThat = (action: string): string =>
  JSON.stringify({
    defaultAction: 'SCMP_ACT_ALLOW',
    syscalls: [{ names: ['chroot'], action, ...(action === 'SCMP_ACT_ERRNO' && { errnoRet: 1 }) }],
  });
const FORBIDDING = profileThat('SCMP_ACT_ERRNO');
const LOGGING = profileThat('SCMP_ACT_LOG');
const AUDITING = JSON.stringify({ defaultAction: 'SCMP_ACT_LOG' });

interface Pod {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: {
    readonly containerStatuses?: readonly { readonly name: string; readonly state: object }[];
    readonly ephemeralContainerStatuses?: readonly { readonly name: string; readonly state: object }[];
  };
}

interface Row {
  readonly workload: { readonly kind: string; readonly name: string };
  readonly container: { readonly name: string; readonly role: string };
  readonly profile: { readonly type: string; readonly localhostProfile?: string };
  readonly notApplied?: string;
  readonly ignoredAnnotation?: { readonly localhostProfile?: string };
  readonly summary: Readonly<Record<string, number>>;
  readonly pods: readonly { readonly name: string; readonly node?: string; readonly state?: string }[];
}

const usage = async (cluster: Cluster, ...args: string[]): Promise<Row[]> => {
  const printed = await mustPlugin(cluster, ['usage', ...args, '-o', 'json']);
  return (JSON.parse(printed) as { containers: Row[] }).containers;
};

const find = (rows: readonly Row[], name: string): Row => {
  const found = rows.find(({ workload, container: { name: own } }) => `${workload.name}/${own}` === name);
  assert.ok(found, `${name} is in ${JSON.stringify(rows)}`);
  return found as Row;
};

const podsOf = async (cluster: Cluster, selector: string): Promise<Pod[]> =>
  (await cluster.getJson<{ items: Pod[] }>(['pods', '-l', selector])).items;

const isRunning = (pod: Pod, name: string): boolean =>
  [...(pod.status.containerStatuses ?? []), ...(pod.status.ephemeralContainerStatuses ?? [])].some(
    (status) => status.name === name && 'running' in status.state,
  );

const untilRunning = (cluster: Cluster, selector: string, name: string, count: number): Promise<true> =>
  poll(
    `${count} containers ${name} are running`,
    async () =>
      (await podsOf(cluster, selector)).filter((pod) => isRunning(pod, name)).length === count &&
      (true as const),
    { timeoutMs: 60_000, everyMs: 250 },
  );

const apply = (cluster: Cluster, files: Readonly<Record<string, string>>, ...args: string[]) =>
  inFolder(async (folder) => {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    return await plugin(cluster, ['apply', '-f', folder, '--name', 'shop', ...args]);
  });

const FIRST = { 'app.json': FORBIDDING, 'same.json': LOGGING };
const SECOND = { 'app.json': AUDITING, 'same.json': LOGGING };

test('every container is named with its profile, exactly the pods that kubectl lists, and where a file is missing', async () => {
  const cluster = attachCluster();
  await cluster.reset();
  const applied = await apply(cluster, FIRST);
  assert.is(applied.code, 0, applied.stderr);
  const pinned = /shop@[0-9a-f]{16}/.exec(applied.stdout)?.[0] ?? '';
  const list = { apiVersion: 'v1', kind: 'List', items: everyWorkload(pinned) };
  await cluster.mustKubectl(['create', '-f', '-'], { input: JSON.stringify(list) });
  await untilRunning(cluster, 'app=front', 'main', 3);
  await untilRunning(cluster, 'app=agent', 'root', 3);

  const rows = await usage(cluster);
  const main = find(rows, 'front/main');
  assert.is(main.workload.kind, 'Deployment');
  assert.equal(main.summary, { current: 3 });
  const expected = (await podsOf(cluster, 'app=front')).map(
    ({ metadata, spec }) => `${metadata.name} ${spec.nodeName}`,
  );
  assert.equal(main.pods.map(({ name, node }) => `${name} ${node}`).toSorted(), expected.toSorted());
  assert.is(find(rows, 'front/setup').container.role, 'init');
  assert.is(find(rows, 'front/proxy').container.role, 'sidecar');
  assert.is(find(rows, 'front/proxy').profile.type, 'RuntimeDefault');
  assert.is(find(rows, 'agent/root').notApplied, 'privileged');
  assert.equal(find(rows, 'agent/lost').summary, { 'missing-profile': 3 });
  assert.equal(find(rows, 'bare/main').summary, { unmanaged: 1 });
  assert.is(find(rows, 'bare/open').profile.type, 'Unconfined');
  assert.equal(find(rows, 'nightly/main').summary, { present: 3 });
  assert.is(find(rows, 'nightly/annotated').ignoredAnnotation?.localhostProfile, 'operator/a/b/c.json');
});

test('a bundle, a profile, a label and the lack of a profile each choose their rows', async () => {
  const cluster = attachCluster();
  const names = async (...args: string[]): Promise<string[]> =>
    (await usage(cluster, ...args)).map(({ workload, container: own }) => `${workload.name}/${own.name}`);
  assert.equal(await names('shop/app.json'), ['nightly/main', 'agent/root', 'front/setup', 'front/main']);
  assert.equal(await names('-l', 'app=agent'), ['agent/lost', 'agent/root']);
  assert.equal(await names('operator'), ['nightly/annotated']);
  assert.equal(await names('--unconfined'), ['nightly/annotated', 'agent/root', 'bare/open']);
  assert.equal(await names('-n', 'kube-public'), []);
  assert.match(await mustPlugin(cluster, ['usage', 'shop', '-A']), /^NAMESPACE .*\n(default .*\n)+$/);
});

test('an ephemeral container is a user too', async () => {
  const cluster = attachCluster();
  const [first] = await podsOf(cluster, 'app=front');
  const body = { spec: { ephemeralContainers: [container('debug', local('shop/app.json'))] } };
  await inFolder(async (folder) => {
    const file = join(folder, 'patch.json');
    writeFileSync(file, JSON.stringify(body));
    await cluster.mustKubectl([
      'patch',
      'pod',
      first?.metadata.name ?? '',
      '--subresource=ephemeralcontainers',
      '--patch-file',
      file,
    ]);
  });
  await untilRunning(cluster, 'app=front', 'debug', 1);
  const debug = find(await usage(cluster, 'shop'), 'front/debug');
  assert.is(debug.container.role, 'ephemeral');
  assert.equal(
    debug.pods.map(({ name }) => name),
    [first?.metadata.name],
  );
});

test('what would take away or change a profile in use is refused and changes nothing', async () => {
  const cluster = attachCluster();
  const labels = (): Promise<string> =>
    cluster.mustKubectl(['get', 'nodes', '-o', 'jsonpath={.items[*].metadata.labels}']);
  const before = await labels();
  for (const refused of [
    await plugin(cluster, ['delete', 'shop', '--yes']),
    await apply(cluster, SECOND),
    await apply(cluster, { 'app.json': FORBIDDING }),
  ]) {
    assert.is(refused.code, 1, refused.stdout);
    assert.match(refused.stderr, /in use:\n/);
    assert.match(refused.stderr, 'deployment/front -n default');
    // It waits for a profile that was never there, and a privileged container needs no file.
    assert.not.match(refused.stderr, 'daemonset/agent');
  }
  assert.match((await plugin(cluster, ['delete', 'shop', '--yes'])).stderr, 'cronjob/nightly -n default');
  assert.is(await labels(), before);
});

test('after an update running containers have the older content until they start again; who pinned it has it for good', async () => {
  const cluster = attachCluster();
  const updated = await apply(cluster, SECOND, '--force');
  assert.is(updated.code, 0, updated.stderr);
  const [first, ...others] = await podsOf(cluster, 'app=front');
  await cluster.mustKubectl(['delete', 'pod', first?.metadata.name ?? '']);
  await untilRunning(cluster, 'app=front', 'main', 3);

  const rows = await usage(cluster, 'shop');
  const main = find(rows, 'front/main');
  assert.equal(
    main.pods
      .filter(({ state }) => state === 'older')
      .map(({ name }) => name)
      .toSorted(),
    others.map(({ metadata }) => metadata.name).toSorted(),
  );
  assert.is(main.summary.older, 2);
  assert.is(main.pods.length, 3);
  // Nothing of this one changed: whoever runs it runs what it would get.
  assert.equal(find(rows, 'front/same').summary, { current: 3 });
  assert.equal(find(rows, 'nightly/main').summary, { present: 3 });
});

test('a node without the bundle is counted as missing it', async () => {
  const cluster = attachCluster();
  const deleted = await plugin(cluster, ['delete', 'shop', '--yes', '--force', '--nodes', 'node-3']);
  assert.is(deleted.code, 0, deleted.stderr);
  const rows = await usage(cluster, 'shop');
  assert.is(find(rows, 'nightly/main').summary['missing-bundle'], 1);
  const onThird = find(rows, 'front/main').pods.filter(({ node }) => node === 'node-3');
  assert.ok(onThird.every(({ state }) => state === 'missing-bundle'));
});

test("a workload of somebody else's kind is named by its pods and ReplicaSets, and stands in the way like any other", async () => {
  const cluster = attachCluster();
  const create = (object: object) =>
    cluster.mustKubectl(['create', '-f', '-'], { input: JSON.stringify(object) });
  await create(ROLLOUTS);
  await cluster.mustKubectl(['wait', '--for=condition=Established', 'crd/rollouts.argoproj.io']);
  await create({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', metadata: { name: 'canary' } });
  const { uid } = (await cluster.getJson<{ metadata: { uid: string } }>(['rollout', 'canary'])).metadata;
  const owner = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    name: 'canary',
    uid,
    controller: true,
  };
  const labels = { app: 'canary' };
  const spec = { terminationGracePeriodSeconds: 0, containers: [container('main', local('shop/app.json'))] };
  await create({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'canary-1', ownerReferences: [owner] },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  });
  await poll('its pod is there', async () => (await podsOf(cluster, 'app=canary')).length === 1);
  const printed = await mustPlugin(cluster, ['usage', '-l', 'app=canary']);
  assert.match(printed, /^rollout\.argoproj\.io\/canary +main +shop\/app\.json +1 .*template not read\n/m);
  assert.is(
    await mustPlugin(cluster, ['usage', '-l', 'app=canary', '-o', 'name']),
    'rollout.argoproj.io/canary\n',
  );
  const refused = await plugin(cluster, ['delete', 'shop', '--yes']);
  assert.match(refused.stderr, /rollout\.argoproj\.io\/canary .*its template was not read/);
  const bound = await plugin(cluster, ['bind', 'rollout/canary', 'shop/app.json', '--yes']);
  assert.is(bound.code, 2);
  const [, patch = ''] = /kubectl patch rollout canary --type=merge -p '(.*)'/.exec(bound.stderr) ?? [];
  const named = patch.replace('PROFILE', 'shop/app.json');
  await cluster.mustKubectl(['patch', 'rollout', 'canary', '--type=merge', '-p', named]);
  await cluster.mustKubectl(['delete', 'rollout/canary', '--cascade=foreground']);
  await cluster.mustKubectl(['delete', 'crd/rollouts.argoproj.io']);
});

/** As Argo's, as far as it matters. */
const ROLLOUTS = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'rollouts.argoproj.io' },
  spec: {
    group: 'argoproj.io',
    names: { kind: 'Rollout', plural: 'rollouts', singular: 'rollout' },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        },
      },
    ],
  },
};

test('who may only read pods learns who uses what, and what else was not read', async () => {
  const cluster = attachCluster();
  await cluster.mustKubectl(['create', 'role', 'reads-pods', '--verb=list', '--resource=pods']);
  await cluster.mustKubectl(['create', 'rolebinding', 'reads-pods', '--role=reads-pods', '--user=rajesh']);
  const { code, stdout, stderr } = await plugin(cluster, ['usage', 'shop', '--as', 'rajesh']);
  assert.is(code, 1);
  assert.match(stdout, /front-\w+ .*shop\/app\.json/);
  for (const resource of ['deployments.apps', 'cronjobs.batch', 'nodes', 'configmaps'])
    assert.match(stderr, `cannot read ${resource}: `);
  await cluster.mustKubectl(['delete', 'role/reads-pods', 'rolebinding/reads-pods']);
});

test('when nobody uses it any more, it is deleted without --force', async () => {
  const cluster = attachCluster();
  await cluster.mustKubectl(['delete', 'deployment/front', 'daemonset/agent', 'cronjob/nightly', 'pod/bare']);
  await poll('the pods are gone', async () => (await podsOf(cluster, 'app')).length === 0);
  assert.is((await plugin(cluster, ['delete', 'shop', '--yes'])).code, 0);
});

test.run();
