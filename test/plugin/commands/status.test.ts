// `status`: bundle × node, readable with few nodes and with thousands.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCli } from '../../../plugin/cli.ts';
import { type StatusOptions, statusCommand } from '../../../plugin/commands/status.ts';
import type { SeccompError } from '../../../src/error.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeCluster, type Script, sampleNode } from '../../support/fake-cluster.ts';
import { type FakeOutside, type FakeOutsideOptions, fakeOutside } from '../../support/fake-outside.ts';
import { matchGolden } from '../../support/golden.ts';
import { parseCommand } from '../../support/parse-command.ts';

const test = suite('plugin/commands/status');

const files = { 'web.json': '{"defaultAction":"SCMP_ACT_ERRNO"}' };

/** A cluster on which `web` was applied; the script says what became of it. */
const applied = async (count: number, script?: Script): Promise<FakeOutsideOptions> => {
  const clock = new FakeClock();
  const nodes = Array.from({ length: count }, (_, index) => sampleNode(`node-${index + 1}`));
  const cluster = new FakeCluster({ nodes, clock, ...(script && { script }) });
  await runCli(
    ['apply', '-f', 'web.json', '--name', 'web', '-o', 'name'],
    fakeOutside({ files, clock, cluster }),
  );
  cluster.script = () => [{ kind: 'reported' }];
  return { clock, cluster };
};

const status = async (options: FakeOutsideOptions, ...args: string[]): Promise<FakeOutside> => {
  const outside = fakeOutside(options);
  await runCli(['status', ...args], outside);
  return outside;
};

const secondFails: Script = ({ node }) =>
  node.name === 'node-2'
    ? [{ kind: 'failed', reason: { code: 'no-space', message: 'no space left' } }]
    : [{ kind: 'reported' }];

test('flags arrive', async () => {
  const options = await parseCommand<StatusOptions>(statusCommand, [
    'web',
    '-l',
    'a=b',
    '-owide',
    '--install-namespace',
    'n',
  ]);
  assert.is(options.bundle, 'web');
  assert.is(options.output, 'wide');
  assert.equal(options.selection, { selector: 'a=b' });
  assert.is(options.connect.installNamespace, 'n');
});

test('a name that no bundle can have is refused', async () => {
  try {
    await parseCommand<StatusOptions>(statusCommand, ['Web!']);
    assert.unreachable();
  } catch (thrown) {
    assert.match((thrown as Error).message, 'not a DNS label');
  }
});

test('a summary, then the matrix', async () => {
  const options = await applied(3, secondFails);
  matchGolden('status.txt', (await status(options)).stdoutText());
  matchGolden('status-wide.txt', (await status(options, '-o', 'wide')).stdoutText());
  matchGolden('status.json', (await status(options, '-o', 'json')).stdoutText());
  matchGolden('status.yaml', (await status(options, '-o', 'yaml')).stdoutText());
  assert.is((await status(options, '-o', 'name')).stdoutText(), 'bundle/web\n');
});

test('of many nodes only those that need attention are listed', async () => {
  const outside = await status(await applied(200, secondFails));
  assert.match(outside.stdoutText(), '199/200   1 failed');
  assert.match(outside.stdoutText(), 'node-2   failed (no-space)');
  assert.not.match(outside.stdoutText(), 'node-7 ');
  assert.is(outside.stderrText(), '199 nodes more, all in sync: -o wide lists all\n');
});

test('-o wide lists all of many nodes', async () => {
  const outside = await status(await applied(60), '-o', 'wide');
  assert.is(outside.stdoutText().match(/^node-\d+ /gm)?.length, 60);
});

test('nothing there: stdout stays empty', async () => {
  const outside = await status({});
  assert.is(outside.stdoutText(), '');
  assert.is(outside.stderrText(), 'No bundles found.\n');
});

test('a bundle that nobody knows is an error', async () => {
  try {
    await status(await applied(1), 'other');
    assert.unreachable();
  } catch (thrown) {
    assert.match((thrown as Error).message, 'bundle "other" is on no node');
  }
});

