// Command lines as people type them: split into words as a shell does, and put together so that a shell can read them.
import { SeccompError } from '../../src/error.ts';

/** Splits a line at blanks; quotes and backslashes keep them. Nothing is expanded. Throws `usage` for an open quote. */
export const splitWords = (text: string): string[] => {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (quote !== '') {
      if (character === quote) quote = '';
      else if (character === '\\' && quote === '"' && /["\\]/.test(text[at + 1] ?? '')) word += text[++at]!;
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (character === '\\' && at + 1 < text.length) word = (word ?? '') + text[++at]!;
    else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + character;
  }
  if (quote !== '') throw new SeccompError('usage', `the quote ${quote} is not closed: ${text}`);
  return word === undefined ? words : [...words, word];
};

/** Joins words to a line that a shell reads as these words. */
export const joinWords = (words: readonly string[]): string => words.map(quoteWord).join(' ');

const quoteWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/** Verbs that only read, whatever their flags but for those below. */
const READING = new Set([
  ...['status', 'history', 'usage', 'lint', 'explain', 'eval', 'diff', 'check', 'denials', 'rbac'],
  ...['version', 'help', 'completion'],
]);
/** Flags by which these write all the same. */
const WRITING_FLAGS = ['--fix', '--install'];

/** Verbs that ask no cluster, and take no flags about one. */
const LOCAL = new Set([
  'lint',
  'explain',
  'eval',
  'diff',
  'merge',
  'convert',
  'bundle',
  'completion',
  'help',
]);

/** Verbs that change nodes and tell how it goes: they are followed on a screen of their own. */
const ROLLING = new Set(['apply', 'rollback', 'delete', 'verify', 'sync', 'prune', 'uninstall']);
/** Those that can say beforehand what they would do, and how far they go for it. */
const REHEARSED: Readonly<Record<string, 'client' | 'server'>> = {
  apply: 'server',
  rollback: 'server',
  delete: 'server',
  prune: 'server',
  uninstall: 'server',
  bind: 'server',
  sync: 'client',
};
const DESTRUCTIVE = new Set(['delete', 'prune', 'uninstall']);

/** Tells whether a verb changes nothing, in the cluster or on this machine. */
export const isReading = ([verb = '', ...rest]: readonly string[]): boolean =>
  rest.some((word) => word === '--help' || word === '-h') ||
  (READING.has(verb) && !rest.some((word) => WRITING_FLAGS.some((flag) => word.split('=')[0] === flag)));

/** Tells whether a verb does without a cluster: one about profiles needs one for those of revisions. */
export const isLocal = ([verb = '', ...rest]: readonly string[]): boolean =>
  LOCAL.has(verb) && !rest.some((word) => /^(\.\/)?[a-z0-9-]+@(v\d+|[0-9a-f]{16})(\/|$)/.test(word));

/** Returns a profile's name as verbs in the UI read it: one of a revision as a file, whose content the port keeps. */
export const fileInside = (name: string): string =>
  /^[a-z0-9-]+@v\d{1,9}\/./.test(name) ? `./${name}` : name;

/** Tells whether a verb works on nodes, with progress to follow. */
export const isRolling = ([verb = '']: readonly string[]): boolean => ROLLING.has(verb);

/** Returns the words that say what would be done; undefined where the verb cannot say it. */
export const rehearsalOf = (words: readonly string[]): readonly string[] | undefined => {
  const [verb = ''] = words;
  const how = Object.hasOwn(REHEARSED, verb) ? REHEARSED[verb] : undefined;
  if (how === undefined) return undefined;
  return [...words.filter((word) => !word.startsWith('--dry-run')), `--dry-run=${how}`];
};

/** Returns what must be typed before it is done: the thing that is lost, or nothing where nothing is. */
export const confirmationOf = (words: readonly string[]): string | undefined => {
  const [verb = '', first] = words;
  const isForced = words.includes('--force');
  if (!DESTRUCTIVE.has(verb) && !isForced) return undefined;
  return first === undefined || first.startsWith('-') ? (valueOfFlag(words, '--name') ?? verb) : first;
};

const valueOfFlag = (words: readonly string[], flag: string): string | undefined => {
  const at = words.findIndex((word) => word === flag || word.startsWith(`${flag}=`));
  return at < 0 ? undefined : words[at]!.includes('=') ? words[at]!.slice(flag.length + 1) : words[at + 1];
};

/** Returns the words as they are run: who has confirmed is not asked again. */
export const confirmedWords = (words: readonly string[]): readonly string[] =>
  ['delete', 'prune', 'uninstall', 'bind'].includes(words[0] ?? '') && !words.includes('--yes')
    ? [...words, '--yes']
    : words;
