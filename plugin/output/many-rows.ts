// Keeps long tables readable: beyond a screenful only the rows that need attention are shown.

const ROWS_SHOWN = 40;

export interface ShownRows<T> {
  readonly rows: readonly T[];
  readonly hidden: number;
}

/** Chooses the rows of a table: all of few, and of many those that need attention, at most 40 of them. */
export const chooseRows = <T>(
  rows: readonly T[],
  needsAttention: (row: T) => boolean,
  isEveryRow: boolean,
): ShownRows<T> => {
  if (isEveryRow || rows.length <= ROWS_SHOWN) return { rows, hidden: 0 };
  const shown = rows.filter(needsAttention).slice(0, ROWS_SHOWN);
  return { rows: shown, hidden: rows.length - shown.length };
};

/** Counts values, in the order in which they first come. */
export const countBy = (values: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
};

/** Renders counts as `2 drifted, 1 missing`; empty for none. */
export const renderCounts = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([state, count]) => `${count.toLocaleString('en-US')} ${state}`)
    .join(', ');
