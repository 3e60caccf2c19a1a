// What could stand where the cursor is, for a shell. Verbs and flags are those of the parser; names are asked of
// kubeconfig and the cluster, which have half a second.
import type { NameKind, Outside } from '../outside.ts';
import { splitLeadingFlags } from './arguments.ts';
import { type DescribedFlag, type DescribedVerb, describeFlags, describeVerb } from './described.ts';
import { parseExtra } from './flag-values.ts';
import { clusterFlags, connectOptions, type Given } from './flags.ts';
import { topics } from './topics.ts';
import { type VerbName, verbs } from './verbs.ts';

export interface Choice {
  readonly value: string;
  readonly describe?: string;
}

export interface Completion {
  readonly choices: readonly Choice[];
  /** Bits, as kubectl and Cobra have them: 2 no space after it, 4 no files instead, 16 folders instead. */
  readonly directive: number;
}

const NO_SPACE = 2;
const NO_FILES = 4;
const FOLDERS = 16;
const FILES = 0;
const NAMES_WITHIN_MS = 500;

/** Flags and arguments whose values have names somewhere. */
const NAMED: Readonly<Record<string, NameKind>> = {
  context: 'contexts',
  cluster: 'clusters',
  user: 'users',
  namespace: 'namespaces',
  'install-namespace': 'namespaces',
  nodes: 'nodes',
  node: 'nodes',
  bundle: 'bundles',
  profile: 'profiles',
};

const syscallNames = async (): Promise<readonly string[]> =>
  (await import('../../src/profile/syscalls.ts')).SYSCALL_NAMES;

/** Flags and arguments whose values are words that the program itself knows. */
const VOCABULARY: Readonly<Record<string, () => Promise<readonly string[]>>> = {
  syscall: syscallNames,
  syscalls: syscallNames,
  verbs: async () => Object.keys(verbs),
  arch: async () => (await import('../../src/profile/architectures.ts')).ARCHITECTURES,
  'cap-add': async () => (await import('../../src/profile/capabilities.ts')).CAPABILITIES,
};

/** Values that are files say so, by their name or in words; the shell is better at those. */
const NAME_OF_FILE = /^(filename|files?|before|after|policy)$/;
const WORD_FOR_FILE = /\b(file|folder|path)\b/i;

const nothing: Completion = { choices: [], directive: NO_FILES };

/** Completes the last word; the others stand before it, the verb first. */
export const complete = async (words: readonly string[], outside: Outside): Promise<Completion> => {
  const current = words.at(-1) ?? '';
  const { flags, rest: before } = splitLeadingFlags(words.slice(0, -1));
  const [first, ...others] = before;
  if (first === undefined)
    return flags.length === 0 && !current.startsWith('-')
      ? fitting(verbChoices(), current)
      : completeBeforeVerb(flags, current, outside);
  if (first === 'help') return others.length === 0 ? fitting(helpChoices(), current) : nothing;
  if (!Object.hasOwn(verbs, first)) return nothing;
  const verb = await describeVerb(first as VerbName, outside);
  if (verb.verbs.length === 0) return completeVerb(verb, [...flags, ...others], current, outside);
  const [second, ...behind] = others;
  const below = verb.verbs.find(({ name }) => name === `${first} ${second}`);
  if (below !== undefined) return completeVerb(below, [...flags, ...behind], current, outside);
  const choices = verb.verbs.map(({ name, summary }) => ({
    value: name.slice(first.length + 1),
    describe: summary,
  }));
  return second === undefined ? fitting(choices, current) : nothing;
};

/** kubectl's flags may stand before the verb too. */
const completeBeforeVerb = async (
  before: readonly string[],
  current: string,
  outside: Outside,
): Promise<Completion> => {
  const any = { flags: describeFlags(clusterFlags), arguments: [] };
  const isOpen = readWords(any, before).open !== undefined;
  if (isOpen || current.startsWith('-')) return completeVerb(any, before, current, outside);
  return fitting(verbChoices(), current);
};

const verbChoices = (): Choice[] => [
  ...Object.entries(verbs).map(([value, { describe }]) => ({ value, describe })),
  { value: 'help', describe: 'Say more about a verb or a topic' },
];

const helpChoices = (): Choice[] => [
  ...Object.entries(verbs).map(([value, { describe }]) => ({ value, describe })),
  ...Object.entries(topics).map(([value, { summary }]) => ({ value, describe: summary })),
];

/** What of a verb matters here. */
type Known = Pick<DescribedVerb, 'flags' | 'arguments'>;

const completeVerb = async (
  verb: Known,
  before: readonly string[],
  current: string,
  outside: Outside,
): Promise<Completion> => {
  const { given, values, open } = readWords(verb, before);
  const [, inline, partial = ''] = /^(--[^=]+)=(.*)$/s.exec(current) ?? [];
  const flag = open ?? (inline === undefined ? undefined : flagOf(verb, inline));
  if (flag !== undefined)
    return completeValue(flag, inline === undefined ? current : partial, given, outside);
  if (current.startsWith('-')) return fitting(flagChoices(verb, given), current);
  const argument = verb.arguments[values.length] ?? verb.arguments.findLast(({ isVariadic }) => isVariadic);
  if (argument === undefined) return nothing;
  const words = /\(([\w-]+(?:\|[\w-]+)+)\)/.exec(argument.describe)?.[1]?.split('|') ?? [];
  return completeValue({ ...argument, words, isRepeatable: false }, current, given, outside);
};

