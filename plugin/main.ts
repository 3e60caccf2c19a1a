// The program's entry and the only reader of `process`: builds Outside, runs one command line, sets the exit code.
import { basename } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import { SeccompError } from '../src/error.ts';
import { answerQuickly, COMPLETE } from './commands/quick.ts';
import { describeFailure } from './failure.ts';
import { localClock } from './local-clock.ts';
import { localFiles } from './local-files.ts';
import { sanitizeText } from './output/sanitize.ts';
import type { ExitCode, Outside } from './outside.ts';

const { version } = packageJson;
let concluded: ExitCode | undefined;
let warnings = 0;

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

// A single file is known by the first, a script by the second.
const calledAs = [process.argv0, process.argv[1] ?? ''];

/** `…/kubectl-seccomp` is reached as `kubectl seccomp`; an underscore in the file name stands for a dash. */
const programName = (): string => {
  const [plugin] = calledAs.flatMap(
    (path) => /^kubectl(?:_complete)?-(.+?)(?:\.(?:js|exe))?$/.exec(basename(path))?.[1] ?? [],
  );
  return `kubectl ${(plugin ?? 'seccomp').replaceAll('_', '-')}`;
};

/** The name by which kubectl asks what could be typed next. */
const isAskedToComplete = calledAs.some((path) => basename(path).startsWith('kubectl_complete-'));

const outside: Outside = {
  programName: programName(),
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
  noteWarning: () => {
    warnings += 1;
  },
  // `this`: a verb that is run with streams and a signal of its own connects with those.
  async connect(options) {
    return (await import('./local-cluster.ts')).connect(options, this, process.pid);
  },
  readServerVersion: async (options) =>
    (await import('./local-cluster.ts')).readServerVersion(options, outside, process.pid),
  readProgramSha256: async () => (await import('./local-cluster.ts')).readProgramSha256(),
  readContext: async (options) => (await import('./local-cluster.ts')).readContext(options, outside),
  readNames: async (kind, options, signal, bundle) =>
    (await import('./local-names.ts')).readNames(kind, options, outside, signal, bundle),
  installCompletion: async () => {
    const { installCompletion } = await import('./local-completion.ts');
    const plugin = calledAs.find((path) => basename(path).startsWith('kubectl-')) ?? process.argv0;
    return installCompletion(plugin, process.env.PATH);
  },
  ...(process.platform !== 'win32' && {
    suspend: () =>
      new Promise<void>((resolve) => {
        process.once('SIGCONT', () => resolve());
        // The whole job, as the terminal would: with whatever has started this program.
        process.kill(0, 'SIGTSTP');
      }),
  }),
  lend: async (options) => (await import('./local-lent.ts')).lend(outside, options),
  runOnFolder: async (root, request, bundle) =>
    (await import('../bootstrap/run-on-folder.ts')).runOnFolder(root, request, bundle),
};

/** Files have their own errors: a bare failed write is one to stdout, redirected to a full disk for example. */
const explainOutput = (thrown: unknown): unknown => {
  if (!(thrown instanceof Error) || (thrown as NodeJS.ErrnoException).syscall !== 'write') return thrown;
  return new SeccompError('file', `cannot write the output: ${thrown.message}`, { cause: thrown });
};

const fail = (thrown: unknown): ExitCode => {
  const isAborted = interruption.signal.aborted && thrown instanceof Error && thrown.name === 'AbortError';
  const failure = describeFailure(isAborted ? interruption.signal.reason : explainOutput(thrown), version);
  process.stderr.write(sanitizeText(failure.text));
  // Verbs that answer a question have said what a failure means to them. Output may fail after all went well.
  return failure.exitCode === 130 || !concluded ? failure.exitCode : concluded;
};

/** Waits until what was written has left; a closed pipe counts as left. */
const drain = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => stream.write('', () => resolve()));

process.on('uncaughtException', (thrown) => process.exit(fail(thrown)));

try {
  const args = [...(isAskedToComplete ? [COMPLETE] : []), ...process.argv.slice(2)];
  if (!(await answerQuickly(args, outside))) {
    const { runCli } = await import('./cli.ts');
    await runCli(args, outside);
  }
  // kubectl's words. A verb that failed has said worse already.
  if (warnings > 0 && !concluded)
    throw new SeccompError('api', `${warnings} ${warnings === 1 ? 'warning' : 'warnings'} received`);
} catch (thrown) {
  concluded = fail(thrown);
}
await Promise.all([drain(process.stdout), drain(process.stderr)]);
// Bun reports a failed write as an event only after the next write has been answered: a full disk is no success.
await new Promise((resolve) => setImmediate(resolve));
// Idle keep-alive connections would otherwise hold the process for seconds.
process.exit(concluded ?? 0);
