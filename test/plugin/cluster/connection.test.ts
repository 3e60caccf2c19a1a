// The API over plain HTTP against a scripted server: what each method sends, and what becomes of every answer.
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Api, ApiError } from '../../../plugin/cluster/api.ts';
import { openApi } from '../../../plugin/cluster/connection.ts';
import type { ConnectionFlags } from '../../../plugin/cluster/kubeconfig-choice.ts';
import { SeccompError } from '../../../src/error.ts';
import {
  EagerClock,
  type FakeApiServer,
  sendJson,
  sendStatus,
  startFakeApiServer,
} from '../../support/fake-api-server.ts';

interface Context {
  fake: FakeApiServer;
  api: Api;
  clock: EagerClock;
  warnings: string[];
}

const test = suite<Context>('plugin/cluster/connection');

const open = async (context: Context, flags: ConnectionFlags = {}): Promise<Api> =>
  openApi(
    { server: context.fake.url, ...flags },
    {
      environment: {},
      clock: context.clock,
      stdin: {},
      stderr: process.stderr,
      version: '1.2.3',
      onWarning: (text) => context.warnings.push(text),
      random: () => 0,
    },
  );

const caught = async (promise: Promise<unknown>): Promise<SeccompError> => {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.instance(error, SeccompError);
  return error as SeccompError;
};

const collect = async <T>(source: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const item of source) all.push(item);
  return all;
};

test.before.each(async (context) => {
  context.clock = new EagerClock();
  context.warnings = [];
  context.fake = await startFakeApiServer((response) => sendJson(response, { kind: 'Thing' }));
  context.api = await open(context);
});

test.after.each(async (context) => {
  context.api.close();
  await context.fake.stop();
});

test('every verb sends its method, path, query, type and body', async ({ api, fake }) => {
  await api.get('/a', { query: { labelSelector: 'a=b,c', none: undefined } });
  await api.create('/b', { x: 'ü' }, { isDryRun: true });
  await api.replace('/c', {});
  await api.patch('/d', [], { type: 'json' });
  await api.patch('/e', {}, { type: 'merge' });
  await api.patch('/f', {}, { type: 'strategic' });
  await api.patch('/g', {}, { type: 'apply' });
  await api.delete('/h', { propagationPolicy: 'Background' });
  assert.equal(
    fake.calls.map(({ method, path, query, headers, body }) =>
      [method, `${path}?${query}`, headers['content-type'] ?? '', body].join(' '),
    ),
    [
      'GET /a?labelSelector=a%3Db%2Cc  ',
      'POST /b?dryRun=All application/json {"x":"ü"}',
      'PUT /c? application/json {}',
      'PATCH /d? application/json-patch+json []',
      'PATCH /e? application/merge-patch+json {}',
      'PATCH /f? application/strategic-merge-patch+json {}',
      'PATCH /g?fieldManager=kubectl-seccomp application/apply-patch+yaml {}',
      'DELETE /h? application/json {"propagationPolicy":"Background"}',
    ],
  );
  assert.match(
    fake.calls[0]!.headers['user-agent'] ?? '',
    /^kubectl-seccomp\/1\.2\.3 \([a-z0-9]+\/[a-z0-9_]+\)$/,
  );
});

test('the path of the server’s address goes before every path', async (context) => {
  const api = await open(context, { server: `${context.fake.url}/k8s/clusters/c-1/` });
  await api.get('/api/v1/nodes');
  api.close();
  assert.is(context.fake.calls[0]!.path, '/k8s/clusters/c-1/api/v1/nodes');
});

test('impersonation is sent header by header, in the bytes that Go sends', async (context) => {
  const api = await open(context, { as: 'jösef', asGroup: ['a', 'b'], asUid: '7' });
  await api.get('/a');
  api.close();
  const { rawHeaders, headers } = context.fake.calls[0]!;
  const groups = rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1] === 'Impersonate-Group',
  );
  assert.equal(groups, ['a', 'b']);
  assert.is(Buffer.from(String(headers['impersonate-user']), 'latin1').toString('utf8'), 'jösef');
  assert.is(headers['impersonate-uid'], '7');
});

