// Generated scenes for clients: kubeconfig files, flags and variables that name a world's servers, well or badly.
import * as fc from 'fast-check';
import type { ConnectionFlags } from '../../plugin/cluster/kubeconfig-choice.ts';

/** `@…@` stands for what only a world knows: ports, folders, contents of files. */
export interface Scene {
  readonly cluster: object;
  readonly user: object;
  /** What lies in the list of files before and after the ones that count. */
  readonly before: readonly Filler[];
  readonly after: readonly Filler[];
  /** Clusters in one file, the rest in another. */
  readonly isSplit: boolean;
  readonly isCurrent: boolean;
  readonly flags: ConnectionFlags;
  readonly environment: Readonly<Record<string, string>>;
  readonly status: number;
  readonly proxyLogin: string | undefined;
}

export type Filler = 'missing' | 'empty' | 'comment' | 'stranger' | 'twin';

const oneOf = fc.constantFrom;
/** The first, or by and by something else; what is odd, hardly ever: one oddity hides all others. */
const usually = <T>(usual: T, others: readonly T[], odd: readonly T[] = []): fc.Arbitrary<T> =>
  fc.oneof(
    { weight: 16, arbitrary: fc.constant(usual) },
    {
      weight: others.length === 0 ? 0 : 12,
      arbitrary: others.length === 0 ? fc.constant(usual) : oneOf(...others),
    },
    { weight: odd.length === 0 ? 0 : 1, arbitrary: odd.length === 0 ? fc.constant(usual) : oneOf(...odd) },
  );
const sometimes = <T>(value: fc.Arbitrary<T>, oneIn = 8) =>
  fc.tuple(fc.integer({ min: 1, max: oneIn }), value).map(([dice, some]) => (dice === 1 ? some : undefined));

const server = fc
  .record({
    place: usually(
      'https://127.0.0.1:@secure@',
      ['https://0.0.0.0:@secure@', 'http://127.0.0.1:@plain@'],
      ['127.0.0.1:@plain@'],
    ),
    base: usually('', ['/', '/base', '/base/', '/a/b'], ['/base?x=y']),
  })
  .map(({ place, base }) => place + base);

const trust = usually<object>(
  { 'certificate-authority': '../authority.crt' },
  [
    { 'certificate-authority': '@certificates@/authority.crt' },
    { 'certificate-authority-data': '@base64:authority.crt@' },
    { 'insecure-skip-tls-verify': true },
  ],
  [
    { 'certificate-authority': '../other.crt' },
    { 'certificate-authority': '../gone.crt' },
    { 'certificate-authority-data': '@base64:client.ext@' },
    { 'certificate-authority': '../authority.crt', 'certificate-authority-data': '@base64:authority.crt@' },
    { 'insecure-skip-tls-verify': true, 'certificate-authority': '../authority.crt' },
    {},
  ],
);

const proxyUrl = usually(
  'http://127.0.0.1:@http@',
  [
    'https://127.0.0.1:@https@',
    'socks5://127.0.0.1:@socks5@',
    'http://jo:p%40ss@127.0.0.1:@http@',
    'https://jo:p%40ss@127.0.0.1:@https@',
    'socks5://jo:p%40ss@127.0.0.1:@socks5@',
    'HTTP://127.0.0.1:@http@/path',
  ],
  [
    'http://jo:wrong@127.0.0.1:@http@',
    '127.0.0.1:@http@',
    'socks5h://127.0.0.1:@socks5@',
    'ftp://127.0.0.1:@http@',
    'http://127.0.0.1:1',
  ],
);

const cluster = fc
  .record({
    server,
    trust,
    name: usually<string | undefined>(undefined, ['api.test', '127.0.0.1'], ['other.test']),
    proxy: sometimes(proxyUrl, 3),
    isPlain: usually<boolean | undefined>(undefined, [true, false]),
    extension: sometimes(oneOf<object>({ audience: 'x', depth: { a: [1, 'b'] } }), 2),
  })
  .map(({ server, trust, name, proxy, isPlain, extension }) => ({
    server,
    ...trust,
    'tls-server-name': name,
    'proxy-url': proxy,
    'disable-compression': isPlain,
    extensions: extension && [{ name: 'client.authentication.k8s.io/exec', extension }],
  }));

const certificate = usually<object>(
  { 'client-certificate': '../client.crt', 'client-key': '../client.key' },
  [
    { 'client-certificate-data': '@base64:client.crt@', 'client-key-data': '@base64:client.key@' },
    { 'client-certificate': '../client.crt', 'client-key-data': '@base64:client.key@' },
    { 'client-key': '../gone.key', token: 'T' },
  ],
  [
    { 'client-certificate': '../client.crt', 'client-key': '../server.key' },
    { 'client-certificate': '../client.crt' },
    { 'client-certificate': '../gone.crt', 'client-key': '../client.key' },
  ],
);

const plugin = fc
  .record({
    version: usually('v1', ['v1beta1'], ['v1alpha1']),
    answer: usually('token', ['certificate', 'both', 'ended'], ['empty', 'other', 'text', 'fail']),
    mode: usually<string | undefined>('Never', ['IfAvailable'], ['Always', undefined, 'Sometimes']),
    command: usually('./login', ['@folder@/login', 'login'], ['./gone', 'gone-login']),
    isTold: usually<boolean | undefined>(true, [false, undefined]),
    env: sometimes(oneOf([{ name: 'WHO', value: 'wö' }], [{ name: 'WHO', value: '' }]), 2),
    hint: sometimes(fc.constant('install it')),
  })
  .map(({ version, answer, mode, command, isTold, env, hint }) => ({
    exec: {
      apiVersion: `client.authentication.k8s.io/${version}`,
      command,
      args: [version, answer],
      interactiveMode: mode,
      provideClusterInfo: isTold,
      env,
      installHint: hint,
    },
  }));

