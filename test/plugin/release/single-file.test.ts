// The program that ships, from its archive, the way Krew installs it, through the real kubectl.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import packageJson from '../../../package.json' with { type: 'json' };
import { verbs } from '../../../plugin/commands/verbs.ts';
import { buildProgramFor, bundlePlugin, packArchive } from '../../../plugin/release/release.ts';
import { TARGETS } from '../../../plugin/release/targets.ts';
import { findBinaries } from '../../cluster/build.ts';
import { extractAsKrew } from '../../support/krew-rules.ts';
import { suiteThatNeeds } from '../../support/requires.ts';

const test = suiteThatNeeds('plugin/release/single-file', ['linux', 'runc', 'bun']);

/**
 * Does what bash does when Tab is pressed at the end of a line, and prints the choices: $0 prints the script, $1 is the
 * line. kubectl's script wants two functions of the package bash-completion; they are written down here.
 */
const BASH_TAB = `
_get_comp_words_by_ref() { words=("\${LINE_WORDS[@]}"); cword=$((\${#words[@]} - 1)); cur=\${words[cword]}; prev=\${words[cword - 1]}; }
__ltrim_colon_completions() { :; }
compopt() { :; }
source <($0)
read -ra LINE_WORDS <<<"$1"
[[ $1 == *" " ]] && LINE_WORDS+=("")
COMP_LINE=$1 COMP_POINT=\${#1} COMP_TYPE=9
read -ra COMP_WORDS <<<"\${1//[=:]/ & }"
[[ $1 == *" " ]] && COMP_WORDS+=("")
COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
read -ra registered <<<"$(complete -p "\${LINE_WORDS[0]}")"
for ((i = 0; i < \${#registered[@]}; i++)); do [[ \${registered[i]} == -F ]] && function=\${registered[i + 1]}; done
"$function" "\${LINE_WORDS[0]}"
echo "\${COMPREPLY[*]}"
`;

const EXAMPLES = fileURLToPath(new URL('../../fixtures/profiles/example', import.meta.url));
const CHECKOUT = fileURLToPath(new URL('../../../', import.meta.url));

let folder = '';
let notices = '';
/** What Krew links: its folder is on PATH. */
const link = (): string => join(folder, 'krew/bin/kubectl-seccomp');
const home = (): string => join(folder, 'home');
const kubectl = (): string => join(findBinaries()?.kubernetes ?? '', 'kubectl');

const environment = (): Record<string, string> => ({
  PATH: `${dirname(link())}:${dirname(kubectl())}`,
  HOME: home(),
  KUBERC: 'off',
});

interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

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

const start = (command: string, args: readonly string[], cwd = home()): ChildProcess =>
  spawn(command, args, { cwd, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });

const seccomp = (args: readonly string[], cwd?: string): Promise<Result> =>
  end(start(kubectl(), ['seccomp', ...args], cwd));

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubectl-seccomp-single-'));
  const arch = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const target = TARGETS.find((one) => one.os === 'linux' && one.arch === arch)!;
  const bundle = await bundlePlugin(join(folder, 'bundle'));
  const program = await buildProgramFor(target, bundle);
  const otherBundle = await bundlePlugin(join(folder, 'another/place'));
  assert.ok(program.equals(await buildProgramFor(target, otherBundle)), 'two builds give the same bytes');
  assert.ok(program.length <= 125_000_000, `the program has ${program.length} bytes`);
  assert.not.ok(program.includes(CHECKOUT), 'it carries no path of the machine that built it');

  // As Krew does: extract into the store, link the program by its plugin's name.
  const store = join(folder, 'krew/store/seccomp', `v${packageJson.version}`);
  await mkdir(store, { recursive: true });
  for (const { name, mode, content } of await extractAsKrew(await packArchive(target, program, bundle))) {
    await writeFile(join(store, name), content);
    await chmod(join(store, name), mode);
  }
  assert.equal((await readdir(store)).sort(), [
    'LICENSE',
    'THIRD-PARTY-NOTICES',
    'kubectl-seccomp',
    'kubectl-seccomp.1',
  ]);
  notices = await readFile(join(store, 'THIRD-PARTY-NOTICES'), 'utf8');
  await mkdir(dirname(link()), { recursive: true });
  await symlink(join(store, 'kubectl-seccomp'), link());
  await mkdir(home());
  await rm(join(folder, 'bundle'), { recursive: true });
});

