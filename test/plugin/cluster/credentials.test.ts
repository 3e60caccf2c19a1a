// Tokens, token files, passwords, certificates and impersonation.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  bearer,
  openCredentials,
  readDataOrFile,
  renderImpersonation,
} from '../../../plugin/cluster/credentials.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const test = suite<{ folder: string; clock: FakeClock }>('plugin/cluster/credentials');

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'credentials-'));
  context.clock = new FakeClock({ isAutomatic: false });
});

test.after.each(({ folder }) => rmSync(folder, { recursive: true, force: true }));

const message = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'it was not refused',
    (error: Error) => error.message,
  );

test('a token, or else a password, is the Authorization header', async ({ clock }) => {
  assert.is((await (await openCredentials({ token: 'abc' }, clock)).current()).authorization, 'Bearer abc');
  const basic = await (await openCredentials({ username: 'jö', password: 'x:y' }, clock)).current();
  assert.is(basic.authorization, `Basic ${Buffer.from('jö:x:y').toString('base64')}`);
  assert.equal(await (await openCredentials({}, clock)).current(), {});
});

test('nothing that is fixed can be renewed', async ({ clock }) => {
  const credentials = await openCredentials({ token: 'abc' }, clock);
  assert.is(await credentials.renew(await credentials.current()), false);
});

test('a token file is read again after a minute, and at once after a 401', async ({ folder, clock }) => {
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, 'one\n');
  const credentials = await openCredentials({ tokenFile }, clock);
  const first = await credentials.current();
  assert.is(first.authorization, 'Bearer one');
  writeFileSync(tokenFile, 'two');
  await clock.advance(59_000);
  assert.is(await credentials.current(), first);
  await clock.advance(1_000);
  assert.is((await credentials.current()).authorization, 'Bearer two');
  writeFileSync(tokenFile, 'three');
  assert.is(await credentials.renew(await credentials.current()), true);
  assert.is((await credentials.current()).authorization, 'Bearer three');
  assert.is(await credentials.renew(await credentials.current()), false);
});

test('a token file goes before a token, which stands in where it cannot be read', async ({
  folder,
  clock,
}) => {
  const tokenFile = join(folder, 'token');
  assert.is(
    (await (await openCredentials({ token: 'fixed', tokenFile }, clock)).current()).authorization,
    'Bearer fixed',
  );
  writeFileSync(tokenFile, 'filed');
  assert.is(
    (await (await openCredentials({ token: 'fixed', tokenFile }, clock)).current()).authorization,
    'Bearer filed',
  );
  const alone = await openCredentials({ tokenFile: join(folder, 'none') }, clock);
  assert.is(await message(alone.current()), `cannot read the token file "${join(folder, 'none')}": ENOENT`);
});

test('a token that would break out of its header is refused without being shown', () => {
  for (const token of ['', 'a b', 'a\r\nX: y', 'ü'])
    assert.throws(() => bearer(token, 'the token'), /^the token is empty or has/);
});

test('a certificate comes from data or from files, and stays the same object', async ({ folder, clock }) => {
  writeFileSync(join(folder, 'key'), 'KEY');
  const user = { clientCertificateData: 'Q0VSVA==', clientKey: join(folder, 'key') };
  const credentials = await openCredentials(user, clock);
  const { certificate } = await credentials.current();
  assert.equal([certificate?.cert.toString(), certificate?.key.toString()], ['CERT', 'KEY']);
  assert.is((await credentials.current()).certificate, certificate);
});

test('data that is no base64 and files that are not there are refused by name', async ({ folder }) => {
  assert.is(
    await message(readDataOrFile('***', undefined, 'client-key')),
    'client-key-data in the kubeconfig is not base64',
  );
  assert.match(
    await message(readDataOrFile(undefined, join(folder, 'x'), 'client-key')),
    /^cannot read the client-key file ".*": ENOENT$/,
  );
  assert.is((await readDataOrFile('Q0VS\nVA==\n', undefined, 'x'))?.toString(), 'CERT');
});

test('impersonation is rendered header by header', () => {
  assert.equal(
    renderImpersonation({ as: 'jo', asUid: '7', asGroups: ['a', 'b'], asUserExtra: { 'Sco/pe%': ['x'] } }),
    {
      'Impersonate-User': 'jo',
      'Impersonate-Uid': '7',
      'Impersonate-Group': ['a', 'b'],
      'Impersonate-Extra-Sco%2Fpe%25': ['x'],
    },
  );
  assert.equal(renderImpersonation({ asGroups: ['a'] }), {});
  assert.throws(
    () => renderImpersonation({ as: 'jo\r\nImpersonate-Group: system:masters' }),
    /control characters/,
  );
});

test.run();
