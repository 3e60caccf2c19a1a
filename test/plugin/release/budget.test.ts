// What a command loads, in numbers that do not depend on the machine: files and bytes of the built plugin. A library or
// the profile engine that is imported where it was not needed shows here first.
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildPlugin } from '../../../plugin/release/build.ts';

const test = suite('plugin/release/budget');

let folder = '';

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubectl-seccomp-budget-'));
  await buildPlugin(folder);
});

test.after(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Prints every module that is loaded to stderr, one line each. */
const PRELOAD = `import { registerHooks } from 'node:module';
registerHooks({ load: (url, context, next) => { process.stderr.write('loaded ' + url + '\\n'); return next(url, context); } });`;

interface Loaded {
  readonly files: readonly string[];
  readonly bytes: number;
  readonly stdout: string;
}

const load = (...args: string[]): Promise<Loaded> => loadUntil(0, ...args);

const loadUntil = async (exitCode: number, ...args: string[]): Promise<Loaded> => {
  const preload = `data:text/javascript,${encodeURIComponent(PRELOAD)}`;
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--import', preload, join(folder, 'kubectl-seccomp.js'), ...args],
    { encoding: 'utf8', env: { PATH: process.env.PATH ?? '', HOME: folder } },
  );
  assert.is(status, exitCode, `${args.join(' ')}: ${stderr}`);
  const files = [...stderr.matchAll(/^loaded (file:.*)$/gm)].map(([, url = '']) => fileURLToPath(url));
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  return { files, bytes: sizes.reduce((sum, size) => sum + size, 0), stdout };
};

const mentions = ({ files }: Loaded, name: string): boolean => files.some((file) => file.includes(name));

test('version loads the entry and what it stands on: no parser, no library', async () => {
  const loaded = await load('version', '--client');
  assert.match(loaded.stdout, /^Client Version: v/);
  assert.ok(loaded.files.length <= 7, `${loaded.files.length} files: ${loaded.files.join(', ')}`);
  assert.ok(loaded.bytes <= 13_500, `${loaded.bytes} bytes`);
});

test('the entry itself is small', async () => {
  const { size } = await stat(join(folder, 'main.js'));
  assert.ok(size <= 12_000, `main.js has ${size} bytes`);
});

test('completion of a verb loads no parser and no verb; of a flag, only its verb', async () => {
  const verb = await load('__complete', 'ap');
  assert.match(verb.stdout, /^apply\t/);
  assert.ok(verb.bytes <= 48_000, `${verb.bytes} bytes`);
  const flag = await load('__complete', 'status', '--sel');
  assert.match(flag.stdout, /^--selector\t/);
  for (const loaded of [verb, flag]) assert.not.ok(mentions(loaded, 'yargs'));
  assert.not.ok(mentions(verb, 'apply') || mentions(flag, 'apply'));
});

test('what tells of requests is loaded where -v asks for it, and nowhere else', async () => {
  const nobody = ['version', '--server=http://127.0.0.1:9'];
  const [silent, telling] = [await loadUntil(1, ...nobody), await loadUntil(1, ...nobody, '-v=6')];
  for (const name of ['request-log', 'credentials-oidc', 'local-kubectl-version'])
    assert.not.ok(mentions(silent, name), name);
  assert.ok(mentions(telling, 'request-log'));
});

test('help of the whole loads no parser and no verb', async () => {
  const loaded = await load('help');
  assert.not.ok(mentions(loaded, 'yargs'));
  assert.ok(loaded.bytes <= 45_000, `${loaded.bytes} bytes`);
});

test('a verb about nodes does not load the profile engine; one about profiles not the cluster', async () => {
  const limits: readonly (readonly [verb: string, kilobytes: number])[] = [
    ['status', 450],
    ['verify', 480],
    ['history', 440],
    ['usage', 460],
    ['eval', 580],
    ['explain', 630],
    ['lint', 760],
    ['apply', 900],
  ];
  for (const [verb, kilobytes] of limits) {
    const loaded = await load(verb, '--help');
    assert.ok(loaded.bytes <= kilobytes * 1000, `${verb} --help loads ${loaded.bytes} bytes`);
    assert.not.ok(mentions(loaded, 'local-cluster'), verb);
  }
});

test.run();
