// The rights that verbs take: each runs under exactly the role that `rbac` prints for it, and uses all of it, as the
// API server counted.
import * as assert from 'uvu/assert';
import { runCli } from '../../plugin/cli.ts';
import { NODE_LABEL_PREFIX } from '../../plugin/cluster/labels.ts';
import {
  flagsWithRights,
  RIGHTS,
  type RightScope,
  rightsWith,
  uniqueRights,
} from '../../src/rollout/rights.ts';
import { fakeOutside } from '../support/fake-outside.ts';
import { suiteThatNeeds } from '../support/requires.ts';
import { attachCluster } from './cluster.ts';
import type { AuditedRequest, Cluster } from './handle.ts';
import { mustPlugin, plugin, USER_AGENT } from './plugin.ts';
import { APPLY } from './results.ts';

const test = suiteThatNeeds('test/cluster/rbac', ['cluster']);
const INSTALL_NAMESPACE = 'kubectl-seccomp';
/** Other profiles than those that are there: who uses them is asked. */
const CHANGE = ['apply', '-f', 'builtin:kubernetes/default', '--name', 'web'] as const;

/** As they were, so that what uses them is probed. */
const APPLY_ANEW = ['apply', ...APPLY.slice(1), '--force'] as const;

/** In an order in which each finds what it needs. */
const RUNS: readonly (readonly [verb: string, ...args: string[]])[] = [
  CHANGE,
  ['status'],
  ['history', 'web'],
  ['usage', '-A'],
  ['verify'],
  ['rollback', 'web'],
  ['prune', 'web', '--yes'],
  ['diff', 'web@v1', 'web@v2'],
  ['bind', 'deploy/app', 'web/nginx.json', '--yes'],
  ['check', 'deploy/app'],
  ['check', 'deploy/app', '--probe'],
  [...APPLY_ANEW, '--waves', '100%', '--pause', '0s', '--probe'],
  ['sync', '--install', '--prune', '--startup-taint', 'example.com/not-ready'],
  ['sync', '--uninstall'],
  ['sync', '--prune', '--startup-taint', 'example.com/not-ready'],
  ['delete', 'web', '--yes', '--nodes', 'node-1'],
  ['uninstall', '--yes'],
];

/**
 * For what rarely happens: history that has grown too long, a dead run's Pods without a Job, long inspections, a node
 * that fails, a namespace that others made, and a sandbox among the workloads.
 */
const RARELY_USED = [
  'delete configmaps install-namespace',
  'delete pods install-namespace',
  'get pods/log install-namespace',
  'create events default-namespace',
  'list leases install-namespace',
  'delete leases install-namespace',
  'list runtimeclasses cluster',
];
/** Of verbs that do with any kind of workload what they are seen doing with one, or nothing to do this time. */
const RARELY_USED_BY: Readonly<Record<string, RegExp>> = {
  check: /^get (?!deployments )/,
  'check-probe': /^get (?!deployments )|^list events /,
  bind: /^(list (?!nodes |configmaps )|(get|patch) (?!deployments ))/,
  sync: /^(get nodes|list pods) cluster$/,
};
/** The admission of a Pod is asked for where that is allowed. */
const MAY_BE_REFUSED: Readonly<Record<string, RegExp>> = { bind: /^create pods / };
/** Their exit codes answer a question. */
const QUESTIONS = ['diff', 'check'];
/** Its screens need a terminal. */
const NOT_RUN = ['ui'];

/** What everybody who is logged in may do. */
const EVERYBODYS = ['selfsubjectreviews', 'selfsubjectrulesreviews', 'selfsubjectaccessreviews'].map(
  (resource) => `create ${resource} cluster`,
);

interface Manifest {
  readonly kind: string;
  readonly rules?: { readonly resources: readonly string[]; verbs: string[] }[];
}

/** The flags of a command line that take rights of their own. */
const flagsOf = ([verb = '', ...args]: readonly string[]): readonly string[] =>
  flagsWithRights(verb, (flag) => args.includes(`--${flag}`));

/** The user that runs a command line, named by what it needs. */
const userOf = (run: readonly string[]): string => [run[0], ...flagsOf(run)].join('-');

/** Prints what lets a user do what one command line needs. */
const print = async (run: readonly string[], user: string): Promise<Manifest[]> => {
  const outside = fakeOutside();
  const words = [run[0] ?? '', ...flagsOf(run).map((flag) => `--${flag}`)];
  await runCli(['rbac', ...words, '--user', user, '--name', `only-${user}`, '-o', 'json'], outside);
  return (JSON.parse(outside.stdoutText()) as { items: Manifest[] }).items;
};

const grant = (cluster: Cluster, items: readonly Manifest[]): Promise<string> => {
  const list = { apiVersion: 'v1', kind: 'List', items };
  return cluster.mustKubectl(['apply', '-f', '-'], { input: JSON.stringify(list) });
};

const without =
  (...lost: readonly (readonly [verb: string, resource: string])[]) =>
  ({ rules = [] }: Manifest): void => {
    for (const rule of rules)
      rule.verbs = rule.verbs.filter(
        (verb) => !lost.some(([gone, resource]) => gone === verb && rule.resources.includes(resource)),
      );
  };

