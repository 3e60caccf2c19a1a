// Which proxy is chosen, and what is no address of one.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { defined } from '../../../plugin/cluster/kubeconfig.ts';
import type { Environment } from '../../../plugin/cluster/kubeconfig-files.ts';
import { chooseProxy, type ProxyServer, renderProxy } from '../../../plugin/cluster/proxy.ts';
import { SeccompError } from '../../../src/error.ts';

const test = suite('plugin/cluster/proxy');

const choose = (environment: Environment, proxyUrl?: string, server = 'https://api.test:6443') =>
  chooseProxy(
    {
      server: new URL(server),
      source: 'context "x"',
      cluster: defined({ proxyUrl }),
    },
    environment,
  );

const address = (proxy: ProxyServer | undefined) => proxy && `${proxy.kind} ${proxy.host} ${proxy.port}`;

const refusal = (...args: Parameters<typeof choose>): string => {
  try {
    choose(...args);
  } catch (error) {
    assert.instance(error, SeccompError);
    return `${(error as Error).message} ${(error as SeccompError).hint}`;
  }
  throw new Error('it was accepted');
};

test('without a proxy-url and without variables there is none', () => {
  assert.is(choose({}), undefined);
  assert.is(choose({ HTTPS_PROXY: '', https_proxy: '', ALL_PROXY: 'http://a' }), undefined);
});

test('the proxy-url comes before the variables, and no exemption touches it', () => {
  const environment = { HTTPS_PROXY: 'http://variable', NO_PROXY: '*' };
  assert.is(address(choose(environment, 'http://p')), 'http p 80');
  assert.is(address(choose(environment, 'http://p', 'https://127.0.0.1')), 'http p 80');
});

test('each scheme has its port, and may be written large', () => {
  assert.is(address(choose({}, 'https://p')), 'https p 443');
  assert.is(address(choose({}, 'SOCKS5://p')), 'socks5 p 1080');
  assert.is(address(choose({}, 'http://[fd00::1]:3128/path')), 'http fd00::1 3128');
});

test('https servers go by HTTPS_PROXY, http servers by HTTP_PROXY, and large letters come first', () => {
  const environment = { HTTPS_PROXY: 'http://s', https_proxy: 'http://no', http_proxy: 'socks5h://h:1' };
  assert.is(address(choose(environment)), 'http s 80');
  assert.is(address(choose({ https_proxy: 'http://small' })), 'http small 80');
  assert.is(address(choose(environment, undefined, 'http://api.test')), 'socks5 h 1');
  assert.is(choose({ HTTP_PROXY: 'http://h' }), undefined);
});

test('in a variable the scheme may be missing', () => {
  assert.is(address(choose({ HTTPS_PROXY: 'proxy:3128' })), 'http proxy 3128');
  assert.is(address(choose({ HTTPS_PROXY: '10.0.0.1:3128' })), 'http 10.0.0.1 3128');
  assert.is(address(choose({ HTTPS_PROXY: 'proxy' })), 'http proxy 80');
});

test('NO_PROXY spares its entries, and this very machine is never reached by a variable’s proxy', () => {
  const proxied = { HTTPS_PROXY: 'http://p' };
  assert.is(choose({ ...proxied, NO_PROXY: 'api.test' }), undefined);
  assert.is(choose({ ...proxied, NO_PROXY: '', no_proxy: 'api.test' }), undefined);
  assert.ok(choose({ ...proxied, NO_PROXY: 'other.test', no_proxy: 'api.test' }));
  assert.is(choose(proxied, undefined, 'https://127.0.0.1:6443'), undefined);
});

test('in a CGI program HTTP_PROXY is refused, HTTPS_PROXY is not', () => {
  const environment = { REQUEST_METHOD: 'GET', HTTP_PROXY: 'http://evil', HTTPS_PROXY: 'http://p' };
  assert.is(address(choose(environment)), 'http p 80');
  assert.match(refusal(environment, undefined, 'http://api.test'), /HTTP_PROXY is not to be trusted/);
});

test('user and password are decoded, and in no rendering', () => {
  const proxy = choose({}, 'http://j%C3%B6:p%40%3A@p')!;
  assert.equal(proxy.login, { user: 'jö', password: 'p@:' });
  assert.is(renderProxy(proxy), 'http://***@p:80');
  assert.equal(choose({}, 'http://token@p')!.login, { user: 'token', password: '' });
});

test('what is no address is refused without quoting it', () => {
  for (const text of ['p:3128', 'ftp://p', 'socks5h://p', 'http://', 'http:p', 'http://u:secret@:1', '//p']) {
    const message = refusal({}, text);
    assert.match(message, /the proxy-url of context "x" \(or --proxy-url\) is no address of a proxy/, text);
    assert.not.match(message, /secret/);
  }
  assert.match(refusal({ https_proxy: 'http://u:%zz@p' }), /the variable https_proxy is no address/);
  assert.match(refusal({ HTTPS_PROXY: 'socks4://p' }), /SCHEME is http, https, socks5, socks5h/);
});

test.run();
