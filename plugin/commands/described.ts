// A verb as data: its builder is run on a parser that only takes notes. Completion, the reference pages and the man page
// read it, so that nothing is said twice; yargs itself is not loaded for it.
import type { Argv, CommandModule, Options, PositionalOptions } from 'yargs';
import type { Outside } from '../outside.ts';
import { loaders } from './loaders.ts';
import { type VerbName, verbs } from './verbs.ts';

export interface DescribedArgument {
  readonly name: string;
  readonly describe: string;
  readonly isRequired: boolean;
  /** Takes all words that follow. */
  readonly isVariadic: boolean;
}

export interface DescribedFlag {
  /** Without dashes. */
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  /** The heading it stands under in the help. */
  readonly group: string;
  readonly describe: string;
  readonly takesValue: boolean;
  readonly isRepeatable: boolean;
  /** What it may be, where that is one of a few words. */
  readonly words: readonly string[];
}

export interface DescribedVerb {
  /** E.g. `bundle build`. */
  readonly name: string;
  /** In one line. */
  readonly summary: string;
  /** What `--help` begins with; `$0` stands for the program. */
  readonly usage: string;
  /** What it ends with, examples first; '' where there are none. */
  readonly epilogue: string;
  readonly arguments: readonly DescribedArgument[];
  readonly flags: readonly DescribedFlag[];
  /** Those of a group, such as `bundle`. */
  readonly verbs: readonly DescribedVerb[];
}

/** Loads a verb and describes it. */
export const describeVerb = async (name: VerbName, outside: Outside): Promise<DescribedVerb> =>
  describeCommand(await loaders[name](outside));

/** Loads and describes every verb, in the order of the help. */
export const describeVerbs = (outside: Outside): Promise<DescribedVerb[]> =>
  Promise.all((Object.keys(verbs) as VerbName[]).map((name) => describeVerb(name, outside)));

interface Notes {
  usage: string;
  epilogue: string;
  readonly positionals: Map<string, PositionalOptions>;
  readonly options: Map<string, Options>;
  readonly commands: CommandModule[];
}

/** Describes a command; throws where its builder asks the parser for something that is not noted here. */
export const describeCommand = (module: CommandModule, above = ''): DescribedVerb => {
  const notes: Notes = {
    usage: '',
    epilogue: '',
    positionals: new Map(),
    options: new Map(),
    commands: [],
  };
  if (typeof module.builder === 'function') module.builder(noteTaker(notes));
  const [word = '', ...pattern] = String(module.command).split(' ');
  const name = above === '' ? word : `${above} ${word}`;
  return {
    name,
    summary: String(module.describe),
    usage: notes.usage,
    epilogue: notes.epilogue,
    arguments: pattern.map((part) => describeArgument(part, notes.positionals)),
    flags: describeFlags(Object.fromEntries(notes.options)),
    verbs: notes.commands.map((command) => describeCommand(command, name)),
  };
};

const noteTaker = (notes: Notes): Argv => {
  const taker = {
    usage: (text: string) => {
      notes.usage = text;
      return taker;
    },
    epilogue: (text: string) => {
      notes.epilogue = text;
      return taker;
    },
    positional: (name: string, options: PositionalOptions) => {
      notes.positionals.set(name, options);
      return taker;
    },
    options: (all: Readonly<Record<string, Options>>) => {
      for (const [name, options] of Object.entries(all)) notes.options.set(name, options);
      return taker;
    },
    command: (module: CommandModule) => {
      notes.commands.push(module);
      return taker;
    },
    demandCommand: () => taker,
  };
  return taker as unknown as Argv;
};

const describeArgument = (
  part: string,
  positionals: ReadonlyMap<string, PositionalOptions>,
): DescribedArgument => {
  const [, bracket, name = part, dots] = /^([<[])([\w-]+)(\.\.)?[>\]]$/.exec(part) ?? [];
  return {
    name,
    describe: positionals.get(name)?.describe ?? '',
    isRequired: bracket === '<',
    isVariadic: dots !== undefined,
  };
};

/** Describes flags, without those that are taken and not shown. */
export const describeFlags = (flags: Readonly<Record<string, Options>>): DescribedFlag[] =>
  Object.entries(flags)
    .filter(([, options]) => options.hidden !== true)
    .map(([name, options]) => describeFlag(name, options));

const describeFlag = (name: string, options: Options): DescribedFlag => ({
  name,
  ...(typeof options.alias === 'string' && { short: options.alias }),
  // kubectl's -v, which its help writes `-v, --v`.
  ...(name.length === 1 && { short: name }),
  group: options.group ?? '',
  describe: options.describe ?? '',
  takesValue: options.type !== 'boolean',
  isRepeatable: options.array === true,
  words: wordsIn(options.describe ?? ''),
});

// `choice` says its words so, and checks the value against the same ones.
const wordsIn = (describe: string): readonly string[] =>
  /\(([\w-]+(?:\|[\w-]+)+)\)/.exec(describe)?.[1]?.split('|') ?? [];