const scopeOf = ({ resource = '', namespace }: AuditedRequest): RightScope => {
  if (resource === 'namespaces') return 'install-namespace-object';
  if (namespace === INSTALL_NAMESPACE) return 'install-namespace';
  // A workload in that namespace is read by the right to read all.
  const isThere = ['events', 'roles', 'rolebindings'].includes(resource);
  return namespace === 'default' && isThere ? 'default-namespace' : 'cluster';
};

/** What was asked for, as `verb resource scope`; requests for no resource, such as the version, everybody may make. */
const usedIn = (requests: readonly AuditedRequest[]): Set<string> =>
  new Set(
    requests
      .filter(({ resource }) => resource !== undefined)
      .map((request) => `${request.verb} ${request.resource} ${scopeOf(request)}`),
  );

test.before(async () => {
  const cluster = attachCluster();
  await cluster.reset();
  await mustPlugin(cluster, APPLY);
  const printed = await Promise.all(RUNS.map((run) => print(run, userOf(run))));
  await grant(cluster, printed.flat());
  await cluster.mustKubectl(['create', 'deployment', 'app', '--image=example.com/none', '--replicas=0']);
});

test('every verb that needs rights is run here', () => {
  const run = new Set([...RUNS.map(([verb]) => verb), ...NOT_RUN]);
  assert.equal([...run].toSorted(), Object.keys(RIGHTS).toSorted());
});

test('all that is missing is named at once, before anything is written, with the command that prints the role', async () => {
  const cluster = attachCluster();
  const printed = await print(['apply'], 'bob');
  printed.forEach(without(['patch', 'nodes'], ['create', 'jobs'], ['update', 'leases']));
  await grant(cluster, printed);
  const mark = await cluster.auditMark();
  const { code, stderr } = await plugin(cluster, [...CHANGE, '--as', 'bob']);
  assert.is(code, 1);
  assert.match(stderr, '  patch nodes in the whole cluster\n');
  assert.match(stderr, '  create jobs.batch in namespace kubectl-seccomp\n');
  assert.match(stderr, '  update leases.coordination.k8s.io in namespace kubectl-seccomp\n');
  assert.match(stderr, /Nothing has been changed\. .*: kubectl seccomp rbac apply --user bob\n/);
  const used = [...usedIn(await cluster.requests(USER_AGENT, mark))];
  assert.equal(
    used.filter((one) => !EVERYBODYS.includes(one)),
    [],
  );
});

test('a verb that only reads explains its refusal the same way', async () => {
  const cluster = attachCluster();
  const { code, stdout, stderr } = await plugin(cluster, ['status', '--as', 'carol']);
  assert.is(code, 1);
  assert.is(stdout, '');
  assert.match(stderr, /^error: .*User "carol" cannot list resource/);
  assert.match(stderr, '  list nodes in the whole cluster\n');
  assert.match(stderr, '  list configmaps in namespace kubectl-seccomp\n');
  assert.match(stderr, ': kubectl seccomp rbac status --user carol\n');
  const usage = await plugin(cluster, ['usage', '--as', 'carol']);
  assert.match(usage.stderr, ': kubectl seccomp rbac usage\n');
});

for (const run of RUNS) {
  const [verb, ...args] = run;
  const user = userOf(run);
  test(`${run.join(' ')} works with the role that is printed for it, and uses every right in it`, async () => {
    const cluster = attachCluster();
    // The first rollout of a bundle makes its Lease.
    const isLocking =
      user !== 'sync-install' && (RIGHTS[verb] ?? []).some(({ resource }) => resource === 'leases');
    if (isLocking) await cluster.mustKubectl(['delete', 'leases', '--all', '-n', INSTALL_NAMESPACE]);
    // Something to do for a sync: a node that does not seem to have what it should.
    if (user === 'sync') await cluster.mustKubectl(['label', 'node', 'node-1', `${NODE_LABEL_PREFIX}web-`]);
    // One that is there already: each object is tried to be made, read and replaced.
    if (user === 'sync-install' && args.includes('--install'))
      await mustPlugin(cluster, ['sync', '--install']);
    if (verb === 'delete') await cluster.mustKubectl(['delete', 'deployment', 'app']);
    const mark = await cluster.auditMark();
    const { code, stdout, stderr } = await plugin(cluster, [verb, ...args, '--as', user]);
    assert.ok(code === 0 || QUESTIONS.includes(verb), `${stdout}\n${stderr}`);
    const requests = await cluster.requests(USER_AGENT, mark);
    const refused = usedIn(requests.filter((request) => request.code === 403));
    assert.equal(
      [...refused].filter((one) => !MAY_BE_REFUSED[user]?.test(one)),
      [],
    );
    const used = usedIn(requests);
    const granted = uniqueRights(rightsWith(verb, flagsOf(run))).map(
      (right) => `${right.verb} ${right.resource} ${right.scope}`,
    );
    assert.equal(
      [...used].filter((one) => ![...granted, ...EVERYBODYS, ...refused].includes(one)),
      [],
    );
    // What is handed on is not used by who hands it on.
    if (user !== 'sync-install')
      assert.equal(
        granted.filter(
          (one) => !used.has(one) && !RARELY_USED.includes(one) && !RARELY_USED_BY[user]?.test(one),
        ),
        [],
      );
  });
}

test.run();
