// Exec plugins, by a shell script that keeps what it was told.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Credentials } from '../../../plugin/cluster/credentials.ts';
import { openExecCredentials } from '../../../plugin/cluster/credentials-exec.ts';
import type { ExecPlugin, KubeconfigCluster } from '../../../plugin/cluster/kubeconfig.ts';
import { SeccompError } from '../../../src/error.ts';
import { FakeClock } from '../../support/fake-clock.ts';

interface Context {
  folder: string;
  clock: FakeClock;
  stderr: string;
}

const test = suite<Context>('plugin/cluster/credentials-exec');
const API = 'client.authentication.k8s.io/v1';

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'credentials-exec-'));
  context.clock = new FakeClock({ isAutomatic: false });
  context.stderr = '';
});

test.after.each(({ folder }) => rmSync(folder, { recursive: true, force: true }));

interface InstallOptions {
  readonly cluster?: KubeconfigCluster;
  readonly isInteractive?: boolean;
  readonly permit?: (command: string) => Promise<string>;
}

/** Installs a plugin that counts its runs in `runs`, keeps what it was told, and prints `$1`. */
const install = (
  context: Context,
  output: string,
  plugin: Partial<ExecPlugin> = {},
  { cluster = {}, isInteractive = false, permit }: InstallOptions = {},
): Credentials => {
  const command = join(context.folder, 'login');
  writeFileSync(join(context.folder, 'output'), output);
  writeFileSync(
    command,
    `#!/bin/sh
cd "${context.folder}"
echo run >> runs
printf '%s' "$KUBERNETES_EXEC_INFO" > info
printf '%s %s %s' "$FROM_ENVIRONMENT" "$FROM_CONFIG" "$*" > told
echo "$MESSAGE" >&2
cat output
exit \${STATUS:-0}
`,
  );
  chmodSync(command, 0o755);
  return openExecCredentials(
    {
      apiVersion: API,
      command,
      args: ['a', 'b'],
      env: [],
      isClusterInfoProvided: false,
      interactiveMode: 'IfAvailable',
      ...plugin,
    },
    new URL('https://api.test'),
    cluster,
    {
      environment: { PATH: process.env.PATH, FROM_ENVIRONMENT: 'outer', FROM_CONFIG: 'outer' },
      clock: context.clock,
      isInteractive,
      ...(permit && { permit }),
      stderr: new Writable({
        write: (chunk, _encoding, done) => {
          context.stderr += chunk;
          done();
        },
      }),
    },
  );
};

const credential = (status: object | undefined, apiVersion = API): string =>
  JSON.stringify({ kind: 'ExecCredential', apiVersion, status });

const runs = ({ folder }: Context): number =>
  existsSync(join(folder, 'runs')) ? readFileSync(join(folder, 'runs'), 'utf8').trim().split('\n').length : 0;

const refusal = async (credentials: Credentials): Promise<SeccompError> => {
  const error = await credentials.current().catch((thrown: unknown) => thrown);
  assert.instance(error, SeccompError);
  return error as SeccompError;
};

test('it runs at the first request, once for all that come together, with its arguments and environment', async (context) => {
  const env = [
    { name: 'FROM_CONFIG', value: 'inner' },
    { name: 'MESSAGE', value: 'look at your phone' },
  ];
  const credentials = install(context, credential({ token: 't' }), { env });
  assert.is(runs(context), 0);
  const all = await Promise.all([credentials.current(), credentials.current(), credentials.current()]);
  assert.equal(
    all.map(({ authorization }) => authorization),
    ['Bearer t', 'Bearer t', 'Bearer t'],
  );
  await credentials.current();
  assert.is(runs(context), 1);
  assert.is(readFileSync(join(context.folder, 'told'), 'utf8'), 'outer inner a b');
  assert.is(context.stderr, 'look at your phone\n');
});

test('KUBERNETES_EXEC_INFO tells of the cluster where that is wanted', async (context) => {
  const cluster = { server: 'https://c', certificateAuthorityData: 'QQ==', execConfig: { audience: 'z' } };
  await install(context, credential({ token: 't' }), { isClusterInfoProvided: true }, { cluster }).current();
  assert.equal(JSON.parse(readFileSync(join(context.folder, 'info'), 'utf8')), {
    kind: 'ExecCredential',
    apiVersion: API,
    spec: {
      interactive: false,
      cluster: { server: 'https://c', 'certificate-authority-data': 'QQ==', config: { audience: 'z' } },
    },
  });
  await install(context, credential({ token: 't' }), {}, { cluster }).current();
  assert.equal(JSON.parse(readFileSync(join(context.folder, 'info'), 'utf8')).spec, { interactive: false });
});

