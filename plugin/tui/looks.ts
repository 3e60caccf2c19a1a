// What has changed since a place was last looked at: what its rows said then is kept, and compared row by row.
import { lookKey, modelOf } from './screen.ts';
import type { State } from './state.ts';
import { type Row, rowNews, type Table } from './table.ts';

/** Returns what the rows of the current place say now, to be remembered. */
export const looksNow = (state: State): State['looks'] => {
  const { table } = modelOf(state);
  if (table === undefined || table.rows.length === 0) return {};
  return { [lookKey(state)]: new Map(table.rows.map((row) => [row.key, rowNews(row, table.columns)])) };
};

/** Remembers what is shown as seen. */
export const withLook = (state: State): State => ({
  ...state,
  looks: { ...state.looks, ...looksNow(state) },
});

/** Tells whether a row is new or says something else than when its place was last looked at. */
export const isChanged = (
  look: ReadonlyMap<string, string> | undefined,
  row: Row,
  columns: Table['columns'],
): boolean => look !== undefined && look.get(row.key) !== rowNews(row, columns);
