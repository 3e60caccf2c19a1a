// The rights that a rollout takes: exactly those of the rules below, as the API server counted them.
import * as assert from 'uvu/assert';
import { suiteThatNeeds } from '../support/requires.ts';
import { attachCluster } from './cluster.ts';
import type { Cluster } from './handle.ts';
import { mustPlugin, plugin, USER_AGENT } from './plugin.ts';
import { APPLY } from './results.ts';

const test = suiteThatNeeds('test/cluster/rbac', ['cluster']);

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** In the whole cluster. */
const CLUSTER_RULES: readonly Rule[] = [
  { apiGroups: [''], resources: ['nodes'], verbs: ['list', 'patch'] },
  // Who uses what: asked before a bundle is deleted, or a profile is changed or taken away.
  { apiGroups: [''], resources: ['pods', 'replicationcontrollers'], verbs: ['list'] },
  {
    apiGroups: ['apps'],
    resources: ['deployments', 'statefulsets', 'daemonsets', 'replicasets'],
    verbs: ['list'],
  },
  { apiGroups: ['batch'], resources: ['cronjobs', 'jobs'], verbs: ['list'] },
];
/** In the install namespace; who may not make that finds it made by somebody else. */
const NAMESPACE_RULES: readonly Rule[] = [
  { apiGroups: [''], resources: ['namespaces'], verbs: ['get'] },
  { apiGroups: [''], resources: ['configmaps'], verbs: ['create', 'delete', 'get', 'list', 'update'] },
  { apiGroups: [''], resources: ['pods'], verbs: ['create', 'delete', 'list', 'watch'] },
  { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
  { apiGroups: [''], resources: ['events'], verbs: ['create', 'list', 'watch'] },
  { apiGroups: ['batch'], resources: ['jobs'], verbs: ['create', 'delete', 'list', 'watch'] },
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create', 'get', 'update'] },
];
/** Where the Events about Nodes are. */
const DEFAULT_NAMESPACE_RULES: readonly Rule[] = [
  { apiGroups: [''], resources: ['events'], verbs: ['create'] },
];
/** For what rarely happens: a dead run's Pods without a Job, long inspections, history that has grown too long. */
const RARELY_USED = ['delete configmaps', 'delete pods', 'get pods/log'];
/** What everybody who is logged in may do. */
const EVERYBODYS = ['create selfsubjectreviews'];

const createRole = async (cluster: Cluster, user: string, rules: readonly Rule[], namespace?: string) => {
  const kind = namespace === undefined ? 'ClusterRole' : 'Role';
  const metadata = { name: `seccomp-${user}`, ...(namespace !== undefined && { namespace }) };
  const apiGroup = 'rbac.authorization.k8s.io';
  const apiVersion = `${apiGroup}/v1`;
  const items = [
    { apiVersion, kind, metadata, rules },
    {
      apiVersion,
      kind: `${kind}Binding`,
      metadata,
      roleRef: { apiGroup, kind, name: metadata.name },
      subjects: [{ apiGroup, kind: 'User', name: user }],
    },
  ];
  const list = { apiVersion: 'v1', kind: 'List', items };
  await cluster.mustKubectl(['create', '-f', '-'], { input: JSON.stringify(list) });
};

const asPairs = (rules: readonly Rule[]): string[] =>
  rules.flatMap(({ resources, verbs }) =>
    resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}`)),
  );

test.before(async () => {
  const cluster = attachCluster();
  await cluster.reset();
  await mustPlugin(cluster, ['verify', '--nodes', 'node-1']);
});

test('with these rights everything works, and every one of them is used', async () => {
  const cluster = attachCluster();
  await createRole(cluster, 'alice', CLUSTER_RULES);
  await createRole(cluster, 'alice', NAMESPACE_RULES, 'kubectl-seccomp');
  await createRole(cluster, 'alice', DEFAULT_NAMESPACE_RULES, 'default');
  const mark = await cluster.auditMark();
  const alice = ['--as', 'alice'];
  await mustPlugin(cluster, [...APPLY, ...alice]);
  await mustPlugin(cluster, [...APPLY, '--force', ...alice]);
  await mustPlugin(cluster, ['status', ...alice]);
  await mustPlugin(cluster, ['verify', ...alice]);
  await mustPlugin(cluster, ['delete', 'web', '--yes', ...alice]);
  const used = new Set(
    (await cluster.requests(USER_AGENT, mark)).map(({ verb, resource }) => `${verb} ${resource}`),
  );
  const granted = [...asPairs([...CLUSTER_RULES, ...NAMESPACE_RULES]), ...EVERYBODYS];
  assert.equal(
    [...used].filter((pair) => !granted.includes(pair)),
    [],
  );
  assert.equal(granted.filter((pair) => !used.has(pair)).toSorted(), RARELY_USED.toSorted());
});

const without = (rules: readonly Rule[], resource: string, verb: string): Rule[] =>
  rules.map((rule) =>
    rule.resources.includes(resource) ? { ...rule, verbs: rule.verbs.filter((one) => one !== verb) } : rule,
  );

for (const [user, verb, resource] of [
  ['bob', 'list', 'nodes'],
  ['carol', 'patch', 'nodes'],
  ['dave', 'create', 'jobs'],
  ['erin', 'update', 'leases'],
  ['frank', 'create', 'configmaps'],
] as const)
  test(`without the right to ${verb} ${resource} nothing is begun, and it is named`, async () => {
    const cluster = attachCluster();
    await createRole(cluster, user, without(CLUSTER_RULES, resource, verb));
    await createRole(cluster, user, without(NAMESPACE_RULES, resource, verb), 'kubectl-seccomp');
    const { code, stdout, stderr } = await plugin(cluster, [...APPLY, '--as', user]);
    assert.is(code, 1);
    assert.match(stdout + stderr, new RegExp(`User "${user}" cannot ${verb} resource "${resource}"`));
    const jobs = await cluster.mustKubectl(['get', 'jobs', '-n', 'kubectl-seccomp', '-o', 'name']);
    assert.is(jobs, '');
  });

test.run();
