// What `-f` may name, and what is refused before anything is packed.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type InputOptions, type Inputs, readInputs } from '../../../plugin/commands/inputs.ts';
import type { Files } from '../../../plugin/outside.ts';
import { compressBundle } from '../../../src/bundle/compress.ts';
import { packBundle } from '../../../src/bundle/pack.ts';
import type { SeccompError } from '../../../src/error.ts';
import { defaultCompileOptions } from '../../../src/profile/compile-options.ts';
import { type FakeOutside, type FakeOutsideOptions, fakeOutside } from '../../support/fake-outside.ts';

const test = suite('plugin/commands/inputs');

const profile = '{"defaultAction":"SCMP_ACT_ERRNO"}';
const spo = `apiVersion: security-profiles-operator.x-k8s.io/v1
kind: SeccompProfile
metadata: {name: batch}
spec: {defaultAction: SCMP_ACT_ERRNO}
`;

const options = (filenames: readonly string[], more: Partial<InputOptions> = {}): InputOptions => ({
  filenames,
  isRecursive: false,
  compile: defaultCompileOptions,
  compileFlags: [],
  ...more,
});

const paths = ({ bundle }: Inputs): string[] => [
  bundle.manifest.name,
  ...bundle.manifest.profiles.map(({ path }) => path),
];

const read = (given: FakeOutsideOptions, ...input: Parameters<typeof options>): Promise<Inputs> =>
  readInputs(options(...input), fakeOutside(given));

const refused = async (outside: FakeOutside, ...input: Parameters<typeof options>): Promise<SeccompError> => {
  try {
    await readInputs(options(...input), outside);
  } catch (thrown) {
    return thrown as SeccompError;
  }
  throw new Error('it was accepted');
};

test('a folder gives its name; other files are listed once and hidden ones are not mentioned', async () => {
  const files = { 'web/a.json': profile, 'web/b.yaml': spo, 'web/README.md': 'x', 'web/.c.json': '{' };
  const outside = fakeOutside({ files });
  assert.equal(paths(await readInputs(options(['web/']), outside)), ['web', 'a.json', 'batch.json']);
  assert.is(outside.stderrText(), 'ignored: web/README.md (not *.json, *.yaml or *.yml)\n');
});

test('the current folder has a name too', async () => {
  assert.equal(paths(await read({ files: { './a.json': profile } }, ['.'])), ['web', 'a.json']);
});

test('subfolders only with -R', async () => {
  const files = { 'web/a.json': profile, 'web/sub/b.json': profile };
  assert.equal(paths(await read({ files }, ['web'])), ['web', 'a.json']);
  assert.equal(paths(await read({ files }, ['web'], { isRecursive: true })), ['web', 'a.json', 'sub/b.json']);
});

test('the same profiles have the same digest, however they are named', async () => {
  const files = { 'web/a.json': profile, 'other/a.json': profile };
  const [one, two, three] = await Promise.all([
    read({ files }, ['web']),
    read({ files }, ['other'], { name: 'web' }),
    read({ files }, ['other/a.json'], { name: 'web' }),
  ]);
  assert.is(one.bundle.digest, two.bundle.digest);
  assert.is(one.bundle.digest, three.bundle.digest);
});

test('a profile from standard input becomes profile.json', async () => {
  assert.equal(paths(await read({ stdin: profile }, ['-'], { name: 'web' })), ['web', 'profile.json']);
});

test('a bundle, compressed or not, from a file or from standard input', async () => {
  const { tar } = await packBundle('web', [{ path: 'a.json', content: Buffer.from(profile) }]);
  assert.equal(paths(await read({ stdin: tar }, ['-'])), ['web', 'a.json']);
  assert.equal(paths(await read({ files: { 'x.tgz': compressBundle(tar) } }, ['x.tgz'])), ['web', 'a.json']);
  assert.equal(paths(await read({ files: { bundle: tar } }, ['bundle'], { name: 'web' })), ['web', 'a.json']);
});

test('a bundle cannot be renamed, mixed or compiled again', async () => {
  const { tar } = await packBundle('web', [{ path: 'a.json', content: Buffer.from(profile) }]);
  const outside = fakeOutside({ files: { 'web.tar': tar, 'b.json': profile } });
  assert.match((await refused(outside, ['web.tar'], { name: 'db' })).message, 'is named "web"');
  assert.match(
    (await refused(outside, ['web.tar', 'b.json'], { name: 'web' })).message,
    '"b.json" cannot be added',
  );
  assert.match(
    (await refused(outside, ['web.tar'], { compileFlags: ['--arch'] })).message,
    '--arch: the profiles',
  );
});

