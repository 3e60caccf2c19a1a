// The whole client against the cluster's own kubectl: generated kubeconfigs, flags and variables, and for each of them
// the same request by the same way, or none from both. CLIENT_SEED and CLIENT_COUNT explore further.
import * as assert from 'uvu/assert';
import { openApi } from '../../../plugin/cluster/connection.ts';
import {
  assertSame,
  type Client,
  type Compared,
  compareAll,
  explore,
  kubectl,
  observe,
} from '../../support/client-comparison.ts';
import type { Scene } from '../../support/client-scenes.ts';
import { setStage } from '../../support/client-stage.ts';
import { openWorld, STALE, type World } from '../../support/client-world.ts';
import { EagerClock, type FakeCertificates, makeCertificates } from '../../support/fake-api-server.ts';
import { suiteThatNeeds } from '../../support/requires.ts';

const test = suiteThatNeeds('plugin/cluster/client-against-kubectl', ['runc']);

/** So many kubectls at a time. */
const LANES = 3;

let certificates: FakeCertificates;
let worlds: World[];

test.before(async () => {
  certificates = makeCertificates();
  worlds = await Promise.all(
    Array.from({ length: LANES }, (_, index) => openWorld(certificates, `lane-${index}`)),
  );
});

test.after(async () => {
  for (const world of worlds ?? []) await world.stop();
  certificates?.remove();
});

const theirs = kubectl('/probe');

const ours: Client = async ({ flags, environment }) => {
  const outside = { clock: new EagerClock(), stdin: {}, stderr: process.stderr, version: '0' };
  try {
    const api = await openApi(flags, { ...outside, environment, onWarning: () => {} });
    try {
      for await (const _ of api.list('/probe'));
    } finally {
      api.close();
    }
    return { isDone: true, text: '' };
  } catch (error) {
    return { isDone: false, text: String(error) };
  }
};

