// `diff web@v1 web@v2`: contents of the history, of folders and of single profiles, compared profile by profile.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCli } from '../../../plugin/cli.ts';
import { SeccompError } from '../../../src/error.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeCluster, sampleNode } from '../../support/fake-cluster.ts';
import { type FakeOutside, fakeOutside } from '../../support/fake-outside.ts';
import { matchGolden } from '../../support/golden.ts';

const test = suite('plugin/commands/diff-revisions');

const profile = (action: string, ...names: string[]): string =>
  JSON.stringify({
    defaultAction: 'SCMP_ACT_ERRNO',
    ...(names.length > 0 && { syscalls: [{ names, action }] }),
  });
const nginx = profile('SCMP_ACT_ALLOW', 'read', 'write');
const files = {
  'one/nginx.json': nginx,
  'one/old.json': profile('SCMP_ACT_LOG', 'read'),
  'one/sub/same.json': nginx,
  'one/written.json': nginx,
  'two/nginx.json': profile('SCMP_ACT_ALLOW', 'read', 'mount'),
  'two/new.json': profile('SCMP_ACT_LOG', 'write'),
  'two/sub/same.json': nginx,
  'two/written.json': profile('SCMP_ACT_ALLOW', 'write', 'read'),
  'four/nginx.json': profile('SCMP_ACT_ALLOW', 'read', 'mount'),
  'nginx.json': nginx,
  'wrong/nginx.json': '{"defaultAction":"SCMP_ACT_NOPE"}',
  './web@v1': nginx,
};
const ONE_NODE = ['--runtime', 'runc', '--libseccomp', '2.6.1'];

const bench = async () => {
  const clock = new FakeClock();
  const cluster = new FakeCluster({ nodes: [sampleNode('a')], clock });
  const run = async (...args: string[]): Promise<FakeOutside> => {
    const outside = fakeOutside({ files, clock, cluster });
    await runCli(args, outside);
    return outside;
  };
  for (const folder of ['one', 'two'])
    await run('apply', '-f', folder, '-R', '--name', 'web', '-o', 'name', '--quiet', '--force');
  await run('delete', 'web', '--yes', '--quiet');
  const diff = (...args: string[]) => run('diff', ...args, ...ONE_NODE);
  const generations = cluster.releases.map(({ digest = '' }) => `web@${digest.slice(0, 16)}`);
  return { cluster, diff, generations };
};

const refusal = async (work: Promise<unknown>): Promise<SeccompError> => {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.instance(thrown, SeccompError);
  return thrown as SeccompError;
};

test('what came, went and changed, and each change with an example: exit 1', async () => {
  const { diff } = await bench();
  const outside = await diff('web@v1', 'web@v2');
  matchGolden('diff-revisions.txt', outside.stdoutText());
  assert.is(outside.exitCode(), 1);
});

test('-o json is the written document', async () => {
  const { diff, cluster } = await bench();
  const document = JSON.parse((await diff('web@v1', 'web@v2', '-o', 'json')).stdoutText());
  const { kind, answer, added, removed, rewritten, unchanged, changed } = document;
  assert.equal(
    { kind, answer, added, removed, rewritten, unchanged },
    {
      kind: 'BundleDiff',
      answer: 'differs',
      added: ['new.json'],
      removed: ['old.json'],
      rewritten: ['written.json'],
      unchanged: ['sub/same.json'],
    },
  );
  assert.is(document.afterDigest, cluster.releases[1]?.digest);
  assert.is(changed[0].path, 'nginx.json');
  assert.is(changed[0].diff.kind, 'ProfileDiff');
  assert.is(changed[0].diff.before, 'web@v1/nginx.json');
});

test('a generation is a revision by another name: exit 0', async () => {
  const { diff, generations } = await bench();
  const outside = await diff('web@v2', generations[1] ?? '');
  assert.is(outside.stdoutText(), `web@v2 and ${generations[1]} do the same on amd64\n`);
  assert.is(outside.exitCode(), 0);
});

test('a folder is compared as apply would pack it', async () => {
  const { diff } = await bench();
  assert.is((await diff('web@v2', 'two')).exitCode(), 0);
  assert.match((await diff('web@v2', 'four')).stdoutText(), '  removed    sub/same.json\n');
  assert.is((await diff('one', 'two')).exitCode(), 1);
});

test('one profile of a revision is compared with one of another, of a folder, or with a file', async () => {
  const { diff } = await bench();
  const outside = await diff('web@v1/nginx.json', 'web@v2/nginx.json');
  assert.match(outside.stdoutText(), 'web@v1/nginx.json -> web@v2/nginx.json on amd64');
  assert.is(outside.exitCode(), 1);
  assert.is((await diff('web@v1/nginx.json', 'nginx.json')).exitCode(), 0);
  assert.is((await diff('nginx.json', 'web@v1')).exitCode(), 0);
  assert.is((await diff('web@v1/sub/same.json', 'two')).exitCode(), 0);
  assert.is((await diff('web@v1/sub/same.json', 'web@v2')).exitCode(), 0);
  assert.is((await diff('web@v2/nginx.json', 'builtin:kubernetes/default')).exitCode(), 1);
});

test('a file that is named like a revision is a file where its name says so', async () => {
  const { diff, cluster } = await bench();
  const reads = cluster.calls.length;
  assert.is((await diff('./web@v1', 'nginx.json')).exitCode(), 0);
  assert.is(cluster.calls.length, reads);
});

test('without a revision among them the cluster is not asked', async () => {
  const { diff } = await bench();
  assert.equal((await diff('nginx.json', 'one/nginx.json')).connections, []);
});

test('what is not recorded, has no content, or no such profile is an error: exit 2', async () => {
  const { diff } = await bench();
  for (const [args, message] of [
    [['web@v9', 'web@v1'], 'web@v9 is not recorded'],
    [['web@v1', 'web@v3'], 'web@v3 removed the bundle'],
    [['web@0123456789abcdef', 'web@v1'], 'no revision with the content web@0123456789abcdef'],
    [['db@v1', 'web@v1'], 'bundle "db" has no history'],
    [['web@v1/none.json', 'nginx.json'], 'web@v1 has no profile "none.json"'],
    [['web@v1', 'wrong'], '1 error in 1 of 1 file'],
  ] as const)
    assert.match((await refusal(diff(...args))).message, message, args.join(' '));
});

test('a content that is not what the record says is not compared', async () => {
  const { diff, cluster } = await bench();
  const [first, second] = cluster.releases;
  const [name = ''] = first!.chunks!.map((chunk) => chunk.name);
  const [other = ''] = second!.chunks!.map((chunk) => chunk.name);
  cluster.uploaded.set(name, cluster.uploaded.get(other)!);
  assert.match((await refusal(diff('web@v1', 'web@v2'))).message, 'is not what its record says');
});

test.run();
