// Runs verbs for the terminal UI: the same code as on the command line, with streams that are kept instead of shown. So
// what the UI says a command does is what it does.
import yargs, { type CommandModule } from 'yargs';
import { SeccompError } from '../../src/error.ts';
import type { ConnectOptions, ExitCode, LendOptions, Outside } from '../outside.ts';
import type { Answer } from '../tui/port.ts';
import { isRolling } from '../tui/words.ts';
import { normalizeArguments, PARSER } from './arguments.ts';
import { DEFAULT_NAMESPACE } from './flags.ts';
import { loaders } from './loaders.ts';

export interface VerbOptions extends LendOptions {
  /** Where the UI is connected; a verb's words say nothing else about it. */
  readonly connect: ConnectOptions;
}

/** Runs one verb; whatever goes wrong is part of the answer. */
export const runVerb = async (
  words: readonly string[],
  { connect, ...options }: VerbOptions,
  outside: Outside,
): Promise<Answer> => {
  const { outside: lent, stdout, stderr, exitCode } = await outside.lend(options);
  const there: Outside = {
    ...lent,
    connect: async (given) => lent.connect.call(there, connectAs(connect, given)),
  };
  let failed: ExitCode | undefined;
  try {
    await runWords(quietly(words), there);
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown;
    const hint = thrown instanceof SeccompError && thrown.hint !== undefined ? `${thrown.hint}\n` : '';
    lent.stderr.write(`error: ${thrown.message}\n${hint}`);
    failed = exitCodeOf(thrown, exitCode());
  }
  return { exitCode: failed ?? exitCode() ?? 0, stdout: stdout(), stderr: stderr() };
};

/** What runs on nodes is followed on a screen: lines about its progress would only stand there as if they were last. */
const quietly = (words: readonly string[]): readonly string[] =>
  isRolling(words) && !words.includes('--quiet') ? words.toSpliced(1, 0, '--quiet') : words;

const exitCodeOf = (thrown: Error, concluded: ExitCode | undefined): ExitCode => {
  if (!(thrown instanceof SeccompError)) return 1;
  if (thrown.code === 'interrupted') return 130;
  return concluded ?? (thrown.code === 'usage' ? 2 : 1);
};

/** What says where to connect and as whom; the rest of ConnectOptions shapes Jobs, which each verb does for itself. */
const CONNECTION = [
  ...(['kubeconfig', 'context', 'cluster', 'user', 'server', 'token', 'as', 'asGroup', 'asUid'] as const),
  ...(['certificateAuthority', 'clientCertificate', 'clientKey', 'insecureSkipTlsVerify'] as const),
  ...(['asUserExtra', 'username', 'password', 'kuberc', 'proxyUrl', 'isCompressionDisabled'] as const),
  ...(['isVersionMatched', 'areWarningsErrors'] as const),
  ...(['tlsServerName', 'requestTimeoutMs', 'installNamespace'] as const),
] satisfies readonly (keyof ConnectOptions)[];

/** A verb goes where the UI is connected; words that say otherwise would be shown as one thing and do another. */
const connectAs = (ours: ConnectOptions, given: ConnectOptions): ConnectOptions => {
  for (const field of CONNECTION) {
    const isLeftOut = given[field] === undefined || given[field] === DEFAULTS[field];
    if (isLeftOut || JSON.stringify(given[field]) === JSON.stringify(ours[field])) continue;
    throw new SeccompError('usage', `${field} is "${given[field]}" here, and the UI is connected otherwise`, {
      hint: 'Open the UI with that flag; another context is chosen with :context.',
    });
  }
  return { ...given, ...Object.fromEntries(CONNECTION.map((field) => [field, ours[field]])) };
};

const DEFAULTS: Partial<ConnectOptions> = { installNamespace: DEFAULT_NAMESPACE };

const runWords = async (words: readonly string[], outside: Outside): Promise<void> => {
  const [verb = ''] = words;
  if (!(verb in loaders)) throw new SeccompError('usage', `"${verb}" is no verb`);
  const module: CommandModule = await loaders[verb as keyof typeof loaders](outside);
  let help = '';
  await yargs([])
    .scriptName(outside.programName)
    .locale('en')
    .exitProcess(false)
    .version(false)
    .strict()
    .strictCommands()
    .parserConfiguration(PARSER)
    .fail((message, thrown) => {
      throw thrown ?? new SeccompError('usage', message);
    })
    .command(module)
    .parseAsync(normalizeArguments(words), {}, (_error, _argv, output) => {
      help = output;
    });
  if (help !== '') outside.stdout.write(`${help}\n`);
};
