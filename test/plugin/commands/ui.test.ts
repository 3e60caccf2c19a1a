// `ui` on the command line, and the verbs that run inside it: the same code, with streams that are kept.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { clusterFlags, connectOptions } from '../../../plugin/commands/flags.ts';
import { runUiVerb, type UiOptions, uiCommand } from '../../../plugin/commands/ui.ts';
import { createPort } from '../../../plugin/commands/ui-port.ts';
import type { ConnectOptions } from '../../../plugin/outside.ts';
import { SeccompError } from '../../../src/error.ts';
import type { FleetNews } from '../../../src/rollout/fleet.ts';
import { PauseSwitch } from '../../../src/rollout/pause.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeCluster, sampleNode } from '../../support/fake-cluster.ts';
import { type FakeOutside, type FakeOutsideOptions, fakeOutside } from '../../support/fake-outside.ts';
import { parseCommand } from '../../support/parse-command.ts';

const test = suite('plugin/commands/ui');

const CONNECT: ConnectOptions = {
  context: 'prod',
  installNamespace: 'ours',
  image: 'node:24',
  privilege: 'default',
  launch: 'job',
  jobTimeoutMs: 60_000,
};

const parse = (...args: string[]): Promise<UiOptions> => parseCommand<UiOptions>(uiCommand, args);

const PROFILE = JSON.stringify({ defaultAction: 'SCMP_ACT_ALLOW' });

const twoNodes = (options: FakeOutsideOptions = {}): FakeOutside => {
  const clock = new FakeClock();
  const cluster = new FakeCluster({ clock, nodes: [sampleNode('node-1'), sampleNode('node-2')] });
  return fakeOutside({ clock, cluster, files: { 'web/a.json': PROFILE }, ...options });
};

const forever = new AbortController().signal;

test('it begins at the fleet, or where an address says', async () => {
  assert.equal((await parse()).place, { screen: 'fleet' });
  const options = await parse('bundle/web/nginx.json', '--read-only', '-n', 'shop', '--screen-reader');
  assert.equal(options.place, { screen: 'profile', bundle: 'web', path: 'nginx.json' });
  assert.ok(options.isReadOnly);
  assert.ok(options.isScreenReader);
  assert.is(options.namespace, 'shop');
});

test('an address that is none is refused, and says which there are', async () => {
  try {
    await parse('nowhere');
    assert.unreachable();
  } catch (thrown) {
    assert.match((thrown as Error).message, /"nowhere" is no place of the UI/);
    assert.match((thrown as { hint?: string }).hint ?? '', /bundle\/NAME/);
  }
});

test('without a terminal it says so and names the verb with the same content', async () => {
  for (const options of [{ isTerminal: false }, { isTerminal: true, environment: { TERM: 'dumb' } }]) {
    try {
      await runUiVerb(
        { place: { screen: 'fleet' }, isReadOnly: false, isScreenReader: false, connect: CONNECT },
        fakeOutside(options),
      );
      assert.unreachable();
    } catch (thrown) {
      assert.is((thrown as { code?: string }).code, 'usage');
      assert.match((thrown as { hint?: string }).hint ?? '', /kubectl seccomp status/);
    }
  }
});

test('what -v tells does not run through the pictures', async () => {
  const options = { place: { screen: 'fleet' }, isReadOnly: false, isScreenReader: false } as const;
  const thrown = await runUiVerb(
    { ...options, connect: { ...CONNECT, verbosity: 6 } },
    fakeOutside({ isTerminal: true }),
  ).catch((error: unknown) => error);
  assert.is((thrown as SeccompError).code, 'usage');
  assert.match((thrown as SeccompError).hint ?? '', 'kubectl seccomp status -v 6');
});

test('a verb runs as on the command line, and nothing of it reaches the terminal', async () => {
  const outside = twoNodes();
  const port = createPort(CONNECT, outside);
  const answer = await port.ask(['status', '-o', 'json'], undefined, forever);
  assert.is(answer.exitCode, 0);
  assert.is(JSON.parse(answer.stdout).kind, 'Status');
  assert.is(outside.stdoutText() + outside.stderrText(), '');
  assert.is(outside.exitCode(), undefined);
});

test('a verb acts as whoever the UI acts as, in all that a flag can say', async () => {
  const { v: _, ...flags } = clusterFlags;
  const camelCase = (name: string) => name.replace(/-([a-z])/g, (_dash, letter) => letter.toUpperCase());
  const given = Object.keys(flags).map((name) => [camelCase(name), `the ${name}`]);
  const ours = connectOptions(Object.fromEntries(given));
  assert.ok(Object.keys(ours).length > 20);
  const outside = twoNodes();
  await createPort(ours, outside).ask(['status'], undefined, forever);
  assert.equal(outside.connections.at(-1), { ...outside.connections.at(-1), ...ours });
});

