// What is decided before anything is sent.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { namespaceOf, openApi } from '../../../plugin/cluster/connection.ts';
import { EagerClock } from '../../support/fake-api-server.ts';

const test = suite('plugin/cluster/connection-config');
const kubeconfig = new URL('../../fixtures/kubeconfig/proxy.yaml', import.meta.url).pathname;

test('a proxy-url that is no address is refused', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'proxy-url-'));
  const wrong = join(folder, 'config');
  writeFileSync(wrong, readFileSync(kubeconfig, 'utf8').replace('http://127.0.0.1:3128', 'ftp://proxy'));
  const outside = { environment: {}, clock: new EagerClock(), stdin: {}, stderr: process.stderr };
  const error = await openApi({ kubeconfig: wrong }, { ...outside, version: '0', onWarning: () => {} }).catch(
    (thrown: Error) => thrown.message,
  );
  rmSync(folder, { recursive: true });
  assert.is(error, 'the proxy-url of context "here" (or --proxy-url) is no address of a proxy');
});

test('the namespace is the context’s, and without one `default`', async () => {
  assert.is(await namespaceOf({ kubeconfig }, {}), 'team');
  assert.is(await namespaceOf({ server: 'https://x' }, {}), 'default');
});

test.run();
