// `prune`: what goes, what stays and who needs it, on a fake cluster and in a folder.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCli } from '../../../plugin/cli.ts';
import { type PruneOptions, pruneCommand } from '../../../plugin/commands/prune.ts';
import { SeccompError } from '../../../src/error.ts';
import type { Inspection, Report } from '../../../src/protocol/report.ts';
import type { Request } from '../../../src/protocol/request.ts';
import type { NodeSeen } from '../../../src/rollout/node.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeCluster, sampleNode } from '../../support/fake-cluster.ts';
import { type FakeOutside, type FakeOutsideOptions, fakeOutside } from '../../support/fake-outside.ts';
import { FakeWorkloads, localhost, samplePod, sampleTemplate } from '../../support/fake-workloads.ts';
import { matchGolden } from '../../support/golden.ts';
import { parseCommand } from '../../support/parse-command.ts';
import { sampleDigest, sampleRelease } from '../../support/rollout-samples.ts';

const test = suite('plugin/commands/prune');

const DIGESTS = ['one', 'two', 'three'].map(sampleDigest) as [string, string, string];
const [ONE, TWO, THREE] = DIGESTS.map((digest) => digest.slice(0, 16)) as [string, string, string];

const nodeWith = (name: string, ...digests: readonly string[]): NodeSeen =>
  sampleNode(name, {
    labels: {
      ...Object.fromEntries(digests.map((digest) => [`web.${digest}`, ''])),
      web: digests.at(-1) ?? '',
    },
  });

/** Two nodes with three generations; a template and a pod name the first. */
const benchOf = (changes: Partial<FakeOutsideOptions> = {}) => {
  const clock = new FakeClock();
  const nodes = [nodeWith('a', ONE, TWO, THREE), nodeWith('b', ONE, TWO, THREE)];
  const releases = DIGESTS.map((digest, index) => sampleRelease(nodes, { revision: index + 1, digest }));
  const cluster = new FakeCluster({ nodes, releases, clock });
  const workloads = new FakeWorkloads();
  const pinned = localhost(`web@${ONE}/a.json`);
  workloads.pages = [
    { kind: 'templates', templates: [sampleTemplate(pinned)] },
    { kind: 'pods', pods: [samplePod('front-1', pinned), samplePod('back-1', localhost('web/a.json'))] },
  ];
  return { clock, cluster, workloads, ...changes };
};

const run = async (options: FakeOutsideOptions, ...args: string[]): Promise<FakeOutside> => {
  const outside = fakeOutside(options);
  await runCli(['prune', '--quiet', ...args], outside);
  return outside;
};

const refusal = async (work: Promise<unknown>): Promise<SeccompError> => {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.instance(thrown, SeccompError);
  return thrown as SeccompError;
};

test('flags arrive', async () => {
  const options = await parseCommand<PruneOptions>(pruneCommand, [
    'web',
    '--keep=2',
    '-y',
    '--force',
    '--dry-run=server',
    '-l',
    'role=web',
  ]);
  assert.is(options.bundle, 'web');
  assert.is(options.keep, 2);
  assert.ok(options.isYes && options.isForced);
  assert.is(options.dryRun, 'server');
  assert.is(options.selection.selector, 'role=web');
  const bare = await parseCommand<PruneOptions>(pruneCommand, []);
  assert.is(bare.bundle, undefined);
  assert.is(bare.keep, 0);
});

test('what makes no sense is refused', async () => {
  for (const args of [
    ['--keep', 'all'],
    ['--keep=-1'],
    ['Web'],
    ['--root', '/r', '--keep', '1'],
    ['--root', '/r', '--nodes', 'a'],
  ])
    assert.is((await refusal(run({}, ...args))).code, 'usage', args.join(' '));
});

test('what is in use stays with its users named, the rest goes, and that is a success', async () => {
  const bench = benchOf();
  const outside = await run(bench, 'web', '--yes');
  assert.is(
    outside.stdoutText(),
    `node/a pruned: web@${TWO}\nnode/b pruned: web@${TWO}\nkept web@${ONE} on 2 nodes, because it is in use:\n` +
      `  deployment/front -n shop, container main: web@${ONE}/a.json (1 pod)\n` +
      'web: 2 generations removed from 2 nodes, 0 failed\n',
  );
  assert.is(outside.exitCode(), 0);
  assert.equal(
    bench.cluster.nodes.map(({ labels }) => Object.keys(labels).toSorted()),
    [0, 1].map(() => ['web', `web.${ONE}`, `web.${THREE}`].toSorted()),
  );
});

test('where nothing is to go, it says so', async () => {
  const bench = benchOf();
  await run(bench, 'web', '--yes');
  const again = await run(bench, 'web', '--yes');
  assert.match(again.stdoutText(), 'node/a unchanged\nnode/b unchanged\nkept ');
  assert.match(again.stdoutText(), 'web: nothing to remove\n');
  assert.is(again.exitCode(), 0);
});

