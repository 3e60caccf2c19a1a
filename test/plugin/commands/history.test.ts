// `history` and `rollback` on a fake cluster: what is listed, what comes back, and where.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCli } from '../../../plugin/cli.ts';
import { type HistoryOptions, historyCommand } from '../../../plugin/commands/history.ts';
import { type RollbackOptions, rollbackCommand } from '../../../plugin/commands/rollback.ts';
import { SeccompError } from '../../../src/error.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeCluster, sampleNode } from '../../support/fake-cluster.ts';
import { type FakeOutside, fakeOutside } from '../../support/fake-outside.ts';
import { parseCommand } from '../../support/parse-command.ts';

const test = suite('plugin/commands/history');

const profile = (action: string): string => JSON.stringify({ defaultAction: action });
const files = {
  'one/nginx.json': profile('SCMP_ACT_ERRNO'),
  'one/old.json': profile('SCMP_ACT_LOG'),
  'two/nginx.json': profile('SCMP_ACT_ALLOW'),
  'two/new.json': profile('SCMP_ACT_LOG'),
};

interface Bench {
  readonly cluster: FakeCluster;
  run(...args: string[]): Promise<FakeOutside>;
}

/** Three nodes on which `one/` was applied, then `two/`. */
const applied = async (...selection: string[]): Promise<Bench> => {
  const clock = new FakeClock();
  const cluster = new FakeCluster({ nodes: ['a', 'b', 'c'].map((name) => sampleNode(name)), clock });
  const run = async (...args: string[]): Promise<FakeOutside> => {
    const outside = fakeOutside({ files, clock, cluster });
    await runCli(args, outside);
    return outside;
  };
  for (const folder of ['one', 'two'])
    await run('apply', '-f', folder, '--name', 'web', '-o', 'name', '--quiet', '--force', ...selection);
  return { cluster, run };
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
  const history = await parseCommand<HistoryOptions>(historyCommand, ['web', '--revision', 'v3', '-oyaml']);
  assert.is(history.bundle, 'web');
  assert.is(history.revision, 3);
  assert.is(history.output, 'yaml');
  const rollback = await parseCommand<RollbackOptions>(rollbackCommand, [
    'web',
    '--to=2',
    '--dry-run=client',
  ]);
  assert.is(rollback.to, 2);
  assert.is(rollback.dryRun, 'client');
  assert.is(rollback.selection, undefined);
  const chosen = await parseCommand<RollbackOptions>(rollbackCommand, ['web', '--nodes', 'a,b']);
  assert.equal(chosen.selection, { selector: '', names: ['a', 'b'] });
});

test('a revision that is no number is refused', async () => {
  for (const text of ['0', 'latest', '-1', '1.5', '99999999999']) {
    const { code, message } = await refusal(runCli(['rollback', 'web', `--to=${text}`], fakeOutside()));
    assert.is(code, 'usage');
    assert.match(message, `--to: "${text}" is not a revision`);
  }
});

test('each revision says what it changed, and on how many nodes', async () => {
  const { run } = await applied();
  const text = (await run('history', 'web')).stdoutText();
  assert.match(text, /^REVISION +GENERATION +OUTCOME +NODES +AGE +BY +CHANGES\n/);
  assert.match(text, /\nv1 +web@[0-9a-f]{16} +succeeded +3\/3 +\S+ +alice +added nginx\.json, old\.json\n/);
  assert.match(
    text,
    /\nv2 +web@[0-9a-f]{16} +succeeded +3\/3 +\S+ +alice +added new\.json; changed nginx\.json; removed old\.json\n$/,
  );
});

test('one revision is told with its profiles and nodes, as text and as a document', async () => {
  const { run } = await applied();
  const text = (await run('history', 'web', '--revision', '2')).stdoutText();
  assert.match(text, /^Revision: +web@v2\n/);
  assert.match(text, /\nnew\.json +\d+ +[0-9a-f]{64}\n/);
  assert.match(text, /\nb +done +<none> +\d{4}-/);
  const document = JSON.parse((await run('history', 'web', '--revision=v2', '-ojson')).stdoutText());
  assert.is(document.kind, 'Revision');
  assert.equal(document.changes, { added: ['new.json'], removed: ['old.json'], changed: ['nginx.json'] });
  assert.equal(
    document.nodes.map(({ name, result }: { name: string; result: string }) => `${name} ${result}`),
    ['a done', 'b done', 'c done'],
  );
});

test('a bundle or a revision without a record is an error that says what to do', async () => {
  const { run } = await applied();
  assert.match((await refusal(run('history', 'other'))).message, 'bundle "other" has no history');
  const { message, hint } = await refusal(run('history', 'web', '--revision', '9'));
  assert.match(message, 'web@v9 is not recorded');
  assert.match(hint ?? '', 'history web');
});

test('a rollback brings the earlier content back under the next revision, and history says so', async () => {
  const { cluster, run } = await applied();
  const [first, second] = cluster.releases;
  const outside = await run('rollback', 'web');
  assert.is(outside.exitCode(), 0);
  assert.match(outside.stderrText(), 'rolling web back to v1\n');
  const third = cluster.releases.find(({ revision }) => revision === 3);
  assert.is(third?.digest, first?.digest);
  assert.is.not(third?.digest, second?.digest);
  assert.is(third?.rolledBackTo, 1);
  assert.is(third?.outcome, 'succeeded');
  assert.match(
    (await run('history', 'web')).stdoutText(),
    /\nv3 .*back to v1; added old\.json; changed nginx\.json; removed new\.json\n$/,
  );
});

test('it runs on the nodes of the newest revision, unless others are chosen', async () => {
  const { cluster, run } = await applied('--nodes', 'a,b');
  cluster.setNode('b', undefined);
  await run('rollback', 'web');
  assert.equal(
    cluster.launched.slice(-1).map(({ node }) => node.name),
    ['a'],
  );
  assert.equal(cluster.releases.at(-1)?.nodeNames, ['a']);
  await run('rollback', 'web', '--to', '2', '--nodes', 'c');
  assert.equal(
    cluster.launched.slice(-1).map(({ node }) => node.name),
    ['c'],
  );
});

test('a dry run changes nothing', async () => {
  const { cluster, run } = await applied();
  const before = cluster.releases.length;
  const outside = await run('rollback', 'web', '--dry-run=client');
  assert.is(outside.exitCode(), 0);
  assert.match(outside.stdoutText(), '(dry run)');
  assert.is(cluster.releases.length, before);
});

test('content that is not what the record says brings nothing back', async () => {
  const { cluster, run } = await applied();
  const [name] = cluster.releases[0]?.chunks?.map((chunk) => chunk.name) ?? [];
  const [, other] = cluster.uploaded.values();
  cluster.uploaded.set(name!, other!);
  const before = cluster.calls.length;
  const { code, message } = await refusal(run('rollback', 'web'));
  assert.is(code, 'conflict');
  assert.match(message, 'the content of web@v1 is not what its record says');
  assert.not(cluster.calls.slice(before).some((call) => call.startsWith('launch')));
});

test.run();
