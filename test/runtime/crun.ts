// Runs a profile on a real crun, and reads back the filter that it makes of one. crun loads what libseccomp gave it and
// adds nothing, so that what it stores at `create` is what the kernel would get at `start`.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isOnPath } from '../cluster/tools.ts';
import { type MarkedOutcome, makeMarkedRootfs, readMark } from './marked-program.ts';
import { configWith, execute } from './runc.ts';

export interface Crun {
  readonly version: string;
  readonly path: string;
}

/** Finds the system's crun; undefined where none is installed. */
export const findCrun = (): Crun | undefined => {
  if (!isOnPath('crun')) return undefined;
  const said = execFileSync('crun', ['--version'], { encoding: 'utf8' });
  return { version: /crun version (\S+)/.exec(said)?.[1] ?? '', path: 'crun' };
};

export interface CrunContainers {
  /** Starts a container with a profile given as JSON text; its program makes a directory and says what came of it. */
  start(crun: Crun, profile: string, noNewPrivileges?: boolean): Promise<MarkedOutcome>;
  /** Returns the filter, as the bytes of its program, that crun makes of a profile; none where it refuses it. */
  create(
    crun: Crun,
    profile: string,
  ): Promise<{ readonly program?: Uint8Array; readonly code: number; readonly output: string }>;
  remove(): void;
}

// Beside cgroup v1, crun refuses to work with a second cgroup2 mount at unified; here it needs no cgroup at all.
const PREPARE = 'if mountpoint -q /sys/fs/cgroup/unified; then umount /sys/fs/cgroup/unified; fi';
const RUN = `${PREPARE}; exec "$1" --cgroup-manager=disabled --root "$2" run --bundle "$3" "$4"`;
const CREATE = `${PREPARE}
"$1" --cgroup-manager=disabled --root "$2" create --bundle "$3" "$4" || exit
cp "$2/$4/seccomp.bpf" "$3/seccomp.bpf"
"$1" --cgroup-manager=disabled --root "$2" delete --force "$4"`;

/** The options that crun takes before any verb where it can't have cgroups, and what comes before it in a shell. */
export const CRUN_WITHOUT_CGROUPS = { prepare: PREPARE, options: '--cgroup-manager=disabled' } as const;

/** Returns the command line that runs a bundle on crun, for a mount namespace of its own. */
export const crunArguments = (
  crun: Crun,
  { state, bundle, id }: { state: string; bundle: string; id: string },
): readonly [string, ...string[]] => ['sh', '-c', RUN, 'sh', crun.path, state, bundle, id];

/** Makes the folder that containers run in; `remove` takes it away. */
export const prepareCrun = (): CrunContainers => {
  const folder = mkdtempSync(join(tmpdir(), 'seccomp-crun-'));
  const rootfs = makeMarkedRootfs(folder);
  let count = 0;
  const inBundle = async <T>(
    profile: string,
    noNewPrivileges: boolean,
    work: (bundle: string, state: string, id: string) => Promise<T>,
  ): Promise<T> => {
    count += 1;
    const id = `seccomp-crun-${process.pid}-${count}`;
    const bundle = join(folder, id);
    mkdirSync(bundle);
    writeFileSync(
      join(bundle, 'config.json'),
      configWith(profile, { rootfs, program: 'program', noNewPrivileges }),
    );
    // A root of its own, since crun caches filters in it by a key that leaves out the errno of rules.
    const result = await work(bundle, join(bundle, 'state'), id);
    rmSync(bundle, { recursive: true, force: true });
    return result;
  };
  return {
    start: (crun, profile, noNewPrivileges = true) =>
      inBundle(profile, noNewPrivileges, async (bundle, state, id) => {
        const [path, ...args] = crunArguments(crun, { state, bundle, id });
        return readMark(await execute(path, args));
      }),
    create: (crun, profile) =>
      inBundle(profile, true, async (bundle, state, id) => {
        const { code, output } = await execute('sh', ['-c', CREATE, 'sh', crun.path, state, bundle, id]);
        const path = join(bundle, 'seccomp.bpf');
        return { code, output, ...(existsSync(path) && { program: readFileSync(path) }) };
      }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
};
