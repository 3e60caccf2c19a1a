// Long lists and sentences, broken into lines of a screen's width.
import { textWidth } from './width.ts';

export const COLUMNS = 100;

/** Fills lines with words, none broken; the first line begins with `first`, the others with `indent`, as long by default. */
export const wrapWords = (
  first: string,
  words: readonly string[],
  indent = ' '.repeat(textWidth(first)),
): readonly string[] => {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of words) {
    if (!isEmpty && textWidth(line) + 1 + textWidth(word) > COLUMNS) {
      lines.push(line);
      line = indent;
      isEmpty = true;
    }
    line = isEmpty ? `${line}${word}` : `${line} ${word}`;
    isEmpty = false;
  }
  return [...lines, line.trimEnd()];
};

/** Breaks a sentence at its blanks. */
export const wrapText = (first: string, text: string): readonly string[] => wrapWords(first, text.split(' '));
