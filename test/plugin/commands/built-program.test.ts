// The built program as users run it: a process of its own, far from node_modules, with real streams and signals.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildPlugin } from '../../../plugin/release/build.ts';
import { sendJson, startFakeApiServer } from '../../support/fake-api-server.ts';

const test = suite('plugin/commands/built-program');

interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

let folder = '';
const program = (): string => join(folder, 'dist', 'kubectl-seccomp.js');

const start = (args: readonly string[], entry: readonly string[] = [program()]): ChildProcess =>
  spawn(process.execPath, [...entry, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOME: folder, KUBECONFIG: join(folder, 'no-kubeconfig') },
    stdio: ['pipe', 'pipe', 'pipe'],
  });

const end = async (child: ChildProcess): Promise<Result> => {
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.on('data', (piece: Buffer) => {
      texts[name] += piece;
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...texts };
};

const run = (
  args: readonly string[],
  { stdin = '', entry }: { stdin?: string; entry?: string[] } = {},
): Promise<Result> => {
  const child = start(args, entry);
  child.stdin?.end(stdin);
  return end(child);
};

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubectl-seccomp-built-'));
  await buildPlugin(join(folder, 'dist'));
  await mkdir(join(folder, 'web'));
  await writeFile(join(folder, 'web/nginx.json'), '{"defaultAction":"SCMP_ACT_ERRNO"}\n');
  await writeFile(join(folder, 'bad.json'), '{"defaultAction":"NOPE"}\n');
});

test.after(async () => {
  await rm(folder, { recursive: true, force: true });
});

test('it runs without node_modules and says its version on stdout alone', async () => {
  const { version } = JSON.parse(await readFile(new URL('../../../package.json', import.meta.url), 'utf8'));
  assert.equal(await run(['version', '--client']), {
    code: 0,
    stdout: `Client Version: v${version}\n`,
    stderr: '',
  });
});