test('credentials are not sent over plain HTTP', async (context) => {
  const api = await open(context, { token: 'secret' });
  await api.get('/a');
  api.close();
  assert.is(context.fake.calls[0]!.headers.authorization, undefined);
});

test('a refusal becomes an ApiError with the words of its Status', async ({ api, fake }) => {
  fake.answer = (response) => sendStatus(response, 403, 'Forbidden', 'nodes is forbidden: User "x"');
  const error = (await caught(api.get('/api/v1/nodes'))) as ApiError;
  assert.instance(error, ApiError);
  assert.equal(
    [error.status, error.reason, error.message],
    [403, 'Forbidden', 'nodes is forbidden: User "x"'],
  );
  assert.is((error.details as { code: number }).code, 403);
  assert.is(fake.calls.length, 1);
});

test('a refusal that is no Status is quoted, but not at length', async ({ api, fake }) => {
  fake.answer = (response) => {
    response.writeHead(404, { 'content-type': 'text/html' });
    response.end(`<h1>no</h1>${'x'.repeat(10_000)}`);
  };
  const error = (await caught(api.get('/a'))) as ApiError;
  assert.equal([error.status, error.reason], [404, 'NotFound']);
  assert.match(error.message, /^GET \/a: <h1>no<\/h1>x+$/);
  assert.ok(error.message.length < 400);
});

test('a redirection is an error and is not followed', async ({ api, fake }) => {
  fake.answer = (response, call) =>
    call.path === '/a' ? response.writeHead(302, { location: '/b' }).end() : sendJson(response, {});
  assert.is(((await caught(api.get('/a'))) as ApiError).status, 302);
  assert.is(fake.calls.length, 1);
});

test('an answer that is not JSON is an error', async ({ api, fake }) => {
  fake.answer = (response) => response.end('hello');
  assert.match((await caught(api.get('/a'))).message, /^the answer to GET \/a is not JSON$/);
});

test('a server that never answered is reported at once, with its address and where that is from', async (context) => {
  await context.fake.stop();
  const error = await caught(context.api.get('/a'));
  assert.is(error.message, `cannot talk to the API server at ${context.fake.url}: connection refused`);
  assert.match(error.hint ?? '', /the flag --server/);
  assert.equal(context.clock.waits, []);
});

test('a request to a server that is gone for a while is sent again, a create too', async (context) => {
  const { api, clock, fake } = context;
  await api.get('/a');
  await fake.stop();
  for (const send of [() => api.get('/a'), () => api.create('/a', {})]) {
    clock.waits.length = 0;
    assert.match((await caught(send())).message, /connection refused/);
    assert.equal(clock.waits, [125, 250, 500, 1000, 2000, 4000, 4000, 4000]);
  }
});

test('a get that is reset is sent again; a create, which may have happened, is not', async ({
  api,
  fake,
}) => {
  await api.get('/first');
  let resets = 3;
  fake.answer = (response) =>
    resets-- > 0 ? response.socket!.resetAndDestroy() : sendJson(response, { ok: true });
  assert.equal(await api.get('/a'), { ok: true });
  assert.is(fake.calls.length, 5);
  resets = 1;
  assert.match((await caught(api.create('/b', {}))).message, /was reset/);
  assert.is(fake.calls.length, 6);
});

test('an answer that breaks off in the middle is asked for again', async ({ api, fake }) => {
  await api.get('/first');
  let isFirst = true;
  fake.answer = (response) => {
    if (!isFirst) return sendJson(response, { ok: true });
    isFirst = false;
    response.writeHead(200, { 'content-length': '1000' });
    response.write('{"ok":', () => response.socket!.resetAndDestroy());
  };
  assert.equal(await api.get('/a'), { ok: true });
});

