// What NO_PROXY spares; each line is how golang.org/x/net/http/httpproxy decides.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isProxyExempt } from '../../../plugin/cluster/proxy-exemptions.ts';

const test = suite('plugin/cluster/proxy-exemptions');

const isExempt = (server: string, noProxy = '') => isProxyExempt(new URL(server), noProxy);

const check = (server: string, exempt: readonly string[], proxied: readonly string[]) => {
  for (const entry of exempt) assert.ok(isExempt(server, entry), `${server} is spared by ${entry}`);
  for (const entry of proxied) assert.not.ok(isExempt(server, entry), `${server} is not spared by ${entry}`);
};

test('this very machine is always spared', () => {
  for (const host of ['localhost', '127.0.0.1', '127.9.9.9', '[::1]', '[::ffff:127.0.0.1]']) {
    assert.ok(isExempt(`https://${host}:6443`), host);
  }
  for (const host of ['localhost.', 'my.localhost', '128.0.0.1', '[::2]']) {
    assert.not.ok(isExempt(`https://${host}:6443`), host);
  }
});

test('a name spares itself and what is below it; with a dot before it only what is below', () => {
  check(
    'https://api.x.test:6443',
    ['api.x.test', 'x.test', '.x.test', '*.x.test', 'X.TEST', 'test', 'a, x.test ,b', '*'],
    ['pi.x.test', 'x', '.api.x.test', '*.api.x.test', '*x.test', 'x.*', 'a,,b', '', ' ', '.'],
  );
  check('https://bücher.test', ['BÜCHER.test', 'xn--bcher-kva.test'], ['bucher.test']);
});

test('a port must be the server’s, also where the address leaves it out', () => {
  check('https://api.test', ['api.test:443', 'test:443', 'api.test:'], ['api.test:80', 'api.test:https']);
  check('http://api.test', ['api.test:80'], ['api.test:443', ':80']);
  check('https://10.1.2.3:6443', ['10.1.2.3:6443'], ['10.1.2.3:443', '*:6443']);
  check('https://[fd00::1]:6443', ['[fd00::1]:6443', 'fd00::1'], ['[fd00::1]', '[fd00::1]:1']);
});

test('addresses are spared by themselves and by their ranges, never by names', () => {
  check(
    'https://10.1.2.3',
    ['10.1.2.3', '10.0.0.0/8', '10.1.2.3/32', '0.0.0.0/0', '010.0.0.0/8', '::ffff:10.1.2.3', '*'],
    [
      '10.1.2',
      '.2.3',
      '10.1.2.4',
      '10.1.3.0/24',
      '10.0.0.0/33',
      'fd00::/8',
      '::/0',
      '10.0.0.0/',
      '10.0.0.0/8:443',
    ],
  );
  check('https://[fd00::1]', ['fd00::/8', 'FD00:0::1'], ['fe80::/10', '10.0.0.0/8', '::/129']);
  check('https://ten.test', [], ['10.0.0.0/8', '0.0.0.0/0']);
});

test.run();
