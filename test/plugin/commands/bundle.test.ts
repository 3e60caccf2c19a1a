// `bundle build|inspect|verify`, without a cluster.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCli } from '../../../plugin/cli.ts';
import { type FakeOutside, type FakeOutsideOptions, fakeOutside } from '../../support/fake-outside.ts';
import { matchGolden } from '../../support/golden.ts';

const test = suite('plugin/commands/bundle');

/** Of which lint has nothing to say but notes. */
const QUIET = '"architectures":["SCMP_ARCH_X86","SCMP_ARCH_X32","SCMP_ARCH_ARM"]';
const files = {
  'web/a.json': `{"defaultAction":"SCMP_ACT_LOG",${QUIET}}`,
  'web/b.json': `{"defaultAction":"SCMP_ACT_LOG",${QUIET},"flags":[]}`,
};

const run = async (options: FakeOutsideOptions, ...args: string[]): Promise<FakeOutside> => {
  const outside = fakeOutside(options);
  await runCli(['bundle', ...args], outside);
  return outside;
};

const built = async (to: string): Promise<Uint8Array> => {
  const content = (await run({ files }, 'build', '-f', 'web', '--to', to)).written.get(to);
  if (!content) throw new Error('nothing was written');
  return content;
};

test('build writes the file and prints its digest', async () => {
  const outside = await run({ files }, 'build', '-f', 'web', '--to', 'web.tgz');
  assert.match(outside.stdoutText(), /^web@([0-9a-f]{16}): 2 profiles, sha256 \1[0-9a-f]{48}\n$/);
  assert.equal([...outside.written.keys()], ['web.tgz']);
});

test('a file named *.gz or *.tgz is compressed, another is not', async () => {
  assert.equal([...(await built('web.tgz')).subarray(0, 2)], [0x1f, 0x8b]);
  assert.is(Buffer.from(await built('web.tar')).toString('latin1', 257, 262), 'ustar');
});

test('build to standard output puts the words on stderr', async () => {
  const outside = await run({ files }, 'build', '-f', 'web', '--to', '-');
  assert.is(outside.stdoutText().slice(257, 262), 'ustar');
  assert.match(outside.stderrText(), /^web@/);
});

test('build without a place to write to is a usage error', async () => {
  await run({ files }, 'build', '-f', 'web').then(
    () => assert.unreachable(),
    (thrown) => {
      assert.is(thrown.code, 'usage');
      assert.match(thrown.hint, '--to');
    },
  );
});

test('inspect lists what pods would call the profiles', async () => {
  const content = { files: { 'web.tgz': await built('web.tgz') } };
  matchGolden('bundle-inspect.txt', (await run(content, 'inspect', 'web.tgz')).stdoutText());
  matchGolden('bundle-inspect.json', (await run(content, 'inspect', 'web.tgz', '-o', 'json')).stdoutText());
  assert.is((await run(content, 'inspect', 'web.tgz', '-oname')).stdoutText(), 'web/a.json\nweb/b.json\n');
});

test('a profile that was compiled for several architectures has one name', async () => {
  const docker = {
    defaultAction: 'SCMP_ACT_ERRNO',
    syscalls: [{ names: ['open'], action: 'SCMP_ACT_ALLOW', includes: { arches: ['amd64'] } }],
  };
  const outside = await run(
    { files: { 'web/a.json': JSON.stringify(docker) } },
    ...['build', '-f', 'web', '--to', 'web.tar'],
  );
  const content = outside.written.get('web.tar') ?? '';
  const inspected = await run({ files: { f: content } }, 'inspect', 'f');
  assert.is(inspected.stdoutText().match(/^web\/a\.json /gm)?.length, 2);
  assert.is((await run({ files: { f: content } }, 'inspect', 'f', '-oname')).stdoutText(), 'web/a.json\n');
});

test('inspect reads standard input', async () => {
  const outside = await run({ stdin: await built('web.tar') }, 'inspect', '-', '-o', 'name');
  assert.is(outside.stdoutText(), 'web/a.json\nweb/b.json\n');
});

test('verify says good, and compares a digest', async () => {
  const content = await built('web.tar');
  const outside = await run({ files: { f: content } }, 'verify', 'f');
  const [, digest = ''] = /sha256 ([0-9a-f]{64})/.exec(outside.stdoutText()) ?? [];
  assert.match(outside.stdoutText(), /^web@[0-9a-f]{16}: good, 2 profiles/);
  assert.is(
    (await run({ files: { f: content } }, 'verify', 'f', '--digest', digest.slice(0, 16))).exitCode(),
    0,
  );
});

/** Runs a verification that throws; returns the message and what was concluded. */
const failing = async (
  options: FakeOutsideOptions,
  ...args: string[]
): Promise<[string, number | undefined]> => {
  const outside = fakeOutside(options);
  try {
    await runCli(['bundle', 'verify', ...args], outside);
  } catch (thrown) {
    return [(thrown as Error).message, outside.exitCode()];
  }
  throw new Error('it was good');
};

test('a changed byte is found: exit 1', async () => {
  const content = Buffer.from(await built('web.tar'));
  content[content.indexOf('SCMP_ACT_LOG')] = 0x58;
  const [message, code] = await failing({ files: { f: content } }, 'f');
  assert.match(message, '"f" is no good bundle: ');
  assert.is(code, 1);
});

test('another digest than the expected one: exit 1', async () => {
  const [message, code] = await failing(
    { files: { f: await built('web.tar') } },
    'f',
    '--digest',
    '0123456789abcdef',
  );
  assert.match(message, '0123456789abcdef was expected');
  assert.is(code, 1);
});

test('a file that cannot be read could not be judged: exit 2', async () => {
  const [, code] = await failing({}, 'gone');
  assert.is(code, 2);
});

test.run();