test.after(async () => {
  await rm(folder, { recursive: true, force: true });
});

test('kubectl finds it and it says its version', async () => {
  assert.equal(await seccomp(['version', '--client']), {
    code: 0,
    stdout: `Client Version: v${packageJson.version}\n`,
    stderr: '',
  });
});

test('it carries the program for the nodes: a bundle is built, installed, verified and deleted', async () => {
  const built = await seccomp(['bundle', 'build', '-f', EXAMPLES, '--name', 'web', '--to', 'web.tgz']);
  assert.is(built.code, 0, built.stderr);
  const applied = await seccomp(['apply', '-f', 'web.tgz', '--root', 'root']);
  assert.is(applied.code, 0, applied.stderr);
  assert.match(applied.stdout, /^root installed\nweb@v1 \(web@[0-9a-f]{16}\): 1 folder done, 0 failed\n$/);
  assert.is((await seccomp(['verify', 'web', '--root', 'root'])).code, 0);
  assert.is((await seccomp(['delete', 'web', '--root', 'root', '--yes'])).code, 0);
  assert.equal(await readdir(join(home(), 'root')), []);
});

test('nothing in the current folder is read or run', async () => {
  const hostile = join(folder, 'hostile');
  const trap = `require('node:fs').writeFileSync(${JSON.stringify(join(folder, 'sprung'))}, '');`;
  const files: Record<string, string> = {
    '.env': `KUBECONFIG=${join(hostile, 'kubeconfig')}\nNODE_OPTIONS=--require=./trap.js\nBUN_OPTIONS=--preload=./trap.js\n`,
    '.env.local': `KUBECONFIG=${join(hostile, 'kubeconfig')}\n`,
    'bunfig.toml': 'preload = ["./trap.js"]\n',
    'trap.js': trap,
    'main.js': trap,
    'package.json': '{"name":"kubectl-seccomp","main":"trap.js","imports":{"#*":"./trap.js"}}',
    'tsconfig.json': '{"compilerOptions":{"paths":{"*":["./trap.js"]}}}',
    kubeconfig: 'no kubeconfig at all',
  };
  for (const name of ['yargs', 'yaml', 'tar-stream', 'undici']) {
    files[`node_modules/${name}/package.json`] = `{"name":"${name}","main":"index.js"}`;
    files[`node_modules/${name}/index.js`] = trap;
  }
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(hostile, path)), { recursive: true });
    await writeFile(join(hostile, path), text);
  }
  for (const args of [
    ['version', '--client'],
    ['apply', '-f', EXAMPLES, '--name', 'web', '--root', 'other'],
    ['status'],
  ]) {
    assert.equal(await seccomp(args, hostile), await seccomp(args), args.join(' '));
  }
  assert.not.ok((await readdir(folder)).includes('sprung'));
});

test('usage is exit 2, no kubeconfig 1 and words', async () => {
  const usage = await seccomp(['apply', '--bogus']);
  assert.equal(usage, {
    code: 2,
    stdout: '',
    stderr: "error: unknown flag: --bogus\nSee 'kubectl seccomp apply --help' for usage.\n",
  });
  const { code, stderr } = await seccomp(['status']);
  assert.is(code, 1);
  assert.match(stderr, /^error: /);
  assert.not.match(stderr, 'bug');
});

