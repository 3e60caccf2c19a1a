// Tables of a screen: rows as data, and what a filter and an order leave of them. How they are laid out is in columns.ts.

import { EMPTY, type Line, lineText, type Span, span } from './line.ts';
import { memoize } from './memo.ts';
import type { Place } from './place.ts';

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
  /** The first cell has the whole width: it says more about the row above. */
  readonly isSpanning?: boolean;
  /** Shown as a whole below the table while the cursor is on the row: what a cell may have no room for. */
  readonly detail?: string;
  /** Found by a filter beside the cells and the key. */
  readonly words?: string;
}

export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

export interface Order {
  readonly column: number;
  readonly isReversed: boolean;
}

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
    const sign = order.isReversed ? -1 : 1;
    return familiesOf(kept)
      .map((rows) => ({ rows, text: orderText(rows[0]!.cells[order.column] ?? EMPTY) }))
      .sort((one, other) => sign * collator.compare(one.text, other.text))
      .flatMap(({ rows }) => rows);
  },
);

/** A row that says more about the one above stays below it. */
const familiesOf = (rows: readonly Row[]): readonly (readonly Row[])[] => {
  const families: Row[][] = [];
  for (const row of rows) {
    const last = families.at(-1);
    if (row.isSpanning && last) last.push(row);
    else families.push([row]);
  }
  return families;
};

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** What orders a cell: `1,200` comes after 300, and `2h` after `3m20s`. */
const orderText = (spans: Line): string => {
  const text = lineText(spans);
  if (!/^(?:\d+[smhd])+$/.test(text)) return text.replace(/(\d),(?=\d{3})/g, '$1');
  const parts = [...text.matchAll(/(\d+)([smhd])/g)];
  return String(
    parts.reduce((sum, [, n, unit]) => sum + Number(n) * SECONDS[unit as keyof typeof SECONDS], 0),
  );
};

/** Every word must occur: as it is anywhere in the row, or with gaps in its key. Capitals do not matter. */
const matchesFilter = (row: Row, filter: string): boolean => {
  const key = row.key.toLowerCase();
  const text = `${rowText(row)} ${row.words ?? ''}`.toLowerCase();
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
