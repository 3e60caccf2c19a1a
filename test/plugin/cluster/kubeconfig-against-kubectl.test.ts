// Our reading of kubeconfigs against kubectl's own: by what it says (`config view`), and by what it sends.
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import { openApi } from '../../../plugin/cluster/connection.ts';
import type { ConnectionFlags } from '../../../plugin/cluster/kubeconfig-choice.ts';
import { readTarget } from '../../../plugin/cluster/kubeconfig-target.ts';
import { findBinaries } from '../../cluster/build.ts';
import {
  EagerClock,
  type FakeApiServer,
  type FakeCall,
  type FakeCertificates,
  makeCertificates,
  sendJson,
  startFakeApiServer,
} from '../../support/fake-api-server.ts';
import { suiteThatNeeds } from '../../support/requires.ts';

const test = suiteThatNeeds('plugin/cluster/kubeconfig-against-kubectl', ['runc']);

/** The test cluster's: another version may differ. */
const program = join(findBinaries()?.kubernetes ?? '', 'kubectl');

interface Ran {
  readonly code: number;
  readonly stdout: string;
}

const kubectl = (args: readonly string[], environment: Record<string, string>): Promise<Ran> =>
  new Promise((resolve) => {
    const env = { PATH: process.env.PATH, HOME: folder, KUBERC: 'off', ...environment };
    const child = execFile(program, args, { env, timeout: 20_000 }, (error, stdout) =>
      resolve({ code: error ? 1 : 0, stdout }),
    );
    child.stdin?.end(); // else it would ask for a user name
  });

let folder: string;
let certificates: FakeCertificates;
let fake: FakeApiServer;

test.before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kubeconfig-target-'));
  certificates = makeCertificates();
  fake = await startFakeApiServer((response) => sendJson(response, {}), certificates);
});

test.after(async () => {
  await fake?.stop();
  certificates?.remove();
  rmSync(folder, { recursive: true, force: true });
});

const NAMES = ['alpha', 'beta'] as const;
const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const configs = fc.array(
  some(
    fc.record({
      clusters: fc.subarray([...NAMES]),
      users: fc.subarray([...NAMES]),
      contexts: fc.uniqueArray(
        fc.record({
          name: fc.constantFrom(...NAMES),
          cluster: fc.constantFrom(...NAMES),
          user: fc.constantFrom(...NAMES),
          hasNamespace: fc.boolean(),
        }),
        { selector: ({ name }) => name },
      ),
      currentContext: some(fc.constantFrom(...NAMES, '')),
    }),
  ),
  { minLength: 1, maxLength: 3 },
);

test('of generated files kubectl and we choose the same server, token and namespace', async () => {
  const compare = async (files: readonly (object | undefined)[], context: string | undefined) => {
    const paths = files.map((file, index) => writeConfig(`${index}`, file));
    const environment = { KUBECONFIG: paths.join(delimiter) };
    const view = [
      'config',
      'view',
      '--minify',
      '--raw',
      '-o',
      'json',
      ...(context ? ['--context', context] : []),
    ];
    const theirs = await kubectl(view, environment);
    const ours = await readTarget(context ? { context } : {}, environment, folder).catch(() => undefined);
    // `view` refuses a context whose user is missing; to connect, kubectl then does without one, and so do we.
    fc.pre(ours?.user.token !== undefined || ours === undefined);
    assert.equal(
      ours && { server: ours.server.host, token: ours.user.token, namespace: ours.namespace },
      theirs.code === 0 ? readView(theirs.stdout) : undefined,
    );
  };
  await fc.assert(fc.asyncProperty(configs, some(fc.constantFrom(...NAMES)), compare), { numRuns: 25 });
});

/** The same names in each file, but values that say which file they are from; undefined: the file is missing. */
const writeConfig = (index: string, file: object | undefined): string => {
  const path = join(folder, `config-${index}`);
  rmSync(path, { force: true });
  if (file === undefined) return path;
  const { clusters, users, contexts, currentContext } = file as Record<string, never> & {
    clusters: string[];
    users: string[];
    contexts: { name: string; cluster: string; user: string; hasNamespace: boolean }[];
  };
  const config = {
    clusters: clusters.map((name) => ({ name, cluster: { server: `https://${name}-${index}` } })),
    users: users.map((name) => ({ name, user: { token: `${name}-${index}` } })),
    contexts: contexts.map(({ name, cluster, user, hasNamespace }) => ({
      name,
      context: { cluster, user, ...(hasNamespace && { namespace: `${name}-${index}` }) },
    })),
    'current-context': currentContext,
  };
  writeFileSync(path, JSON.stringify(config));
  return path;
};

const readView = (text: string) => {
  const view = JSON.parse(text);
  return {
    server: view.clusters[0].cluster.server.replace('https://', ''),
    token: view.users?.[0]?.user.token,
    namespace: view.contexts[0].context.namespace ?? 'default',
  };
};

const base64 = (text: string) => Buffer.from(text).toString('base64');

const plugin = (version: string, interactiveMode?: string) => ({
  apiVersion: `client.authentication.k8s.io/${version}`,
  command: './login',
  args: ['E'],
  interactiveMode,
});

