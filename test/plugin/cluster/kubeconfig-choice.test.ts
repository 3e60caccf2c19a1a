// Which entries of a kubeconfig count, with and without flags.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseKubeconfig } from '../../../plugin/cluster/kubeconfig.ts';
import {
  type Choice,
  type ConnectionFlags,
  chooseConnection,
} from '../../../plugin/cluster/kubeconfig-choice.ts';
import { SeccompError } from '../../../src/error.ts';

const test = suite('plugin/cluster/kubeconfig-choice');

const CONFIG = `
current-context: x
contexts:
- { name: x, context: { cluster: c, user: u, namespace: ns } }
- { name: dangling, context: { cluster: gone, user: gone } }
clusters:
- { name: c, cluster: { server: https://c, certificate-authority-data: QQ==, tls-server-name: sni } }
- { name: d, cluster: { server: https://d, insecure-skip-tls-verify: true } }
users:
- { name: u, user: { tokenFile: /t, as: jo, as-groups: [g] } }
- { name: cert, user: { client-certificate-data: QQ==, client-key-data: QQ== } }
`;

const choose = (flags: ConnectionFlags = {}, config = CONFIG): Choice =>
  chooseConnection(parseKubeconfig(config, '/f'), flags);

const refusal = (flags: ConnectionFlags, config?: string): string => {
  try {
    choose(flags, config);
  } catch (error) {
    assert.instance(error, SeccompError);
    return (error as SeccompError).message;
  }
  throw new Error('it was not refused');
};

test('the current context names cluster, user and namespace', () => {
  assert.equal(choose(), {
    context: 'x',
    server: 'https://c',
    namespace: 'ns',
    cluster: { server: 'https://c', certificateAuthorityData: 'QQ==', tlsServerName: 'sni' },
    user: { tokenFile: '/t', as: 'jo', asGroups: ['g'] },
  });
});

test('--cluster and --user replace what the context names', () => {
  const { server, user, namespace } = choose({ cluster: 'd', user: 'cert' });
  assert.equal(
    [server, namespace, user],
    ['https://d', 'ns', { clientCertificateData: 'QQ==', clientKeyData: 'QQ==' }],
  );
});

test('--server drops the name wanted in the file’s certificate', () => {
  assert.equal(choose({ server: 'https://e' }).cluster, {
    server: 'https://e',
    certificateAuthorityData: 'QQ==',
  });
  assert.is(choose({ server: 'https://e', tlsServerName: 'm' }).cluster.tlsServerName, 'm');
});

test('--insecure-skip-tls-verify and --certificate-authority replace the file’s trust', () => {
  assert.equal(choose({ insecureSkipTlsVerify: true }).cluster, {
    server: 'https://c',
    tlsServerName: 'sni',
    isTlsVerifySkipped: true,
  });
  assert.equal(choose({ cluster: 'd', certificateAuthority: '/ca' }).cluster, {
    server: 'https://d',
    certificateAuthority: '/ca',
  });
});

test('flags for credentials replace the file’s, part by part', () => {
  assert.equal(choose({ token: 't', as: 'al' }).user, { token: 't', as: 'al', asGroups: ['g'] });
  assert.equal(choose({ asGroup: ['h'], asUid: '1' }).user.asGroups, ['h']);
  assert.equal(choose({ user: 'cert', clientKey: '/k' }).user, {
    clientCertificateData: 'QQ==',
    clientKey: '/k',
  });
});

test('a name given as a flag must exist, and the error lists those that do', () => {
  assert.is(refusal({ context: 'y' }), 'the context "y" does not exist');
  assert.is(refusal({ cluster: 'y' }), 'the cluster "y" does not exist');
  assert.is(refusal({ user: 'y' }), 'the user "y" does not exist');
  assert.match(refusal({}, 'current-context: why'), /the context "why" does not exist/);
});

test('a context’s dangling references are empty, as kubectl takes them', () => {
  assert.equal(choose({ context: 'dangling' }), { context: 'dangling', cluster: {}, user: {} });
  assert.equal(choose({}, ''), { cluster: {}, user: {} });
});

test('contradictions are refused in words', () => {
  const user = (fields: string) => refusal({ user: 'v' }, `users: [{ name: v, user: { ${fields} } }]`);
  const cluster = (fields: string) =>
    refusal({ cluster: 'v' }, `clusters: [{ name: v, cluster: { ${fields} } }]`);
  assert.match(user('token: s3cret, username: x'), /both a token and a password/);
  assert.match(user('client-certificate-data: QQ=='), /but no key/);
  assert.match(
    user('client-certificate: c, client-certificate-data: QQ==, client-key: k'),
    /both client-certificate and/,
  );
  assert.match(user('as-groups: [g]'), /but no user/);
  assert.match(user('auth-provider: { name: oidc }, exec: { command: c }'), /both exec and auth-provider/);
  assert.match(user('exec: { apiVersion: client.authentication.k8s.io/v1alpha1, command: c }'), /v1alpha1/);
  assert.match(user('exec: { apiVersion: client.authentication.k8s.io/v1beta1 }'), /no command/);
  assert.match(
    cluster('certificate-authority: a, certificate-authority-data: QQ=='),
    /both certificate-authority and/,
  );
  assert.match(
    cluster('insecure-skip-tls-verify: true, certificate-authority-data: QQ=='),
    /says not to use it/,
  );
});

test.run();
