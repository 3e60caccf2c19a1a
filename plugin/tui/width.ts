// Widths of text, quickly: nearly all that a screen shows is ASCII, of which each character is one column.
import { cutToWidth as cutSlowly, textWidth as measure } from '../output/width.ts';

const ASCII = /^[\x20-\x7e]*$/;

/** Counts the columns of a sanitized line. */
export const textWidth = (text: string): number => (ASCII.test(text) ? text.length : measure(text));

/** Cuts a sanitized line to at most `columns`, marking the cut with `…`. */
export const cutToWidth = (text: string, columns: number): string => {
  if (!ASCII.test(text)) return cutSlowly(text, columns);
  if (text.length <= columns) return text;
  return columns > 0 ? `${text.slice(0, columns - 1)}…` : '';
};
