// The runtimes of this machine as one kind of thing: each turns a profile into the filter that it really loads.
import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import type { Facts } from '../../src/profile/facts.ts';
import { tableVersionOf } from '../../src/profile/syscalls.ts';
import { findCrun, prepareCrun } from './crun.ts';
import { prepareLoadedFilters } from './loaded-filter.ts';
import { findRuncs } from './runc.ts';

export interface RealRuntime {
  /** Such as `runc 1.5.2`. */
  readonly name: string;
  readonly kind: Facts['runtime'];
  /** The one of `LIBSECCOMP_VERSIONS` that it was linked with. */
  readonly libseccomp: string;
  /** Returns the program of a profile given as JSON text, with what the runtime said; none where nothing came up. */
  load(profile: string): Promise<{ readonly program?: Uint8Array; readonly output: string }>;
}

export interface RealRuntimes {
  /** Both runcs, the newer one first, and crun where there is one. */
  readonly all: readonly RealRuntime[];
  /** Asks the kernel itself: one line per probe, `abi number a0 … a5`, gives one line of answer. */
  ask(program: Uint8Array, probes: readonly string[]): readonly string[];
  remove(): void;
}

/** Finds the runtimes and compiles the oracles of a folder; `remove` takes away what was made. */
export const prepareRuntimes = (oracles: string): RealRuntimes => {
  const filters = prepareLoadedFilters(oracles);
  const crun = findCrun();
  const containers = prepareCrun();
  const runcs = findRuncs().map(
    (runc): RealRuntime => ({
      name: `runc ${runc.version}`,
      kind: 'runc',
      libseccomp: linkedLibseccomp(runc.path),
      load: (profile) => filters.load(runc, profile),
    }),
  );
  const others = (crun === undefined ? [] : [crun]).map(
    (one): RealRuntime => ({
      name: `crun ${one.version}`,
      kind: 'crun',
      libseccomp: linkedLibseccomp(one.path),
      load: (profile) => containers.create(one, profile),
    }),
  );
  return {
    all: [...runcs, ...others],
    ask: filters.ask,
    remove: () => {
      filters.remove();
      containers.remove();
    },
  };
};

/** Says which libseccomp a program loads: the one that its loader finds, by the name of the file behind the link. */
const linkedLibseccomp = (program: string): string => {
  const path = execFileSync('sh', ['-c', 'command -v "$1"', 'sh', program], { encoding: 'utf8' }).trim();
  const linked = /libseccomp\.so\S* => (\S+)/.exec(execFileSync('ldd', [path], { encoding: 'utf8' }))?.[1];
  const version = /libseccomp\.so\.(\d+\.\d+\.\d+)$/.exec(
    linked === undefined ? '' : realpathSync(linked),
  )?.[1];
  const table = tableVersionOf(version ?? '');
  if (table === undefined) throw new Error(`${path} loads no libseccomp that is known here: ${linked}`);
  return table;
};