test('completion install puts a file beside the link, by which kubectl completes verbs, flags and words', async () => {
  const path = join(dirname(link()), 'kubectl_complete-seccomp');
  const installed = await seccomp(['completion', 'install']);
  assert.equal([installed.code, installed.stdout], [0, `${path} created\n`], installed.stderr);
  assert.is(await readlink(path), 'kubectl-seccomp', 'it survives an upgrade');
  assert.equal(await seccomp(['completion', 'install']), {
    code: 0,
    stdout: `${path} unchanged\n`,
    stderr: '',
  });

  const complete = async (...words: string[]): Promise<string> =>
    (await end(start(kubectl(), ['__complete', 'seccomp', ...words]))).stdout;
  assert.is(await complete('ap'), `apply\t${verbs.apply.describe}\n:4\n`);
  assert.match(await complete('apply', '--on-f'), /^--on-failure\t.*\n:4\n$/);
  assert.is(await complete('apply', '--dry-run', 's'), 'server\n:4\n');
  assert.is(await complete('apply', '--nodes', ''), ':4\n', 'no cluster, no names, no message');
  await rm(path);
  await writeFile(path, 'mine');
  const refused = await seccomp(['completion', 'install']);
  assert.is(refused.code, 1);
  assert.match(refused.stderr, `"${path}" is there already, and is something else`);
  assert.is(await readFile(path, 'utf8'), 'mine');
  await rm(path);
  await seccomp(['completion', 'install']);
});

test('in bash, the Tab key completes through kubectl, and by the plugin’s own name', async () => {
  const press = async (script: string, line: string): Promise<string> => {
    const { code, stdout, stderr } = await end(start('/bin/bash', ['-c', BASH_TAB, script, line]));
    assert.is(code, 0, stderr);
    return stdout.trim();
  };
  const ours = 'kubectl-seccomp completion bash';
  for (const [script, command] of [
    ['kubectl completion bash', 'kubectl seccomp'],
    [ours, 'kubectl-seccomp'],
  ] as const) {
    assert.match(await press(script, `${command} app`), /^apply\b/, command);
    assert.match(await press(script, `${command} apply --on-f`), /^--on-failure\b/, command);
    assert.is(await press(script, `${command} apply --dry-run s`), 'server', command);
    assert.is(await press(script, `${command} apply --dry-run=s`), 'server', command);
  }
  assert.is(await press(ours, 'kubectl-seccomp bundle '), 'build inspect verify');
  assert.match(
    await press(ours, 'kubectl-seccomp lint builtin:kubernetes/default-'),
    /^kubernetes\/default-audit$/,
  );
});

test('it takes its displayed name from the link it is called by', async () => {
  await symlink(link(), join(dirname(link()), 'kubectl-node_seccomp'));
  const { stdout } = await end(start(kubectl(), ['node-seccomp', '--help']));
  assert.match(stdout, 'kubectl node-seccomp apply');
});

test('Ctrl-C while the API server is silent: exit 130 at once', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const child = start(link(), ['status', '--server', `http://127.0.0.1:${port}`]);
  const ended = end(child);
  const [socket] = await once(server, 'connection');
  child.kill('SIGINT');
  const { code, stdout, stderr } = await ended;
  socket.destroy();
  server.close();
  assert.equal([code, stdout, stderr], [130, '', 'error: interrupted by SIGINT\n']);
});

test('a reader that has read enough is no error', async () => {
  const child = start(link(), ['apply', '--help']);
  child.stdout?.destroy();
  const { code, stderr } = await end(child);
  assert.equal([code, stderr], [0, '']);
});

test('the notices name what was bundled, for this machine and for the nodes, and the runtime', () => {
  const named = [...notices.matchAll(/^=+\n(\S+) \d.*\n=+$/gm)].map(([, name]) => name);
  for (const name of ['yargs', 'yaml', 'tar-stream', 'bun']) assert.ok(named.includes(name), name);
  // Only its types are used.
  assert.not.ok(named.includes('@kubernetes/client-node'));
  assert.match(notices, 'GNU LIBRARY GENERAL PUBLIC LICENSE');
});

test.run();
