// Requests and watches through a proxy: what arrives there, what arrives at the server, and how it fails.
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Api } from '../../../plugin/cluster/api.ts';
import { openApi } from '../../../plugin/cluster/connection.ts';
import { SeccompError } from '../../../src/error.ts';
import {
  EagerClock,
  type FakeApiServer,
  type FakeCertificates,
  makeCertificates,
  sampleList,
  sampleObject,
  sendJson,
  startFakeApiServer,
  whyNoCertificates,
  writeEvent,
} from '../../support/fake-api-server.ts';
import { type FakeProxy, startFakeProxy } from '../../support/fake-proxy.ts';

const test = suite('plugin/cluster/proxy-way');

const reason = whyNoCertificates();
if (reason !== undefined) process.stderr.write(`skipped plugin/cluster/proxy-way: ${reason}\n`);
const tlsTest = reason === undefined || process.env.CI === 'true' ? test : test.skip;

let certificates: FakeCertificates;
let secure: FakeApiServer;
let plain: FakeApiServer;
const proxies = {} as Record<FakeProxy['kind'], FakeProxy>;

const portOf = (server: FakeApiServer) => Number(new URL(server.url).port);

test.before(async () => {
  if (reason !== undefined) return;
  certificates = makeCertificates();
  const answer: FakeApiServer['answer'] = (response, { path, query }) => {
    if (!path.endsWith('/list')) return sendJson(response, {});
    if (!query.has('watch')) return sendJson(response, sampleList([], '1'));
    response.writeHead(200);
    writeEvent(response, 'ADDED', sampleObject('late', '2'));
  };
  secure = await startFakeApiServer(answer, certificates);
  plain = await startFakeApiServer(answer);
  for (const kind of ['http', 'https', 'socks5'] as const) {
    proxies[kind] = await startFakeProxy(kind, portOf(secure), certificates);
  }
});

test.after(async () => {
  for (const proxy of Object.values(proxies)) await proxy.stop();
  await secure?.stop();
  await plain?.stop();
  certificates?.remove();
});

test.before.each(() => {
  for (const server of [secure, plain]) if (server) server.calls.length = 0;
  for (const proxy of Object.values(proxies)) {
    proxy.calls.length = 0;
    proxy.target = portOf(secure);
    proxy.login = undefined;
    proxy.refusal = undefined;
    proxy.isSilent = false;
    proxy.isRude = false;
  }
});

interface Wanted {
  readonly kind: FakeProxy['kind'];
  readonly server?: string;
  readonly login?: string;
  readonly port?: number;
  readonly cluster?: object;
  readonly requestTimeoutMs?: number;
}

