// The transport over TLS: who the server is, who we are, and in what words it fails.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Api } from '../../../plugin/cluster/api.ts';
import { openApi } from '../../../plugin/cluster/connection.ts';
import type { ConnectionFlags } from '../../../plugin/cluster/kubeconfig-choice.ts';
import { SeccompError } from '../../../src/error.ts';
import {
  EagerClock,
  type FakeApiServer,
  type FakeCertificates,
  makeCertificates,
  sendJson,
  sendStatus,
  startFakeApiServer,
  whyNoCertificates,
} from '../../support/fake-api-server.ts';

const test = suite('plugin/cluster/transport');

const reason = whyNoCertificates();
if (reason !== undefined) process.stderr.write(`skipped plugin/cluster/transport: ${reason}\n`);
const tlsTest = reason === undefined || process.env.CI === 'true' ? test : test.skip;

let certificates: FakeCertificates;
let fake: FakeApiServer;

test.before(async () => {
  if (reason !== undefined) return;
  certificates = makeCertificates();
  fake = await startFakeApiServer((response) => sendJson(response, {}), certificates);
});

test.after(async () => {
  await fake?.stop();
  certificates?.remove();
});

test.before.each(() => {
  if (fake) fake.calls.length = 0;
});

const withApi = async <T>(flags: ConnectionFlags, use: (api: Api) => Promise<T>): Promise<T> => {
  const api = await openApi(
    { server: fake.url, ...flags },
    {
      environment: {},
      clock: new EagerClock(),
      stdin: {},
      stderr: process.stderr,
      version: '0',
      onWarning: () => {},
    },
  );
  try {
    return await use(api);
  } finally {
    api.close();
  }
};

const failure = async (flags: ConnectionFlags): Promise<string> => {
  const error = await withApi(flags, (api) => api.get('/a')).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.instance(error, SeccompError);
  return (error as SeccompError).message.replace(fake.url, 'URL');
};

tlsTest('a server that the given authority vouches for is trusted', () =>
  withApi({ certificateAuthority: certificates.authority }, (api) => api.get('/a')),
);

tlsTest(
  'a thousand requests over TLS share twenty connections, and the client’s certificate goes with each',
  async () => {
    const before = fake.connections;
    const flags = {
      certificateAuthority: certificates.authority,
      clientCertificate: certificates.client.cert,
      clientKey: certificates.client.key,
    };
    await withApi(flags, (api) => Promise.all(Array.from({ length: 1_000 }, () => api.get('/a'))));
    assert.ok(fake.connections - before <= 20, `${fake.connections - before} connections`);
    assert.is(fake.calls.length, 1_000);
    assert.ok(fake.calls.every((call) => call.peer === 'jane'));
  },
);

tlsTest('a token is sent, and is in no error', async () => {
  await withApi({ certificateAuthority: certificates.authority, token: 'se.cr-et' }, (api) => api.get('/a'));
  assert.is(fake.calls[0]!.headers.authorization, 'Bearer se.cr-et');
  const message = await failure({ token: 'line\nbreak' });
  assert.not.match(message, /break/);
  assert.match(message, /no HTTP header can carry/);
});

tlsTest('the authority of another is not trusted, nor is none', async () => {
  const untrusted =
    'cannot talk to the API server at URL: its certificate comes from an authority that is not trusted';
  assert.is(await failure({ certificateAuthority: certificates.otherAuthority }), untrusted);
  assert.is(await failure({}), untrusted);
  assert.is(fake.calls.length, 0);
});

tlsTest('verification is skipped only on demand', () =>
  withApi({ insecureSkipTlsVerify: true }, (api) => api.get('/a')),
);

tlsTest('the certificate must be for the name that is wanted', async () => {
  const { authority } = certificates;
  await withApi({ certificateAuthority: authority, tlsServerName: 'api.test' }, (api) => api.get('/a'));
  await withApi({ certificateAuthority: authority, tlsServerName: '127.0.0.1' }, (api) => api.get('/a'));
  for (const tlsServerName of ['other.test', '10.0.0.1']) {
    assert.match(
      await failure({ certificateAuthority: authority, tlsServerName }),
      /its certificate is for another name \(.*\)$/,
    );
  }
});

tlsTest('plain HTTP where TLS is spoken, and TLS where it isn’t, are named', async () => {
  const plain = await startFakeApiServer((response) => sendJson(response, {}));
  const port = new URL(plain.url).port;
  assert.match(
    await failure({ server: `https://127.0.0.1:${port}` }),
    /: TLS failed: .*wrong version number|packet length/i,
  );
  await plain.stop();
});

tlsTest('a certificate whose key is another’s is refused before anything is sent', async () => {
  const message = await failure({
    clientCertificate: certificates.client.cert,
    clientKey: certificates.server.key,
    insecureSkipTlsVerify: true,
  });
  assert.match(message, /client certificate/);
});

tlsTest('an authority that is no certificate is refused', async () => {
  assert.match(
    await failure({ certificateAuthority: certificates.client.key }),
    /holds no certificate in PEM form/,
  );
});

tlsTest(
  'after a 401 the credentials are renewed and the request is sent once more, a create too',
  async () => {
    const kubeconfig = join(certificates.folder, 'config');
    const token = join(certificates.folder, 'token');
    const cluster = { server: fake.url, 'certificate-authority': 'authority.crt' };
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        clusters: [{ name: 'c', cluster }],
        users: [{ name: 'u', user: { tokenFile: 'token' } }],
        contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
        'current-context': 'x',
      }),
    );
    const answer = fake.answer;
    fake.answer = (response, call) => {
      if (call.headers.authorization === 'Bearer new') return sendJson(response, { ok: true });
      writeFileSync(token, 'new');
      sendStatus(response, 401, 'Unauthorized');
    };
    writeFileSync(token, 'old');
    assert.equal(await withApi({ kubeconfig, server: '' }, (api) => api.create('/a', {})), { ok: true });
    fake.answer = (response) => sendStatus(response, 401, 'Unauthorized', 'go away');
    assert.is(await failure({ kubeconfig, server: '' }), 'go away');
    assert.is(fake.calls.length, 3);
    fake.answer = answer;
  },
);

test.run();