/** What must have got through at least once, or the comparison says little. */
const FEATURES: Readonly<Record<string, RegExp>> = {
  'a token': /authorization: Bearer T,/,
  'a token of a file': /Bearer filed/,
  'a flag’s token': /Bearer F/,
  'a password': /authorization: Basic/,
  'a certificate': / as jane /,
  'a plugin’s token': /Bearer E/,
  'a told plugin': /"certificate-authority-data"/,
  'a told plugin behind a proxy': /"proxy-url"/,
  'a plugin’s configuration': /"audience"/,
  'a plugin’s variable': /^wö {/m,
  impersonation: /impersonate-user/,
  'groups and uid': /impersonate-group: a, impersonate-group: b c.*impersonate-uid/,
  'extra fields': /impersonate-extra-a%2fb: y/i,
  'a server’s name': / to api.test /,
  'a base path': /GET \/base\/probe/,
  'a server without TLS': /plain GET/,
  'no compression': /secure GET \S+ as \S+ to \S+ (?!.*accept-encoding)/,
  'an http proxy': /http CONNECT/,
  'an https proxy': /https CONNECT/,
  'a SOCKS proxy': /socks5 SOCKS/,
  'a proxy that passes on': /http GET/,
  'a proxy’s login': /CONNECT \S+ jo:p@ss/,
};

const render = ({ ours }: Compared): string => [...ours.calls, ...ours.proxied, ...ours.plugin].join('\n');

test('in generated scenes kubectl and we send the same, or both refuse', async () => {
  const compared = await explore(worlds, { seed: 1, count: 200 }, theirs, ours);
  const answered = compared.filter(({ ours }) => ours.isDone).map(render);
  const missing = Object.entries(FEATURES).filter(([, sign]) => !answered.some((text) => sign.test(text)));
  assert.equal(
    missing.map(([name]) => name),
    [],
  );
  assert.ok(answered.length >= 100, `only ${answered.length} of 200 got through`);
});

test('so too in scenes that nobody has seen before', async () => {
  const seed = Number(process.env.CLIENT_SEED ?? Math.floor(Math.random() * 2 ** 31));
  await explore(worlds, { seed, count: Number(process.env.CLIENT_COUNT ?? 40) }, theirs, ours);
});

const sampleScene = (user: object, cluster: object = {}): Scene => ({
  cluster: {
    server: 'https://127.0.0.1:@secure@',
    'certificate-authority': '../authority.crt',
    ...cluster,
  },
  user,
  before: [],
  after: [],
  isSplit: false,
  isCurrent: true,
  flags: {},
  environment: {},
  status: 200,
  proxyLogin: undefined,
});

const plugin = (answer: string, version = 'v1') => ({
  exec: {
    apiVersion: `client.authentication.k8s.io/${version}`,
    command: './login',
    args: [version, answer],
    interactiveMode: 'Never',
    provideClusterInfo: true,
  },
});

const password = { username: 'jo', password: 'p' };
const plain = { server: 'http://127.0.0.1:@plain@' };

/** What generated scenes had found to differ. */
const FOUND: Readonly<Record<string, Scene>> = {
  'a key without a certificate': sampleScene({ token: 'T', 'client-key': '../gone.key' }),
  'a certificate that is not there, without TLS': sampleScene(
    { 'client-certificate': '../gone.crt', 'client-key': '../client.key' },
    plain,
  ),
  'an empty token file, and a token': sampleScene({ token: 'T', tokenFile: 'nothing' }),
  'a token file and a password': sampleScene({ tokenFile: 'token', ...password }),
  'a token file and a password, without TLS': sampleScene({ tokenFile: 'token', ...password }, plain),
  'no verification and an authority, without TLS': sampleScene(
    { token: 'T' },
    { ...plain, 'insecure-skip-tls-verify': true },
  ),
  'a plugin of a dead version': sampleScene(plugin('token', 'v1alpha1')),
  'a plugin of a dead version, without TLS': sampleScene(plugin('token', 'v1alpha1'), plain),
  'a host with a path': sampleScene({ token: 'T' }, { server: '127.0.0.1:@plain@/base' }),
  'a host alone': sampleScene({ token: 'T' }, { server: '127.0.0.1:@plain@' }),
  'an authority that is none, and a plugin': sampleScene(plugin('token'), {
    'certificate-authority': '../client.ext',
  }),
  'a plugin told of a file and a query': sampleScene(plugin('token'), {
    server: 'https://127.0.0.1:@secure@/base?x=y',
  }),
  'a plugin told of what is false': sampleScene(plugin('token'), {
    'disable-compression': false,
    'proxy-url': 'HTTP://127.0.0.1:@http@',
  }),
};

test('what once differed still does not', async () => {
  for (const [what, scene] of Object.entries(FOUND)) {
    assertSame(await compareAll(worlds.slice(0, 1), [scene], theirs, ours), `with ${what}`);
  }
});

const tokens = (calls: readonly string[]) => calls.map((call) => /Bearer (\w+)/.exec(call)?.[1]);

test('a plugin whose token is refused is run again by both; we go on with the new one', async () => {
  const stage = setStage(worlds[0]!, sampleScene(plugin('stale')));
  const kubectls = await observe(worlds[0]!, stage, theirs);
  assert.equal([kubectls.isDone, tokens(kubectls.calls)], [false, [STALE]]);
  const mine = await observe(worlds[0]!, stage, ours);
  assert.equal([mine.isDone, tokens(mine.calls)], [true, [STALE, 'E']]);
});

test('a token that is refused is refused to both', async () => {
  const stage = setStage(worlds[0]!, sampleScene({ token: STALE }));
  for (const client of [theirs, ours]) {
    const { isDone, calls } = await observe(worlds[0]!, stage, client);
    assert.equal([isDone, tokens(calls)], [false, [STALE]]);
  }
});

test('meant to differ: a token that somebody gives by hand counts more than a file’s', async () => {
  const scene = { ...sampleScene({ tokenFile: 'token' }), flags: { token: 'F' } };
  const stage = setStage(worlds[0]!, scene);
  assert.equal(tokens((await observe(worlds[0]!, stage, theirs)).calls), ['filed']);
  assert.equal(tokens((await observe(worlds[0]!, stage, ours)).calls), ['F']);
});

test.run();
