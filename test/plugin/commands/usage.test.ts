// `usage`: who runs under which profile, as a table, as documents, and with only some rights.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCli } from '../../../plugin/cli.ts';
import { type UsageOptions, usageCommand } from '../../../plugin/commands/usage.ts';
import { SeccompError } from '../../../src/error.ts';
import type { WorkloadPage } from '../../../src/workload/ports.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeCluster, sampleInstalledNode, sampleNode } from '../../support/fake-cluster.ts';
import { type FakeOutside, fakeOutside } from '../../support/fake-outside.ts';
import {
  FakeWorkloads,
  localhost,
  sampleConfinement,
  sampleContainer,
  samplePod,
  sampleTemplate,
} from '../../support/fake-workloads.ts';
import { matchGolden } from '../../support/golden.ts';
import { parseCommand } from '../../support/parse-command.ts';
import { DIGEST, sampleManifest, sampleRelease, sampleReleaseNode } from '../../support/rollout-samples.ts';

const test = suite('plugin/commands/usage');

const nginx = localhost('web/nginx.json');
const installed = sampleInstalledNode('node-1', 'web', DIGEST);
const release = sampleRelease([], {
  manifest: { ...sampleManifest, profiles: [{ path: 'nginx.json', sha256: 'a'.repeat(64), sizeBytes: 1 }] },
  nodes: { 'node-1': sampleReleaseNode(installed, { installedAt: '2026-01-01T00:00:00.000Z' }) },
});

const TEMPLATES: WorkloadPage = {
  kind: 'templates',
  templates: [
    sampleTemplate(nginx),
    sampleTemplate(localhost('operator/shop/old/nginx.json'), {
      workload: { kind: 'CronJob', name: 'nightly' },
    }),
    sampleTemplate(localhost(`web@${DIGEST.slice(0, 16)}/nginx.json`), {
      workload: { kind: 'StatefulSet', name: 'store' },
    }),
  ],
};
const privileged = sampleContainer(
  { kind: 'none' },
  { name: 'root', confinement: sampleConfinement({ kind: 'none' }, { notApplied: 'privileged' }) },
);
const { startedAt: _, ...waiting } = sampleContainer(nginx);
const PODS: WorkloadPage = {
  kind: 'pods',
  pods: [
    samplePod('front-1', nginx),
    samplePod('front-2', nginx, {
      node: 'node-2',
      containers: [
        { ...waiting, state: 'waiting', reason: 'CreateContainerError' },
        sampleContainer({ kind: 'runtime-default' }, { name: 'proxy', role: 'sidecar' }),
      ],
    }),
    samplePod(
      'agent',
      { kind: 'none' },
      { workload: { kind: 'Pod', name: 'agent' }, containers: [privileged] },
    ),
    samplePod('old', { kind: 'unconfined' }, { workload: { kind: 'Pod', name: 'old' } }),
  ],
};

const usage = async (args: readonly string[], changes: { pages?: readonly WorkloadPage[] } = {}) => {
  const workloads = new FakeWorkloads();
  workloads.pages = changes.pages ?? [TEMPLATES, PODS];
  const clock = new FakeClock();
  const nodes = [installed, sampleNode('node-2')];
  const cluster = new FakeCluster({ nodes, releases: [release], clock });
  const outside = fakeOutside({ workloads, cluster, clock });
  await runCli(['usage', ...args], outside);
  return { outside, workloads };
};
const printed = async (...args: string[]): Promise<FakeOutside> => (await usage(args)).outside;

test('flags arrive', async () => {
  const options = await parseCommand<UsageOptions>(usageCommand, ['web/a.json', '-A', '-l', 'a=b', '-owide']);
  assert.is(options.target, 'web/a.json');
  assert.ok(options.isEveryNamespace);
  assert.is(options.selector, 'a=b');
  assert.is(options.output, 'wide');
  assert.is((await parseCommand<UsageOptions>(usageCommand, ['-n', 'shop'])).namespace, 'shop');
});

