// `npm test`: the checks, then every suite this machine can run, beside one real cluster that is started once.
// Ends in one plain line `N passed, N failed, N skipped`; what was skipped says why on a line of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBinaries } from './cluster/build.ts';
import type { Cluster } from './cluster/handle.ts';
import { startCluster } from './cluster/start.ts';
import { STATE_FILE_VARIABLE, stateFile } from './cluster/state.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const isCi = process.env.CI === 'true';
const CLUSTER_NAME = 'test';
const children = new Set<ChildProcess>();

interface Result {
  readonly code: number;
  readonly output: string;
}

/** Runs a program, shows what it prints as it comes (or, where others print at the same time, nothing), and keeps it. */
const run = (
  argv: readonly string[],
  { environment = {}, isShown = true }: { environment?: Record<string, string>; isShown?: boolean } = {},
): Promise<Result> =>
  new Promise((resolve, reject) => {
    const [command = '', ...rest] = argv;
    const child = spawn(command, rest, {
      cwd: root,
      env: { ...process.env, NO_COLOR: '1', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.add(child);
    let output = '';
    const keep = (chunk: Buffer, to: NodeJS.WriteStream): void => {
      output += chunk.toString();
      if (isShown) to.write(chunk);
    };
    child.stdout.on('data', (chunk: Buffer) => keep(chunk, process.stdout));
    child.stderr.on('data', (chunk: Buffer) => keep(chunk, process.stderr));
    child.on('error', reject);
    child.on('close', (code) => {
      children.delete(child);
      resolve({ code: code ?? 1, output });
    });
  });

const typescript = (...argv: string[]): string[] => [process.execPath, '--import', 'tsx', ...argv];
/** Why no cluster can run here; undefined where one can. */
const obstacle = (): string | undefined => {
  if (process.platform !== 'linux') return 'the test cluster needs Linux';
  if (process.getuid?.() !== 0) return 'the test cluster needs root';
  if (!findBinaries()) return 'the cluster is not built (npm run cluster:build; it needs Go)';
  return undefined;
};

/** Starts the cluster for this run; where it cannot, says why there is none. */
const startClusterOnce = async (): Promise<Cluster | undefined> => {
  const reason = obstacle();
  if (reason === undefined) return await startCluster({ name: CLUSTER_NAME });
  if (isCi) throw new Error(`under CI=true the cluster suites may not be skipped: ${reason}`);
  process.stdout.write(`no cluster: ${reason}\n`);
  return undefined;
};

const countOf = (output: string, label: string): number =>
  [...output.matchAll(new RegExp(`^\\s*${label}:\\s+(\\d+)`, 'gm'))].reduce(
    (sum, match) => sum + Number(match[1]),
    0,
  );

const uvu = (pattern: string): string[] => typescript('node_modules/uvu/bin.js', 'test', pattern);

/**
 * Runs every suite. Those of the cluster wait most of their time, so the others run beside them; what these print is
 * shown when they have ended.
 */
const runAll = async (environment: Record<string, string>): Promise<readonly Result[]> => {
  const others = run(uvu('^(?!cluster/).*\\.test\\.tsx?$'), { environment, isShown: false });
  const ofCluster = await run(uvu('^cluster/.*\\.test\\.tsx?$'), { environment });
  const ofOthers = await others;
  process.stdout.write(ofOthers.output);
  return [ofCluster, ofOthers];
};

const main = async (): Promise<number> => {
  const pattern = process.argv[2];
  const isWhole = pattern === undefined;
  if (isWhole) {
    for (const check of [
      ['tsc', '--noEmit'],
      ['biome', 'check', '--error-on-warnings', '.'],
    ]) {
      const { code } = await run([join(root, 'node_modules/.bin', check[0] ?? ''), ...check.slice(1)]);
      if (code !== 0) throw new Error(`${check.join(' ')} failed`);
    }
  }
  const built = await run(typescript('plugin/release/build.ts'));
  if (built.code !== 0) throw new Error('the build failed');
  const cluster = await startClusterOnce();
  try {
    const environment = {
      ...(cluster && { [STATE_FILE_VARIABLE]: stateFile(cluster.state.folder) }),
    };
    const results = isWhole ? await runAll(environment) : [await run(uvu(pattern), { environment })];
    const sum = (count: (one: Result) => number): number => results.reduce((all, one) => all + count(one), 0);
    const total = sum(({ output }) => countOf(output, 'Total'));
    const passed = sum(({ output }) => countOf(output, 'Passed'));
    const skipped = sum(({ output }) => countOf(output, 'Skipped'));
    // A suite that could not even be loaded has no count of its own, but it has failed.
    const failed = Math.max(total - passed, results.every(({ code }) => code === 0) ? 0 : 1);
    process.stdout.write(`\n${passed} passed, ${failed} failed, ${skipped} skipped\n`);
    if (total === 0) return 1;
    if (isCi && isWhole && skipped > 0) {
      process.stderr.write('error: suites were skipped under CI=true\n');
      return 1;
    }
    return failed === 0 ? 0 : 1;
  } finally {
    await cluster?.stop();
  }
};

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // The children get Ctrl-C from the terminal themselves; the cluster is stopped by `finally` above.
  process.on(signal, () => {
    for (const child of children) child.kill(signal);
  });
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
    process.stdout.write('\n0 passed, 1 failed, 0 skipped\n');
    process.exitCode = 1;
  },
);
