// What is decided before anything is sent.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { namespaceOf, openApi } from '../../../plugin/cluster/connection.ts';
import { EagerClock } from '../../support/fake-api-server.ts';

const test = suite('plugin/cluster/connection-config');
const kubeconfig = new URL('../../fixtures/kubeconfig/proxy.yaml', import.meta.url).pathname;

test('a proxy-url is refused rather than passed by', async () => {
  const outside = { environment: {}, clock: new EagerClock(), stdin: {}, stderr: process.stderr };
  const error = await openApi({ kubeconfig }, { ...outside, version: '0', onWarning: () => {} }).catch(
    (thrown: Error) => thrown.message,
  );
  assert.match(String(error), /proxy-url/);
});

test('the namespace is the context’s, and without one `default`', async () => {
  assert.is(await namespaceOf({ kubeconfig }, {}), 'team');
  assert.is(await namespaceOf({ server: 'https://x' }, {}), 'default');
});

test.run();
