// OpenID tokens: when a new one is fetched, how often, and that none gets into a message. What is asked and sent is
// tested beside kubectl.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openOidcCredentials, type ProviderConfig } from '../../../plugin/cluster/credentials-oidc.ts';
import type { Transport, WireRequest } from '../../../plugin/cluster/transport.ts';
import { SeccompError } from '../../../src/error.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const test = suite('plugin/cluster/credentials-oidc');

const token = (exp: unknown, more: object = {}): string =>
  ['{}', JSON.stringify({ exp, ...more })]
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.')
    .concat('.sig');

interface Scene {
  readonly clock: FakeClock;
  readonly asked: string[];
  readonly kept: ProviderConfig[];
  current(): Promise<string>;
}

interface SceneOptions {
  /** What the file says by the time a token is to be renewed. */
  readonly file?: ProviderConfig;
  /** Answers by path; each with a status. */
  readonly answers?: Readonly<Record<string, readonly [status: number, body: string, location?: string]>>;
}

const openScene = (given: ProviderConfig = {}, { file, answers = {} }: SceneOptions = {}): Scene => {
  const clock = new FakeClock({ isAutomatic: false });
  const asked: string[] = [];
  const kept: ProviderConfig[] = [];
  const seconds = (inMs: number): number => (clock.now() + inMs) / 1000;
  const all: NonNullable<SceneOptions['answers']> = {
    '/.well-known/openid-configuration': [200, '{"token_endpoint":"https://idp.test/token"}'],
    '/token': [
      200,
      JSON.stringify({ id_token: token(seconds(3_600_000), { n: 2 }), refresh_token: 'r-two' }),
    ],
    ...answers,
  };
  const transport = (server: URL): Transport => ({
    send: async ({ method, path, body = '' }: WireRequest) => {
      asked.push([method, server.origin + path, body].join(' ').trim());
      const [status, text, location] = all[path] ?? [404, 'not here'];
      return {
        status,
        headers: { ...(location && { location }) },
        body: (async function* () {
          yield Buffer.from(text);
        })(),
      };
    },
    close: () => {},
  });
  const config = {
    'idp-issuer-url': 'https://idp.test',
    'client-id': 'c',
    'refresh-token': 'r-one',
    ...given,
  };
  const credentials = openOidcCredentials(
    config,
    {},
    {
      clock,
      open: async (server) => transport(server),
      readConfig: async () => file ?? Object.assign({}, config, ...kept),
      writeValues: async (values) => {
        kept.push(values);
      },
    },
  );
  const current = async () => (await credentials.current()).authorization ?? '';
  return { clock, asked, kept, current };
};

const refusal = async (scene: Scene): Promise<string> => {
  const thrown = await scene.current().catch((error: unknown) => error);
  assert.instance(thrown, SeccompError);
  const { message, hint, cause } = thrown as SeccompError;
  assert.not.match(`${message}${hint}${String(cause)}`, /r-one|r-two|sig/, 'no token is shown');
  return message;
};

test('requests that come together share one refresh, and its tokens are kept', async () => {
  const scene = openScene();
  const all = await Promise.all([scene.current(), scene.current(), scene.current()]);
  assert.is(new Set(all).size, 1);
  assert.is(scene.asked.length, 2);
  assert.equal(
    scene.kept.map((values) => Object.keys(values)),
    [['id-token', 'refresh-token']],
  );
  await scene.current();
  assert.is(scene.asked.length, 2, 'a token that lasts is not fetched again');
});

test('a token is renewed ten seconds before its end, with the newest refresh token', async () => {
  const scene = openScene();
  await scene.current();
  await scene.clock.advance(3_600_000 - 10_001);
  await scene.current();
  assert.is(scene.asked.length, 2);
  await scene.clock.advance(1);
  await scene.current();
  assert.is(scene.asked.at(-1), 'POST https://idp.test/token grant_type=refresh_token&refresh_token=r-two');
});

test('what another program has fetched since is taken from the file', async () => {
  const fresh = token(4_102_444_800);
  const scene = openScene({}, { file: { 'id-token': fresh, 'refresh-token': 'r-two' } });
  assert.is(await scene.current(), `Bearer ${fresh}`);
  assert.equal(scene.asked, []);
});

test('the way of discovery may be redirected, and takes no token along', async () => {
  const path = '/.well-known/openid-configuration';
  const answers = {
    [path]: [302, '', 'https://other.test/moved'] as const,
    '/moved': [200, '{"token_endpoint":"https://idp.test/token"}'] as const,
  };
  const scene = openScene({}, { answers });
  await scene.current();
  assert.equal(scene.asked.slice(0, 2), [`GET https://idp.test${path}`, 'GET https://other.test/moved']);
  const endless = openScene({}, { answers: { [path]: [302, '', path] } });
  assert.match(await refusal(endless), 'is redirected without end');
});

test('a refresh token does not go over plain HTTP', async () => {
  for (const [given, answers] of [
    [{ 'idp-issuer-url': 'http://idp.test' }, {}],
    [{}, { '/.well-known/openid-configuration': [200, '{"token_endpoint":"http://idp.test/token"}'] }],
    [{}, { '/.well-known/openid-configuration': [302, '', 'http://idp.test/x'] }],
  ] as const) {
    const scene = openScene(given, { answers: answers as never });
    assert.match(await refusal(scene), 'is not an https:// address');
    assert.not.ok(scene.asked.some((line) => line.startsWith('POST')));
  }
});

test('refusals say what the provider says, and nothing that it must not say', async () => {
  const discovery = '/.well-known/openid-configuration';
  for (const [answers, wanted] of [
    [
      { '/token': [400, '{"error":"invalid_grant","error_description":"gone"}'] },
      /status 400: "invalid_grant": "gone"/,
    ],
    [{ '/token': [502, '<html>r-two'] }, /failed to refresh token: status 502$/],
    [{ '/token': [200, '{"access_token":"r-two"}'] }, /did not contain an id_token/],
    [{ [discovery]: [500, 'x'.repeat(1000)] }, /metadata endpoint 500: "x{300}"$/],
    [{ [discovery]: [200, '{}'] }, /doesn't contain a token_endpoint/],
  ] as const)
    assert.match(await refusal(openScene({}, { answers: answers as never })), wanted);
  assert.match(await refusal(openScene({ 'id-token': 'sig' })), 'not a valid JWT');
  assert.match(await refusal(openScene({ 'refresh-token': '' })), 'cannot refresh without refresh-token');
  assert.throws(() => openScene({ 'client-id': '' }), /Must provide client-id/);
});

test.run();
