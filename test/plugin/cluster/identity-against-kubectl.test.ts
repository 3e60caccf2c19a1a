// Who we say we are against who kubectl says: flags, credential plugins under a kuberc, and OpenID tokens.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as assert from 'uvu/assert';
import { type Scene, seeKubectl, seeOurs, writeLogin } from '../../support/beside-kubectl.ts';
import {
  type Answer,
  type FakeApiServer,
  type FakeCertificates,
  makeCertificates,
  sendJson,
  startFakeApiServer,
} from '../../support/fake-api-server.ts';
import { suiteThatNeeds } from '../../support/requires.ts';

const test = suiteThatNeeds('plugin/cluster/identity-against-kubectl', ['runc']);

let certificates: FakeCertificates;
let fake: FakeApiServer;
let login: string;

test.before(async () => {
  certificates = makeCertificates();
  login = writeLogin(certificates.folder);
  fake = await startFakeApiServer((response) => sendJson(response, {}), certificates);
});

test.after(async () => {
  await fake?.stop();
  certificates?.remove();
});

/** Both do the same; returns whether they got through. */
const compare = async (scene: Omit<Scene, 'fake' | 'certificates'>, prepare = () => {}): Promise<boolean> => {
  const whole = { KUBERC: 'off', ...scene.environment };
  const both = { ...scene, fake, certificates, environment: whole };
  prepare();
  const theirs = await seeKubectl(both);
  prepare();
  const said: string[] = [];
  assert.equal(await seeOurs(both, said), theirs, said.join('\n'));
  return theirs.isDone;
};

const flagCases: Readonly<Record<string, Omit<Scene, 'fake' | 'certificates'>>> = {
  'a user name and a password': {
    user: {},
    flags: ['--username=jo', '--password=p:w'],
    given: { username: 'jo', password: 'p:w' },
  },
  'a user name over the file’s': {
    user: { username: 'al', password: 'x' },
    flags: ['--username=jo'],
    given: { username: 'jo' },
  },
  'a password beside a token': { user: { token: 'T' }, flags: ['--password=x'], given: { password: 'x' } },
  'a token over a password': {
    user: { username: 'al', password: 'x' },
    flags: ['--token=T'],
    given: { token: 'T' },
  },
  'extra fields': {
    user: { token: 'T' },
    flags: ['--as=jo', '--as-user-extra=a/b=x', '--as-user-extra=a/b=y=z', '--as-user-extra=c='],
    given: { as: 'jo', asUserExtra: { 'a/b': ['x', 'y=z'], c: [''] } },
  },
  'extra fields over the file’s': {
    user: { token: 'T', as: 'al', 'as-user-extra': { a: ['1'], b: ['2'] } },
    flags: ['--as-user-extra=a=3'],
    given: { asUserExtra: { a: ['3'] } },
  },
  'extra fields of nobody': {
    user: { token: 'T' },
    flags: ['--as-user-extra=a=3'],
    given: { asUserExtra: { a: ['3'] } },
  },
  'a group with a comma': {
    user: { token: 'T' },
    flags: ['--as=jo', '--as-group=a,b'],
    given: { as: 'jo', asGroup: ['a,b'] },
  },
};

for (const [what, scene] of Object.entries(flagCases))
  test(`by flags, ${what}: kubectl and we send the same, or both refuse`, async () => {
    await compare(scene);
  });

const exec = (command: string) => ({
  exec: { apiVersion: 'client.authentication.k8s.io/v1', command, interactiveMode: 'Never' },
});
const preference = (...lines: string[]): string =>
  ['apiVersion: kubectl.config.k8s.io/v1beta1', 'kind: Preference', ...lines, ''].join('\n');
const allow = (...entries: string[]): string =>
  preference(
    'credentialPluginPolicy: Allowlist',
    'credentialPluginAllowlist:',
    ...entries.map((entry) => `- ${entry}`),
  );

