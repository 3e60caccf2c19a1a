// Long lists and sentences, broken into lines of a screen's width.
import { textWidth } from './width.ts';

export const COLUMNS = 100;

/** Fills lines with words, none broken; the first line begins with `first`, the others with as many blanks. */
export const wrapWords = (first: string, words: readonly string[], columns = COLUMNS): readonly string[] => {
  const indent = ' '.repeat(textWidth(first));
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of words) {
    if (!isEmpty && textWidth(line) + 1 + textWidth(word) > columns) {
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
export const wrapText = (first: string, text: string, columns = COLUMNS): readonly string[] =>
  wrapWords(first, text.split(' '), columns);