const CASES: Record<string, { user?: object; cluster?: object; flags?: ConnectionFlags }> = {
  'a token': { user: { token: 'T' } },
  'a token file beside the config': { user: { tokenFile: 'token' } },
  'a token file before a token': { user: { token: 'T', tokenFile: 'token' } },
  'a token file that is missing, and a token': { user: { token: 'T', tokenFile: 'none' } },
  'a password': { user: { username: 'jö', password: 'p:w' } },
  'a password and a token': { user: { username: 'jo', password: 'x', token: 'T' } },
  'a certificate': { user: { 'client-certificate': 'client.crt', 'client-key': 'client.key' } },
  'a certificate and a token': {
    user: { token: 'T', 'client-certificate': 'client.crt', 'client-key': 'client.key' },
  },
  'a certificate without a key': { user: { 'client-certificate': 'client.crt' } },
  'a certificate twice': {
    user: {
      'client-certificate': 'client.crt',
      'client-certificate-data': base64('x'),
      'client-key': 'client.key',
    },
  },
  impersonation: {
    user: {
      token: 'T',
      as: 'jösef',
      'as-uid': '7',
      'as-groups': ['a', 'b'],
      'as-user-extra': { 'a/b': ['x', 'y'] },
    },
  },
  'impersonation by flags': {
    user: { token: 'T', as: 'jo', 'as-groups': ['a'] },
    flags: { as: 'al', asGroup: ['c', 'd'] },
  },
  'groups without a user': { user: { token: 'T', 'as-groups': ['a'] } },
  'an exec plugin': {
    user: {
      exec: plugin('v1', 'Never'),
    },
  },
  'an exec plugin without a mode': {
    user: { exec: plugin('v1') },
  },
  'an exec plugin of an old version': {
    user: { exec: plugin('v1beta1') },
  },
  'an exec plugin of a dead version': {
    user: { exec: plugin('v1alpha1') },
  },
  'an exec plugin and a token': {
    user: {
      token: 'T',
      exec: plugin('v1', 'Never'),
    },
  },
  'an exec plugin and a certificate': {
    user: {
      'client-certificate': 'client.crt',
      'client-key': 'client.key',
      exec: plugin('v1', 'Never'),
    },
  },
  'an exec plugin that is missing': {
    user: {
      exec: { apiVersion: 'client.authentication.k8s.io/v1', command: './gone', interactiveMode: 'Never' },
    },
  },
  'another’s authority': { cluster: { 'certificate-authority': 'other.crt' } },
  'no verification and an authority': { cluster: { 'insecure-skip-tls-verify': true } },
  'no verification by flag': { flags: { insecureSkipTlsVerify: true } },
  'the wrong name': { cluster: { 'tls-server-name': 'other.test' } },
  'the right name': { cluster: { 'tls-server-name': 'api.test' } },
  'a server flag after the wrong name': {
    cluster: { 'tls-server-name': 'other.test' },
    flags: { server: 'URL' },
  },
  'a path in the address': { cluster: { server: 'URL/base/' } },
  'a query in the address': { cluster: { server: 'URL/base?x=y' } },
};

const FLAGS: Record<string, string> = {
  token: '--token',
  as: '--as',
  asGroup: '--as-group',
  server: '--server',
  user: '--user',
  insecureSkipTlsVerify: '--insecure-skip-tls-verify',
};

for (const [what, { user, cluster = {}, flags = {} }] of Object.entries(CASES)) {
  test(`with ${what} kubectl and we send the same, or both refuse`, async () => {
    const kubeconfig = join(certificates.folder, 'config');
    const withUrl = <T>(value: T): T => JSON.parse(JSON.stringify(value).replaceAll('URL', fake.url));
    writeFileSync(join(certificates.folder, 'token'), ' filed\n');
    writeFileSync(
      join(certificates.folder, 'login'),
      `#!/bin/sh\necho '{"kind":"ExecCredential","apiVersion":"'"$(echo "$KUBERNETES_EXEC_INFO" | sed 's/.*"apiVersion":"\\([^"]*\\)".*/\\1/')"'","status":{"token":"'$1'"}}'\n`,
    );
    chmodSync(join(certificates.folder, 'login'), 0o755);
    const config = {
      clusters: [
        { name: 'c', cluster: { server: 'URL', 'certificate-authority': 'authority.crt', ...cluster } },
      ],
      users: [{ name: 'u', user: user ?? { token: 'T' } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    };
    writeFileSync(kubeconfig, JSON.stringify(withUrl(config)));
    const args = Object.entries(withUrl(flags)).flatMap(([name, value]) =>
      [value].flat().map((one) => `${FLAGS[name]}=${one}`),
    );
    const environment = { KUBECONFIG: kubeconfig };

    const theirs = await observe(
      async () => (await kubectl(['get', '--raw', '/probe', ...args], environment)).code === 0,
    );
    const ours = await observe(() => probe(withUrl(flags), environment));
    assert.equal(ours, theirs);
  });
}

const probe = async (flags: ConnectionFlags, environment: Record<string, string>): Promise<boolean> => {
  const outside = {
    clock: new EagerClock(),
    stdin: {},
    stderr: process.stderr,
    version: '0',
    onWarning: () => {},
  };
  const open = openApi(flags, { environment: { PATH: process.env.PATH, ...environment }, ...outside });
  return open
    .then(async (api) => {
      await api.get('/probe').finally(() => api.close());
      return true;
    })
    .catch(() => false);
};

/** Runs a client and tells what the server got of it. */
const observe = async (run: () => Promise<boolean>) => {
  fake.calls.length = 0;
  const isDone = await run();
  return { isDone, calls: fake.calls.map(renderCall) };
};

const renderCall = ({ method, path, query, peer, rawHeaders }: FakeCall) => {
  const pairs = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [`${name.toLowerCase()}: ${rawHeaders[index + 1]}`] : [],
  );
  return [
    `${method} ${path}?${query} ${peer}`,
    ...pairs.filter((pair) => /^(authorization|impersonate)/.test(pair)).sort(),
  ];
};

test.run();