for (const [args, message] of [
  [['Web!'], 'not a DNS label'],
  [['-n', '../x'], 'not the name of a namespace'],
  [['-l', 'a in b'], 'no label selector'],
  [['web', '--unconfined'], 'uses none of a bundle'],
] as const)
  test(`refused: ${args.join(' ')}`, async () => {
    try {
      await printed(...args);
      assert.unreachable();
    } catch (thrown) {
      assert.is((thrown as SeccompError).code, 'usage');
      assert.match((thrown as Error).message, message);
    }
  });

test('a line for each container of each workload, in all formats', async () => {
  const outside = await printed('-A');
  matchGolden('usage.txt', outside.stdoutText());
  assert.is(outside.exitCode(), 0);
  matchGolden('usage-wide.txt', (await printed('-A', '-o', 'wide')).stdoutText());
  matchGolden('usage.json', (await printed('web', '-A', '-o', 'json')).stdoutText());
  assert.is(
    (await printed('web', '-A', '-o', 'name')).stdoutText(),
    'deployment.apps/front\nstatefulset.apps/store\n',
  );
});

test('without -A it is the namespace of the context, as for kubectl, and has no column', async () => {
  const { outside, workloads } = await usage([]);
  assert.equal(workloads.queries, [{ namespace: 'shop', selector: '' }]);
  assert.not.match(outside.stdoutText(), 'NAMESPACE');
  assert.equal((await usage(['-n', 'x', '-l', 'a=b'])).workloads.queries, [
    { namespace: 'x', selector: 'a=b' },
  ]);
  assert.equal((await usage(['-A', '-n', 'x'])).workloads.queries, [{ selector: '' }]);
});

test('--unconfined lists what nothing filters, and says what it cannot know', async () => {
  const outside = await printed('--unconfined', '-A');
  assert.match(outside.stdoutText(), 'pod/agent');
  assert.match(outside.stdoutText(), 'pod/old');
  assert.not.match(outside.stdoutText(), 'front');
  assert.match(outside.stderrText(), 'seccompDefault');
});

test('a path of the old operator shows where a bundle holds it now', async () => {
  const clock = new FakeClock();
  const manifest = { ...sampleManifest, profiles: [{ path: 'old/nginx.json', sha256: 'a', sizeBytes: 1 }] };
  const moved = sampleRelease([], { bundle: 'shop', manifest });
  const workloads = new FakeWorkloads();
  workloads.pages = [TEMPLATES];
  const outside = fakeOutside({ workloads, clock, cluster: new FakeCluster({ releases: [moved], clock }) });
  await runCli(['usage', 'operator', '-A'], outside);
  assert.match(outside.stdoutText(), 'now in shop/old/nginx.json');
});

test('no user: said on stderr, with where else to look', async () => {
  const outside = await printed('other');
  assert.is(outside.stdoutText(), '');
  assert.is(outside.stderrText(), 'No users of other found in namespace shop; -A looks in all.\n');
  assert.is(outside.exitCode(), 0);
});

test('what may not be read is named, the rest is shown, and the exit code says that it is not all', async () => {
  const unread: WorkloadPage = { kind: 'unread', resource: 'cronjobs.batch', message: 'forbidden\u001b[2J' };
  const { outside } = await usage(['-A'], { pages: [TEMPLATES, unread, PODS] });
  assert.match(outside.stdoutText(), 'deployment/front');
  assert.match(outside.stderrText(), 'error: cannot read cronjobs.batch: forbidden^[[2J\n');
  assert.is(outside.exitCode(), 1);
});

test('who may not read nodes still learns who uses what', async () => {
  const workloads = new FakeWorkloads();
  workloads.pages = [PODS];
  const clock = new FakeClock();
  const cluster = new FakeCluster({ releases: [release], clock });
  cluster.readNodes = async () => {
    throw new SeccompError('api', 'nodes is forbidden');
  };
  const outside = fakeOutside({ workloads, cluster, clock });
  await runCli(['usage', 'web', '-A'], outside);
  assert.match(outside.stdoutText(), '2 unknown');
  assert.match(outside.stderrText(), 'cannot read nodes: nodes is forbidden');
  assert.is(outside.exitCode(), 1);
});

test.run();
