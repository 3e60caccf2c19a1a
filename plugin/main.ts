// The program's entry and the only reader of `process`: builds Outside, runs one command line, sets the exit code.
import { basename } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import { SeccompError } from '../src/error.ts';
import { describeFailure } from './failure.ts';
import { localClock } from './local-clock.ts';
import { localFiles } from './local-files.ts';
import { sanitizeText } from './output/sanitize.ts';
import type { ExitCode, Outside } from './outside.ts';

const { version } = packageJson;
let concluded: ExitCode | undefined;

const interruption = new AbortController();
const interrupt = (signal: NodeJS.Signals): void => {
  // Whoever asks twice wants out now; what is left behind is swept by the next run.
  if (interruption.signal.aborted) process.exit(130);
  interruption.abort(new SeccompError('interrupted', `interrupted by ${signal}`));
};
process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (thrown: NodeJS.ErrnoException) => {
    // `| head` has read enough. The work itself goes on: a rollout must not stop half-way because nobody listens.
    if (thrown.code !== 'EPIPE') throw thrown;
  });
}

/** `…/kubectl-seccomp` is reached as `kubectl seccomp`; an underscore in the file name stands for a dash. */
const programName = (path: string): string => {
  const [, plugin] = /^kubectl-(.+?)(?:\.(?:js|exe))?$/.exec(basename(path)) ?? [];
  return `kubectl ${(plugin ?? 'seccomp').replaceAll('_', '-')}`;
};

const outside: Outside = {
  programName: programName(process.argv[1] ?? ''),
  version,
  get stdin() {
    return process.stdin;
  },
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  clock: localClock,
  files: localFiles,
  signal: interruption.signal,
  conclude: (code) => {
    concluded = code;
  },
  connect: async (options) => (await import('./local-cluster.ts')).connect(options, outside, process.pid),
  readServerVersion: async (options) =>
    (await import('./local-cluster.ts')).readServerVersion(options, outside),
  runOnFolder: async (root, request, bundle) =>
    (await import('../bootstrap/run-on-folder.ts')).runOnFolder(root, request, bundle),
};

const fail = (thrown: unknown): ExitCode => {
  const isAborted = interruption.signal.aborted && thrown instanceof Error && thrown.name === 'AbortError';
  const failure = describeFailure(isAborted ? interruption.signal.reason : thrown, version);
  process.stderr.write(sanitizeText(failure.text));
  // Verbs that answer a question have said what a failure means to them.
  return failure.exitCode === 130 || concluded === undefined ? failure.exitCode : concluded;
};

/** Waits until what was written has left; a closed pipe counts as left. */
const drain = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => stream.write('', () => resolve()));

process.on('uncaughtException', (thrown) => process.exit(fail(thrown)));

try {
  const { runCli } = await import('./cli.ts');
  await runCli(process.argv.slice(2), outside);
} catch (thrown) {
  concluded = fail(thrown);
}
await Promise.all([drain(process.stdout), drain(process.stderr)]);
// Idle keep-alive connections would otherwise hold the process for seconds.
process.exit(concluded ?? 0);
