// `delete` and `apply` before they take a profile away from somebody, or change it.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCli } from '../../../plugin/cli.ts';
import type { SeccompError } from '../../../src/error.ts';
import type { WorkloadPage } from '../../../src/workload/ports.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeCluster, sampleNode } from '../../support/fake-cluster.ts';
import { type FakeOutside, fakeOutside } from '../../support/fake-outside.ts';
import { FakeWorkloads, localhost, samplePod, sampleTemplate } from '../../support/fake-workloads.ts';

const test = suite('plugin/commands/in-use');

const profile = (action: string): string => JSON.stringify({ defaultAction: action });
const ONE = profile('SCMP_ACT_ERRNO');
const OTHER = profile('SCMP_ACT_LOG');
type Contents = Readonly<Record<string, string>>;

interface Scene {
  readonly cluster: FakeCluster;
  readonly workloads: FakeWorkloads;
  run(files: Contents, ...args: string[]): Promise<FakeOutside>;
  /** Applies these files as `web`. */
  apply(files: Contents, ...args: string[]): Promise<FakeOutside>;
}

/** Two nodes with `web` of two profiles, and these pods. */
const makeScene = async (...pages: WorkloadPage[]): Promise<Scene> => {
  const clock = new FakeClock();
  const cluster = new FakeCluster({ nodes: [sampleNode('node-1'), sampleNode('node-2')], clock });
  const workloads = new FakeWorkloads();
  const run: Scene['run'] = async (files, ...args) => {
    const named = Object.fromEntries(Object.entries(files).map(([name, text]) => [`web/${name}`, text]));
    const outside = fakeOutside({ files: named, clock, cluster, workloads });
    await runCli(args, outside);
    return outside;
  };
  const apply: Scene['apply'] = (files, ...args) => run(files, 'apply', '-f', 'web', '-o', 'name', ...args);
  await apply({ 'a.json': ONE, 'b.json': ONE });
  workloads.pages = pages;
  workloads.queries.length = 0;
  return { cluster, workloads, run, apply };
};

const podsWith = (path: string, node = 'node-1'): WorkloadPage => ({
  kind: 'pods',
  pods: [samplePod('front-1', localhost(path), { node })],
});
const forbidden: WorkloadPage = { kind: 'unread', resource: 'pods', message: 'pods is forbidden' };

const refusal = async (work: Promise<unknown>): Promise<SeccompError> =>
  work.then(
    () => assert.unreachable('it was not refused') as never,
    (thrown) => {
      assert.is(thrown.code, 'conflict');
      return thrown;
    },
  );

test('delete refuses while a pod uses the bundle, and lists it with what would happen', async () => {
  const scene = await makeScene(podsWith('web/a.json'));
  const launched = scene.cluster.launched.length;
  const { message, hint } = await refusal(scene.run({}, 'delete', 'web', '--yes'));
  assert.match(
    message,
    'bundle "web" is in use:\n  deployment/front -n shop, container main: web/a.json (1 pod)',
  );
  assert.match(hint ?? '', '--force');
  assert.is(scene.cluster.launched.length, launched);
  assert.equal(scene.workloads.queries, [{ selector: '' }]);
});

test('delete refuses for a template without pods', async () => {
  const scene = await makeScene({ kind: 'templates', templates: [sampleTemplate(localhost('web/a.json'))] });
  assert.match((await refusal(scene.run({}, 'delete', 'web', '--yes'))).message, '(no pod now)');
});

test('delete looks at the nodes that were chosen', async () => {
  const scene = await makeScene(podsWith('web/a.json', 'node-1'));
  await scene.run({}, 'delete', 'web', '--yes', '--nodes', 'node-2');
  assert.equal(Object.keys(scene.cluster.nodes.find(({ name }) => name === 'node-2')?.labels ?? {}), []);
  await refusal(scene.run({}, 'delete', 'web', '--yes', '--nodes', 'node-1'));
});

