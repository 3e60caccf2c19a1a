// Lines of a screen as data: pieces of text, each with a tone. Text is sanitized here, where it becomes part of a line;
// what is drawn later has no other source.
import { sanitizeLine } from '../output/sanitize.ts';
import { cutToWidth, textWidth } from './width.ts';

/** What a piece of text means; theme.ts says what that looks like. */
export type Tone = 'plain' | 'good' | 'bad' | 'warn' | 'dim' | 'accent' | 'title' | 'selected' | 'changed';

export interface Span {
  readonly text: string;
  readonly tone: Tone;
}

export type Line = readonly Span[];

/** Makes a piece of text from anything; it stays on one line and moves no cursor. */
export const span = (text: string, tone: Tone = 'plain'): Span => ({ text: sanitizeLine(text), tone });

/** Makes a line of one piece. */
export const line = (text: string, tone: Tone = 'plain'): Line => [span(text, tone)];

export const EMPTY: Line = [];

/** Counts the columns of a line. */
export const lineWidth = (spans: Line): number => spans.reduce((sum, { text }) => sum + textWidth(text), 0);

/** Returns a line's text without its tones. */
export const lineText = (spans: Line): string => spans.map(({ text }) => text).join('');

/** Cuts a line to a width, marking the cut with `…`, or fills it up with blanks. */
export const fitLine = (spans: Line, width: number): Line => {
  const fitted: Span[] = [];
  let left = width;
  for (const [index, one] of spans.entries()) {
    const wide = textWidth(one.text);
    const hasMore = spans.slice(index + 1).some(({ text }) => text !== '');
    if (wide < left || (wide === left && !hasMore)) {
      fitted.push(one);
      left -= wide;
      continue;
    }
    const cut = cutToWidth(`${one.text}${hasMore ? ' ' : ''}`, left);
    fitted.push({ ...one, text: cut });
    left -= textWidth(cut);
    break;
  }
  return left > 0 ? [...fitted, { text: ' '.repeat(left), tone: 'plain' }] : fitted;
};

/** Leaves out the first columns of a line. */
export const dropColumns = (spans: Line, count: number): Line => {
  let left = count;
  return spans.flatMap((one): Span[] => {
    const characters = [...one.text];
    let at = 0;
    for (; left > 0 && at < characters.length; at++) left -= textWidth(characters[at]!);
    return at < characters.length ? [{ ...one, text: characters.slice(at).join('') }] : [];
  });
};

/** Cuts a line from its left to a width, marking the cut with `…`: where something is typed, its end matters. */
export const fitEnd = (spans: Line, width: number): Line => {
  const over = lineWidth(spans) - width;
  return over <= 0
    ? fitLine(spans, width)
    : fitLine([span('…', 'dim'), ...dropColumns(spans, over + 1)], width);
};

/** Sets off each place where a text occurs, whatever the capitals. */
export const highlight = (spans: Line, text: string): Line => {
  if (text === '') return spans;
  const whole = lineText(spans).toLowerCase();
  const wanted = text.toLowerCase();
  // Where capitals change the length, places of one are not those of the other.
  if (whole.length !== lineText(spans).length) return spans;
  const isFound = new Uint8Array(whole.length);
  for (let at = whole.indexOf(wanted); at >= 0; at = whole.indexOf(wanted, at + wanted.length))
    isFound.fill(1, at, at + wanted.length);
  let at = 0;
  return spans.flatMap((one) => {
    const pieces: Span[] = [];
    for (const character of one.text) {
      const tone = isFound[at] === 1 ? 'selected' : one.tone;
      const last = pieces.at(-1);
      if (last?.tone === tone) pieces.splice(-1, 1, { text: last.text + character, tone });
      else pieces.push({ text: character, tone });
      at += character.length;
    }
    return pieces;
  });
};

/** Puts two lines at the ends of one; where there is no room for both, the left one is cut. */
export const spread = (left: Line, right: Line, width: number): Line => {
  const room = Math.max(0, width - lineWidth(right) - 1);
  return fitLine([...fitLine(left, room), span(' '), ...right], width);
};

/** Breaks words into lines of at most `width` columns, all indented as the text is; a longer word is cut into pieces. */
export const wrap = (text: string, width: number, tone: Tone = 'plain'): readonly Line[] => {
  const [indent = ''] = /^ */.exec(text) ?? [];
  const room = Math.max(1, width - indent.length);
  const lines: string[] = [];
  let current = '';
  for (const word of sanitizeLine(text.trim()).split(' ')) {
    if (current !== '' && textWidth(current) + 1 + textWidth(word) <= room) current = `${current} ${word}`;
    else {
      if (current !== '') lines.push(current);
      current = word;
      while (textWidth(current) > room) {
        const cut = cutToWidth(current, room).slice(0, -1) || current[0]!;
        lines.push(cut);
        current = current.slice(cut.length);
      }
    }
  }
  if (current !== '' || lines.length === 0) lines.push(current);
  return lines.map((one) => [{ text: indent + one.trimEnd(), tone }]);
};

/** Cuts text of several lines into lines; each is sanitized by itself. */
export const linesOf = (text: string, tone: Tone = 'plain'): readonly Line[] =>
  text
    .replace(/\n$/, '')
    .split('\n')
    .map((one) => line(one.replaceAll('\t', '  '), tone));

/** Breaks every line of a text. */
export const wrapLines = (text: string, width: number, tone: Tone = 'plain'): readonly Line[] =>
  linesOf(text, tone).flatMap((one) => (lineWidth(one) <= width ? [one] : wrap(lineText(one), width, tone)));
