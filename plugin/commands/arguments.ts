// Makes yargs read a command line the way kubectl's own parser does, where the two differ.

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
const SHORT_WITH_VALUE = 'flons';
const SHORT_SWITCHES = 'Rh';

/** Rewrites `help VERB`, `-ojson`, `-Rf DIR` and a lone `-` as a value into forms that yargs takes. */
export const normalizeArguments = (args: readonly string[]): string[] => {
  const [first, ...rest] = args;
  if (first === 'help')
    return normalizeArguments([...rest.filter((word) => !/^-?-h(elp)?$/.test(word)), '--help']);
  const end = args.indexOf('--');
  const flags = end === -1 ? args : args.slice(0, end);
  return [...joinDashes(flags.flatMap(splitShort)), ...(end === -1 ? [] : args.slice(end))];
};

const splitShort = (word: string): string[] => {
  const [, letter = '', tail = ''] = /^-([A-Za-z])(.+)$/s.exec(word) ?? [];
  if (letter === '') return [word];
  if (SHORT_WITH_VALUE.includes(letter)) return [`-${letter}=${tail.replace(/^=/, '')}`];
  return SHORT_SWITCHES.includes(letter) ? [`-${letter}`, ...splitShort(`-${tail}`)] : [word];
};

// `-f -` means standard input; yargs would take the dash for a forgotten value.
const BARE_FLAG = /^--?[A-Za-z][^=]*$/;
const joinDashes = (words: readonly string[]): string[] =>
  words.flatMap((word, index) => {
    if (word === '-' && BARE_FLAG.test(words[index - 1] ?? '')) return [];
    return words[index + 1] === '-' && BARE_FLAG.test(word) ? [`${word}=-`] : [word];
  });
