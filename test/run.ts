// `npm test`: the checks, then every suite this machine can run, beside one real cluster that is started once.
// Ends in one plain line `N passed, N failed, N skipped`; what was skipped says why on a line of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const isCi = process.env.CI === 'true';
const children = new Set<ChildProcess>();

interface Result {
  readonly code: number;
  readonly output: string;
}

/** Runs a program, shows what it prints as it comes, and keeps it. */
const run = (argv: readonly string[], environment: Record<string, string> = {}): Promise<Result> =>
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
      to.write(chunk);
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
const clusterProgram = (...argv: string[]): string[] => typescript('test/cluster/main.ts', ...argv);

/** Starts the cluster for this run; without root, Linux or what it is built from, says why there is none. */
const startCluster = async (): Promise<{ readonly stateFile?: string }> => {
  const obstacle =
    process.platform !== 'linux'
      ? 'the test cluster needs Linux'
      : process.getuid?.() !== 0
        ? 'the test cluster needs root'
        : (await run(clusterProgram('built', '--quiet'))).code !== 0
          ? 'the cluster is not built (npm run cluster:build; needs Go)'
          : undefined;
  if (obstacle) {
    process.stdout.write(`no cluster: ${obstacle}\n`);
    if (isCi) throw new Error(`under CI=true the cluster suites may not be skipped: ${obstacle}`);
    return {};
  }
  const started = await run(clusterProgram('up', '--name', 'test', '--print-state'));
  const stateFile = started.output.trim().split('\n').at(-1) ?? '';
  if (started.code !== 0 || !existsSync(stateFile))
    throw new Error('the test cluster did not start; its words are above');
  return { stateFile };
};

const countOf = (output: string, label: string): number =>
  [...output.matchAll(new RegExp(`^\\s*${label}:\\s+(\\d+)`, 'gm'))].reduce(
    (sum, match) => sum + Number(match[1]),
    0,
  );

const main = async (): Promise<number> => {
  const pattern = process.argv[2] ?? '\\.test\\.tsx?$';
  const isWhole = process.argv[2] === undefined;
  if (isWhole) {
    for (const check of [
      ['tsc', '--noEmit'],
      ['biome', 'check', '--error-on-warnings', '.'],
    ]) {
      const { code } = await run([join(root, 'node_modules/.bin', check[0] ?? ''), ...check.slice(1)]);
      if (code !== 0) throw new Error(`${check.join(' ')} failed`);
    }
  }
  const { stateFile } = await startCluster();
  try {
    const { code, output } = await run(typescript('node_modules/uvu/bin.js', 'test', pattern), {
      ...(stateFile && { SECCOMP_TEST_CLUSTER: stateFile }),
    });
    const total = countOf(output, 'Total');
    const passed = countOf(output, 'Passed');
    const skipped = countOf(output, 'Skipped');
    // A suite that could not even be loaded has no count of its own, but it has failed.
    const failed = Math.max(total - passed, code === 0 ? 0 : 1);
    process.stdout.write(`\n${passed} passed, ${failed} failed, ${skipped} skipped\n`);
    if (total === 0) return 1;
    if (isCi && isWhole && skipped > 0) {
      process.stderr.write('error: suites were skipped under CI=true\n');
      return 1;
    }
    return failed === 0 ? 0 : 1;
  } finally {
    if (stateFile) await run(clusterProgram('down', '--name', 'test'));
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
