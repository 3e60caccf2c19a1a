// What a suite needs of the machine, and what becomes of it where that is missing: its tests count as skipped and one
// line says why. Under CI=true nothing may be skipped, so there the suite fails.
import { existsSync } from 'node:fs';
import { type Callback, suite, type Test } from 'uvu';
import { findBun } from '../../plugin/release/bun.ts';
import { findBinaries } from '../cluster/build.ts';
import { STATE_FILE_VARIABLE } from '../cluster/state.ts';
import { isOnPath } from '../cluster/tools.ts';

/**
 * `cluster`: a running test cluster, named by SECCOMP_TEST_CLUSTER. `shared`: the corpus and oracles that
 * SECCOMP_SHARED names. `runc`: the cluster's binaries, built. `cc`: a C compiler. `bun`: the pinned Bun.
 * `tmux`: a terminal to drive programs in. `zsh`, `fish`: those shells.
 */
export type Requirement =
  | 'linux'
  | 'root'
  | 'cluster'
  | 'shared'
  | 'runc'
  | 'cc'
  | 'bun'
  | 'tmux'
  | 'zsh'
  | 'fish';

/** Returns why a requirement isn't met, or undefined where it is. */
const missing: Record<Requirement, () => string | undefined> = {
  linux: () => (process.platform === 'linux' ? undefined : 'it needs Linux'),
  root: () => (process.getuid?.() === 0 ? undefined : 'it needs root'),
  cluster: () => missingPath(STATE_FILE_VARIABLE, 'a running test cluster'),
  shared: () => missingPath('SECCOMP_SHARED', 'the shared corpus and oracles'),
  runc: () => (findBinaries() ? undefined : 'it needs the cluster’s binaries (npm run cluster:build)'),
  cc: () => (isOnPath('cc') ? undefined : 'it needs a C compiler'),
  tmux: () => (isOnPath('tmux') ? undefined : 'it needs tmux'),
  zsh: () => (isOnPath('zsh') ? undefined : 'it needs zsh'),
  fish: () => (isOnPath('fish') ? undefined : 'it needs fish'),
  bun: () => (findBun() ? undefined : 'it needs the pinned Bun (npm ci, without --omit=optional)'),
};

const missingPath = (variable: string, what: string): string | undefined => {
  const path = process.env[variable];
  if (!path) return `it needs ${what} (${variable} is not set)`;
  return existsSync(path) ? undefined : `it needs ${what} (${variable} is ${path}, which does not exist)`;
};

/** Lists why those requirements aren't met; empty where all are. */
export const whatIsMissing = (requirements: readonly Requirement[]): string[] =>
  requirements.flatMap((requirement) => missing[requirement]() ?? []);

/**
 * Returns a uvu suite of that name. Where something is missing its tests and hooks never run: they count as skipped,
 * or, under CI=true, one failing test stands for them.
 */
export const suiteThatNeeds = <T = Record<string, unknown>>(
  name: string,
  requirements: readonly Requirement[],
  context?: T,
): Test<T> => {
  const real = context === undefined ? suite<T>(name) : suite<T>(name, context);
  const reasons = whatIsMissing(requirements);
  return reasons.length === 0 ? real : skipping(real, name, reasons.join(', '), process.env.CI === 'true');
};

const skipping = <T>(real: Test<T>, name: string, reason: string, isFailure: boolean): Test<T> => {
  const skip = (title: string, test?: Callback<T>) => real.skip(title, test);
  const ignore = Object.assign(() => {}, { each: () => {} });
  const run = () => {
    if (isFailure) {
      real('can run here', () => {
        throw new Error(`under CI=true nothing is skipped, but ${reason}`);
      });
    } else {
      process.stderr.write(`skipped ${name}: ${reason}\n`);
    }
    real.run();
  };
  return Object.assign(skip, { only: skip, skip: real.skip, before: ignore, after: ignore, run });
};
