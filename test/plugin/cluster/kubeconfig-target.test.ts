// Where the server comes from when no kubeconfig names one.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ConnectionFlags } from '../../../plugin/cluster/kubeconfig-choice.ts';
import { readTarget } from '../../../plugin/cluster/kubeconfig-target.ts';

const test = suite('plugin/cluster/kubeconfig-target');

let folder: string;

test.before(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeconfig-target-'));
});

test.after(() => rmSync(folder, { recursive: true, force: true }));

test('in a pod without a kubeconfig it is the pod’s own account', async () => {
  const account = join(folder, 'account');
  mkdirSync(account, { recursive: true });
  writeFileSync(join(account, 'token'), 'T');
  writeFileSync(join(account, 'namespace'), 'team\n');
  const environment = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
  const target = await readTarget({ as: 'jo' }, environment, account);
  assert.is(target.server.href, 'https://[fd00::1]/');
  assert.is(target.namespace, 'team');
  assert.equal(target.user, { as: 'jo', tokenFile: join(account, 'token') });
  assert.is(target.cluster.certificateAuthority, join(account, 'ca.crt'));
  assert.is((await readTarget({ token: 'F' }, environment, account)).user.tokenFile, undefined);
});

const message = (flags: ConnectionFlags, environment = {}): Promise<string> =>
  readTarget(flags, environment, folder).then(
    () => 'it was not refused',
    (error: Error) => error.message,
  );

test('without anything that names a server it says so', async () => {
  assert.is(await message({}), 'no cluster is configured');
});

test('what is no address of a server is refused, and a password in one is not repeated', async () => {
  assert.is(await message({ server: 'ftp://x' }), '"ftp://x" is no address of a server');
  assert.is(await message({ server: 'https://' }), '"https://" is no address of a server');
  assert.not.match(await message({ server: 'https://jo:s3cret@x' }), /s3cret/);
});

test('an address without a scheme is plain HTTP, as it is to kubectl', async () => {
  assert.is((await readTarget({ server: '10.0.0.1:8080' }, {}, folder)).server.href, 'http://10.0.0.1:8080/');
});

test.run();