const both = (one: fc.Arbitrary<object>, two: fc.Arbitrary<object>): fc.Arbitrary<object> =>
  fc.tuple(one, two).map(([a, b]) => ({ ...a, ...b }));

const login: fc.Arbitrary<object> = fc.oneof(
  usually<object>(
    { token: 'T' },
    [
      { tokenFile: 'token' },
      { token: 'T', tokenFile: 'token' },
      { token: 'T', tokenFile: 'nothing' },
      { token: 'T', tokenFile: 'gone' },
      { username: 'jö', password: 'p:w' },
      { username: 'jo' },
    ],
    [{ tokenFile: 'gone' }, { username: 'jo', password: 'p', token: 'T' }],
  ),
  certificate,
  both(certificate, fc.constant({ token: 'T' })),
  plugin,
  plugin,
  plugin,
  both(plugin, oneOf<object>({ token: 'T' }, { username: 'jo', password: 'p' }, { tokenFile: 'token' })),
);

const person = usually<object>(
  {},
  [
    { as: 'jö ' },
    { as: 'al', 'as-groups': ['a', 'b c'], 'as-uid': '7' },
    { as: 'al', 'as-user-extra': { 'a/b': ['x', 'y'], 'C%d': ['z'], Dé: [''] } },
  ],
  [{ 'as-groups': ['a'] }, { 'as-uid': '7' }],
);

const user = both(login, person);

const filler = oneOf<Filler>('missing', 'empty', 'comment', 'stranger');

const flags: fc.Arbitrary<ConnectionFlags> = fc
  .record({
    context: sometimes(usually('x', ['other'], ['unknown'])),
    cluster: sometimes(usually('c', ['c2'], ['unknown'])),
    user: sometimes(usually('u', ['u2'], ['unknown'])),
    server: sometimes(server),
    token: sometimes(oneOf('F', 'f.g-h')),
    as: sometimes(oneOf('al', 'jö')),
    asGroup: sometimes(oneOf(['a'], ['b', 'c d']), 16),
    asUid: sometimes(oneOf('9'), 16),
    certificate: sometimes(
      usually<ConnectionFlags>(
        { clientCertificate: '@certificates@/client.crt', clientKey: '@certificates@/client.key' },
        [],
        [{ clientCertificate: '@certificates@/client.crt' }, { clientKey: '@certificates@/gone.key' }],
      ),
    ),
    trust: sometimes(
      usually<ConnectionFlags>(
        { certificateAuthority: '@certificates@/authority.crt' },
        [{ insecureSkipTlsVerify: true }],
        [
          { certificateAuthority: '@certificates@/other.crt' },
          { certificateAuthority: '@certificates@/gone.crt' },
          { insecureSkipTlsVerify: true, certificateAuthority: '@certificates@/authority.crt' },
        ],
      ),
    ),
    tlsServerName: sometimes(usually('api.test', [], ['other.test'])),
    asUserExtra: sometimes(oneOf<Record<string, string[]>>({ 'a/b': ['v'], e: ['w', 'x y'] }), 16),
    proxyUrl: sometimes(proxyUrl, 16),
    isCompressionDisabled: sometimes(fc.constant(true), 16),
    login: sometimes(oneOf<ConnectionFlags>({ username: 'fl', password: 'ag' }, { username: 'fl' }), 16),
    kubeconfig: sometimes(usually('@folder@/whole', [], ['@folder@/gone'])),
  })
  .map(({ certificate, trust, login, ...rest }) => ({
    ...without(rest),
    ...certificate,
    ...trust,
    ...login,
  }));

const environment: fc.Arbitrary<Record<string, string>> = fc
  .record({
    HTTPS_PROXY: sometimes(
      usually('http://127.0.0.1:@http@', ['127.0.0.1:@http@', 'socks5h://127.0.0.1:@socks5@']),
      2,
    ),
    https_proxy: sometimes(oneOf('https://127.0.0.1:@https@', 'http://jo:p%40ss@127.0.0.1:@http@', ''), 3),
    HTTP_PROXY: sometimes(oneOf('http://127.0.0.1:@http@'), 4),
    REQUEST_METHOD: sometimes(fc.constant('GET')),
    NO_PROXY: sometimes(
      oneOf('*', '0.0.0.0', '10.0.0.0/8,0.0.0.0/8', '0.0.0.0:@secure@', '0.0.0.0:1', '.test', '::/0', ' * '),
      3,
    ),
    no_proxy: sometimes(oneOf('0.0.0.0', 'a,b'), 3),
  })
  .map(without);

/** Scenes in which nothing but the usual may happen, and in some of them more. */
export const scenes: fc.Arbitrary<Scene> = fc.record({
  cluster: cluster.map(without),
  user: user.map(without),
  before: fc.array(filler, { maxLength: 2 }),
  after: fc.array(fc.oneof(filler, fc.constant<Filler>('twin')), { maxLength: 2 }),
  isSplit: fc.boolean(),
  isCurrent: usually(true, [], [false]),
  flags,
  environment,
  status: usually(200, [], [403, 404]),
  proxyLogin: usually<string | undefined>(undefined, [], ['jo:p@ss']),
});

function without<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return JSON.parse(JSON.stringify(fields));
}
