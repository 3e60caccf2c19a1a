// The root of the command line: knows every verb by name and loads only the one that is asked for.
import yargs, { type CommandModule } from 'yargs';
import { SeccompError } from '../src/error.ts';
import { normalizeArguments, PARSER } from './commands/arguments.ts';
import { FLAGS_GROUP } from './commands/flags.ts';
import { bundleVerbs, type Verb, verbs } from './commands/verbs.ts';
import type { Outside } from './outside.ts';

/** What yargs says of a command line, in its own words. */
class UsageFault extends Error {}

type Loader = (outside: Outside) => Promise<CommandModule>;

const loaders: Readonly<Record<keyof typeof verbs, Loader>> = {
  apply: async (outside) => (await import('./commands/apply.ts')).applyCommand(outside),
  status: async (outside) => (await import('./commands/status.ts')).statusCommand(outside),
  verify: async (outside) => (await import('./commands/verify.ts')).verifyCommand(outside),
  delete: async (outside) => (await import('./commands/delete.ts')).deleteCommand(outside),
  history: async (outside) => (await import('./commands/history.ts')).historyCommand(outside),
  rollback: async (outside) => (await import('./commands/rollback.ts')).rollbackCommand(outside),
  usage: async (outside) => (await import('./commands/usage.ts')).usageCommand(outside),
  uninstall: async (outside) => (await import('./commands/uninstall.ts')).uninstallCommand(outside),
  lint: async (outside) => (await import('./commands/lint.ts')).lintCommand(outside),
  eval: async (outside) => (await import('./commands/eval.ts')).evalCommand(outside),
  explain: async (outside) => (await import('./commands/explain.ts')).explainCommand(outside),
  diff: async (outside) => (await import('./commands/diff.ts')).diffCommand(outside),
  merge: async (outside) => (await import('./commands/merge.ts')).mergeCommand(outside),
  convert: async (outside) => (await import('./commands/convert.ts')).convertCommand(outside),
  bundle: async (outside) => (await import('./commands/bundle.ts')).bundleCommand(outside),
  version: async (outside) => (await import('./commands/version.ts')).versionCommand(outside),
};

const EXAMPLES = `Examples:
  # Check profiles, and put them onto every node
  $0 apply -f profiles/ --name web
  # Try it on a folder of this machine, without a cluster
  $0 apply -f profiles/ --name web --root /tmp/seccomp
  # Say more about a verb
  $0 apply --help`;

const MAXIMUM_HELP_COLUMNS = 110;
const DEFAULT_HELP_COLUMNS = 100;

/** Parses a command line and runs its verb; throws SeccompError `usage` for one that makes no sense. */
export const runCli = async (args: readonly string[], outside: Outside): Promise<void> => {
  const words = normalizeArguments(args);
  const parser = yargs([])
    .scriptName(outside.programName)
    .usage(`Get seccomp profiles onto the nodes of a cluster, and keep them right.\n\n$0 VERB [flags]`)
    .epilogue(EXAMPLES)
    .locale('en')
    .exitProcess(false)
    .version(false)
    .help('help', 'Show this help')
    .alias('help', 'h')
    .group('help', FLAGS_GROUP)
    .wrap(Math.min(outside.stdout.columns || DEFAULT_HELP_COLUMNS, MAXIMUM_HELP_COLUMNS))
    .strict()
    .strictCommands()
    .parserConfiguration(PARSER)
    // What stands behind `--` is an argument like any other; yargs' own strictness overlooks it.
    .check(({ _: [verb, ...others] }) => {
      const extra = verb === 'bundle' ? others.slice(1) : others;
      if (extra.length > 0) throw new UsageFault(`Unknown command: ${extra.join(', ')}`);
      return true;
    })
    .fail((message, thrown) => {
      throw thrown ?? new UsageFault(message);
    });
  for (const name of Object.keys(verbs) as (keyof typeof verbs)[]) {
    parser.command(lazily(verbs[name], () => loaders[name](outside)));
  }
  const isBare = words.length === 0;
  let help = '';
  try {
    await parser.parseAsync(isBare ? ['--help'] : words, {}, (_error, _argv, output) => {
      help = output;
    });
  } catch (thrown) {
    const isUsage = thrown instanceof UsageFault || (thrown instanceof Error && thrown.name === 'YError');
    throw isUsage ? usageError(thrown.message, words, outside.programName) : thrown;
  }
  if (help !== '') outside.stdout.write(`${withoutTypes(help)}\n`);
};

/** What a flag takes is said in words; yargs' own tags would only push them aside. */
const withoutTypes = (help: string): string => help.replace(/\s*\[(?:string|array|boolean)\](?=\s|$)/g, '');

const lazily = ({ command, describe }: Verb, load: () => Promise<CommandModule>): CommandModule => ({
  command,
  describe,
  builder: async (parser) => {
    const { builder } = await load();
    return typeof builder === 'function' ? builder(parser) : parser;
  },
  handler: async (argv) => (await load()).handler(argv),
});

const usageError = (message: string, words: readonly string[], programName: string): SeccompError => {
  const verb = verbOf(words);
  return new SeccompError('usage', inKubectlsWords(message, verb, programName), {
    hint: `See '${[programName, verb].filter(Boolean).join(' ')} --help' for usage.`,
  });
};

const verbOf = (words: readonly string[]): string | undefined => {
  const verb = words.find((word) => word in verbs);
  const below =
    verb === 'bundle' ? words.slice(words.indexOf(verb)).find((word) => word in bundleVerbs) : undefined;
  return below === undefined ? verb : `${verb} ${below}`;
};

const inKubectlsWords = (message: string, verb: string | undefined, programName: string): string => {
  const [, kind = '', names = ''] = /^(.+?): (.*)$/s.exec(message) ?? [];
  switch (kind) {
    case 'Unknown argument':
    case 'Unknown arguments':
      return `unknown flag: ${[...new Set(names.split(', ').map((name) => dashed(kebab(name))))].join(', ')}`;
    case 'Not enough arguments following':
      return `flag needs a value: ${dashed(names)}`;
    case 'Unknown command':
    case 'Unknown commands':
      return verb === undefined || verb === 'bundle'
        ? `unknown command "${names}" for "${[programName, verb].filter(Boolean).join(' ')}"`
        : `unexpected argument "${names}" for "${programName} ${verb}"`;
    default:
      return /^Not enough non-option arguments/.test(message) && verb !== undefined
        ? `${verb}: an argument is missing`
        : message;
  }
};

const dashed = (name: string): string => (name.length === 1 ? `-${name}` : `--${name}`);
const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