test('what it gave is kept until it expires', async (context) => {
  const expirationTimestamp = new Date(context.clock.now() + 60_000).toISOString();
  const credentials = install(context, credential({ token: 't', expirationTimestamp }));
  await credentials.current();
  await context.clock.advance(59_000);
  await credentials.current();
  assert.is(runs(context), 1);
  await context.clock.advance(1_000);
  await credentials.current();
  assert.is(runs(context), 2);
});

test('after a 401 it runs once more, however many requests were refused', async (context) => {
  const credentials = install(context, credential({ token: 'old' }));
  const old = await credentials.current();
  writeFileSync(join(context.folder, 'output'), credential({ token: 'new' }));
  assert.equal(await Promise.all([credentials.renew(old), credentials.renew(old)]), [true, true]);
  assert.equal(await credentials.renew(old), true);
  assert.is((await credentials.current()).authorization, 'Bearer new');
  assert.is(runs(context), 2);
});

test('a certificate that comes again stays the same object', async (context) => {
  const credentials = install(context, credential({ clientCertificateData: 'C', clientKeyData: 'K' }));
  const first = await credentials.current();
  assert.is(first.certificate?.cert.toString(), 'C');
  await credentials.renew(first);
  const second = await credentials.current();
  assert.is.not(second, first);
  assert.is(second.certificate, first.certificate);
});

test('a plugin that is not there, with how to get it', async (context) => {
  const error = await refusal(
    install(context, '', { command: 'no-such-login', installHint: 'brew install it' }),
  );
  assert.is(error.message, 'the credential plugin "no-such-login" cannot be run: it was not found');
  assert.is(error.hint, 'brew install it');
});

test('a plugin that fails, and what it prints then is not shown', async (context) => {
  const error = await refusal(
    install(context, credential({ token: 's3cret' }), { env: [{ name: 'STATUS', value: '7' }] }),
  );
  assert.match(error.message, /^the credential plugin ".*\/login" failed with exit code 7$/);
});

test('only what may run is run, asked anew each time; the plugin is still called by its own name', async (context) => {
  const asked: string[] = [];
  const permit = async (command: string): Promise<string> => {
    asked.push(command);
    if (asked.length > 1) throw new SeccompError('config', 'no longer allowed');
    return join(context.folder, 'login');
  };
  const expirationTimestamp = new Date(context.clock.now() + 1000).toISOString();
  const output = credential({ token: 't', expirationTimestamp });
  const credentials = install(context, output, { command: 'login' }, { permit });
  assert.is((await credentials.current()).authorization, 'Bearer t');
  await context.clock.advance(2000);
  assert.is((await refusal(credentials)).message, 'no longer allowed');
  assert.equal(asked, ['login', 'login']);
  assert.is(runs(context), 1);
});

test('a plugin that must ask is not run where nobody can answer', async (context) => {
  const error = await refusal(install(context, credential({ token: 't' }), { interactiveMode: 'Always' }));
  assert.match(error.message, /wants a terminal/);
  assert.is(runs(context), 0);
});

for (const [what, output] of [
  ['no JSON', 's3cret'],
  ['a list', '["s3cret"]'],
  ['another version', credential({ token: 's3cret' }, 'client.authentication.k8s.io/v1beta1')],
  ['no status', credential(undefined)],
  ['neither token nor certificate', credential({})],
  ['a certificate without its key', credential({ clientCertificateData: 's3cret' })],
  ['a token that is a number', credential({ token: 7 })],
  ['a token of two lines', credential({ token: 's3\ncret' })],
  ['an expiry that is no time', credential({ token: 's3cret', expirationTimestamp: 'soon' })],
  ['more than a megabyte', 's3cret'.repeat(200_000)],
] as const) {
  test(`${what} is refused, and not shown`, async (context) => {
    const error = await refusal(install(context, output));
    assert.is(error.code, 'config');
    assert.not.match(`${error.message}${error.hint}${error.cause}`, /cret/);
  });
}

test.run();
