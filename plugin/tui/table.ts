// Tables of a screen: rows as data, their widths, and what a filter and an order leave of them. Only the rows that are
// in sight are ever laid out.

import { EMPTY, fitLine, type Line, lineText, lineWidth, type Span, span } from './line.ts';
import { memoize } from './memo.ts';
import type { Place } from './place.ts';
import { textWidth } from './width.ts';

export interface Column {
  readonly title: string;
  /** What changes by itself, such as an age, is no news. */
  readonly isNoNews?: boolean;
  /** Gives way first where there is no room for all. */
  readonly isElastic?: boolean;
}

export interface Row {
  /** Tells it from every other row of this table, however often the table is made anew. */
  readonly key: string;
  /** One for each column. */
  readonly cells: readonly Line[];
  /** What Enter opens. */
  readonly opens?: Place;
}

export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

export interface Order {
  readonly column: number;
  readonly isReversed: boolean;
}

const GAP = 2;
const WIDTH_SAMPLE = 400;

/** Makes a cell of one piece. */
export const cell = (text: string, tone?: Span['tone']): Line => (text === '' ? EMPTY : [span(text, tone)]);

/** Returns the row's words, a blank between cells; for filters, and to see what has changed. */
export const rowText = ({ cells }: Row): string => cells.map(lineText).join(' ');

/** Returns what of a row may be news. */
export const rowNews = ({ cells }: Row, columns: readonly Column[]): string =>
  cells
    .filter((_, index) => columns[index]?.isNoNews !== true)
    .map(lineText)
    .join('\t');

/** Returns the rows that a filter leaves, in the order that is asked for; without either, the rows as they are. */
export const arrangeRows = memoize(
  (table: Table, filter: string, order: Order | undefined): readonly Row[] => {
    const kept = filter === '' ? table.rows : table.rows.filter((row) => matchesFilter(row, filter));
    if (order === undefined) return kept;
    const collator = new Intl.Collator('en', { numeric: true });
    const keyed = kept.map((row) => ({ row, text: lineText(row.cells[order.column] ?? EMPTY) }));
    const sign = order.isReversed ? -1 : 1;
    return keyed.sort((one, other) => sign * collator.compare(one.text, other.text)).map(({ row }) => row);
  },
);

/** Every word must occur: as it is anywhere in the row, or with gaps in its key. Capitals do not matter. */
const matchesFilter = (row: Row, filter: string): boolean => {
  const key = row.key.toLowerCase();
  const text = rowText(row).toLowerCase();
  return filter
    .toLowerCase()
    .split(' ')
    .every((word) => text.includes(word) || isScattered(word, key));
};

/** Tells whether the letters of a word come in this order in a text. */
export const isScattered = (word: string, text: string): boolean => {
  let at = 0;
  for (const letter of word) {
    at = text.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
};

/** Works out the columns' widths; of long tables from a sample, because a cell is cut where it does not fit. */
const widthsOf = memoize((columns: readonly Column[], rows: readonly Row[]): readonly number[] => {
  const step = Math.max(1, Math.floor(rows.length / WIDTH_SAMPLE));
  // One more for the sign of the order or of the choice.
  const widths = columns.map(({ title }) => textWidth(title) + 1);
  for (let at = 0; at < rows.length; at += step)
    for (const [index, one] of rows[at]!.cells.entries())
      widths[index] = Math.max(widths[index] ?? 0, lineWidth(one));
  return widths;
});

/** Lays the columns out in a width: all at their own where there is room, else the elastic and the widest give way. */
export const layOut = memoize((table: Table, width: number): readonly number[] => {
  const wanted = widthsOf(table.columns, table.rows);
  const elastic = table.columns.flatMap(({ isElastic }, index) => (isElastic ? [index] : []));
  const every = table.columns.map((_, index) => index);
  return shrink(shrink(wanted, elastic, ELASTIC_LEAST, width), every, LEAST, width);
});

const ELASTIC_LEAST = 8;
const LEAST = 4;

const shrink = (
  wanted: readonly number[],
  among: readonly number[],
  least: number,
  width: number,
): readonly number[] => {
  const widths = [...wanted];
  let over = widths.reduce((sum, one) => sum + one, 0) + GAP * Math.max(0, widths.length - 1) - width;
  for (; over > 0; over -= 1) {
    const widest = among.reduce((most, one) => (widths[one]! > (widths[most] ?? 0) ? one : most), -1);
    if (widest < 0 || widths[widest]! <= least) break;
    widths[widest]! -= 1;
  }
  return widths;
};

/** Lays one row out. */
export const layOutCells = (cells: readonly Line[], widths: readonly number[]): Line =>
  widths.flatMap((width, index) => [
    ...fitLine(cells[index] ?? EMPTY, width),
    ...(index + 1 < widths.length ? [span(' '.repeat(GAP))] : []),
  ]);

/** Lays the titles out; the column that orders the rows has an arrow. */
export const layOutTitles = (
  { columns }: Table,
  widths: readonly number[],
  order: Order | undefined,
  chosen?: number,
): Line =>
  layOutCells(
    columns.map(({ title }, index) => {
      const isChosen = chosen === index;
      const sign = order?.column === index ? (order.isReversed ? '↓' : '↑') : isChosen ? '▸' : '';
      return [span(`${sign}${title.toUpperCase()}`, isChosen ? 'accent' : 'title')];
    }),
    widths,
  );