test('a node that left with a bundle on its disk is named', async () => {
  const options = await applied(2);
  options.cluster?.setNode('node-2', undefined);
  assert.match((await status(options)).stdoutText(), /Gone from the cluster.*node-2 \(web@/);
});

test('a node that a later revision left out says which generation it has', async () => {
  const { clock, cluster } = await applied(2);
  const files = { 'web.json': '{"defaultAction":"SCMP_ACT_LOG"}' };
  const outside = fakeOutside({ files, ...(clock && { clock }), ...(cluster && { cluster }) });
  await runCli(['apply', '-f', 'web.json', '--name', 'web', '--nodes', 'node-2', '--quiet'], outside);
  const text = (await status({ ...(clock && { clock }), ...(cluster && { cluster }) })).stdoutText();
  assert.match(text, /2\/2/);
  assert.match(text, /^node-1 {3}in-sync \(web@[0-9a-f]{16}\)$/m);
  assert.match(text, /^node-2 {3}in-sync$/m);
});

test('--root with a file is refused; where a name is unknown, the folder stays in the hint', async () => {
  const report = {
    version: 1,
    operation: 'inspect',
    outcome: 'inspected',
    durationMs: 1,
    facts: { architecture: 'amd64', kernel: '6.18.0', bootId: 'boot' },
    inspection: { bundles: [], foreign: [], leftovers: [] },
  } as const;
  const options: FakeOutsideOptions = { files: { x: '' }, onFolder: () => report };
  const refused = (...args: string[]): Promise<SeccompError> =>
    status(options, ...args).then(
      () => assert.unreachable() as never,
      (thrown) => thrown,
    );
  assert.is((await refused('--root', 'x')).code, 'usage');
  assert.match((await refused('web', '--root', 'folder')).hint ?? '', 'kubectl seccomp status --root folder');
});

test('nodes that were not asked for are not said to be gone', async () => {
  const options = await applied(3);
  for (const args of [
    ['--nodes', 'node-1'],
    ['-l', 'kubernetes.io/hostname=node-1'],
  ]) {
    const outside = await status(options, ...args);
    assert.match(outside.stdoutText(), 'node-1   in-sync');
    assert.not.match(outside.stdoutText(), 'Gone', args.join(' '));
  }
});

const ZONE = 'topology.kubernetes.io/zone';

test('--by counts the nodes by what they have in common', async () => {
  const { cluster, ...options } = await applied(3, secondFails);
  for (const [name, zone] of [
    ['node-1', 'eu-a'],
    ['node-2', 'eu-b'],
    ['node-3', 'eu-b'],
  ] as const) {
    const node = cluster?.nodes.find((one) => one.name === name);
    cluster?.setNode(name, { ...node!, allLabels: { ...node!.allLabels, [ZONE]: zone } });
  }
  const by = async (...args: string[]) =>
    (await status({ ...options, cluster: cluster! }, ...args)).stdoutText();
  const text = await by('--by', 'zone');
  assert.match(text, /^ZONE +NODES +WEB$/m);
  assert.match(text, /^eu-a +1 +1 in-sync$/m);
  assert.match(text, /^eu-b +2 +(1 failed, 1 in-sync|1 in-sync, 1 failed)$/m);
  assert.not.match(text, /^node-/m);
  assert.match(await by('web', '--by', 'state'), /^failed +1 +1 failed\nin-sync +2 +2 in-sync$/m);
  const { groups } = JSON.parse(await by('--by', 'zone', '-o', 'json'));
  assert.equal(groups.groups[0], {
    value: 'eu-a',
    nodes: 1,
    bundles: [{ name: 'web', summary: { 'in-sync': 1 } }],
  });
});

test('groups where the output has no place for them are refused', async () => {
  for (const output of ['name', 'prometheus']) {
    const thrown = await status(await applied(1), '--by', 'zone', '-o', output).catch(
      (error: Error) => error,
    );
    assert.match((thrown as Error).message, `--by: -o ${output} has no place for groups`);
  }
});

test('by the state of which of several bundles must be said', async () => {
  const options = await applied(1);
  await runCli(['apply', '-f', 'web.json', '--name', 'api', '--quiet'], fakeOutside({ files, ...options }));
  try {
    await status(options, '--by', 'state');
    assert.unreachable();
  } catch (thrown) {
    assert.match((thrown as Error).message, '--by: the state of which bundle? There are api, web');
  }
});

test.run();
