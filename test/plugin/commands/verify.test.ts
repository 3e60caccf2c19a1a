// `verify`: what the disks say against what was applied, and an exit code that answers a question.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCli } from '../../../plugin/cli.ts';
import { type VerifyOptions, verifyCommand } from '../../../plugin/commands/verify.ts';
import type { BundleOnDisk, Drift, Inspection, Report } from '../../../src/protocol/report.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeCluster, sampleNode } from '../../support/fake-cluster.ts';
import { type FakeOutside, fakeOutside } from '../../support/fake-outside.ts';
import { matchGolden } from '../../support/golden.ts';
import { parseCommand } from '../../support/parse-command.ts';

const test = suite('plugin/commands/verify');

const files = { 'web.json': '{"defaultAction":"SCMP_ACT_ERRNO"}' };

const onDisk = (digest: string, drift: readonly Drift[] = []): BundleOnDisk => ({
  name: 'web',
  current: `web@${digest.slice(0, 16)}`,
  revision: 1,
  generations: [{ digest, state: drift.length > 0 ? 'drifted' : 'intact', drift }],
  problems: [],
});

const inspection = (bundles: readonly BundleOnDisk[], foreign: readonly string[] = []): Inspection => ({
  bundles,
  foreign,
  leftovers: [],
});

type Disks = Readonly<Record<string, (digest: string) => Inspection | undefined>>;

/** Applies `web` to the nodes, lets their disks be as given, and verifies. An undefined disk does not answer. */
const verify = async (disks: Disks, ...args: string[]): Promise<FakeOutside> => {
  const clock = new FakeClock();
  const cluster = new FakeCluster({ nodes: Object.keys(disks).map((name) => sampleNode(name)), clock });
  await runCli(
    ['apply', '-f', 'web.json', '--name', 'web', '--quiet'],
    fakeOutside({ files, clock, cluster }),
  );
  const digest = cluster.releases[0]?.digest ?? '';
  cluster.script = ({ node }) => {
    const found = disks[node.name]?.(digest);
    return found
      ? [{ kind: 'reported', report: { outcome: 'inspected', inspection: found } }]
      : [{ kind: 'failed', reason: { code: 'timeout', message: 'no answer' } }];
  };
  const outside = fakeOutside({ clock, cluster });
  await runCli(['verify', ...args, '--quiet'], outside);
  return outside;
};

const good = (digest: string): Inspection => inspection([onDisk(digest)]);
const changed: Drift = { path: 'web.json', kind: 'changed' };

test('flags arrive', async () => {
  const options = await parseCommand<VerifyOptions>(verifyCommand, [
    'web',
    '--max-in-flight=3',
    '-ojson',
    '--nodes=a',
  ]);
  assert.is(options.bundle, 'web');
  assert.is(options.maxInFlight, 3);
  assert.equal(options.selection, { selector: '', names: ['a'] });
});

test('all in sync: exit 0', async () => {
  const outside = await verify({ 'node-1': good, 'node-2': good });
  assert.match(outside.stdoutText(), /^node-1 +web +in-sync/m);
  assert.match(outside.stdoutText(), /^2 in-sync$/m);
  assert.is(outside.exitCode(), 0);
});

test('drifted, missing, stale and unknown are told apart, foreign files are no fault: exit 1', async () => {
  const disks: Disks = {
    'node-1': (digest) => inspection([onDisk(digest)], ['mine\u001b.json', 'operator']),
    'node-2': (digest) => inspection([onDisk(digest, [changed])]),
    'node-3': () => inspection([]),
    'node-4': () => inspection([onDisk('f'.repeat(64))]),
    'node-5': () => undefined,
  };
  const outside = await verify(disks, 'web');
  matchGolden('verify.txt', outside.stdoutText());
  matchGolden('verify.stderr.txt', outside.stderrText());
  assert.is(outside.exitCode(), 1);
  matchGolden('verify.json', (await verify(disks, 'web', '-o', 'json')).stdoutText());
});

test('a foreign file alone: exit 0', async () => {
  const outside = await verify({ 'node-1': (digest) => inspection([onDisk(digest)], ['operator']) });
  assert.match(outside.stdoutText(), 'foreign files on node-1, no fault: operator\n');
  assert.is(outside.exitCode(), 0);
});

test('a node that does not answer, and nothing found elsewhere: exit 2', async () => {
  const outside = await verify({ 'node-1': good, 'node-2': () => undefined });
  assert.match(outside.stdoutText(), /^node-2 +web +unknown .*timeout: no answer$/m);
  assert.is(outside.exitCode(), 2);
});

test('a cluster that cannot be reached, and an unknown bundle, could not tell: 2 is concluded before it throws', async () => {
  const outside = fakeOutside();
  await runCli(['verify', 'nope', '--quiet'], outside).then(
    () => assert.unreachable(),
    (thrown) => assert.match(thrown.message, 'bundle "nope" was never applied here'),
  );
  assert.is(outside.exitCode(), 2);
});

test('--root judges a folder by its own links', async () => {
  const answer = (found: BundleOnDisk): Report => ({
    version: 1,
    operation: 'inspect',
    outcome: 'inspected',
    durationMs: 1,
    facts: { architecture: 'amd64', kernel: '6.1' },
    inspection: inspection([found]),
  });
  const digest = 'a'.repeat(64);
  for (const [found, state, code] of [
    [onDisk(digest), 'in-sync', 0],
    [onDisk(digest, [changed]), 'drifted', 1],
    [{ ...onDisk(digest), current: undefined } as unknown as BundleOnDisk, 'missing', 1],
  ] as const) {
    const outside = fakeOutside({ onFolder: () => answer(found) });
    await runCli(['verify', 'web', '--root', '/srv/seccomp'], outside);
    assert.match(outside.stdoutText(), new RegExp(`^/srv/seccomp +web +${state}`, 'm'));
    assert.is(outside.exitCode(), code);
  }
});

test.run();