test('delete goes on with --force, and then need not look', async () => {
  const scene = await makeScene(podsWith('web/a.json'));
  const outside = await scene.run({}, 'delete', 'web', '--yes', '--force');
  assert.is(outside.exitCode(), 0);
  assert.equal(scene.workloads.queries, []);
});

test('delete is not held up by who uses something else, or a profile that the bundle does not have', async () => {
  const scene = await makeScene(podsWith('other/a.json'), podsWith('web/none.json'));
  assert.is((await scene.run({}, 'delete', 'web', '--yes')).exitCode(), 0);
});

test('delete refuses where it may not look: what it does not see may be a user', async () => {
  const scene = await makeScene(forbidden);
  const { message } = await refusal(scene.run({}, 'delete', 'web', '--yes'));
  assert.match(message, 'cannot tell whether anything uses bundle "web": not allowed to list pods');
});

test('a dry run only says that it would be refused', async () => {
  const scene = await makeScene(podsWith('web/a.json'));
  const outside = await scene.run({}, 'delete', 'web', '--dry-run=client');
  assert.match(outside.stderrText(), 'Warning: would be refused without --force: bundle "web" is in use');
  assert.is(outside.exitCode(), 0);
});

test('apply refuses to take away a profile in use', async () => {
  const scene = await makeScene(podsWith('web/b.json'));
  const { message } = await refusal(scene.apply({ 'a.json': ONE }));
  assert.match(message, 'profiles that "web" would not hold any more are in use:\n  deployment/front');
  assert.is((await scene.apply({ 'a.json': ONE }, '--force')).exitCode(), 0);
});

test('apply refuses to change a profile in use, and says what that does to running containers', async () => {
  const scene = await makeScene(podsWith('web/b.json'));
  const { message, hint } = await refusal(scene.apply({ 'a.json': ONE, 'b.json': OTHER }));
  assert.match(message, 'profiles of "web" that would change are in use:\n  deployment/front');
  assert.match(hint ?? '', 'Running containers keep their filter');
});

test('apply changes what nobody uses, beside what somebody does', async () => {
  const scene = await makeScene(podsWith('web/b.json'));
  assert.is((await scene.apply({ 'a.json': OTHER, 'b.json': ONE, 'c.json': ONE })).exitCode(), 0);
});

test('who pinned a generation keeps its content, whatever is applied', async () => {
  const scene = await makeScene();
  const generation = scene.cluster.nodes[0]?.labels.web;
  scene.workloads.pages = [podsWith(`web@${generation}/b.json`)];
  assert.is((await scene.apply({ 'a.json': OTHER })).exitCode(), 0);
});

test('the same content again, or a first one, asks nobody', async () => {
  const scene = await makeScene(podsWith('web/b.json'));
  await scene.apply({ 'a.json': ONE, 'b.json': ONE });
  assert.equal(scene.workloads.queries, []);
});

test('a rollout that was let through is carried on without being refused again', async () => {
  const scene = await makeScene(podsWith('web/b.json'));
  scene.cluster.script = ({ node }) =>
    node.name === 'node-2'
      ? [{ kind: 'failed', reason: { code: 'no-space', message: 'no space left' } }]
      : [{ kind: 'reported' }];
  const next = { 'a.json': ONE, 'b.json': OTHER };
  assert.is((await scene.apply(next, '--force')).exitCode(), 1);
  scene.cluster.script = () => [{ kind: 'reported' }];
  assert.is((await scene.apply(next)).exitCode(), 0);
});

test('without the right to look, a removal is refused, and a change is only warned of', async () => {
  const scene = await makeScene(forbidden);
  assert.match(
    (await refusal(scene.apply({ 'a.json': ONE }))).message,
    'cannot tell whether anything uses web/b.json',
  );
  const outside = await scene.apply({ 'a.json': ONE, 'b.json': OTHER });
  assert.is(outside.exitCode(), 0);
  assert.match(
    outside.stderrText(),
    'Warning: cannot tell whether anything uses web/b.json: not allowed to list pods',
  );
});

test.run();
