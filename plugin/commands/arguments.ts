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
const SHORT_WITH_VALUE = 'cflonsv';
const SHORT_SWITCHES = 'ARh';
/** Flags without a value, which yargs takes for false when anything but `true` is given with `=`. */
const SWITCHES = [
  'all-namespaces',
  'A',
  'from-configmaps',
  'from-spo',
  'probe',
  'verify',
  'prune',
  'watch',
  'install',
  'uninstall',
  'read-only',
  'screen-reader',
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
  'disable-compression',
  'match-server-version',
  'warnings-as-errors',
];

/** Splits off the flags that stand before the verb; those that kubectl's users put there are flags of every verb. */
export const splitLeadingFlags = (
  words: readonly string[],
): { readonly flags: readonly string[]; readonly rest: readonly string[] } => {
  let end = 0;
  while (/^-./.test(words[end] ?? '') && words[end] !== '--') end += hasOwnValue(words[end]!) ? 1 : 2;
  return { flags: words.slice(0, end), rest: words.slice(end) };
};

const hasOwnValue = (word: string): boolean =>
  word.includes('=') ||
  /^-[A-Za-z]./.test(word) ||
  [...SWITCHES, 'h', 'help', 'version'].includes(word.replace(/^-+/, ''));

/** Puts flags that stand before the verb behind it, where the verb's own parser takes them. */
const verbFirst = (words: readonly string[]): readonly string[] => {
  const { flags, rest } = splitLeadingFlags(words);
  const [verb, ...others] = rest;
  if (flags.length === 0 || verb === undefined || verb === '--') return words;
  return verb === 'bundle' && others[0] !== undefined && !others[0].startsWith('-')
    ? [verb, others[0], ...flags, ...others.slice(1)]
    : [verb, ...flags, ...others];
};

/** Rewrites `help VERB`, `-ojson`, `-Rf DIR` and a lone `-` as a value into forms that yargs takes. */
export const normalizeArguments = (given: readonly string[]): string[] => {
  const args = verbFirst(given);
  const [first, ...rest] = args;
  if (given.length === 1 && first === '--version') return ['version', '--client'];
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
