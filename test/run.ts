// `npm test`: the checks, then every suite this machine can run, beside one real cluster that is started once.
// Ends in one plain line `N passed, N failed, N skipped`; what was skipped says why on a line of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBinaries } from './cluster/build.ts';
import type { Cluster } from './cluster/handle.ts';
import { PROGRAM_VARIABLE } from './cluster/plugin.ts';
import { startCluster } from './cluster/start.ts';
import { STATE_FILE_VARIABLE, stateFile } from './cluster/state.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const isCi = process.env.CI === 'true';
/** Their suites wait most of their time; one half beside the other takes half as long. */
const CLUSTERS = [
  { name: 'test', pattern: '^cluster/[a-j].*\\.test\\.tsx?$' },
  { name: 'test-2', pattern: '^cluster/[k-z].*\\.test\\.tsx?$' },
] as const;
const OTHERS = '^(?!cluster/).*\\.test\\.tsx?$';
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

/** Says why there is no cluster; under CI=true that is an error. */
const refuseWithout = (reason: string): void => {
  if (isCi) throw new Error(`under CI=true the cluster suites may not be skipped: ${reason}`);
  process.stdout.write(`no cluster: ${reason}\n`);
};

/** Builds the program that ships, on which the cluster's suites run. */
const buildShipped = async (): Promise<string> => {
  const { code, output } = await run(typescript('plugin/release/single-file.ts'));
  if (code !== 0) throw new Error('the single file failed');
  return output.trim();
};

const countOf = (output: string, label: string): number =>
  [...output.matchAll(new RegExp(`^\\s*${label}:\\s+(\\d+)`, 'gm'))].reduce(
    (sum, match) => sum + Number(match[1]),
    0,
  );

const uvu = (pattern: string): string[] => typescript('node_modules/uvu/bin.js', 'test', pattern);

const inCluster = (cluster: Cluster | undefined): Record<string, string> =>
  cluster === undefined ? {} : { [STATE_FILE_VARIABLE]: stateFile(cluster.state.folder) };

/**
 * Runs every suite: those of each cluster beside each other, on the program that ships, and beside the others. What the
 * first of them prints is shown as it comes, the rest when they have ended.
 */
const runAll = async (
  clusters: readonly Cluster[],
  program: string | undefined,
): Promise<readonly Result[]> => {
  const running = CLUSTERS.map(({ pattern }, at) =>
    run(uvu(pattern), {
      environment: {
        ...inCluster(clusters[at]),
        ...(program !== undefined && { [PROGRAM_VARIABLE]: program }),
      },
      isShown: at === 0,
    }),
  );
  const others = run(uvu(OTHERS), { isShown: false });
  const results = await Promise.all([...running, others]);
  for (const { output } of results.slice(1)) process.stdout.write(output);
  return results;
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
  const reason = obstacle();
  if (reason !== undefined) refuseWithout(reason);
  const program = isWhole && reason === undefined ? await buildShipped() : undefined;
  const clusters: Cluster[] = [];
  try {
    // One after the other: they build the same images.
    const wanted = reason === undefined ? CLUSTERS.slice(0, isWhole ? CLUSTERS.length : 1) : [];
    for (const { name } of wanted) clusters.push(await startCluster({ name }));
    const results = isWhole
      ? await runAll(clusters, program)
      : [await run(uvu(pattern), { environment: inCluster(clusters[0]) })];
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
    for (const cluster of clusters) await cluster.stop();
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
