// What -v tells of requests, level by level, and what it never tells.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Api } from '../../../plugin/cluster/api.ts';
import { openApi } from '../../../plugin/cluster/connection.ts';
import { type LogEntry, logTransport, maskHeader } from '../../../plugin/cluster/request-log.ts';
import type { Transport, WireRequest } from '../../../plugin/cluster/transport.ts';
import { renderLogEntry } from '../../../plugin/output/log-entry.ts';
import { kubectlPath } from '../../support/beside-kubectl.ts';
import { EagerClock, sendJson, sendStatus, startFakeApiServer } from '../../support/fake-api-server.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { suiteThatNeeds } from '../../support/requires.ts';

const test = suite('plugin/cluster/request-log');

const LEVELS = [6, 7, 8, 9, 10] as const;

interface Answered {
  readonly status?: number;
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string;
}

/** Sends one request through a log; the transport behind it answers at once. */
const entriesOf = async (
  level: number,
  request: Partial<WireRequest> = {},
  { status = 200, headers = {}, body = '' }: Answered = {},
): Promise<LogEntry[]> => {
  const entries: LogEntry[] = [];
  const bare: Transport = {
    send: async () => ({ status, headers: headers as never, body: pieces(body) }),
    close: () => {},
  };
  const options = { level, clock: new FakeClock(), write: (entry: LogEntry) => entries.push(entry) };
  const transport = logTransport(bare, new URL('https://api.test/base/'), options);
  const response = await transport.send({ method: 'GET', path: '/a?b=c', headers: {}, ...request });
  for await (const _ of response.body);
  return entries;
};

async function* pieces(text: string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
}

const names = (entries: readonly LogEntry[]): string[] =>
  entries.map(({ message, fields }) => `${message}: ${fields.map(([name]) => name).join(' ')}`);

const field = (entries: readonly LogEntry[], message: string, name: string): string | number | undefined =>
  entries.find((entry) => entry.message === message)?.fields.find(([one]) => one === name)?.[1];

test('each level tells what kubectl’s does', async () => {
  const told = LEVELS.map(async (level) =>
    names(await entriesOf(level, { method: 'POST', body: '{}' }, { body: '{}' })),
  );
  const bodies = (...between: string[]) => ['Request Body: body', ...between, 'Response Body: body'];
  const curl = bodies(
    'Request: curlCommand',
    'Response: verb url status headers milliseconds dnsLookupMilliseconds dialMilliseconds tlsHandshakeMilliseconds',
  );
  assert.equal(await Promise.all(told), [
    ['Response: verb url status milliseconds'],
    ['Request: verb url headers', 'Response: status milliseconds'],
    bodies('Request: verb url headers', 'Response: status headers milliseconds'),
    curl,
    curl,
  ]);
});

test('the address is the whole one, and a status has its words', async () => {
  const entries = await entriesOf(6, {}, { status: 404 });
  assert.is(field(entries, 'Response', 'url'), 'https://api.test/base/a?b=c');
  assert.is(field(entries, 'Response', 'status'), '404 Not Found');
});

test('headers are sorted, named as Go names them, and repeated as they were sent', async () => {
  const headers = { 'User-Agent': 'x', Accept: 'y', 'Impersonate-Group': ['b', 'a'] };
  const entries = await entriesOf(8, { headers }, { headers: { 'audit-id': '1', 'content-type': 'z' } });
  assert.is(
    field(entries, 'Request', 'headers'),
    'Accept: y\nImpersonate-Group: b\nImpersonate-Group: a\nUser-Agent: x\n',
  );
  assert.is(field(entries, 'Response', 'headers'), 'Audit-Id: 1\nContent-Type: z\n');
});

test('the curl line can be pasted: nothing in it runs', async () => {
  const headers = { 'Impersonate-User': `$(touch x) "q" 'p'` };
  const entries = await entriesOf(9, { path: `/a'b`, headers });
  assert.is(
    field(entries, 'Request', 'curlCommand'),
    `curl -v -XGET  -H 'Impersonate-User: $(touch x) "q" '\\''p'\\''' 'https://api.test/base/a'\\''b'\n`,
  );
});

test('bodies are cut as kubectl cuts them', async () => {
  const body = 'x'.repeat(20_000);
  const lengths = [8, 9, 10].map(async (level) =>
    field(await entriesOf(level, {}, { body }), 'Response Body', 'body'),
  );
  assert.equal(await Promise.all(lengths), [
    `${'x'.repeat(1024)} [truncated 18976 chars]`,
    `${'x'.repeat(10_240)} [truncated 9760 chars]`,
    body,
  ]);
});

test('no level tells what lets somebody in', async () => {
  const secret = 's3cr3t';
  const sent = {
    headers: {
      Authorization: `Bearer ${secret}`,
      Cookie: `sid=${secret}`,
      'Proxy-Authorization': `Basic ${secret}`,
    },
  };
  const answered = { headers: { 'set-cookie': [`a=${secret}`, `b=${secret}`] } };
  const bodies = ['Secret', 'SecretList', 'TokenRequest', 'TokenReview', 'ExecCredential'].map((kind) =>
    JSON.stringify({ apiVersion: 'v1', kind, data: { token: secret } }, null, 2),
  );
  for (const level of LEVELS) {
    for (const body of bodies) {
      const entries = await entriesOf(level, { ...sent, method: 'POST', body }, { ...answered, body });
      assert.not.match(JSON.stringify(entries), secret);
    }
    for (const path of [
      '/api/v1/namespaces/x/secrets/y',
      '/api/v1/secrets?limit=500',
      '/api/v1/namespaces/x/serviceaccounts/y/token',
    ]) {
      const entries = await entriesOf(
        level,
        { ...sent, path, body: secret },
        { body: `{"items":"${secret}"}` },
      );
      assert.not.match(JSON.stringify(entries), secret);
    }
  }
});

