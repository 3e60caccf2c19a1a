// Starts, finds and ends a cluster's processes. Nothing is remembered: the truth is /proc, where each of them
// carries the cluster's marker in its environment. A pid from a file could be another process by now.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import type { CommandOptions, CommandResult } from './handle.ts';
import { COMPONENT, MARKER } from './state.ts';

export interface ClusterProcess {
  readonly pid: number;
  readonly component: string;
  /** The program's name as the kernel has it: at most 15 characters. */
  readonly comm: string;
}

const readProc = (pid: number | string, file: string): string | undefined => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined; // it has ended
  }
};

export const pids = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

/** Lists the processes that carry the marker of the cluster in `folder`. Zombies are not among them. */
export const findProcesses = (folder: string): ClusterProcess[] => {
  const marker = `${MARKER}=${folder}`;
  const found: ClusterProcess[] = [];
  for (const pid of pids()) {
    if (pid === process.pid) continue;
    const environment = readProc(pid, 'environ')?.split('\0');
    if (!environment?.includes(marker)) continue;
    const component = environment.find((entry) => entry.startsWith(`${COMPONENT}=`));
    found.push({
      pid,
      component: component?.slice(COMPONENT.length + 1) ?? '',
      comm: readProc(pid, 'comm')?.trim() ?? '',
    });
  }
  return found;
};

/** Finds the process that is a component itself: not its wrapper (nsenter, unshare), nor a child such as a shim. */
export const findComponent = (folder: string, component: string, comm: string): number | undefined =>
  findProcesses(folder).find((one) => one.component === component && one.comm === comm.slice(0, 15))?.pid;

/** Lists the processes in a cgroup, or below it, in any hierarchy: pods' processes carry no marker. */
export const findInCgroup = (cgroup: string): number[] =>
  pids().filter((pid) => readProc(pid, 'cgroup')?.includes(`:/${cgroup}/`) && pid !== process.pid);

/** Says whether two processes are in the same namespace of that kind. */
export const isSameNamespace = (kind: 'mnt' | 'net' | 'pid', one: number, other: number): boolean => {
  try {
    return readlinkSync(`/proc/${one}/ns/${kind}`) === readlinkSync(`/proc/${other}/ns/${kind}`);
  } catch {
    return false;
  }
};

/** Starts a component that outlives this process, with its output at the end of a log file. */
export const startProcess = (
  folder: string,
  component: string,
  argv: readonly string[],
  { log, env = {} }: { log: string; env?: Record<string, string> },
): ChildProcess => {
  const output = openSync(log, 'a');
  try {
    const child = spawn(argv[0]!, argv.slice(1), {
      cwd: '/',
      detached: true,
      stdio: ['ignore', output, output],
      env: { PATH: process.env.PATH, HOME: folder, ...env, [MARKER]: folder, [COMPONENT]: component },
    });
    // Without a listener a missing program would end this process; whoever waits for it sees its log.
    child.on('error', () => {});
    child.unref();
    return child;
  } finally {
    closeSync(output);
  }
};

/** Sends a signal; a process that has ended meanwhile is no error. */
export const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
};

/** Runs a program to its end. Throws only if it cannot be started. */
export const run = (argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> =>
  new Promise((resolve, reject) => {
    const child = spawn(argv[0]!, argv.slice(1), {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env },
      ...(options.timeoutMs ? { timeout: options.timeoutMs, killSignal: 'SIGKILL' } : {}),
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (data: Buffer) => stdout.push(data));
    child.stderr.on('data', (data: Buffer) => stderr.push(data));
    child.on('error', reject);
    child.stdin.on('error', () => {}); // a program need not read its input to the end
    child.stdin.end(options.input ?? '');
    child.on('close', (code, ended) =>
      resolve({
        code: code ?? 128 + (ended === 'SIGKILL' ? 9 : 15),
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      }),
    );
  });

/** Runs a program and returns its stdout; throws with its stderr where it fails. */
export const mustRun = async (argv: readonly string[], options: CommandOptions = {}): Promise<string> => {
  const result = await run(argv, options);
  if (result.code !== 0) {
    const said = (result.stderr || result.stdout).trim();
    throw new Error(
      `${basename(argv[0]!)} ${argv.slice(1).join(' ').slice(0, 400)}: exit ${result.code}: ${said}`,
    );
  }
  return result.stdout;
};

/** Asks until the answer is neither undefined nor false; throws with what `describe` says when time is up. */
export const poll = async <T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  { timeoutMs = 30_000, everyMs = 50, describe = () => '' as string | Promise<string> } = {},
): Promise<T> => {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline)
      throw new Error(`${what}: not within ${timeoutMs} ms. ${await describe()}`.trim());
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
};
