// Runs a profile on a real runc, in the smallest container there is, and tells apart what became of it.
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Architecture } from '../../src/profile/prepared.ts';
import { findBinaries } from '../cluster/build.ts';
import { compileBare } from './bare-program.ts';

/** The architecture of this machine, as profiles are compiled for it. */
export const HERE: Architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';

export interface Runc {
  readonly version: string;
  readonly path: string;
}

/** Lists the cluster's two runcs, the newer one first. */
export const findRuncs = (): readonly Runc[] => {
  const binaries = findBinaries();
  if (binaries === undefined) throw new Error('the cluster’s binaries are not built');
  return [binaries.node, binaries['runc-other']].map((folder) => {
    const path = join(folder, 'runc');
    const version =
      /runc version (\S+)/.exec(execFileSync(path, ['--version'], { encoding: 'utf8' }))?.[1] ?? '';
    return { version, path };
  });
};

/**
 * `started`: the program ran, and `code` is its own exit code. `refused`: runc does not take the profile. `starved`: it
 * takes it, but the filter forbids what runc itself or any program needs to come up, so that nothing ever runs.
 */
export interface Outcome {
  readonly kind: 'started' | 'refused' | 'starved';
  readonly code: number;
  readonly output: string;
}

export interface Containers {
  /**
   * Runs a program with a profile, given as JSON text: `nothing` exits with 0, `mkdir` with the errno that making a
   * directory gives. `noNewPrivileges` loads the filter late, so that runc itself needs less (the default here).
   */
  run(
    runc: Runc,
    profile: string,
    program?: keyof typeof PROGRAMS,
    noNewPrivileges?: boolean,
  ): Promise<Outcome>;
  remove(): void;
}

const EXIT = 'call3(EXIT_GROUP, code, 0, 0);';
const PROGRAMS = {
  nothing: `long code = 0; ${EXIT}`,
  mkdir: `long code = -call3(MKDIRAT, -100, (long)"/made", 0755); ${EXIT}`,
} as const;

/** What runc says when it doesn't take a profile, before any filter is loaded. */
const REFUSAL =
  /is not a valid (action|operator|arch) for seccomp|json: cannot unmarshal|unable to init seccomp|seccomp flags? |seccomp listenerPath|failed to connect with seccomp agent|invalid character/;

// Starting takes some 50 ms; what takes so long never ends.
const TIMEOUT_MS = 10_000;

/** Compiles the programs and makes the folder that containers run in; `remove` takes it away. */
export const prepareContainers = (): Containers => {
  const folder = mkdtempSync(join(tmpdir(), 'seccomp-runtime-'));
  const rootfs = join(folder, 'rootfs');
  for (const name of ['proc', 'dev']) mkdirSync(join(rootfs, name), { recursive: true });
  for (const [name, statements] of Object.entries(PROGRAMS)) compileBare(join(rootfs, name), statements);
  let count = 0;
  return {
    run: async (runc, profile, program = 'nothing', noNewPrivileges = true) => {
      count += 1;
      const id = `seccomp-runtime-${process.pid}-${count}`;
      const bundle = join(folder, id);
      mkdirSync(bundle);
      rmSync(join(rootfs, 'made'), { recursive: true, force: true });
      writeFileSync(join(bundle, 'config.json'), configWith(profile, { rootfs, program, noNewPrivileges }));
      const root = join(folder, `state-${runc.version}`);
      const result = await execute(runc.path, ['--root', root, 'run', '--bundle', bundle, id]);
      rmSync(bundle, { recursive: true, force: true });
      await removeCgroups(id);
      return classify(result);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
};

/** Writes the config.json of a container with a profile, given as JSON text. */
export const configWith = (
  profile: string,
  { rootfs, program, noNewPrivileges }: { rootfs: string; program: string; noNewPrivileges: boolean },
): string => {
  const config = {
    ociVersion: '1.0.2',
    process: { user: { uid: 0, gid: 0 }, args: [`/${program}`], cwd: '/', noNewPrivileges },
    root: { path: rootfs },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs' },
    ],
    linux: { namespaces: [{ type: 'pid' }, { type: 'mount' }], seccomp: 'PROFILE' },
  };
  // As text, since parsing would lose what lies beyond 2^53.
  return JSON.stringify(config).replace('"PROFILE"', () => profile);
};

interface Result {
  readonly code: number;
  readonly output: string;
  readonly isTimeout: boolean;
}

/**
 * Runs runc as the first process of a PID namespace of its own: a filter may let `runc init` spin for ever, and a killed
 * runc leaves it behind; with the namespace's first process the kernel ends them all.
 */
export const execute = (path: string, args: readonly string[]): Promise<Result> =>
  new Promise((resolve) => {
    const namespace = ['--pid', '--fork', '--kill-child', '--mount-proc', '--'];
    const options = { timeout: TIMEOUT_MS, killSignal: 'SIGKILL', encoding: 'utf8' } as const;
    const child = execFile('unshare', [...namespace, path, ...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 255;
      resolve({ code, output: `${stdout}${stderr}`.trim(), isTimeout: error?.killed === true });
    });
    child.stdin?.end();
  });

/** Removes the cgroups of a container whose runc came to its end before it could; waits for processes to be gone. */
export const removeCgroups = async (id: string): Promise<void> => {
  const root = '/sys/fs/cgroup';
  const folders = ['.', ...readdirSync(root)]
    .map((folder) => join(root, folder, id))
    .filter((path) => existsSync(path));
  const deadline = Date.now() + 5000;
  for (const folder of folders) {
    while (existsSync(folder) && Date.now() < deadline) {
      try {
        rmdirSync(folder);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }
};

const classify = ({ code, output, isTimeout }: Result): Outcome => {
  if (isTimeout) return { kind: 'starved', code, output: `no end after ${TIMEOUT_MS} ms ${output}` };
  if (REFUSAL.test(output)) return { kind: 'refused', code, output };
  // The programs print nothing, so whatever is printed and no mere warning is runc's, and nothing ran.
  const complaints = output.split('\n').filter((line) => line !== '' && !line.includes('level=warning'));
  if (complaints.length > 0 || code >= 128) return { kind: 'starved', code, output };
  return { kind: 'started', code, output };
};