test('--keep leaves the newest, and says so', async () => {
  const outside = await run({ ...benchOf(), workloads: new FakeWorkloads() }, 'web', '--yes', '--keep=1');
  assert.match(outside.stdoutText(), `node/a pruned: web@${ONE}\n`);
  assert.match(outside.stdoutText(), `kept web@${TWO} on 2 nodes: one of the newest\n`);
});

test('-o json is the written document, -o name lists what went', async () => {
  matchGolden('prune.json', (await run(benchOf(), 'web', '--yes', '-o', 'json')).stdoutText());
  assert.is((await run(benchOf(), 'web', '--yes', '-o', 'name')).stdoutText(), `web@${TWO}\n`);
});

test('a dry run asks nobody, changes nothing and says what it would do', async () => {
  const bench = benchOf();
  const outside = await run(bench, 'web', '--dry-run=client');
  assert.match(outside.stdoutText(), `node/a pruned: web@${TWO} (dry run)\n`);
  assert.match(outside.stdoutText(), 'web: 2 generations removed from 2 nodes, 0 failed (dry run)\n');
  assert.equal(bench.cluster.launched, []);
  assert.is(outside.exitCode(), 0);
});

test('without a bundle every bundle is pruned', async () => {
  const bench = benchOf();
  bench.cluster.setNode('c', sampleNode('c', { labels: { [`db.${ONE}`]: '', [`db.${TWO}`]: '', db: TWO } }));
  const text = (await run(bench, '--yes')).stdoutText();
  assert.match(text, `node/c pruned: db@${ONE}\n`);
  assert.match(text, 'db: 1 generation removed from 1 node, 0 failed\n');
  assert.match(text, 'web: 2 generations removed from 2 nodes, 0 failed\n');
});

test('where not all that makes pods may be listed, nothing is removed', async () => {
  const bench = benchOf();
  bench.workloads.pages = [{ kind: 'unread', resource: 'cronjobs.batch', message: 'forbidden' }];
  const { code, message } = await refusal(run(bench, 'web', '--yes'));
  assert.is(code, 'conflict');
  assert.match(message, 'not allowed to list cronjobs.batch');
  assert.equal(bench.cluster.launched, []);
});

test('a bundle that was never there is an error', async () => {
  assert.is((await refusal(run(benchOf(), 'wbe', '--yes'))).code, 'bundle');
});

test('a node that fails makes it 1, and the others are done', async () => {
  const bench = benchOf();
  bench.cluster.script = ({ node }) =>
    node.name === 'a'
      ? [{ kind: 'failed', reason: { code: 'read-only', message: 'read-only' } }]
      : [{ kind: 'reported' }];
  const outside = await run(bench, 'web', '--yes');
  assert.match(outside.stdoutText(), `node/a failed (read-only)\nnode/b pruned: web@${TWO}\n`);
  assert.match(outside.stdoutText(), 'web: 1 generation removed from 1 node, 1 failed\n');
  assert.match(outside.stderrText(), 'error: node/a: read-only');
  assert.is(outside.exitCode(), 1);
});

test('it asks like delete does', async () => {
  assert.match((await refusal(run(benchOf(), 'web'))).hint ?? '', '--yes');
});

const inspection: Inspection = {
  foreign: [],
  leftovers: [],
  bundles: [
    {
      name: 'web',
      current: `web@${TWO}`,
      revision: 2,
      generations: [
        { digest: DIGESTS[0], state: 'intact', drift: [] },
        { digest: DIGESTS[1], state: 'intact', drift: [] },
      ],
      problems: [],
    },
  ],
};

const onFolder = (request: Request): Report => {
  const shared = { version: 1, durationMs: 1, facts: { architecture: 'amd64', kernel: '6' } } as const;
  return request.operation === 'inspect'
    ? { ...shared, operation: 'inspect', outcome: 'inspected', inspection }
    : { ...shared, operation: 'prune', outcome: 'pruned', pruned: 1, generations: [TWO] };
};

test('--root prunes a folder of this machine, and leaves what is current', async () => {
  const outside = await run({ onFolder, files: { 'r/web/a.json': '' } }, 'web', '--root', 'r', '--yes');
  assert.is(
    outside.stdoutText(),
    `r pruned: web@${ONE}\nweb: 1 generation removed from 1 folder, 0 failed\n`,
  );
  assert.equal(outside.requests.at(-1), {
    version: 1,
    operation: 'prune',
    bundle: 'web',
    revision: 2,
    kept: [],
  });
  const dry = await run({ onFolder, files: { 'r/web/a.json': '' } }, '--root', 'r', '--dry-run=client');
  assert.match(dry.stdoutText(), `r pruned: web@${ONE} (dry run)\n`);
  assert.is(dry.requests.length, 1);
});

test.run();
