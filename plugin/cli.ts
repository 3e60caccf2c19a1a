// The root of the command line: knows every verb by name and loads only the one that is asked for.
import type { CommandModule } from 'yargs';
import { SeccompError } from '../src/error.ts';
import { normalizeArguments, PARSER } from './commands/arguments.ts';
import { FLAGS_GROUP } from './commands/flags.ts';
// A new verb needs its line there and in verbs.ts.
import { loaders } from './commands/loaders.ts';
import { renderOverview, renderTopic } from './commands/overview.ts';
import { bundleVerbs, type VerbName, verbs } from './commands/verbs.ts';
import type { Outside } from './outside.ts';

/** What yargs says of a command line, in its own words. */
class UsageFault extends Error {}

/** A verb and what it was given, on the way out of the parser. */
class Chosen extends Error {
  readonly run: () => Promise<void>;

  constructor(run: () => Promise<void>) {
    super('a verb was chosen');
    this.run = run;
  }
}

const HELP = ['--help', '-h'];
const MAXIMUM_HELP_COLUMNS = 110;
const DEFAULT_HELP_COLUMNS = 100;

/** Parses a command line and runs its verb; throws SeccompError `usage` for one that makes no sense. */
export const runCli = async (args: readonly string[], outside: Outside): Promise<void> => {
  const topic = args[0] === 'help' ? await renderTopic(args[1] ?? '', outside.programName) : undefined;
  const words = normalizeArguments(args);
  const [first = ''] = words;
  const isHelpOnly = first.startsWith('-') && words.some((word) => HELP.includes(word));
  if (topic !== undefined || words.length === 0 || isHelpOnly) {
    outside.stdout.write(topic ?? renderOverview(outside.programName));
    return;
  }
  if (first.startsWith('-'))
    throw usageError(`no verb beside ${words.join(' ')}`, words, outside.programName);
  // With --help beside it, the parser would show the help of the whole instead.
  if (!Object.hasOwn(verbs, first)) throw usageError(`Unknown command: ${first}`, words, outside.programName);
  const { default: yargs } = await import('yargs');
  const parser = yargs([])
    .scriptName(outside.programName)
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
  const name = first as VerbName;
  parser.command(lazily(name, () => loaders[name](outside), outside));
  let help = '';
  try {
    await parser.parseAsync(words, {}, (_error, _argv, output) => {
      help = output;
    });
  } catch (thrown) {
    if (thrown instanceof Chosen) return thrown.run();
    const isUsage = thrown instanceof UsageFault || (thrown instanceof Error && thrown.name === 'YError');
    throw isUsage ? usageError(thrown.message, words, outside.programName) : thrown;
  }
  if (help !== '') outside.stdout.write(`${withoutTypes(help)}\n`);
};

/** What a flag takes is said in words; yargs' own tags would only push them aside. */
const withoutTypes = (help: string): string => help.replace(/\s*\[(?:string|array|boolean)\](?=\s|$)/g, '');

const lazily = (name: VerbName, load: () => Promise<CommandModule>, outside: Outside): CommandModule => ({
  command: verbs[name].command,
  describe: verbs[name].describe,
  builder: async (parser) => {
    const { builder } = await load();
    return typeof builder === 'function' ? builder(parser) : parser;
  },
  // Thrown, not awaited: a parser whose handler returns renders the help, in case it is wanted. That takes longer than
  // many a verb.
  handler: (argv) => {
    throw new Chosen(async () => {
      try {
        await (await load()).handler(argv);
      } catch (thrown) {
        const { explainRefusal } = await import('./commands/missing-rights.ts');
        throw await explainRefusal(thrown, name, argv, outside);
      }
    });
  },
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
