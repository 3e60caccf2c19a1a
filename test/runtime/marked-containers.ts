// Starts the marked program under a profile on any runtime of this machine, runc or crun, and tells what it gave back.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableVersionOf } from '../../src/profile/syscalls.ts';
import { crunArguments, findCrun } from './crun.ts';
import { type MarkedOutcome, makeMarkedRootfs, readMark } from './marked-program.ts';
import { configWith, execute, findRuncs, removeCgroups } from './runc.ts';

/** As Kubernetes' runtimes give them; without any, a runtime makes fewer calls. */
const CAPABILITIES = ['CAP_CHOWN', 'CAP_KILL', 'CAP_SETGID', 'CAP_SETUID', 'CAP_NET_BIND_SERVICE'];

const capabilities = `"capabilities":${JSON.stringify({
  bounding: CAPABILITIES,
  effective: CAPABILITIES,
  permitted: CAPABILITIES,
})},`;

export interface LocalRuntime {
  readonly name: 'runc' | 'crun';
  readonly version: string;
  readonly path: string;
  /** The version of `LIBSECCOMP_VERSIONS` that it uses: the system's, like all here. */
  readonly libseccomp: string;
}

/** Lists the runtimes of this machine: the cluster's two runcs, and crun where it is installed. */
export const findRuntimes = (): readonly LocalRuntime[] => {
  const crun = findCrun();
  const runcs = findRuncs();
  const said = execFileSync(runcs[0]!.path, ['--version'], { encoding: 'utf8' });
  const libseccomp = tableVersionOf(/libseccomp: (\S+)/.exec(said)?.[1] ?? '');
  if (libseccomp === undefined) throw new Error(`no libseccomp that is known here: ${said}`);
  return [
    ...runcs.map((runc) => ({ name: 'runc' as const, ...runc, libseccomp })),
    ...(crun === undefined ? [] : [{ name: 'crun' as const, ...crun, libseccomp }]),
  ];
};

export interface MarkedContainers {
  /** Starts a container with a profile given as JSON text, with `noNewPrivileges` or without. */
  start(runtime: LocalRuntime, profile: string, noNewPrivileges: boolean): Promise<MarkedOutcome>;
  remove(): void;
}

/** Makes the folder that containers run in; `remove` takes it away. */
export const prepareMarked = (): MarkedContainers => {
  const folder = mkdtempSync(join(tmpdir(), 'seccomp-marked-'));
  const rootfs = makeMarkedRootfs(folder);
  let count = 0;
  return {
    start: async (runtime, profile, noNewPrivileges) => {
      count += 1;
      const id = `seccomp-marked-${process.pid}-${count}`;
      const bundle = join(folder, id);
      mkdirSync(bundle);
      const config = configWith(profile, { rootfs, program: 'program', noNewPrivileges });
      writeFileSync(join(bundle, 'config.json'), config.replace('"cwd":', `${capabilities}"cwd":`));
      const state = join(bundle, 'state');
      const [path, ...args] =
        runtime.name === 'crun'
          ? crunArguments(runtime, { state, bundle, id })
          : [runtime.path, '--root', state, 'run', '--bundle', bundle, id];
      const result = await execute(path!, args);
      rmSync(bundle, { recursive: true, force: true });
      await removeCgroups(id);
      return readMark(result);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
};

/** Runs jobs several at a time: some containers spend their whole time waiting for a call that never returns. */
export const runAll = async <T>(jobs: readonly (() => Promise<T>)[], atOnce = 4): Promise<readonly T[]> => {
  const results: T[] = [];
  const queue = jobs.entries();
  const work = async (): Promise<void> => {
    for (const [at, job] of queue) results[at] = await job();
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return results;
};