interface Line {
  readonly given: Given;
  readonly values: readonly string[];
  /** The flag that the next word is the value of. */
  readonly open?: DescribedFlag;
}

const readWords = (verb: Known, words: readonly string[]): Line => {
  const given: Record<string, unknown> = {};
  const values: string[] = [];
  let open: DescribedFlag | undefined;
  for (const word of words) {
    if (open !== undefined) {
      note(given, open, word);
      open = undefined;
      continue;
    }
    const [, dashed, value] = /^(--?[A-Za-z][\w-]*)(?:=(.*))?$/s.exec(word) ?? [];
    const flag = dashed === undefined ? undefined : flagOf(verb, dashed);
    if (flag === undefined) values.push(...(word.startsWith('-') && word !== '-' ? [] : [word]));
    else if (!flag.takesValue) given[camelCase(flag.name)] = value !== 'false';
    else if (value === undefined) open = flag;
    else note(given, flag, value);
  }
  return { given, values, ...(open !== undefined && { open }) };
};

const note = (given: Record<string, unknown>, { name, isRepeatable }: DescribedFlag, value: string): void => {
  const key = camelCase(name);
  given[key] = isRepeatable ? [...((given[key] as string[] | undefined) ?? []), ...value.split(',')] : value;
};

const camelCase = (name: string): string =>
  name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

const flagOf = ({ flags }: Known, dashed: string): DescribedFlag | undefined =>
  flags.find(({ name, short }) => dashed === `--${name}` || (short !== undefined && dashed === `-${short}`));

const flagChoices = ({ flags }: Known, given: Given): Choice[] =>
  flags
    .filter(({ name, isRepeatable }) => isRepeatable || given[camelCase(name)] === undefined)
    .map(({ name, describe }) => ({ value: `--${name}`, describe }))
    .concat({ value: '--help', describe: 'Show this help' });

const completeValue = async (
  {
    name,
    describe,
    words,
    isRepeatable,
  }: Pick<DescribedFlag, 'name' | 'describe' | 'words' | 'isRepeatable'>,
  current: string,
  given: Given,
  outside: Outside,
): Promise<Completion> => {
  if (words.length > 0)
    return fitting(
      words.map((value) => ({ value })),
      current,
    );
  if (name === 'root') return { choices: [], directive: FOLDERS };
  if (current.startsWith('builtin:')) return fitting(await builtins(), current);
  // `--nodes a,b`: what stands before the last comma is settled.
  const settled = isRepeatable ? current.slice(0, current.lastIndexOf(',') + 1) : '';
  const open = (all: readonly string[]): Completion => {
    const free = all.filter((one) => !settled.split(',').includes(one));
    return fitting(
      free.map((one) => ({ value: settled + one })),
      current,
    );
  };
  if (Object.hasOwn(VOCABULARY, name)) return open(await VOCABULARY[name]!());
  const kind = NAMED[name];
  if (kind === undefined)
    return {
      choices: [],
      directive: NAME_OF_FILE.test(name) || WORD_FOR_FILE.test(describe) ? FILES : NO_FILES,
    };
  if (kind === 'profiles') return completeProfile(current, given, outside);
  return open(await within(kind, given, outside));
};

const completeProfile = async (current: string, given: Given, outside: Outside): Promise<Completion> => {
  const bundle = /^([^/]+)\//.exec(current)?.[1];
  if (bundle !== undefined)
    return fitting(
      (await within('profiles', given, outside, bundle)).map((value) => ({ value })),
      current,
    );
  const bundles = await within('bundles', given, outside);
  const { choices, directive } = fitting(
    bundles.map((value) => ({ value })),
    current,
  );
  return { choices, directive: directive | NO_SPACE };
};

const builtins = async (): Promise<Choice[]> => {
  const { BUILTIN_NAMES } = await import('../../src/profile/builtins.ts');
  return BUILTIN_NAMES.map(({ name }) => ({ value: `builtin:${name}` }));
};

/** Asks for names; what is not there in time, or not at all, is no choice: nobody waits while typing. */
const within = async (
  kind: NameKind,
  given: Given,
  outside: Outside,
  bundle?: string,
): Promise<readonly string[]> => {
  const ended = new AbortController();
  try {
    const { timeout: _timeout, requestTimeout: _requestTimeout, v: _v, ...flags } = given;
    const asUserExtra = flags.asUserExtra && parseExtra(flags.asUserExtra as string[]);
    const names = outside
      .readNames(kind, connectOptions({ ...flags, asUserExtra }), ended.signal, bundle)
      .catch((): string[] => []);
    const late = outside.clock.sleep(NAMES_WITHIN_MS, ended.signal).then((): string[] => []);
    return await Promise.race([names, late]);
  } finally {
    ended.abort();
  }
};

const fitting = (choices: readonly Choice[], current: string): Completion => ({
  choices: choices.filter(({ value }) => value.startsWith(current)),
  directive: NO_FILES,
});
