// What verbs say of rights that are missing: before they change anything, or once they were refused.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCli } from '../../../plugin/cli.ts';
import { ApiError } from '../../../plugin/cluster/api.ts';
import type { SeccompError } from '../../../src/error.ts';
import type { Right } from '../../../src/rollout/rights.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeCluster, sampleNode } from '../../support/fake-cluster.ts';
import { type FakeOutside, fakeOutside } from '../../support/fake-outside.ts';

const test = suite('plugin/commands/missing-rights');
const files = { 'web.json': '{"defaultAction":"SCMP_ACT_LOG"}' };

const cannot =
  (...resources: string[]) =>
  ({ resource }: Right): boolean =>
    resources.includes(resource);

const run = async (
  isMissing: (right: Right) => boolean,
  args: readonly string[],
  change: (cluster: FakeCluster) => void = () => {},
): Promise<{ thrown?: SeccompError; outside: FakeOutside }> => {
  const clock = new FakeClock();
  const cluster = new FakeCluster({ nodes: [sampleNode('node-1')], clock });
  change(cluster);
  const outside = fakeOutside({ files, clock, cluster, isMissing });
  try {
    await runCli(args, outside);
    return { outside };
  } catch (thrown) {
    return { thrown: thrown as SeccompError, outside };
  }
};

const APPLY = ['apply', '-f', 'web.json', '--name', 'web'];

test('all that a verb lacks is said before it asks for anything else, what it needs first', async () => {
  const { thrown, outside } = await run(cannot('jobs', 'leases', 'pods', 'nodes'), [
    ...APPLY,
    '--install-namespace',
    'tools',
  ]);
  assert.is(thrown?.code, 'api');
  const lines = thrown?.message.split('\n') ?? [];
  assert.is(lines[0], 'not allowed to do what apply takes:');
  assert.ok(lines.includes('  list, patch nodes in the whole cluster'));
  assert.ok(lines.includes('  create, list, watch, delete jobs.batch in namespace tools'));
  assert.ok(lines.includes('  create, get, update leases.coordination.k8s.io in namespace tools'));
  const firstOptional = lines.findIndex((line) => line.includes(' (without it '));
  assert.ok(firstOptional > 0);
  assert.ok(lines.slice(firstOptional).every((line) => line.includes(' (without it ')));
  assert.match(thrown?.hint ?? '', /^Nothing has been changed\. .* rbac apply .*--install-namespace tools$/);
  assert.equal(
    outside.cluster.calls.filter((call) => call !== 'whoAmI'),
    [],
  );
});

test('without what it can do without, it goes on', async () => {
  const { thrown, outside } = await run(
    (right) => right.without !== undefined,
    [...APPLY, '--nodes', 'node-1'],
  );
  assert.is(thrown, undefined);
  assert.is(outside.exitCode(), 0);
});

test('every verb that changes something asks; a client-side dry run changes nothing and does not', async () => {
  for (const args of [
    APPLY,
    ['delete', 'web', '--yes'],
    ['rollback', 'web'],
    ['uninstall', '--yes'],
    ['verify'],
  ]) {
    const { thrown } = await run(() => true, args);
    assert.is(thrown?.message.split('\n')[0], `not allowed to do what ${args[0]} takes:`);
  }
  const { outside } = await run(() => true, [...APPLY, '--dry-run=client']);
  assert.is(outside.exitCode(), 0);
});

test('a refusal is explained by all that the verb lacks, in the words of the API server first', async () => {
  const words = 'nodes is forbidden: User "a" cannot list resource "nodes"';
  const { thrown } = await run(cannot('nodes', 'configmaps'), ['status'], (cluster) => {
    cluster.readNodes = async () => {
      throw new ApiError(403, 'Forbidden', words);
    };
  });
  assert.is(thrown?.message, words);
  assert.match(thrown?.hint ?? '', '  list nodes in the whole cluster\n');
  assert.match(thrown?.hint ?? '', '  list configmaps in namespace kubectl-seccomp\n');
  assert.match(thrown?.hint ?? '', ': kubectl seccomp rbac status');
});

test('any other failure, and a refusal that no right explains, stay what they are', async () => {
  for (const [status, isMissing] of [
    [500, () => true],
    [403, () => false],
  ] as const) {
    const failure = new ApiError(status, 'Whatever', 'the words');
    const { thrown } = await run(isMissing, ['status'], (cluster) => {
      cluster.readNodes = async () => {
        throw failure;
      };
    });
    assert.is(thrown, failure);
  }
});

test('the command that is proposed names who asks, where a shell takes the name as it is', async () => {
  for (const [user, flags] of [
    ['alice@example.com', ' --user alice@example.com'],
    ['system:serviceaccount:ci:deployer', ' --serviceaccount ci:deployer'],
    ['a b; rm', ''],
    ['unknown', ''],
  ]) {
    const { thrown } = await run(
      () => true,
      ['verify'],
      (cluster) => {
        cluster.whoAmI = async () => user ?? '';
      },
    );
    assert.ok(thrown?.hint?.endsWith(`: kubectl seccomp rbac verify${flags}`), thrown?.hint);
  }
});

test.run();
