// New tokens in the file they came from.
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { writeProviderValues } from '../../../plugin/cluster/kubeconfig-write.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const test = suite<{ folder: string }>('plugin/cluster/kubeconfig-write');

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'kubeconfig-write-'));
});

test.after.each(({ folder }) => rmSync(folder, { recursive: true, force: true }));

const config = (name: string, token = 'old'): string =>
  `users:\n- name: ${name}\n  user: {auth-provider: {name: oidc, config: {id-token: ${token}}}}\n`;

const write = (paths: readonly string[], clock = new FakeClock()) =>
  writeProviderValues(paths, 'jo', { 'id-token': 'new' }, clock);

test('the first file that has the user is written, with its mode, and no other', async ({ folder }) => {
  const [missing, other, first, second] = ['none', 'other', 'first', 'second'].map((name) =>
    join(folder, name),
  );
  writeFileSync(other!, config('al'));
  writeFileSync(first!, config('jo'));
  writeFileSync(second!, config('jo'));
  chmodSync(first!, 0o660);
  await write([missing!, other!, first!, second!]);
  assert.match(readFileSync(first!, 'utf8'), 'id-token: "new"');
  assert.is(statSync(first!).mode & 0o777, 0o660);
  assert.is(readFileSync(second!, 'utf8'), config('jo'));
  assert.equal(
    readdirSync(folder).sort(),
    ['first', 'other', 'second'],
    'no lock and no temporary file is left',
  );
});

test('a link to the file stays a link', async ({ folder }) => {
  writeFileSync(join(folder, 'real'), config('jo'));
  symlinkSync('real', join(folder, 'link'));
  await write([join(folder, 'link')]);
  assert.ok(lstatSync(join(folder, 'link')).isSymbolicLink());
  assert.match(readFileSync(join(folder, 'real'), 'utf8'), '"new"');
});

test('kubectl’s lock is waited for, and not for ever', async ({ folder }) => {
  const path = join(folder, 'config');
  writeFileSync(path, config('jo'));
  writeFileSync(`${path}.lock`, '');
  const clock = new FakeClock({ isAutomatic: false });
  const waiting = write([path], clock);
  while (clock.pending === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.match(readFileSync(path, 'utf8'), 'old');
  rmSync(`${path}.lock`);
  await clock.advance(50);
  await waiting;
  assert.match(readFileSync(path, 'utf8'), '"new"');
  writeFileSync(`${path}.lock`, '');
  const message = await write([path]).catch((error: Error) => error.message);
  assert.match(String(message), /could not persist new tokens: ".*config\.lock" is held by somebody else/);
  assert.ok(existsSync(`${path}.lock`), 'another’s lock is not ours to remove');
});

test('a file that cannot be edited is left as it is, and named', async ({ folder }) => {
  const path = join(folder, 'config');
  const text = config('jo')
    .replace('{id-token: old}', '*c')
    .replace('users', 'extra: &c {id-token: old}\nusers');
  writeFileSync(path, text);
  const message = await write([path]).catch((error: Error) => error.message);
  assert.match(String(message), /could not persist new tokens in ".*config": the auth-provider/);
  assert.is(readFileSync(path, 'utf8'), text);
  assert.not.ok(existsSync(`${path}.lock`));
});

test('a user whom no file has any more is nothing to keep', async ({ folder }) => {
  const path = join(folder, 'config');
  writeFileSync(path, config('al'));
  await write([path]);
  assert.is(readFileSync(path, 'utf8'), config('al'));
});

test('a file that cannot be read may be the one that has the user: nothing is passed over in silence', async ({
  folder,
}) => {
  const path = join(folder, 'config');
  writeFileSync(path, config('jo'));
  const message = await write([folder, path]).catch((error: Error) => error.message);
  assert.match(String(message), /could not persist new tokens in ".*": EISDIR/);
  await write([join(folder, 'missing'), path]);
  assert.is(readFileSync(path, 'utf8'), config('jo', '"new"'));
});

test.run();
