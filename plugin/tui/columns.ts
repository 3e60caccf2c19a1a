// How the columns of a table share a width. Where they cannot all be read, those that are in sight are: the first
// stays, the others are moved sideways, and the titles say that there are more.

import { EMPTY, fitLine, type Line, lineWidth, span } from './line.ts';
import { memoize } from './memo.ts';
import type { Column, Order, Row, Table } from './table.ts';
import { textWidth } from './width.ts';

/** The width of each column; 0 where it is out of sight. */
export interface Layout {
  readonly widths: readonly number[];
  readonly isMoreLeft: boolean;
  readonly isMoreRight: boolean;
}

/** Which columns must be in sight: the chosen one, or those after the first `from` that were moved away. */
export interface View {
  readonly chosen?: number;
  readonly from?: number;
}

const GAP = 2;
const WIDTH_SAMPLE = 400;
/** Narrower than this a long text says nothing. */
const LEAST = 8;

/** Works out the columns' widths; of long tables from a sample, because a cell is cut where it does not fit. */
const widthsOf = memoize((columns: readonly Column[], rows: readonly Row[]): readonly number[] => {
  const step = Math.max(1, Math.floor(rows.length / WIDTH_SAMPLE));
  const widths = columns.map(({ title }) => textWidth(title));
  for (let at = 0; at < rows.length; at += step) {
    const { cells, isSpanning } = rows[at]!;
    if (isSpanning) continue;
    for (const [index, one] of cells.entries()) widths[index] = Math.max(widths[index] ?? 0, lineWidth(one));
  }
  return widths;
});

/** Lays the columns out: all at their own width where there is room, else the elastic and the widest give way. */
export const layOut = memoize(
  (table: Table, width: number, chosen: number | undefined, from: number): Layout => {
    const own = widthsOf(table.columns, table.rows);
    const withSign = (index: number): number =>
      Math.max(own[index]!, textWidth(table.columns[index]!.title) + 1);
    const wanted = own.map((one, index) => (index === chosen ? withSign(index) : one));
    const every = table.columns.map((_, index) => index);
    const elastic = every.filter((index) => table.columns[index]?.isElastic);
    // One more for the sign of the order or of the choice.
    const roomy = own.map((_, index) => withSign(index));
    const all = { isMoreLeft: false, isMoreRight: false };
    if (totalOf(roomy) <= width) return { widths: roomy, ...all };
    const squeezed = shrink(shrink(wanted, elastic, width), every, width);
    if (totalOf(squeezed) <= width) return { widths: squeezed, ...all };
    // Few that are read as a whole are better than many that are cut.
    const least = wanted.map((one) => Math.min(one, Math.max(LEAST, Math.floor(width / 3))));
    return layOutSome(least, wanted, width, { ...(chosen !== undefined && { chosen }), from });
  },
);

/** Of columns that cannot all be read, shows as many as fit beside the first; `least` is what each must have. */
const layOutSome = (
  least: readonly number[],
  wanted: readonly number[],
  width: number,
  { chosen, from = 0 }: View,
): Layout => {
  const count = least.length;
  const first = Math.min(wanted[0]!, Math.max(LEAST, Math.floor(width / 3)));
  const endOf = (start: number): number => {
    let end = start;
    for (let left = width - first; end < count && left >= GAP + least[end]!; end += 1)
      left -= GAP + least[end]!;
    return Math.max(end, start + 1);
  };
  let start = 1;
  if (chosen === undefined) while (start <= from && endOf(start) < count) start += 1;
  else while (endOf(start) <= chosen) start += 1;
  const end = endOf(start);
  const shown = wanted.flatMap((_, index) => (index === 0 || (index >= start && index < end) ? [index] : []));
  const own = wanted.map((one, index) => (shown.includes(index) ? one : 0));
  return { widths: shrink(own, shown, width), isMoreLeft: start > 1, isMoreRight: end < count };
};

const totalOf = (widths: readonly number[]): number => {
  const shown = widths.filter((one) => one > 0);
  return shown.reduce((sum, one) => sum + one, 0) + GAP * Math.max(0, shown.length - 1);
};

const shrink = (wanted: readonly number[], among: readonly number[], width: number): readonly number[] => {
  const widths = [...wanted];
  for (let over = totalOf(widths) - width; over > 0; over -= 1) {
    const widest = among.reduce((most, one) => (widths[one]! > (widths[most] ?? 0) ? one : most), -1);
    if (widest < 0 || widths[widest]! <= LEAST) break;
    widths[widest]! -= 1;
  }
  return widths;
};

/** Lays one row out. */
export const layOutCells = (cells: readonly Line[], { widths }: Layout): Line => {
  const shown = widths.flatMap((width, index) => (width > 0 ? [{ width, index }] : []));
  return shown.flatMap(({ width, index }, at) => [
    ...fitLine(cells[index] ?? EMPTY, width),
    ...(at + 1 < shown.length ? [span(' '.repeat(GAP))] : []),
  ]);
};

/** Lays the titles out; the column that orders the rows has an arrow. */
export const layOutTitles = (
  { columns }: Table,
  layout: Layout,
  order: Order | undefined,
  chosen?: number,
): Line =>
  layOutCells(
    columns.map(({ title }, index) => {
      const isChosen = chosen === index;
      const sign = order?.column === index ? (order.isReversed ? '↓' : '↑') : isChosen ? '▸' : '';
      return [span(`${sign}${title.toUpperCase()}`, isChosen ? 'accent' : 'title')];
    }),
    layout,
  );
