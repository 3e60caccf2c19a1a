// Moving off the older operators: their ConfigMaps and SeccompProfile objects become bundles on a real cluster, pods
// start with the new paths, and who still names the old ones is told.
import * as assert from 'uvu/assert';
import { suiteThatNeeds } from '../support/requires.ts';
import { attachCluster } from './cluster.ts';
import type { Cluster } from './handle.ts';
import { mustPlugin, plugin } from './plugin.ts';
import { poll } from './processes.ts';

const test = suiteThatNeeds('test/cluster/from-cluster', ['cluster']);
const NODE = ['--nodes', 'node-1'];
const QUIET = '"architectures":["SCMP_ARCH_X86_64","SCMP_ARCH_X86","SCMP_ARCH_X32"]';
const FORBIDDING = `{"defaultAction":"SCMP_ACT_ALLOW",${QUIET},"syscalls":[{"names":["chroot"],"action":"SCMP_ACT_ERRNO"}]}`;

const create = (cluster: Cluster, ...items: object[]): Promise<string> =>
  cluster.mustKubectl(['apply', '-f', '-'], {
    input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
  });

const namespace = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

const configMap = (inNamespace: string, name: string, more: object, value = 'true') => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    namespace: inNamespace,
    name,
    annotations: { 'seccomp.security.kubernetes.io/profile': value },
  },
  ...more,
});

const pod = (inNamespace: string, name: string, localhostProfile: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: inNamespace, name },
  spec: {
    nodeName: 'node-1',
    terminationGracePeriodSeconds: 0,
    containers: [
      {
        name: 'main',
        image: 'docker.io/library/node:24.21.0-slim',
        imagePullPolicy: 'IfNotPresent',
        command: ['node', '-e', 'setInterval(() => {}, 1000)'],
        securityContext: { seccompProfile: { type: 'Localhost', localhostProfile } },
      },
    ],
  },
});

const isRunning = async (cluster: Cluster, inNamespace: string, name: string): Promise<boolean> =>
  (await cluster.mustKubectl(['get', 'pod', name, '-n', inNamespace, '-o', 'jsonpath={.status.phase}'])) ===
  'Running';

/** A node has no such namespace's name in its path: more than 40 characters. */
const LONG = `a-${'very-'.repeat(9)}long-name`;

test.before(async () => {
  const cluster = attachCluster();
  await cluster.reset();
  await create(
    cluster,
    namespace('front'),
    namespace(LONG),
    configMap('front', 'app', {
      data: { 'web.json': FORBIDDING, 'broken.json': '{"defaultAction":"SCMP_ACT_ALLOW",\n "syscalls":[7]}' },
      binaryData: { packed: Buffer.from(FORBIDDING).toString('base64') },
    }),
    configMap('front', 'other', { data: { 'web.json': 'no profile at all' } }, 'false'),
    configMap(LONG, 'app', { data: { 'web.json': FORBIDDING } }),
  );
});

test.after(() => attachCluster().reset());

test('every good key of every namespace is installed, and what is not is told with its place', async () => {
  const cluster = attachCluster();
  const { code, stdout, stderr } = await plugin(cluster, ['apply', '--from-configmaps', '-A', ...NODE]);
  assert.is(code, 1, stdout);
  assert.match(stdout, /^node\/node-1 installed\nfront@v1 \(front@[0-9a-f]{16}\): 1 node done, 0 failed\n$/);
  assert.match(stderr, /^front\/app\/broken\.json:2:14: error: .* \[SP\d+\]$/m);
  assert.match(stderr, 'error: namespace front: 1 of 3 profiles left out\n');
  assert.match(stderr, `error: namespace ${LONG}: bundle name "${LONG}" has `);
  assert.not.match(stderr, 'no profile at all');
});

test('a pod starts with the new path, and usage shows who still names the old one beside it', async () => {
  const cluster = attachCluster();
  await create(
    cluster,
    pod('front', 'new', 'front/app/web.json'),
    pod('front', 'packed', 'front/app/packed'),
    pod('front', 'old', 'operator/front/app/web.json'),
    pod('front', 'lost', 'operator/front/app/gone.json'),
  );
  for (const name of ['new', 'packed'])
    await poll(`${name} runs`, () => isRunning(cluster, 'front', name), { timeoutMs: 30_000 });
  const usage = await mustPlugin(cluster, ['usage', 'operator', '-n', 'front']);
  assert.match(
    usage,
    /pod\/old +main +operator\/front\/app\/web\.json .* 1 unmanaged; now in front\/app\/web\.json\n/,
  );
  assert.match(usage, /pod\/lost +main +operator\/front\/app\/gone\.json .* 1 unmanaged\n/);
});

