// The filter that a real runc really loaded: starts a container and reads it back from its process.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileBare, SPIN } from './bare-program.ts';
import { configWith, execute, type Runc, removeCgroups } from './runc.ts';

export interface LoadedFilters {
  /** Returns the program of a profile given as JSON text, with what runc said; no program where nothing came up. */
  load(runc: Runc, profile: string): Promise<{ readonly program?: Uint8Array; readonly output: string }>;
  /** Asks the kernel itself: one line per probe, `abi number a0 … a5`, gives one line of answer. */
  ask(program: Uint8Array, probes: readonly string[]): readonly string[];
  remove(): void;
}

// The filter comes after runc's "started" and right before the program, so it is asked for until it is there.
const SCRIPT = `
runc=$1 root=$2 bundle=$3 id=$4 dump=$5
"$runc" --root "$root" run --detach --pid-file "$bundle/pid" --bundle "$bundle" "$id" </dev/null || exit 1
for attempt in $(seq 100); do
  "$dump" "$(cat "$bundle/pid")" "$bundle/filter" >/dev/null 2>&1
  if [ -s "$bundle/filter.0" ]; then break; fi
  sleep 0.02
done
"$runc" --root "$root" delete --force "$id"
`;

/** Compiles the oracles and makes the folder that containers run in; `remove` takes it away. */
export const prepareLoadedFilters = (oracles: string): LoadedFilters => {
  const folder = mkdtempSync(join(tmpdir(), 'seccomp-filter-'));
  const rootfs = join(folder, 'rootfs');
  for (const name of ['proc', 'dev']) mkdirSync(join(rootfs, name), { recursive: true });
  const build = (target: string, source: string, ...options: string[]): void => {
    execFileSync('cc', [...options, '-o', join(folder, target), source], { stdio: 'pipe' });
  };
  // It makes no call at all, so that every filter lets it be.
  compileBare(join(rootfs, 'spin'), SPIN);
  build('dump', join(oracles, 'dump-filter.c'));
  build('kernel', join(oracles, 'kernel-oracle.c'), '-O1', '-w');
  let count = 0;
  return {
    load: async (runc, profile) => {
      count += 1;
      const id = `seccomp-filter-${process.pid}-${count}`;
      const bundle = join(folder, id);
      mkdirSync(bundle);
      writeFileSync(
        join(bundle, 'config.json'),
        configWith(profile, { rootfs, program: 'spin', noNewPrivileges: true }),
      );
      const root = join(folder, `state-${runc.version}`);
      const { output } = await execute('sh', [
        ...['-c', SCRIPT, 'sh', runc.path, root, bundle, id],
        join(folder, 'dump'),
      ]);
      const path = join(bundle, 'filter.0');
      const program = existsSync(path) ? readFileSync(path) : undefined;
      rmSync(bundle, { recursive: true, force: true });
      await removeCgroups(id);
      return { output, ...(program !== undefined && { program }) };
    },
    ask: (program, probes) => {
      const path = join(folder, 'program.bpf');
      writeFileSync(path, program);
      const options = { input: `${probes.join('\n')}\n`, encoding: 'utf8', maxBuffer: 1 << 26 } as const;
      return execFileSync(join(folder, 'kernel'), [path], options).trim().split('\n');
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
};
