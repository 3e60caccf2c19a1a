// Makes yargs read a command line the way kubectl's own parser does, where the two differ.
import { SeccompError } from '../../src/error.ts';

/** How yargs-parser is to read a command line: as kubectl's parser does, with nothing guessed. */
export const PARSER = {
  'boolean-negation': false,
  'dot-notation': false,
  'greedy-arrays': false,
  'parse-numbers': false,
  'parse-positional-numbers': false,
  'short-option-groups': false,
} as const;

/** Short flags that take a value, so that `-ojson` is `-o json`. */
const SHORT_WITH_VALUE = 'cflons';
const SHORT_SWITCHES = 'ARh';
/** Flags without a value, which yargs takes for false when anything but `true` is given with `=`. */
const SWITCHES = [
  'all-namespaces',
  'A',
  'unconfined',
  'pin',
  'require-node',
  'from-operator',
  'undo',
  'fix',
  'intersect',
  'union',
  'check',
  'audit',
  'recursive',
  'R',
  'force',
  'quiet',
  'yes',
  'y',
  'client',
  'insecure-skip-tls-verify',
];

/** Rewrites `help VERB`, `-ojson`, `-Rf DIR` and a lone `-` as a value into forms that yargs takes. */
export const normalizeArguments = (args: readonly string[]): string[] => {
  const [first, ...rest] = args;
  if (first === 'help')
    return normalizeArguments([...rest.filter((word) => !/^-?-h(elp)?$/.test(word)), '--help']);
  const end = args.indexOf('--');
  const flags = end === -1 ? args : args.slice(0, end);
  const words = keepDashes(joinDashes(flags.flatMap(splitShort)).map(readSwitch));
  const behind = end === -1 ? [] : keepDashes([words[0] ?? '', ...args.slice(end + 1)]).slice(1);
  // yargs would not count them as arguments; only one that looks like a flag needs the dashes before it.
  return behind.some((word) => word.startsWith('-')) ? [...words, '--', ...behind] : [...words, ...behind];
};

// The words of Go's strconv.ParseBool, which is what kubectl's parser takes.
const readSwitch = (word: string): string => {
  const [, flag = '', name = '', value = ''] = /^(--?([A-Za-z][A-Za-z-]*))=(.*)$/s.exec(word) ?? [];
  if (!SWITCHES.includes(name)) return word;
  if (/^(1|t|T|true|TRUE|True)$/.test(value)) return `${flag}=true`;
  if (/^(0|f|F|false|FALSE|False)$/.test(value)) return `${flag}=false`;
  throw new SeccompError('usage', `${flag}: "${value}" is neither true nor false`);
};

const splitShort = (word: string): string[] => {
  const [, letter = '', tail = ''] = /^-([A-Za-z])(.+)$/s.exec(word) ?? [];
  if (letter === '' || (tail.startsWith('=') && !SHORT_WITH_VALUE.includes(letter))) return [word];
  if (SHORT_WITH_VALUE.includes(letter)) return [`-${letter}=${tail.replace(/^=/, '')}`];
  return SHORT_SWITCHES.includes(letter) ? [`-${letter}`, ...splitShort(`-${tail}`)] : [word];
};

// `-f -` means standard input; yargs would take the dash for a forgotten value.
const BARE_FLAG = /^--?[A-Za-z][^=]*$/;
const joinDashes = (words: readonly string[]): string[] =>
  words.flatMap((word, index) => {
    if (word === '-' && wantsValue(words[index - 1] ?? '')) return [];
    return words[index + 1] === '-' && wantsValue(word) ? [`${word}=-`] : [word];
  });

const wantsValue = (word: string): boolean =>
  BARE_FLAG.test(word) && !SWITCHES.includes(word.replace(/^-+/, ''));

/** Verbs with several arguments, among which yargs drops a lone dash without a word. */
const VARIADIC = ['lint', 'merge', 'convert'];

/** What a lone dash is to them. */
export const DASH = '<stdin>';

const keepDashes = (words: readonly string[]): readonly string[] =>
  VARIADIC.includes(words[0] ?? '') ? words.map((word) => (word === '-' ? DASH : word)) : words;