test('a key that has gone bad is not taken away from those who use it', async () => {
  const cluster = attachCluster();
  const bad = { data: { 'web.json': '{', 'more.json': FORBIDDING } };
  await create(cluster, configMap('front', 'app', bad));
  const { code, stderr } = await plugin(cluster, ['apply', '--from-configmaps', '-n', 'front', ...NODE]);
  assert.is(code, 1);
  assert.match(stderr, /^front\/app\/web\.json:1:2: error: /m);
  assert.match(stderr, /are in use:\n/);
  assert.is(await isRunning(cluster, 'front', 'new'), true);
  const status = await mustPlugin(cluster, ['status', 'front']);
  assert.match(status, /front +v1 /);
});

const crd = (scope: 'Namespaced' | 'Cluster') => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'seccompprofiles.security-profiles-operator.x-k8s.io' },
  spec: {
    group: 'security-profiles-operator.x-k8s.io',
    scope,
    names: { kind: 'SeccompProfile', plural: 'seccompprofiles', singular: 'seccompprofile' },
    versions: [
      {
        name: 'v1beta1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        },
      },
    ],
  },
});

const seccompProfile = (name: string, spec: object) => ({
  apiVersion: 'security-profiles-operator.x-k8s.io/v1beta1',
  kind: 'SeccompProfile',
  metadata: { namespace: 'back', name },
  spec,
});

test('SeccompProfile objects become a bundle of their namespace, with every digit of their numbers', async () => {
  const cluster = attachCluster();
  await create(cluster, namespace('back'), crd('Namespaced'));
  await cluster.mustKubectl(['wait', '--for=condition=Established', 'crd', crd('Namespaced').metadata.name]);
  const architectures = ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'];
  const args = [{ index: 0, value: 7, op: 'SCMP_CMP_EQ' }];
  const rule = { names: ['personality'], action: 'SCMP_ACT_ERRNO', args };
  const good = seccompProfile('good', { defaultAction: 'SCMP_ACT_ALLOW', architectures, syscalls: [rule] });
  const list = {
    apiVersion: 'v1',
    kind: 'List',
    items: [good, seccompProfile('based', { defaultAction: 'SCMP_ACT_ERRNO', baseProfileName: 'runc' })],
  };
  // JSON.stringify would write the neighbour of this number.
  const input = JSON.stringify(list).replace('"value":7', '"value":9223372036854775807');
  await cluster.mustKubectl(['apply', '-f', '-'], { input });
  const { code, stdout, stderr } = await plugin(cluster, ['apply', '--from-spo', '-n', 'back', ...NODE]);
  assert.is(code, 1);
  assert.match(stdout, /back@v1 .*: 1 node done, 0 failed\n$/);
  assert.match(stderr, /^back\/based:\d+:\d+: error: the base profile "runc" cannot be looked up/m);
  const { stdout: file } = await cluster
    .node('node-1')
    .exec(['cat', '/var/lib/kubelet/seccomp/back/good.json']);
  assert.match(file, '9223372036854775807');
  await create(cluster, pod('back', 'new', 'back/good.json'), pod('back', 'old', 'operator/back/good.json'));
  await poll('new runs', () => isRunning(cluster, 'back', 'new'), { timeoutMs: 30_000 });
  assert.match(await mustPlugin(cluster, ['usage', 'operator', '-n', 'back']), /now in back\/good\.json\n/);
});

test('one source does not take away what came from the other', async () => {
  const cluster = attachCluster();
  await create(cluster, configMap('back', 'app', { data: { 'web.json': FORBIDDING } }));
  const refused = await plugin(cluster, ['apply', '--from-configmaps', '-n', 'back', ...NODE]);
  assert.is(refused.code, 1);
  assert.match(refused.stderr, 'the bundle "back" also holds good.json, which would be taken away\n');
  await cluster.mustKubectl(['delete', 'seccompprofiles', 'based', '-n', 'back']);
  const both = ['apply', '--from-configmaps', '--from-spo', '-n', 'back', ...NODE];
  assert.match(await mustPlugin(cluster, both), /back@v2 .*: 1 node done, 0 failed\n$/);
});

test.run();
