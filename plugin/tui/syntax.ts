// Colours for JSON and YAML as they are in profiles: names, values and comments, line by line, without understanding more.
import { type Line, type Span, span, type Tone } from './line.ts';

/** A string with what follows it, a comment, a number or word, or anything else of one character. */
const TOKEN = /"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|#.*$|[\w.+-]+|\s+|./gu;

/** Colours one line of source; its text stays as it is. */
export const colourSource = (text: string): Line => {
  const tokens = text.replaceAll('\t', '  ').match(TOKEN) ?? [];
  return tokens.map((token, index): Span => span(token, toneOf(token, tokens.slice(index + 1))));
};

const toneOf = (token: string, after: readonly string[]): Tone => {
  const next = after.find((one) => one.trim() !== '');
  if (next === ':' && /^["'\w]/.test(token)) return 'accent';
  const word = token.replace(/^["']|["']$/g, '');
  if (word === 'SCMP_ACT_ALLOW' || word === 'SCMP_ACT_LOG') return 'good';
  if (/^SCMP_ACT_(ERRNO|KILL|TRAP)/.test(word)) return 'bad';
  if (/^SCMP_/.test(word)) return 'warn';
  if (token.startsWith('#')) return 'dim';
  return 'plain';
};