const kubercs: Readonly<Record<string, string>> = {
  'allows all': preference('credentialPluginPolicy: AllowAll'),
  'denies all': preference('credentialPluginPolicy: DenyAll'),
  'says nothing': preference('aliases: []', 'defaults:', '- command: get', '  options: []'),
  'allows the path': allow('command: LOGIN'),
  'allows the path by its old field': allow('name: LOGIN'),
  'allows the name': allow('command: other', 'command: login'),
  'allows another': allow('command: /bin/sh'),
  'allows another of that name': allow('command: /bin/login'),
  'names it twice alike': allow('{ name: LOGIN, command: LOGIN }'),
  'names two things in one': allow('{ name: LOGIN, command: other }'),
  'allows a path with dots': allow('command: FOLDER/../bin/login'),
  'has an empty entry': allow('command: LOGIN', '{}'),
  'has a null entry': allow('command: LOGIN', 'null'),
  'has an empty list': preference('credentialPluginPolicy: Allowlist', 'credentialPluginAllowlist: []'),
  'has no list': preference('credentialPluginPolicy: Allowlist'),
  'has a list that no policy asks for': preference('credentialPluginAllowlist:', '- command: LOGIN'),
  'has an empty list that no policy asks for': preference('credentialPluginAllowlist: []'),
  'has a policy nobody knows': preference('credentialPluginPolicy: Some'),
  'has a number for a policy': preference('credentialPluginPolicy: 1'),
  'has a misspelt field': preference('credentialPluginPolcy: DenyAll'),
  'has text for aliases': preference('credentialPluginPolicy: DenyAll', 'aliases: x'),
  'is of the old version': preference('credentialPluginPolicy: DenyAll').replace('v1beta1', 'v1alpha1'),
  'is of a version to come': preference('credentialPluginPolicy: DenyAll').replace('v1beta1', 'v9'),
  'has another document first': `kind: Other\n---\n${preference('credentialPluginPolicy: DenyAll')}`,
  'has two': `${preference()}---\n${preference('credentialPluginPolicy: DenyAll')}`,
  'is empty': '\n',
  'is a comment': '# nothing\n',
  'is no YAML': '{',
};

for (const [what, text] of Object.entries(kubercs)) {
  test(`where the kuberc ${what}, kubectl and we run the same plugins`, async () => {
    const full = text.replaceAll('LOGIN', login).replaceAll('FOLDER', dirname(login));
    const named = join(certificates.folder, 'rc');
    writeFileSync(named, full);
    await compare({ user: exec(login), environment: { KUBERC: named } });
    if (what.includes('allows')) await compare({ user: exec('login'), environment: { KUBERC: named } });
    if (!what.startsWith('is')) return;
    const usual = join(certificates.folder, '.kube', 'kuberc');
    mkdirSync(dirname(usual), { recursive: true });
    writeFileSync(usual, full);
    await compare({ user: exec(login), environment: { KUBERC: '' } });
    rmSync(usual);
  });
}

test('which kuberc counts: flag, variable, place; and what switches it off', async () => {
  const [named, usual] = [join(certificates.folder, 'rc'), join(certificates.folder, '.kube', 'kuberc')];
  mkdirSync(dirname(usual), { recursive: true });
  const missing = join(certificates.folder, 'none');
  const flag = (path: string) => ({ flags: [`--kuberc=${path}`], given: { kuberc: path } });
  const user = exec(login);
  const run = (more: Partial<Scene>) => compare({ user, ...more });
  writeFileSync(usual, preference('credentialPluginPolicy: DenyAll'));
  writeFileSync(named, preference('credentialPluginPolicy: AllowAll'));
  assert.not.ok(await run({ environment: { KUBERC: '' } }));
  assert.ok(await run({ environment: { KUBERC: named } }));
  assert.ok(await run({ environment: { KUBERC: usual }, ...flag(named) }));
  assert.ok(
    await run({ environment: { KUBERC: named }, ...flag(usual) }),
    'the variable beats the usual place',
  );
  assert.ok(await run({ environment: { KUBERC: 'off' } }));
  assert.ok(await run({ environment: { KUBERC: '', KUBECTL_KUBERC: 'False' } }));
  assert.not.ok(await run({ environment: { KUBERC: 'off' }, ...flag(named) }));
  assert.not.ok(await run({ environment: { KUBERC: missing } }));
  assert.not.ok(await run({ user: { token: 'T' }, environment: { KUBERC: missing } }));
  rmSync(usual);
  assert.ok(await run({ environment: { KUBERC: '' } }));
  assert.not.ok(await run({ environment: { KUBERC: '' }, ...flag(usual) }), 'a named one must be there');
});