test('it carries no path of the machine that built it', async () => {
  const checkout = new URL('../../../', import.meta.url).pathname;
  for (const entry of await readdir(join(folder, 'dist'), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const text = await readFile(join(entry.parentPath, entry.name), 'utf8');
    assert.not.ok(text.includes(checkout), entry.name);
  }
});

test('it takes its displayed name from the name it is called by', async () => {
  const link = join(folder, 'kubectl-node_seccomp');
  await symlink(program(), link);
  assert.match(
    (await run(['--help'], { entry: [join(folder, 'dist/kubectl-seccomp')] })).stdout,
    'kubectl seccomp apply',
  );
  assert.match((await run(['--help'], { entry: [link] })).stdout, 'kubectl node-seccomp apply');
});

test('a warning of the server’s makes a run fail that went well otherwise, where that is wanted', async () => {
  const fake = await startFakeApiServer((response) =>
    sendJson(response, { gitVersion: 'v1.37.2' }, 200, { warning: '299 - "old"' }),
  );
  try {
    const version = ['version', `--server=${fake.url}`];
    const plain = await run(version);
    assert.equal([plain.code, plain.stderr], [0, 'Warning: old\n']);
    const strict = await run(['--warnings-as-errors', ...version]);
    assert.equal([strict.code, strict.stderr], [1, 'Warning: old\nerror: 1 warning received\n']);
    assert.match(strict.stdout, 'Server Version: v1.37.2');
    const told = await run([...version, '-v8']);
    assert.match(told.stderr, '"Response Body" body="{\\"gitVersion\\":');
    assert.is(told.stdout, plain.stdout);
  } finally {
    await fake.stop();
  }
});

test('called by the name that kubectl completes it by, it says what could be typed', async () => {
  const installed = await run(['completion', 'install'], { entry: [join(folder, 'dist/kubectl-seccomp')] });
  const link = join(folder, 'dist/kubectl_complete-seccomp');
  assert.is(installed.stdout, `${link} created\n`);
  const { code, stdout, stderr } = await run(['ver'], { entry: [link] });
  assert.equal([code, stderr], [0, '']);
  assert.match(stdout, /^verify\t.*\nversion\t.*\n:4\n$/);
});

test('an old Node.js gets words instead of a crash', async () => {
  const pretend = 'Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.20.2"}})';
  const { code, stdout, stderr } = await run(['version'], {
    entry: ['--import', `data:text/javascript,${pretend}`, program()],
  });
  assert.is(code, 1);
  assert.is(stdout, '');
  assert.match(stderr, /^error: kubectl-seccomp needs Node\.js 22\.19 or newer/);
});

test('usage is exit 2, a faulty profile 1; both leave stdout empty', async () => {
  const usage = await run(['apply', '--bogus']);
  assert.equal([usage.code, usage.stdout], [2, '']);
  assert.is(usage.stderr, "error: unknown flag: --bogus\nSee 'kubectl seccomp apply --help' for usage.\n");
  const faulty = await run(['apply', '-f', 'bad.json', '--name', 'web', '--root', 'never']);
  assert.equal([faulty.code, faulty.stdout], [1, '']);
  assert.match(faulty.stderr, /^bad\.json:1:\d+: /);
  assert.not.ok((await readdir(folder)).includes('never'));
});

test('without a kubeconfig it is an error with words, not a stack', async () => {
  const { code, stderr } = await run(['status']);
  assert.is(code, 1);
  assert.match(stderr, /^error: /);
  assert.not.match(stderr, 'bug');
});

test('the life of a bundle in a folder: install, drift, repair, update, delete', async () => {
  const at = (...args: string[]): Promise<Result> => run([...args, '--root', 'root']);
  const installed = await at('apply', '-f', 'web');
  assert.is(installed.code, 0, installed.stderr);
  assert.match(installed.stdout, /^root installed\nweb@v1 \(web@[0-9a-f]{16}\): 1 folder done, 0 failed\n$/);
  assert.match(installed.stderr, 'localhostProfile: web/nginx.json');
  assert.is(
    await readFile(join(folder, 'root/web/nginx.json'), 'utf8'),
    '{"defaultAction":"SCMP_ACT_ERRNO"}\n',
  );

  assert.is((await at('verify', 'web')).code, 0);
  await writeFile(join(folder, 'root/web/nginx.json'), '{}');
  const drifted = await at('verify', 'web', '-o', 'json');
  assert.is(drifted.code, 1);
  assert.is(JSON.parse(drifted.stdout).nodes[0].bundles[0].state, 'drifted');
  assert.match((await at('apply', '-f', 'web')).stdout, /^root repaired\n/);

  const update = await run(['apply', '-f', '-', '--name', 'web', '--root', 'root', '-o', 'json'], {
    stdin: '{"defaultAction":"SCMP_ACT_LOG"}',
  });
  assert.is(JSON.parse(update.stdout).revision, 2);
  assert.equal(JSON.parse(update.stdout).localhostProfiles, ['web/profile.json']);
  assert.match((await at('status')).stdout, /^web +v2 /m);

  assert.is((await at('delete', 'web')).code, 2);
  assert.is((await at('delete', 'web', '--yes')).stdout, 'root removed\nweb@v3: 1 folder done, 0 failed\n');
  assert.equal(await readdir(join(folder, 'root')), []);
});

test('something foreign in the way is an error that names it, and exit 1', async () => {
  await mkdir(join(folder, 'taken/web'), { recursive: true });
  const { code, stdout, stderr } = await run(['apply', '-f', 'web', '--root', 'taken']);
  assert.is(code, 1);
  assert.match(stdout, 'taken failed (foreign)\n');
  assert.match(stderr, /^error: taken: .*web/m);
});

test('Ctrl-C while the API server is silent: exit 130 at once', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const child = start(['status', '--server', `http://127.0.0.1:${port}`]);
  const ended = end(child);
  const [socket] = await once(server, 'connection');
  child.kill('SIGINT');
  const { code, stdout, stderr } = await ended;
  socket.destroy();
  server.close();
  assert.equal([code, stdout, stderr], [130, '', 'error: interrupted by SIGINT\n']);
});

(existsSync('/dev/full') ? test : test.skip)(
  'output that cannot be written is an error, no bug',
  async () => {
    const redirected = [
      '-c',
      'exec "$0" "$@" > /dev/full',
      process.execPath,
      program(),
      'version',
      '--client',
    ];
    const { code, stderr } = await end(
      spawn('sh', redirected, { cwd: folder, env: { PATH: process.env.PATH } }),
    );
    assert.is(code, 1);
    assert.match(stderr, /^error: cannot write the output: ENOSPC/);
    assert.not.match(stderr, 'bug');
  },
);

test('a reader that has read enough is no error', async () => {
  const child = start(['apply', '--help']);
  child.stdout?.destroy();
  const { code, stderr } = await end(child);
  assert.equal([code, stderr], [0, '']);
});

test.run();
