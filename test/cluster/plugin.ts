// Runs the built plugin against the test cluster, as a user would: through its command line, nothing inside it.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Cluster, CommandResult } from './handle.ts';

/** Written by `npm run build`. */
export const PROGRAM = fileURLToPath(new URL('../../dist/kubectl-seccomp.js', import.meta.url));

/** Names what is run instead: the single file that ships, for instance. */
export const PROGRAM_VARIABLE = 'SECCOMP_TEST_PROGRAM';

/** What starts the plugin: the program that the variable names, else the built JavaScript on this Node.js. */
export const pluginCommand = (environment: Readonly<Record<string, string | undefined>>): string[] => {
  const named = environment[PROGRAM_VARIABLE];
  return named ? [named] : [process.execPath, PROGRAM];
};
export const EXAMPLES = fileURLToPath(new URL('../fixtures/profiles/example', import.meta.url));

/** What the plugin calls itself in the API server's audit log. */
export const USER_AGENT = 'kubectl-seccomp/';

export interface RunningPlugin {
  readonly child: ChildProcess;
  /** What it has printed so far. */
  readonly stderr: () => string;
  readonly ended: Promise<CommandResult>;
}

/** Starts the plugin and returns at once; `ended` never rejects because of an exit code. */
export const startPlugin = (
  cluster: Cluster,
  args: readonly string[],
  env: Record<string, string> = {},
  [command = '', ...first] = pluginCommand(process.env),
): RunningPlugin => {
  const child = spawn(command, [...first, ...args], {
    env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent', KUBECONFIG: cluster.kubeconfig, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  const ended = new Promise<CommandResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) =>
      resolve({ code: code ?? (signal === 'SIGKILL' ? 137 : 143), stdout, stderr }),
    );
  });
  return { child, stderr: () => stderr, ended };
};

/** Runs the plugin to its end. */
export const plugin = (
  cluster: Cluster,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<CommandResult> => startPlugin(cluster, args, env).ended;

/** Runs the plugin and throws with all it printed unless it ends with 0. */
export const mustPlugin = async (
  cluster: Cluster,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string> => {
  const { code, stdout, stderr } = await plugin(cluster, args, env);
  if (code !== 0) throw new Error(`kubectl seccomp ${args.join(' ')}: exit ${code}\n${stdout}\n${stderr}`);
  return stdout;
};

/** Gives the body a folder of its own and removes it afterwards. */
export const inFolder = async <T>(body: (folder: string) => Promise<T>): Promise<T> => {
  const folder = mkdtempSync(join(tmpdir(), 'kubectl-seccomp-test-'));
  try {
    return await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