/** The name `api.test` leads nowhere but through the proxy. */
const connect = async (wanted: Wanted): Promise<Api> => {
  const { kind, server = 'https://api.test:6443/base', login, port = proxies[kind].port } = wanted;
  const kubeconfig = join(certificates.folder, 'config');
  const cluster = {
    server,
    'certificate-authority': 'authority.crt',
    'proxy-url': `${kind}://${login === undefined ? '' : `${login}@`}127.0.0.1:${port}`,
    // The test's proxy has the same certificate as its server.
    ...(kind === 'https' && { 'tls-server-name': 'api.test' }),
    ...wanted.cluster,
  };
  const user = { token: 'T', 'client-certificate': 'client.crt', 'client-key': 'client.key' };
  const config = {
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  writeFileSync(kubeconfig, JSON.stringify(config));
  return openApi(
    { kubeconfig, ...(wanted.requestTimeoutMs && { requestTimeoutMs: wanted.requestTimeoutMs }) },
    {
      environment: {},
      clock: new EagerClock(),
      stdin: {},
      stderr: process.stderr,
      version: '0',
      onWarning: () => {},
    },
  );
};

const failure = async (wanted: Wanted): Promise<SeccompError> => {
  const api = await connect(wanted);
  const error = await api.get('/a').then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  api.close();
  assert.instance(error, SeccompError);
  return error as SeccompError;
};

for (const kind of ['http', 'https', 'socks5'] as const) {
  const method = kind === 'socks5' ? 'SOCKS' : 'CONNECT';

  tlsTest(`through an ${kind} proxy the server sees what it would see without`, async () => {
    const api = await connect({ kind });
    await api.get('/a', { query: { b: 'c' } });
    api.close();
    assert.equal(proxies[kind].calls, [{ method, destination: 'api.test:6443' }]);
    const [call] = secure.calls;
    assert.equal(
      [call!.path, call!.query.get('b'), call!.peer, call!.headers.authorization, call!.headers.host],
      ['/base/a', 'c', 'jane', 'Bearer T', 'api.test:6443'],
    );
    assert.not.ok('proxy-authorization' in call!.headers);
  });

  tlsTest(
    `a thousand requests share twenty tunnels of an ${kind} proxy, and a watch has its own`,
    async () => {
      const before = secure.connections;
      const api = await connect({ kind });
      await Promise.all(Array.from({ length: 1_000 }, () => api.get('/a')));
      assert.ok(secure.connections - before <= 20, `${secure.connections - before} connections`);
      assert.is(secure.calls.length, 1_000);
      for await (const { kind } of api.watch('/list', { signal: AbortSignal.timeout(10_000) })) {
        if (kind === 'set') break;
      }
      assert.ok(secure.connections - before <= 21);
      api.close();
    },
  );

  tlsTest(`an ${kind} proxy is told who we are, and no error is`, async () => {
    proxies[kind].login = 'jö:p@:w';
    const login = 'j%C3%B6:p%40%3Aw';
    const api = await connect({ kind, login });
    await api.get('/a');
    api.close();
    assert.is(proxies[kind].calls[0]!.login, 'jö:p@:w');
    for (const wrong of ['jo:secret', undefined]) {
      const { message, hint } = await failure({ kind, ...(wrong && { login: wrong }) });
      assert.match(message, new RegExp(`the proxy ${kind}://(\\*\\*\\*@)?127.0.0.1:\\d+ refuses`));
      assert.match(hint!, /Write user and password into the proxy-url of context "x"/);
      assert.not.match(message + hint, /secret|jo:/);
    }
  });

  tlsTest(`an ${kind} proxy that is not there is named`, async () => {
    const { message, hint } = await failure({ kind, port: 1 });
    assert.is(
      message,
      `cannot talk to the API server at https://api.test:6443/base: the proxy ${kind}://127.0.0.1:1: connection refused`,
    );
    assert.match(hint!, /The proxy comes from the proxy-url of context "x"/);
  });

  tlsTest(`an ${kind} proxy that never answers is given up, as is a request by its signal`, async () => {
    proxies[kind].isSilent = true;
    assert.match((await failure({ kind, requestTimeoutMs: 5_000 })).message, /no answer within 5 s/);
    const api = await connect({ kind });
    const stopping = new AbortController();
    const waiting = api.get('/a', { signal: stopping.signal }).catch((error: Error) => error.message);
    while (proxies[kind].open === 0) await new Promise((resolve) => setImmediate(resolve));
    stopping.abort(new Error('stopped'));
    assert.is(await waiting, 'stopped');
    api.close();
    const deadline = performance.now() + 10_000;
    while (proxies[kind].open > 0) {
      assert.ok(performance.now() < deadline, 'closing ends what is being dialled');
      await new Promise((resolve) => setImmediate(resolve));
    }
  });

  tlsTest(`an ${kind} proxy that hangs up is not waited for`, async () => {
    proxies[kind].isRude = true;
    assert.match((await failure({ kind })).message, /: the connection was reset \(through the proxy /);
  });

  tlsTest(`through an ${kind} proxy the server’s certificate is checked as ever`, async () => {
    const wrong = { cluster: { 'certificate-authority': 'other.crt' } };
    assert.match((await failure({ kind, ...wrong })).message, /not trusted/);
    const name = { cluster: { 'tls-server-name': 'other.test' } };
    assert.match((await failure({ kind, ...name })).message, /for another name/);
    assert.is(secure.calls.length, 0);
  });
}

tlsTest('what a proxy answers to CONNECT is never taken for the server’s answer', async () => {
  proxies.http.refusal = 404;
  const { message } = await failure({ kind: 'http' });
  assert.match(message, /the proxy http:\/\/127.0.0.1:\d+ refuses with status 404 Not Found/);
});

tlsTest('a SOCKS proxy’s refusal is put into words', async () => {
  proxies.socks5.refusal = 2;
  assert.match((await failure({ kind: 'socks5' })).message, /refuses: its rules do not allow it/);
});

tlsTest('names are for the proxy to look up; addresses are sent as addresses', async () => {
  for (const server of ['https://10.1.2.3', 'https://[fd00::1:2]:6443', 'https://x.invalid']) {
    const api = await connect({ kind: 'socks5', server, cluster: { 'tls-server-name': 'api.test' } });
    await api.get('/a');
    api.close();
  }
  assert.equal(
    proxies.socks5.calls.map(({ destination }) => destination),
    ['10.1.2.3:443', '[fd000000000000000000000000010002]:6443', 'x.invalid:443'],
  );
});

tlsTest('an http server’s requests are passed on by an HTTP proxy, and tunnelled by SOCKS', async () => {
  const server = 'http://api.test:8080/base';
  for (const kind of ['http', 'socks5'] as const) {
    proxies[kind].target = portOf(plain);
    proxies[kind].login = 'jo:pw';
    const api = await connect({ kind, server, login: 'jo:pw' });
    await Promise.all([api.get('/a'), api.get('/a')]);
    api.close();
  }
  const passed = { method: 'GET', destination: 'http://api.test:8080/base/a', login: 'jo:pw' };
  assert.equal(proxies.http.calls, [passed, passed]);
  assert.equal(proxies.socks5.calls[0], { method: 'SOCKS', destination: 'api.test:8080', login: 'jo:pw' });
  for (const { path, headers } of plain.calls) {
    assert.equal([path, headers.host, headers.authorization], ['/base/a', 'api.test:8080', undefined]);
  }
  proxies.http.login = 'other:pw';
  const { message } = await failure({ kind: 'http', server, login: 'jo:pw' });
  assert.match(message, /the proxy http:\/\/\*\*\*@127.0.0.1:\d+ refuses with status 407/);
});

tlsTest('an https proxy before an http server must be trusted by this machine', async () => {
  const { message, hint } = await failure({ kind: 'https', server: 'http://api.test:8080' });
  assert.match(message, /the proxy https:\S+ its certificate comes from an authority that is not trusted/);
  assert.match(hint!, /this machine trusts/);
});

tlsTest('what is no proxy is told apart from one that refuses', async () => {
  const shouting = createServer((socket) => socket.on('error', () => {}).end('SSH-2.0-hello\r\n'));
  await new Promise<void>((resolve) => shouting.listen(0, '127.0.0.1', resolve));
  const { port } = shouting.address() as { port: number };
  try {
    assert.match((await failure({ kind: 'socks5', port })).message, /it does not speak SOCKS 5/);
    assert.match((await failure({ kind: 'http', port })).message, /the proxy http:\/\/127.0.0.1:\d+: HPE_/);
  } finally {
    shouting.close();
  }
});

test.run();
