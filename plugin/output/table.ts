// Tables as kubectl prints them: upper-case headers, no borders, three spaces between columns.
import { sanitizeLine } from './sanitize.ts';
import { textWidth } from './width.ts';

const MINIMUM_WIDTH = 6;
const PADDING = 3;

export interface TableOptions {
  readonly hasHeaders?: boolean;
}

/** Renders rows under headers, without trailing spaces; empty cells read `<none>`; no rows give an empty text. */
export const renderTable = (
  headers: readonly string[],
  rows: readonly (readonly string[])[],
  { hasHeaders = true }: TableOptions = {},
): string => {
  if (rows.length === 0) return '';
  const cells = rows.map((row) => headers.map((_, column) => toCell(row[column] ?? '')));
  const lines = hasHeaders ? [headers.map((header) => sanitizeLine(header).toUpperCase()), ...cells] : cells;
  const widths = headers.map((_, column) =>
    lines.reduce((widest, line) => Math.max(widest, textWidth(line[column] ?? '')), MINIMUM_WIDTH),
  );
  return lines.map((line) => `${renderLine(line, widths)}\n`).join('');
};

const renderLine = (line: readonly string[], widths: readonly number[]): string =>
  line
    .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - textWidth(cell) + PADDING))
    .join('')
    .trimEnd();

// A cell is one line: what follows a newline would pass for a row of its own.
const toCell = (text: string): string => {
  const [first = ''] = text.split(/\r?\n/);
  const isCut = first.length < text.length;
  return first === '' && !isCut ? '<none>' : `${sanitizeLine(first)}${isCut ? '...' : ''}`;
};