test('it goes to the cluster that the UI is connected to, whatever context that is by now', async () => {
  const outside = twoNodes();
  const port = createPort(CONNECT, outside);
  await port.ask(['status'], undefined, forever);
  await port.ask(['status', '--install-namespace', 'ours'], 'test', forever);
  const other = await port.ask(['status', '--context', 'elsewhere'], undefined, forever);
  assert.match(other.stderr, /context is "elsewhere" here, and the UI is connected otherwise/);
  assert.equal(
    outside.connections.map(({ context, installNamespace }) => [context, installNamespace]),
    [
      ['prod', 'ours'],
      ['test', 'ours'],
    ],
  );
});

test('what goes wrong is an answer, with the exit code that the command line gives', async () => {
  const port = createPort(CONNECT, twoNodes());
  const unknown = await port.ask(['frobnicate'], undefined, forever);
  assert.equal([unknown.exitCode, unknown.stderr], [2, 'error: "frobnicate" is no verb\n']);
  const flag = await port.ask(['status', '--frobnicate'], undefined, forever);
  assert.is(flag.exitCode, 2);
  const missing = await port.ask(['explain', 'nowhere.json'], undefined, forever);
  assert.is(missing.exitCode, 1);
  assert.match(missing.stderr, /nowhere\.json.*no such file/);
});

test('a preview changes nothing; the run that follows does, and tells what it says as it says it', async () => {
  const outside = twoNodes();
  const port = createPort(CONNECT, outside);
  const words = ['apply', '-f', 'web', '--name', 'web'];
  const preview = await port.ask([...words, '--dry-run=server'], undefined, forever);
  assert.match(preview.stdout, /node\/node-2 installed \(server dry run\)/);
  assert.equal(outside.cluster.writes, []);
  let said = '';
  let end: unknown;
  for await (const news of port.run(words, undefined, forever, new PauseSwitch())) {
    if (news.kind === 'said') said += news.text;
    if (news.kind === 'ended') end = news.answer.exitCode;
  }
  assert.is(end, 0);
  assert.match(said, /^Warning: web\/a\.json/);
  // The screen counts; a line about progress would stand there as if it were the last word.
  assert.not.match(said + preview.stderr, /of 2 nodes/);
  assert.is(outside.cluster.writes.at(-1)?.outcome, 'succeeded');
});

test('an abort stops a run as Ctrl-C does, and it still comes to its end', async () => {
  const stop = new AbortController();
  stop.abort(new SeccompError('interrupted', 'stopped'));
  const port = createPort(CONNECT, twoNodes());
  const news = [];
  for await (const one of port.run(
    ['apply', '-f', 'web', '--name', 'web'],
    undefined,
    stop.signal,
    new PauseSwitch(),
  ))
    news.push(one);
  const last = news.at(-1);
  assert.is(last?.kind === 'ended' && last.answer.exitCode, 130);
});

test('a profile of a revision is read out of its content, by verbs too', async () => {
  const outside = twoNodes();
  const port = createPort(CONNECT, outside);
  await port.ask(['apply', '-f', 'web', '--name', 'web'], undefined, forever);
  const profile = { bundle: 'web', revision: 1, path: 'a.json' };
  assert.is(await port.readProfile(profile, undefined), PROFILE);
  const explained = await port.ask(['explain', './web@v1/a.json', '-o', 'json'], undefined, forever);
  assert.is(JSON.parse(explained.stdout).file, './web@v1/a.json');
  const linted = await port.ask(['lint', './web@v1/a.json', '-o', 'json'], undefined, forever);
  assert.is(JSON.parse(linted.stdout).kind, 'LintResult');
  try {
    await port.readProfile({ ...profile, path: 'b.json' }, undefined);
    assert.unreachable();
  } catch (thrown) {
    assert.match((thrown as Error).message, /web@v1 has no profile "b.json"/);
  }
});

test('a folder lists folders first, and only what can be applied', async () => {
  const files = { '/p/b.json': '', '/p/a.txt': '', '/p/z/x.yaml': '', '/p/web.tgz': '' };
  const { entries } = await createPort(CONNECT, fakeOutside({ files })).listFolder('/p');
  assert.equal(
    entries.map(({ name }) => name),
    ['z', 'b.json', 'web.tgz'],
  );
});

test('the fleet is told as it is', async () => {
  const news: FleetNews[] = [];
  for await (const one of createPort(CONNECT, twoNodes()).watchFleet(undefined, forever)) news.push(one);
  assert.equal(
    news.map(({ kind }) => kind),
    ['node', 'node', 'synced', 'synced'],
  );
});

test.run();
