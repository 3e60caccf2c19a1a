// Starts the marked program under a profile on any runtime of this machine, runc or crun, and tells what it gave back.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableVersionOf } from '../../src/profile/syscalls.ts';
import { CRUN_WITHOUT_CGROUPS, crunArguments, findCrun } from './crun.ts';
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

export interface ExecOutcome extends MarkedOutcome {
  readonly isStarted: boolean;
}

export interface MarkedContainers {
  /** Starts a container with a profile given as JSON text, with `noNewPrivileges` or without. */
  start(runtime: LocalRuntime, profile: string, noNewPrivileges: boolean): Promise<MarkedOutcome>;
  /** Starts one that goes on, runs the program in it as `kubectl exec` does, and tells what that gave back. */
  exec(runtime: LocalRuntime, profile: string, noNewPrivileges: boolean): Promise<ExecOutcome>;
  remove(): void;
}

const NOT_STARTED = 99;

// Both runtimes hand the container's output on to whoever holds theirs, so that it must not hold the test's.
const EXEC = `
"$1" "$5" --root "$2" run --detach --bundle "$3" "$4" </dev/null >"$3/said" 2>&1 || { cat "$3/said"; exit ${NOT_STARTED}; }
"$1" "$5" --root "$2" exec --process "$3/process.json" "$4"
code=$?
"$1" "$5" --root "$2" delete --force "$4"
exit $code`;

/** Makes the folder that containers run in; `remove` takes it away. */
export const prepareMarked = (): MarkedContainers => {
  const folder = mkdtempSync(join(tmpdir(), 'seccomp-marked-'));
  const rootfs = makeMarkedRootfs(folder);
  let count = 0;
  const inBundle = async (
    { profile, program, noNewPrivileges }: { profile: string; program: string; noNewPrivileges: boolean },
    commandOf: (names: { bundle: string; state: string; id: string }) => readonly [string, ...string[]],
  ): Promise<MarkedOutcome> => {
    count += 1;
    const id = `seccomp-marked-${process.pid}-${count}`;
    const bundle = join(folder, id);
    mkdirSync(bundle);
    const config = configWith(profile, { rootfs, program, noNewPrivileges });
    writeFileSync(join(bundle, 'config.json'), config.replace('"cwd":', `${capabilities}"cwd":`));
    // As containerd and CRI-O hand it over: what the container's own process has, with other arguments.
    const others = `{${capabilities}"args":["/program"],"cwd":"/","user":{"uid":0,"gid":0},"noNewPrivileges":${noNewPrivileges}}`;
    writeFileSync(join(bundle, 'process.json'), others);
    const [path, ...args] = commandOf({ bundle, state: join(bundle, 'state'), id });
    const result = await execute(path, args);
    rmSync(bundle, { recursive: true, force: true });
    await removeCgroups(id);
    return readMark(result);
  };
  return {
    start: (runtime, profile, noNewPrivileges) =>
      inBundle({ profile, program: 'program', noNewPrivileges }, ({ bundle, state, id }) =>
        runtime.name === 'crun'
          ? crunArguments(runtime, { state, bundle, id })
          : [runtime.path, '--root', state, 'run', '--bundle', bundle, id],
      ),
    exec: async (runtime, profile, noNewPrivileges) => {
      const { prepare, options } =
        runtime.name === 'crun' ? CRUN_WITHOUT_CGROUPS : { prepare: 'true', options: '--log-format=text' };
      const script = `${prepare}; ${EXEC}`;
      const outcome = await inBundle(
        { profile, program: 'spin', noNewPrivileges },
        ({ bundle, state, id }) => ['sh', '-c', script, 'sh', runtime.path, state, bundle, id, options],
      );
      return { ...outcome, isStarted: outcome.code !== NOT_STARTED };
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
