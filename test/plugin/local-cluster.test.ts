// What the flags that tell or check do around a request, on the real client against a server of the test's.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectOptions, type Given } from '../../plugin/commands/flags.ts';
import { readServerVersion } from '../../plugin/local-cluster.ts';
import { EagerClock, type FakeApiServer, sendJson, startFakeApiServer } from '../support/fake-api-server.ts';
import { type FakeOutsideOptions, fakeOutside } from '../support/fake-outside.ts';

const test = suite<{ fake: FakeApiServer; folder: string }>('plugin/local-cluster');

const SERVER = { gitVersion: 'v1.37.2', gitCommit: 'abc', gitTreeState: 'clean' };

test.before.each(async (context) => {
  context.fake = await startFakeApiServer((response) => sendJson(response, SERVER));
  context.folder = mkdtempSync(join(tmpdir(), 'local-cluster-'));
});

test.after.each(async ({ fake, folder }) => {
  await fake.stop();
  rmSync(folder, { recursive: true });
});

/** Asks for the server's version; tells what is on stderr, or the refusal. */
const ask = async (fake: FakeApiServer, given: Given, options: FakeOutsideOptions = {}) => {
  let warnings = 0;
  const outside = fakeOutside(options);
  const watched = {
    ...outside,
    clock: new EagerClock() as never,
    noteWarning: () => {
      warnings += 1;
    },
  };
  const said = await readServerVersion(connectOptions({ server: fake.url, ...given }), watched, 42).catch(
    (thrown: Error) => thrown.message,
  );
  return { said, warnings, stderr: outside.stderrText() };
};

test('without -v, and below 6, nothing is told', async ({ fake }) => {
  for (const given of [{}, { v: 5 }]) assert.is((await ask(fake, given)).stderr, '');
});

test('from 6 on requests are told in klog’s form, with our process', async ({ fake }) => {
  const { said, stderr } = await ask(fake, { v: 6 });
  assert.is(said, 'v1.37.2');
  assert.match(
    stderr,
    /^I\d{4} \d\d:\d\d:\d\d\.\d{6} {6}42 kubectl-seccomp:0\] "Response" verb="GET" url="http:\S+\/version" status="200 OK" milliseconds=\d+\n$/,
  );
});

test('on a terminal an entry takes the place of the line of progress', async ({ fake }) => {
  assert.match((await ask(fake, { v: 6 }, { isTerminal: true })).stderr, /^\r\u001b\[2KI\d/);
  const dumb = { isTerminal: true, environment: { TERM: 'dumb' } };
  assert.match((await ask(fake, { v: 6 }, dumb)).stderr, /^I\d/);
});

test('what the server puts into headers and bodies reaches no terminal as it is', async ({ fake }) => {
  fake.answer = (response) =>
    sendJson(response, { gitVersion: 'v1\u001b]0;x\u0007\u202e' }, 200, { 'x-evil': 'a\u009b2Jb' });
  const { stderr } = await ask(fake, { v: 10 });
  assert.match(stderr, '"Response Body"');
  assert.not.match(stderr, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
});

test('a warning counts as an error only where that is asked for', async ({ fake }) => {
  fake.answer = (response) => sendJson(response, SERVER, 200, { warning: '299 - "old"' });
  assert.equal(await ask(fake, {}), { said: 'v1.37.2', warnings: 0, stderr: 'Warning: old\n' });
  assert.is((await ask(fake, { warningsAsErrors: true })).warnings, 1);
});

test('the server is compared with the kubectl that runs us', async ({ fake, folder }) => {
  const kubectl = join(folder, 'kubectl');
  const environment = { KUBECTL_PATH: kubectl, PATH: process.env.PATH ?? '' };
  const check = async (client: object) => {
    writeFileSync(kubectl, `#!/bin/sh\necho '${JSON.stringify({ clientVersion: client })}'\n`);
    chmodSync(kubectl, 0o755);
    return (await ask(fake, { matchServerVersion: true }, { environment })).said;
  };
  assert.is(await check(SERVER), 'v1.37.2');
  assert.is(
    await check({ ...SERVER, gitVersion: 'v1.36.0' }),
    'server version (v1.37.2, abc, clean) differs from client version (v1.36.0, abc, clean)',
  );
  rmSync(kubectl);
  assert.match(
    (await ask(fake, { matchServerVersion: true }, { environment })).said,
    'does not tell its version',
  );
});

test('a broken kuberc that somebody named is refused, even where no plugin is to run', async ({
  fake,
  folder,
}) => {
  writeFileSync(join(folder, 'rc'), '{');
  const environment = { KUBERC: join(folder, 'rc') };
  assert.match((await ask(fake, {}, { environment })).said, /^kuberc: no valid preferences found/);
});

test.run();