test('without a name, and with one that is none', async () => {
  const outside = fakeOutside({ files: { 'a.json': profile, 'My Profiles/a.json': profile } });
  assert.match((await refused(outside, ['a.json'])).hint ?? '', '--name');
  const { message, hint } = await refused(outside, ['My Profiles']);
  assert.match(message, 'not a DNS label');
  assert.match(hint ?? '', '--name');
  assert.is((await refused(outside, ['a.json'], { name: 'operator' })).code, 'usage');
});

test('nothing named, nothing there, nothing in it', async () => {
  const outside = fakeOutside({ files: { 'empty/x.txt': 'x', 'notes.txt': 'x' } });
  assert.is((await refused(outside, [])).code, 'usage');
  assert.match((await refused(outside, ['gone.json'], { name: 'web' })).message, '"gone.json": no such file');
  assert.match((await refused(outside, ['empty'])).hint ?? '', '-R');
  assert.match(
    (await refused(outside, ['notes.txt'], { name: 'web' })).message,
    'neither a profile nor a bundle',
  );
  assert.match((await refused(outside, ['-'], { name: 'web' })).message, 'standard input is empty');
});

test('all problems of all files are shown before it gives up', async () => {
  const outside = fakeOutside({
    files: { 'web/a.json': '{"defaultAction":"A"}', 'web/b.json': '{', 'web/c.json': profile },
  });
  const { message, hint } = await refused(outside, ['web']);
  assert.match(outside.stderrText(), /^web\/a\.json:1:\d+: /m);
  assert.match(outside.stderrText(), /^web\/b\.json:1:\d+: /m);
  assert.match(message, /^\d+ errors in 2 of 3 files$/);
  assert.match(hint ?? '', 'nothing has left this machine');
});

test('two inputs for one path are both named', async () => {
  const outside = fakeOutside({ files: { 'x/a.json': profile, 'y/a.json': profile } });
  const { message } = await refused(outside, ['x', 'y'], { name: 'web' });
  assert.is(message, '"x/a.json" and "y/a.json" would both be "a.json" in the bundle');
});

test('one file named twice is not said to be two', async () => {
  const outside = fakeOutside({ files: { 'x/a.json': profile } });
  const { message } = await refused(outside, ['x', 'x/a.json'], { name: 'web' });
  assert.is(message, '"x/a.json" gives the profile "a.json" twice');
  assert.match((await refused(outside, ['-', '-'], { name: 'web' })).message, '"-" was given twice');
});

test('names that no bundle can hold are told like every other problem, without raw control characters', async () => {
  const outside = fakeOutside({
    files: { 'web/a b.json': profile, 'web/e\u001b[31m.json': profile, 'web/c.json': '{}' },
  });
  const { message } = await refused(outside, ['web']);
  assert.is(message, '3 errors in 3 of 3 files');
  assert.match(outside.stderrText(), /^web\/a b\.json:1:1: error: profile path "a b\.json"/m);
  assert.match(outside.stderrText(), /^web\/e\^\[\[31m\.json:1:1: error: profile path /m);
  assert.not.match(outside.stderrText(), '\u001b');
});

test('a profile over the limit is told the limit itself', async () => {
  let limit = 0;
  const outside = fakeOutside({ files: { 'a.json': profile } });
  const files: Files = {
    ...outside.files,
    read: (path, limitBytes) => {
      limit = limitBytes;
      return outside.files.read(path, limitBytes);
    },
  };
  await readInputs(options(['a.json'], { name: 'web' }), { ...outside, files });
  assert.is(limit, 1024 * 1024);
});

test('Ctrl-C while a pipe is read that nobody writes to ends the reading', async () => {
  const outside = fakeOutside({ files: { 'a.json': profile } });
  const files: Files = { ...outside.files, read: () => new Promise(() => {}) };
  const reading = readInputs(options(['a.json'], { name: 'web' }), { ...outside, files });
  outside.interruption.abort(new Error('interrupted'));
  await reading.then(
    () => assert.unreachable(),
    (thrown) => assert.is(thrown.message, 'interrupted'),
  );
});

test('what was compiled says from what', async () => {
  const { bundle } = await read({ files: { 'web/b.yaml': spo } }, ['web']);
  assert.is(bundle.manifest.profiles[0]?.source?.format, 'spo');
});

test('Ctrl-C while standard input stays open ends the reading', async () => {
  const { Readable } = await import('node:stream');
  const outside = fakeOutside();
  const silent = new Readable({ read: () => {} });
  const reading = readInputs(options(['-'], { name: 'web' }), { ...outside, stdin: silent });
  await new Promise((resolve) => setImmediate(resolve));
  outside.interruption.abort(new Error('interrupted'));
  await reading.then(
    () => assert.unreachable(),
    (thrown) => assert.is(thrown.message, 'interrupted'),
  );
});

test.run();
