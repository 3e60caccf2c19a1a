// The user's files: limits, order, hidden ones, and errors that name the path.
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { localFiles } from '../../plugin/local-files.ts';
import type { SeccompError } from '../../src/error.ts';

const test = suite('plugin/local-files');

let folder = '';

test.before.each(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubectl-seccomp-files-'));
});

test.after.each(async () => {
  await rm(folder, { recursive: true, force: true });
});

const refused = async (work: Promise<unknown>): Promise<SeccompError> => {
  try {
    await work;
  } catch (thrown) {
    return thrown as SeccompError;
  }
  throw new Error('it succeeded');
};

test('a file is read whole up to its limit and refused above it', async () => {
  const path = join(folder, 'a');
  await writeFile(path, Buffer.alloc(100_000, 7));
  assert.is((await localFiles.read(path, 100_000)).length, 100_000);
  const { code, message } = await refused(localFiles.read(path, 99_999));
  assert.is(code, 'file');
  assert.match(message, path);
});

test('what cannot be read is named, in words', async () => {
  const { code, message } = await refused(localFiles.read(join(folder, 'gone'), 1));
  assert.is(code, 'file');
  assert.is(message, `cannot read "${join(folder, 'gone')}": no such file or folder`);
  assert.match((await refused(localFiles.read(folder, 10))).message, 'it is a folder');
});

test('a folder is listed sorted, without hidden files, links to files followed', async () => {
  await mkdir(join(folder, 'sub'));
  for (const name of ['b.json', 'a.json', '.hidden.json', 'sub/c.json'])
    await writeFile(join(folder, name), '');
  await symlink('a.json', join(folder, 'link.json'));
  assert.equal(await localFiles.list(folder, { isRecursive: false }), ['a.json', 'b.json', 'link.json']);
  assert.equal(await localFiles.list(folder, { isRecursive: true }), [
    'a.json',
    'b.json',
    'link.json',
    'sub/c.json',
  ]);
});

test('a link to a folder above ends in an error instead of never', async () => {
  await symlink('.', join(folder, 'again'));
  assert.is((await refused(localFiles.list(folder, { isRecursive: true }))).code, 'file');
});

test('a dangling link is an error that names it', async () => {
  await symlink('nowhere', join(folder, 'x.json'));
  assert.is(
    (await refused(localFiles.list(folder, { isRecursive: false }))).message,
    `cannot read "${join(folder, 'x.json')}": no such file or folder`,
  );
});

test('kinds are told apart', async () => {
  await writeFile(join(folder, 'f'), '');
  assert.is(await localFiles.kind(join(folder, 'f')), 'file');
  assert.is(await localFiles.kind(folder), 'folder');
  assert.is(await localFiles.kind(join(folder, 'g')), 'absent');
});

test('a file is written whole, and nothing is left beside it', async () => {
  const path = join(folder, 'out');
  await localFiles.write(path, Buffer.from('one'));
  await localFiles.write(path, Buffer.from('two'));
  assert.is(await readFile(path, 'utf8'), 'two');
  assert.equal(await readdir(folder), ['out']);
  assert.match(
    (await refused(localFiles.write(join(folder, 'no/out'), Buffer.from('x')))).message,
    'cannot write',
  );
});

test.run();
