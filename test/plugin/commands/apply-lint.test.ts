// What `apply` says of profiles for the nodes that are to get them: before anything is changed, once for each kind.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCli } from '../../../plugin/cli.ts';
import { SeccompError } from '../../../src/error.ts';
import type { NodeSeen } from '../../../src/rollout/node.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeCluster, sampleNode } from '../../support/fake-cluster.ts';
import { type FakeOutside, fakeOutside } from '../../support/fake-outside.ts';

const test = suite('plugin/commands/apply-lint');

const QUIET = {
  defaultAction: 'SCMP_ACT_LOG',
  architectures: ['X86', 'X32', 'ARM'].map((a) => `SCMP_ARCH_${a}`),
};
/** Warned about at any node: the first `errnoRet` lets a call "succeed", the second is never reached. */
const ODD = {
  ...QUIET,
  syscalls: [
    { names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO', errnoRet: 0 },
    { names: ['mkdir'], action: 'SCMP_ACT_ERRNO', errnoRet: 2 },
  ],
};
/** Two conditions that are one where arguments have 32 bits. */
const when = (value: number): object => ({ index: 0, value, op: 'SCMP_CMP_EQ' });
const NARROW = {
  ...QUIET,
  syscalls: [5, 2 ** 32 + 5].map((value, index) => ({
    names: ['kill'],
    action: 'SCMP_ACT_ERRNO',
    errnoRet: index + 1,
    args: [when(value)],
  })),
};

const json = (value: object): string => JSON.stringify(value);
const node = (name: string, architecture: string, more: Partial<NodeSeen> = {}): NodeSeen =>
  sampleNode(name, { architecture, ...more });

const apply = async (
  files: Readonly<Record<string, string | Uint8Array>>,
  nodes: readonly NodeSeen[],
  ...args: string[]
): Promise<{ readonly outside: FakeOutside; readonly thrown: unknown }> => {
  const clock = new FakeClock();
  const cluster = new FakeCluster({ nodes, clock });
  const outside = fakeOutside({ files, clock, cluster });
  const thrown = await runCli(['apply', '--name', 'web', ...args], outside).catch((error: unknown) => error);
  return { outside, thrown };
};

const lines = (outside: FakeOutside, code: string): readonly string[] =>
  outside
    .stderrText()
    .split('\n')
    .filter((line) => line.includes(`[${code}]`));

test('a warning is told once, however many nodes there are', async () => {
  const nodes = ['a', 'b', 'c'].map((name) => node(name, 'amd64'));
  const { outside, thrown } = await apply({ 'p.json': json(ODD) }, nodes, '-f', 'p.json');
  assert.is(thrown, undefined);
  for (const code of ['SP213', 'SP301']) assert.is(lines(outside, code).length, 1, outside.stderrText());
  assert.ok(outside.cluster.launched.length > 0);
});

test('only of some nodes: it says how many and which', async () => {
  const late = {
    ...QUIET,
    syscalls: [{ names: ['socket'], action: 'SCMP_ACT_TRACE' }],
    architectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
  };
  const nodes = [node('a', 'amd64'), node('b', 'arm64', { kernel: '6.1.0-21-arm64' }), node('c', 'amd64')];
  const { outside } = await apply({ 'p.json': json({ ...late, architectures: [] }) }, nodes, '-f', 'p.json');
  assert.match(
    outside.stderrText(),
    / \(2 of 3 nodes: amd64, Linux 6\.18, containerd\) \[SP413\], and 1 more of this kind/,
  );
  // All nodes alike: no word of it.
  assert.match(lines(outside, 'SP713')[0]!, /ENOSYS \[SP713\]$/);
});

test('more of one kind are counted, not listed', async () => {
  const trace = (name: string) => ({ names: [name], action: 'SCMP_ACT_TRACE' });
  const files = {
    'p/a.json': json({ ...QUIET, syscalls: [trace('read')] }),
    'p/b.json': json({ ...QUIET, syscalls: [trace('write')] }),
  };
  const { outside } = await apply(files, [node('a', 'amd64')], '-f', 'p');
  assert.equal(lines(outside, 'SP713').length, 1);
  assert.match(lines(outside, 'SP713')[0]!, /\[SP713\], and 1 more of this kind, which lint shows$/);
});

test('notes are not told', async () => {
  const { outside } = await apply({ 'p.json': json(QUIET) }, [node('a', 'amd64')], '-f', 'p.json');
  assert.not.match(outside.stderrText(), /\[SP/);
});

for (const dryRun of ['none', 'client', 'server']) {
  test(`an error on some of the nodes stops it before anything is written (--dry-run=${dryRun})`, async () => {
    const old = node('b', 'amd64', { kernel: '4.9.0' });
    const { outside, thrown } = await apply(
      { 'p.json': json(QUIET) },
      [node('a', 'amd64'), old],
      ...['-f', 'p.json', `--dry-run=${dryRun}`],
    );
    assert.instance(thrown, SeccompError);
    const [summary, first = '', ...others] = (thrown as SeccompError).message.split('\n');
    assert.equal([summary, others], ['1 error in 1 file', []]);
    assert.match(first, /^p\.json:1:18: error: SCMP_ACT_LOG: Linux 4\.9 does not have it.*\[SP711\]$/);
    assert.equal([outside.cluster.writes, outside.cluster.launched], [[], []]);
    assert.not(
      outside.cluster.calls.some((call) => /^(prepare|launch|writeRelease|acquireLease|label)/.test(call)),
    );
  });
}

test('what is said of the runtime decides what else would be open', async () => {
  const stifling = json({ ...QUIET, syscalls: [{ names: ['statx'], action: 'SCMP_ACT_ERRNO' }] });
  const asked = async (...flags: string[]) =>
    lines(
      (await apply({ 'p.json': stifling }, [node('a', 'amd64')], '-f', 'p.json', ...flags)).outside,
      'SP601',
    );
  assert.match((await asked())[0] ?? '', 'runc itself needs statx');
  const { thrown } = await apply(
    { 'p.json': stifling },
    [node('a', 'amd64')],
    ...['-f', 'p.json', '--runtime', 'runc@1.2.8'],
  );
  assert.match((thrown as SeccompError).message, 'SP601');
  assert.equal(await asked('--runtime=runc@1.1.15'), []);
});

test('nodes that have it already, or can never have it, are not asked about', async () => {
  const { outside, thrown } = await apply(
    { 'p.json': json(QUIET) },
    [node('a', 'amd64'), node('b', 'amd64', { kernel: '4.9.0', exclusion: 'it runs Windows' })],
    ...['-f', 'p.json'],
  );
  assert.is(thrown, undefined, outside.stderrText());
});

test('hundreds of profiles: it says how far it is, also without a cluster, unless it is to be quiet', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 300 }, (_, index) => [`p/${index}.json`, json(QUIET)]),
  );
  for (const [flags, isTold] of [
    [[], true],
    [['--quiet'], false],
  ] as const) {
    const outside = fakeOutside({ files });
    await runCli(
      ['apply', '-f', 'p', '--name', 'web', '--root', 'root', '--dry-run=client', ...flags],
      outside,
    );
    assert.is(outside.stderrText().includes('checking profiles for amd64: 256 of 300\n'), isTold);
  }
});

test('a bundle file is held against the nodes too', async () => {
  const files = { 'p.json': json(ODD) };
  const built = fakeOutside({ files });
  await runCli(['bundle', 'build', '-f', 'p.json', '--name', 'web', '--to', 'web.tar'], built);
  const { outside } = await apply(
    { 'web.tar': built.written.get('web.tar')! },
    [node('a', 'amd64')],
    '-f',
    'web.tar',
  );
  assert.match(lines(outside, 'SP301')[0]!, 'web.tar/p.json:1:');
});

test('packing lints for any node: the first of each kind, and errors stop it', async () => {
  const built = fakeOutside({
    files: { 'p.json': json({ ...ODD, syscalls: [{ names: ['read'], action: 'SCMP_ACT_TRACE' }] }) },
  });
  await runCli(['bundle', 'build', '-f', 'p.json', '--name', 'web', '--to', 'web.tar'], built);
  assert.match(lines(built, 'SP713')[0]!, /^p\.json:1:\d+: warning: SCMP_ACT_TRACE needs a tracer/);
  const { thrown } = await apply({ 'p.json': json(NARROW) }, [], '-f', 'p.json', '--root', '/tmp/s');
  assert.match((thrown as Error).message, /errors? in 1 of 1 file/);
});

test.run();