test('of an Authorization header the scheme stays, where it is a known one', () => {
  for (const [given, wanted] of [
    ['Bearer abc', 'Bearer <masked>'],
    ['bearer abc', 'bearer <masked>'],
    ['Basic YQ==', 'Basic <masked>'],
    ['Negotiate', 'Negotiate'],
    ['abc', '<masked>'],
    ['Digest a b', '<masked>'],
    ['', ''],
  ] as const)
    assert.is(maskHeader('authorization', given), wanted);
});

test('neither a watch nor a pod’s log is repeated', async () => {
  for (const request of [{ isStream: true }, { headers: { Accept: '*/*' } }])
    assert.equal(names(await entriesOf(8, request, { body: 'x' })), [
      'Request: verb url headers',
      'Response: status headers milliseconds',
    ]);
});

const withApi = async (body: (api: Api, entries: LogEntry[]) => Promise<void>, level: number) => {
  const fake = await startFakeApiServer((response) => sendJson(response, { kind: 'Thing' }));
  const entries: LogEntry[] = [];
  const clock = new EagerClock();
  const write = (entry: LogEntry) => entries.push(entry);
  const api = await openApi(
    { server: fake.url },
    {
      ...{ environment: {}, clock, stdin: {}, stderr: process.stderr, version: '1', onWarning: () => {} },
      wrapTransport: (transport, server) => logTransport(transport, server, { level, clock, write }),
    },
  );
  let isRefused = false;
  fake.answer = (response) => {
    if (isRefused) return sendJson(response, { kind: 'Thing' });
    isRefused = true;
    sendStatus(response, 503, 'ServiceUnavailable', 'soon', { headers: { 'retry-after': '0' } });
  };
  try {
    await body(api, entries);
  } finally {
    api.close();
    await fake.stop();
  }
};

test('every try is told, and what was read of each body', async () => {
  await withApi(async (api, entries) => {
    await api.get('/a');
    assert.equal(
      entries.flatMap(({ fields }) => fields.filter(([name]) => name === 'status').map(([, value]) => value)),
      ['503 Service Unavailable', '200 OK'],
    );
    assert.match(String(entries.at(-1)?.fields[0]?.[1]), '{"kind":"Thing"}');
  }, 8);
});

test('times are told of a new connection, and that one is used again', async () => {
  await withApi(async (api, entries) => {
    await api.get('/a');
    await api.get('/b');
    const responses = entries.filter(({ message }) => message === 'Response');
    const told = responses.map(({ fields }) =>
      fields.slice(4).map(([name]) => name.replace('Milliseconds', '')),
    );
    assert.equal(told[0], ['milliseconds', 'dnsLookup', 'dial', 'tlsHandshake', 'serverProcessing']);
    assert.equal(told.at(-1), ['milliseconds', 'getConnection', 'serverProcessing']);
  }, 9);
});

test('a server that is not there is told too, and the error stays what it was', async () => {
  const entries: LogEntry[] = [];
  const failure = new Error('no');
  const bare: Transport = { send: () => Promise.reject(failure), close: () => {} };
  const write = (entry: LogEntry) => entries.push(entry);
  const transport = logTransport(bare, new URL('http://x'), { level: 6, clock: new FakeClock(), write });
  const thrown = await transport.send({ method: 'GET', path: '/', headers: {} }).catch((error) => error);
  assert.is(thrown, failure);
  assert.equal(entries, [
    {
      message: 'Response',
      fields: [
        ['verb', 'GET'],
        ['url', 'http://x/'],
        ['status', ''],
        ['milliseconds', 0],
      ],
    },
  ]);
});

test.run();

const beside = suiteThatNeeds('plugin/cluster/request-log beside kubectl', ['runc']);

beside('of one request kubectl and we tell the same fields, in its order and its form', async () => {
  const fake = await startFakeApiServer((response) => sendJson(response, { kind: 'Thing' }));
  const told = (text: string): string[] =>
    text
      .replace(/=<\n(?:\t.*\n)* >/g, '=…')
      .replace(/="(?:[^"\\]|\\.)*"|=\d+/g, '=…')
      .split('\n')
      .flatMap(
        (line) => /^I\d{4} [\d:.]{15} +\d+ [^ :]+:\d+\] ("(?:Request|Response)" .*)$/.exec(line)?.[1] ?? [],
      )
      // Less than a millisecond of the server's time kubectl leaves out.
      .map((line) => line.replace(' serverProcessingMilliseconds=…', ''));
  try {
    for (const level of [6, 7, 8, 9]) {
      const args = [
        '--server',
        fake.url,
        '--kubeconfig',
        '/dev/null',
        'get',
        '--raw',
        '/a?b=c',
        `-v=${level}`,
      ];
      const env = { HOME: '/nowhere', KUBERC: 'off' };
      const theirs = await promisify(execFile)(kubectlPath(), args, { env });
      let ours = '';
      const clock = new EagerClock();
      const write = (entry: LogEntry) => {
        ours += renderLogEntry(entry, { nowMs: clock.now(), processId: process.pid, source: 'x' });
      };
      const api = await openApi(
        { server: fake.url },
        {
          ...{ environment: {}, clock, stdin: {}, stderr: process.stderr, version: '1', onWarning: () => {} },
          wrapTransport: (transport, server) => logTransport(transport, server, { level, clock, write }),
        },
      );
      await api.get('/a', { query: { b: 'c' } }).finally(() => api.close());
      assert.equal(told(ours), told(theirs.stderr), `-v=${level}`);
      assert.ok(told(ours).length > 0);
    }
  } finally {
    await fake.stop();
  }
});

beside.run();
