// A sync on a real cluster: by hand, watching, and inside the cluster under exactly the rights it is given.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { suiteThatNeeds } from '../support/requires.ts';
import { attachCluster } from './cluster.ts';
import type { Cluster } from './handle.ts';
import { mustPlugin, startPlugin } from './plugin.ts';
import { poll } from './processes.ts';
import { applyAs, nothingLeft } from './results.ts';

const test = suiteThatNeeds('test/cluster/sync', ['cluster']);

const NAMESPACE = ['-n', 'kubectl-seccomp'];
const PREFIX = 'kubectl-seccomp.node-restriction.kubernetes.io/';
const TAINT = 'kubectl-seccomp/not-ready';

interface NodeObject {
  readonly metadata: { readonly uid: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: { readonly taints?: readonly { readonly key: string }[] };
}

const readNode = (cluster: Cluster, name: string): Promise<NodeObject> =>
  cluster.getJson<NodeObject>(['node', name]);

const generationOn = async (cluster: Cluster, node: string, bundle = 'web'): Promise<string | undefined> =>
  (await readNode(cluster, node)).metadata.labels[`${PREFIX}${bundle}`];

const wipe = (cluster: Cluster, name: string): void => {
  const { seccompRoot } = cluster.node(name);
  for (const entry of readdirSync(seccompRoot)) rmSync(join(seccompRoot, entry), { recursive: true });
};

/** A node that lost its disk and its labels: as a machine that is set up anew, but quicker. */
const loseAll = async (cluster: Cluster, name: string): Promise<void> => {
  wipe(cluster, name);
  const { labels } = (await readNode(cluster, name)).metadata;
  const own = Object.keys(labels).filter((key) => key.startsWith(PREFIX));
  await cluster.mustKubectl(['label', 'node', name, ...own.map((key) => `${key}-`)]);
};

const stateOf = async (cluster: Cluster): Promise<Record<string, string>> => {
  const { nodes } = JSON.parse(await mustPlugin(cluster, ['status', 'web', '-o', 'json'])) as {
    nodes: { name: string; bundles: { state: string }[] }[];
  };
  return Object.fromEntries(nodes.map(({ name, bundles }) => [name, bundles[0]?.state ?? '']));
};

const ALL_IN_SYNC = { 'node-1': 'in-sync', 'node-2': 'in-sync', 'node-3': 'in-sync' };

/** A pass inside the cluster, without waiting for the minute. */
const runInside = async (cluster: Cluster, name: string): Promise<string> => {
  await cluster.mustKubectl(['create', 'job', name, '--from=cronjob/sync', ...NAMESPACE]);
  await poll(
    `job ${name} is complete`,
    async () => {
      const { status } = await cluster.getJson<{ status: { succeeded?: number; failed?: number } }>([
        ...['job', name, ...NAMESPACE],
      ]);
      if (status.failed) throw new Error(await cluster.mustKubectl(['logs', `job/${name}`, ...NAMESPACE]));
      return status.succeeded === 1;
    },
    { timeoutMs: 60_000, describe: () => cluster.mustKubectl(['get', 'pods', '-o', 'wide', ...NAMESPACE]) },
  );
  return await cluster.mustKubectl(['logs', `job/${name}`, ...NAMESPACE]);
};

test.before(async () => {
  const cluster = attachCluster();
  await cluster.reset();
  await mustPlugin(cluster, applyAs('web'));
});

test('a replaced node and a drifted one are healed without the files, and the history stays as it was', async () => {
  const cluster = attachCluster();
  const history = async () =>
    (await mustPlugin(cluster, ['history', 'web'])).replace(/ +\d+[smh]\S*/g, '').replace(/ +/g, ' ');
  const before = await history();
  await loseAll(cluster, 'node-2');
  assert.equal(await stateOf(cluster), { ...ALL_IN_SYNC, 'node-2': 'missing' });
  const link = join(cluster.node('node-1').seccompRoot, 'web', 'nginx.json');
  writeFileSync(link, '{}');
  const printed = await mustPlugin(cluster, ['sync', '--verify']);
  assert.match(printed, /^node\/node-1 repaired web@v1\nnode\/node-2 installed web@v1\n/);
  assert.equal(await stateOf(cluster), ALL_IN_SYNC);
  assert.not.equal(readFileSync(link, 'utf8'), '{}');
  assert.is(await history(), before);
  await nothingLeft(cluster);
});

test('--watch picks up a node that joins, and Ctrl-C is its normal end', async () => {
  const cluster = attachCluster();
  const watching = startPlugin(cluster, ['sync', '--watch']);
  await poll('it watches', async () => watching.stderr().includes('watching for nodes'), {
    describe: () => watching.stderr(),
  });
  const { uid } = (await readNode(cluster, 'node-3')).metadata;
  await cluster.node('node-3').stopKubelet();
  await cluster.mustKubectl(['delete', 'node', 'node-3']);
  wipe(cluster, 'node-3');
  await cluster.node('node-3').startKubelet();
  await poll('node-3 has it again', async () => (await generationOn(cluster, 'node-3')) !== undefined, {
    timeoutMs: 30_000,
    describe: () => watching.stderr(),
  });
  await nothingLeft(cluster);
  watching.child.kill('SIGINT');
  const { code, stdout, stderr } = await watching.ended;
  assert.is(code, 0, stderr);
  assert.match(stdout, 'node/node-3 installed web@v1\n');
  assert.is.not((await readNode(cluster, 'node-3')).metadata.uid, uid);
  assert.equal(await stateOf(cluster), ALL_IN_SYNC);
});

test('what is left on a node that lost its label is told, and removed with --prune', async () => {
  const cluster = attachCluster();
  await cluster.mustKubectl(['label', 'node', 'node-1', 'kubectl-seccomp-test=db']);
  await mustPlugin(cluster, [...applyAs('db'), '-l', 'kubectl-seccomp-test=db']);
  await cluster.mustKubectl(['label', 'node', 'node-1', 'kubectl-seccomp-test-']);
  const told = await mustPlugin(cluster, ['sync']);
  assert.match(told, 'node/node-1 left db: nothing wants it there any more; --prune removes it\n');
  assert.match(await mustPlugin(cluster, ['sync', '--prune']), 'node/node-1 removed db\n');
  assert.equal(
    readdirSync(cluster.node('node-1').seccompRoot).filter((name) => /^\.?db\b/.test(name)),
    [],
  );
  assert.is(await generationOn(cluster, 'node-1', 'db'), undefined);
  assert.not.match(await mustPlugin(cluster, ['sync']), / db\b/);
});

test('inside the cluster it runs with exactly its rights, releases nodes that wait, and status says when', async () => {
  const cluster = attachCluster();
  assert.match(
    await mustPlugin(cluster, ['status']),
    'Sync: none in the cluster; a node that joins gets nothing',
  );
  await mustPlugin(cluster, ['sync', '--install', '--startup-taint', TAINT]);
  // Only passes that this suite starts: the minute must not come in between.
  await cluster.mustKubectl(['patch', 'cronjob', 'sync', ...NAMESPACE, '-p', '{"spec":{"suspend":true}}']);
  await loseAll(cluster, 'node-2');
  await cluster.mustKubectl(['delete', 'lease', 'rollout-web', ...NAMESPACE]);
  await cluster.mustKubectl(['taint', 'node', 'node-2', `${TAINT}:NoSchedule`]);
  const mark = await cluster.auditMark();
  const log = await runInside(cluster, 'pass');
  assert.match(log, 'node/node-2 installed web@v1\nnode/node-2 lost its startup taint\n');
  assert.is((await readNode(cluster, 'node-2')).spec.taints, undefined);
  assert.equal(await stateOf(cluster), ALL_IN_SYNC);
  const asked = (await cluster.requests('kubectl-seccomp/', mark)).filter(({ user }) => user === ACCOUNT);
  assert.equal(
    asked.filter(({ code }) => code === 403).map(({ verb, uri }) => `${verb} ${uri}`),
    [],
  );
  const used = new Set(asked.map(({ verb, resource }) => `${verb} ${resource}`));
  assert.equal(
    (await grantedRights(cluster)).filter((right) => !used.has(right)),
    RARELY_USED,
  );
  assert.match(await mustPlugin(cluster, ['status']), 'Sync: suspended; it has not run yet');
});

test('its account may not do more, and its Pod passes the restricted standard', async () => {
  const cluster = attachCluster();
  for (const right of ['create pods', 'get secrets', 'list pods -A', 'delete nodes', 'create configmaps']) {
    const { stdout } = await cluster.kubectl(['auth', 'can-i', ...right.split(' '), `--as=${ACCOUNT}`]);
    assert.is(stdout.trim(), 'no', right);
  }
  // The API server says which Pods in a namespace a standard would refuse: the one of the last pass is still there.
  const { code, stderr } = await cluster.kubectl([
    ...['label', 'namespace', 'kubectl-seccomp', '--overwrite', '--dry-run=server'],
    'pod-security.kubernetes.io/enforce=restricted',
  ]);
  assert.is(code, 0);
  assert.not.match(stderr, 'violate');
});

const ACCOUNT = 'system:serviceaccount:kubectl-seccomp:sync';
/** For a node that fails, and for a dead run's Pods without a Job. */
const RARELY_USED = ['create events', 'delete pods'];

interface Roles {
  readonly items: readonly {
    readonly rules: readonly { readonly resources: readonly string[]; readonly verbs: readonly string[] }[];
  }[];
}

const grantedRights = async (cluster: Cluster): Promise<string[]> => {
  const select = ['-l', 'app.kubernetes.io/component=sync'];
  const roles = await cluster.getJson<Roles>(['roles', '-A', ...select]);
  const clusterRoles = await cluster.getJson<Roles>(['clusterroles', ...select]);
  const rights = [...roles.items, ...clusterRoles.items].flatMap(({ rules }) =>
    rules.flatMap(({ resources, verbs }) =>
      resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}`)),
    ),
  );
  return [...new Set(rights)].toSorted();
};

test('--uninstall leaves nothing of it, and uninstall takes it along', async () => {
  const cluster = attachCluster();
  const kinds =
    'cronjobs,serviceaccounts,roles,rolebindings,clusterroles,clusterrolebindings,configmaps,jobs';
  const left = () =>
    cluster.mustKubectl(['get', kinds, '-A', '-l', 'app.kubernetes.io/component=sync', '-o', 'name']);
  await mustPlugin(cluster, ['sync', '--uninstall']);
  assert.is(await left(), '');
  await nothingLeft(cluster);
  await mustPlugin(cluster, ['sync', '--install']);
  assert.match(await left(), 'clusterrolebinding');
  await mustPlugin(cluster, ['uninstall', '--yes']);
  assert.is(await left(), '');
});

test.run();