test('429 is waited out as long as the server says, for a create too', async ({ api, clock, fake }) => {
  let refusals = 2;
  fake.answer = (response) =>
    refusals-- > 0
      ? sendStatus(response, 429, 'TooManyRequests', 'slow down', { headers: { 'retry-after': '7' } })
      : sendJson(response, {});
  await api.create('/a', {});
  assert.equal(clock.waits, [7_000, 7_000]);
});

test('a 500 is tried again three times for a get and never for a create', async ({ api, fake }) => {
  fake.answer = (response) => sendStatus(response, 500, 'InternalError');
  assert.is(((await caught(api.get('/a'))) as ApiError).status, 500);
  assert.is(fake.calls.length, 4);
  assert.is(((await caught(api.create('/a', {}))) as ApiError).status, 500);
  assert.is(fake.calls.length, 5);
});

test('no answer within the time-out is an error that says so', async (context) => {
  context.fake.answer = () => {};
  const api = await open(context, { requestTimeoutMs: 50 });
  // This clock is over with short waits at once.
  assert.match((await caught(api.get('/a'))).message, /no answer within 0\.05 s$/);
  api.close();
});

test('an abort ends a request with the signal’s own reason', async ({ api, fake }) => {
  const stop = new AbortController();
  fake.answer = () => stop.abort(new SeccompError('interrupted', 'enough'));
  assert.is((await caught(api.get('/a', { signal: stop.signal }))).message, 'enough');
  assert.is((await caught(api.get('/b', { signal: stop.signal }))).message, 'enough');
  assert.is(fake.calls.length, 1);
});

test('an abort ends the reading of an answer', async ({ api, fake }) => {
  const stop = new AbortController();
  fake.answer = (response) =>
    response.write('{', () => stop.abort(new SeccompError('interrupted', 'enough')));
  assert.is((await caught(api.get('/a', { signal: stop.signal }))).message, 'enough');
});

test('each warning of the server comes once', async (context) => {
  const { api, fake, warnings } = context;
  fake.answer = (response) => {
    response.setHeader('warning', ['299 - "a \\"quoted\\" one", 299 - "two"', '299 k8s "three"']);
    response.end('{}');
  };
  await api.get('/a');
  await api.get('/a');
  assert.equal(warnings, ['a "quoted" one', 'two', 'three']);
});

test('only lists ask for gzip, and unpack it', async ({ api, fake }) => {
  fake.answer = (response, call) => {
    const body = JSON.stringify({ metadata: { resourceVersion: '1' }, items: [{ metadata: { uid: 'u' } }] });
    if (call.headers['accept-encoding'] !== 'gzip') return response.end(body);
    response.setHeader('content-encoding', 'gzip');
    response.end(gzipSync(body));
  };
  for await (const items of api.list('/a')) assert.equal(items, [{ metadata: { uid: 'u' } }]);
  await api.get('/a');
  assert.equal(
    fake.calls.map((call) => call.headers['accept-encoding']),
    ['gzip', undefined],
  );
});

test('gzip that breaks off is an error of the connection', async ({ api, fake }) => {
  fake.answer = (response) => {
    response.setHeader('content-encoding', 'gzip');
    response.end(gzipSync('{"items":[]}').subarray(0, 12));
  };
  const error = await caught(collect(api.list('/a')));
  assert.match(error.message, /cannot talk to the API server/);
});

test('text is read up to its limit, without half a character', async ({ api, fake }) => {
  fake.answer = (response) => {
    for (let chunk = 0; chunk < 100; chunk++) response.write('aü'.repeat(1_000));
  };
  assert.is(await api.text('/log', { limitBytes: 5 }), 'aüa');
});

test('metadata alone is asked for as PartialObjectMetadata', async ({ api, fake }) => {
  fake.answer = (response) => sendJson(response, { metadata: { resourceVersion: '1' }, items: [] });
  await collect(api.list('/a', { isMetadataOnly: true }));
  assert.match(fake.calls[0]!.headers.accept ?? '', /as=PartialObjectMetadataList;g=meta\.k8s\.io;v=v1$/);
});

test.run();