const hour = 3600;
const token = (claims: object | undefined): string =>
  [{}, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
    .concat('.s');
const ends = (inSeconds: number): string => token({ exp: Math.floor(Date.now() / 1000) + inSeconds });
const renewed = token({ exp: 9_999_999_999, renewed: true });

interface Provider {
  readonly config?: Readonly<Record<string, string | undefined>>;
  readonly user?: object;
  readonly name?: string;
  /** What the token endpoint answers. */
  readonly tokens?: object;
  readonly status?: number;
  /** Refuses a client that names itself in a header. */
  readonly wantsForm?: boolean;
  readonly discovery?: object;
}

const providers: Readonly<Record<string, () => Provider>> = {
  'a token that lasts': () => ({ config: { 'id-token': ends(hour) } }),
  'a token that is over': () => ({ config: { 'id-token': ends(-1) } }),
  'a token in its last seconds': () => ({ config: { 'id-token': ends(8) } }),
  'a token without an end': () => ({ config: { 'id-token': token({}) } }),
  'a token with a broken end': () => ({ config: { 'id-token': token({ exp: 'soon' }) } }),
  'a token with a fraction': () => ({ config: { 'id-token': token({ exp: 9_999_999_999.5 }) } }),
  'something that is no token': () => ({ config: { 'id-token': 'x.y' } }),
  'no token yet': () => ({}),
  'nothing to refresh with': () => ({ config: { 'id-token': ends(-1), 'refresh-token': undefined } }),
  'a new refresh token': () => ({ tokens: { access_token: 'a', id_token: renewed, refresh_token: 'r2' } }),
  'no client secret': () => ({ config: { 'client-secret': undefined } }),
  'a secret of odd letters': () => ({ config: { 'client-secret': 'a b+ü/:' } }),
  'a client that must name itself in the form': () => ({ wantsForm: true }),
  'no id-token in the answer': () => ({ tokens: { access_token: 'a' } }),
  'a refusal': () => ({ tokens: { error: 'invalid_grant' }, status: 400 }),
  'no discovery': () => ({ discovery: {} }),
  'no issuer': () => ({ config: { 'idp-issuer-url': undefined } }),
  'no client': () => ({ config: { 'client-id': undefined } }),
  'an authority that is not the issuer’s': () => ({
    config: { 'idp-certificate-authority': certificates.otherAuthority },
  }),
  'an authority as data': () => ({
    config: {
      'idp-certificate-authority': undefined,
      'idp-certificate-authority-data': readFileSync(certificates.authority).toString('base64'),
    },
  }),
  'a token of another kind beside it': () => ({ user: { token: 'T' } }),
  'a password beside it': () => ({ user: { username: 'jo', password: 'x' } }),
  'a client certificate beside it': () => ({
    config: { 'id-token': ends(hour) },
    user: { 'client-certificate': 'client.crt', 'client-key': 'client.key' },
  }),
  'a provider that is gone': () => ({ name: 'gcp' }),
  'a provider nobody knows': () => ({ name: 'other', user: { token: 'T' } }),
};

for (const [what, build] of Object.entries(providers)) {
  test(`with an auth-provider and ${what}, kubectl and we ask, send and keep the same`, async () => {
    const { config, user = {}, name = 'oidc', tokens, status = 200, wantsForm, discovery } = build();
    const all = {
      'idp-issuer-url': `${fake.url}/realm/`,
      'client-id': 'client',
      'client-secret': 'secret',
      'refresh-token': 'r1',
      'idp-certificate-authority': certificates.authority,
      ...config,
    };
    const answer: Answer = (response, { path, headers }) => {
      if (path === '/realm/.well-known/openid-configuration')
        return sendJson(response, discovery ?? { token_endpoint: `${fake.url}/tokens?x=1` });
      if (path !== '/tokens') return sendJson(response, {});
      if (wantsForm && headers.authorization) return sendJson(response, { error: 'invalid_client' }, 401);
      return sendJson(response, tokens ?? { access_token: 'a', id_token: renewed }, status);
    };
    fake.answer = answer;
    const scene = { fake, certificates, environment: { KUBERC: 'off' } };
    const whole = { ...scene, user: { ...user, 'auth-provider': { name, config: all } } };
    const theirs = [await seeKubectl(whole), keptConfig()];
    const said: string[] = [];
    assert.equal([await seeOurs(whole, said), keptConfig()], theirs, said.join('\n'));
  });
}

/** What the kubeconfig says of the provider after the run; kubectl writes it as YAML. */
const keptConfig = (): Record<string, string> => {
  const text = readFileSync(join(certificates.folder, 'config'), 'utf8');
  return Object.fromEntries(
    ['id-token', 'refresh-token', 'client-id'].flatMap((key) => {
      const value = new RegExp(`"?${key}"?: *"?([^"\\s,}]+)`).exec(text)?.[1];
      return value === undefined ? [] : [[key, value]];
    }),
  );
};

test.run();
