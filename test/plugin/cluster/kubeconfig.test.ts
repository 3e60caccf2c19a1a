// Reading and merging kubeconfig files, against the rules that kubectl was seen to follow.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { mergeKubeconfigs, parseKubeconfig } from '../../../plugin/cluster/kubeconfig.ts';
import { SeccompError } from '../../../src/error.ts';

const test = suite('plugin/cluster/kubeconfig');

const parse = (text: string) => parseKubeconfig(text, '/home/jo/.kube/config');

const refusal = (text: string): string => {
  try {
    parse(text);
  } catch (error) {
    assert.instance(error, SeccompError);
    assert.is((error as SeccompError).code, 'config');
    return (error as SeccompError).message;
  }
  throw new Error('it was not refused');
};

test('every field that connects is read, relative paths from the file’s folder', () => {
  const config = parse(`
apiVersion: v1
kind: Config
current-context: x
clusters:
- name: c
  cluster:
    server: https://a:1
    tls-server-name: sni
    certificate-authority: pki/ca.crt
    certificate-authority-data: QQ==
    proxy-url: http://p
    insecure-skip-tls-verify: yes
    disable-compression: true
    extensions:
    - name: client.authentication.k8s.io/exec
      extension: { audience: z }
contexts:
- name: x
  context: { cluster: c, user: u, namespace: ns }
users:
- name: u
  user:
    client-certificate: /abs/c.crt
    client-key: c.key
    tokenFile: ../token
    as: jo
    as-uid: "7"
    as-groups: [a, b]
    as-user-extra: { k: [v, w] }
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      command: ./login
      args: [a]
      env: [{ name: NAME, value: V }]
      provideClusterInfo: true
      installHint: get it
`);
  assert.is(config.currentContext, 'x');
  assert.equal(config.contexts.get('x'), { cluster: 'c', user: 'u', namespace: 'ns' });
  assert.equal(config.clusters.get('c'), {
    server: 'https://a:1',
    tlsServerName: 'sni',
    isTlsVerifySkipped: true,
    certificateAuthority: '/home/jo/.kube/pki/ca.crt',
    certificateAuthorityData: 'QQ==',
    proxyUrl: 'http://p',
    isCompressionDisabled: true,
    execConfig: { audience: 'z' },
  });
  assert.equal(config.users.get('u'), {
    clientCertificate: '/abs/c.crt',
    clientKey: '/home/jo/.kube/c.key',
    tokenFile: '/home/jo/token',
    as: 'jo',
    asUid: '7',
    asGroups: ['a', 'b'],
    asUserExtra: { k: ['v', 'w'] },
    exec: {
      apiVersion: 'client.authentication.k8s.io/v1beta1',
      command: '/home/jo/.kube/login',
      args: ['a'],
      env: [{ name: 'NAME', value: 'V' }],
      isClusterInfoProvided: true,
      installHint: 'get it',
      interactiveMode: 'IfAvailable',
    },
  });
});

test('a command without a slash is left for the PATH', () => {
  const exec = '{ apiVersion: client.authentication.k8s.io/v1beta1, command: aws }';
  const config = parse(`users: [{ name: u, user: { exec: ${exec} } }]`);
  assert.is(config.users.get('u')?.exec?.command, 'aws');
});

test('an empty file, and empty fields, are nothing', () => {
  for (const text of ['', '# nothing\n', 'clusters:\nusers: null\ncurrent-context: ""\n', '{}']) {
    const config = parse(text);
    assert.is(config.currentContext, undefined);
    assert.is(config.clusters.size, 0);
  }
});

test('what kubectl’s YAML takes for text is text, and for a truth is a truth', () => {
  assert.match(refusal('current-context: y'), /current-context must be a string/);
  const config = parse('contexts: [{ name: 2020-01-01, context: { cluster: 12:30 } }]');
  assert.equal([...config.contexts], [['2020-01-01', { cluster: '12:30' }]]);
});

test('the first file wins, entry by entry, and entries are never mixed', () => {
  const first = parse(
    'clusters: [{ name: c, cluster: { server: https://first } }]\ncontexts: [{ name: x, context: {} }]',
  );
  const second = parse(`
current-context: why
clusters: [{ name: c, cluster: { server: https://second, tls-server-name: sni } }, { name: d, cluster: {} }]
contexts: [{ name: x, context: { cluster: c } }]`);
  const third = parse('current-context: z');
  const merged = mergeKubeconfigs([first, second, third]);
  assert.is(merged.currentContext, 'why');
  assert.equal(merged.clusters.get('c'), { server: 'https://first' });
  assert.equal(merged.contexts.get('x'), {});
  assert.ok(merged.clusters.has('d'));
});

test('a refusal says where, and never what stands there', () => {
  assert.is(
    refusal('users:\n- name: u\n  user: { token: 12345 }\n'),
    '/home/jo/.kube/config: users[0].user.token must be a string',
  );
  assert.match(
    refusal('users:\n- name: u\n  user: { token: "s3cret\n'),
    /^\/home\/jo\/\.kube\/config:\d+: this is not valid YAML \([A-Z_]+\)$/,
  );
  assert.not.match(refusal('users:\n- name: u\n  user: { token: *s3cret }\n'), /s3cret/);
  assert.not.match(
    refusal(
      'users: [{ name: u, user: { exec: { apiVersion: x/v1, command: s3cret, interactiveMode: s3cret } } }]',
    ),
    /s3cret/,
  );
});

test('what is no kubeconfig is refused', () => {
  assert.match(refusal('[]'), /the document must be a mapping/);
  assert.match(refusal('kind: Pod'), /kind must be "Config"/);
  assert.match(refusal('apiVersion: v2'), /apiVersion must be "v1"/);
  assert.match(refusal('clusters: {}'), /clusters must be a list/);
  assert.match(refusal('clusters: [{ name: c }, { name: c }]'), /clusters has two entries called "c"/);
  assert.match(
    refusal('clusters: [{ name: c, cluster: { insecure-skip-tls-verify: maybe } }]'),
    /must be true or false/,
  );
});

test.run();
