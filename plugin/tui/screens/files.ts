// Files: a folder of this machine, to choose from it what is to be applied.
import { line } from '../line.ts';
import { memoize } from '../memo.ts';
import type { Model } from '../model.ts';
import type { Place } from '../place.ts';
import type { Listing, State } from '../state.ts';
import { cell, type Row, type Table } from '../table.ts';

/** Draws a folder. */
export const filesModel = (
  { listings }: State,
  { folder }: Extract<Place, { readonly screen: 'files' }>,
): Model => {
  const { value, error } = listings[folder] ?? {};
  return {
    command: ['apply', '-f', value?.path ?? folder],
    head: [line(value?.path ?? folder, 'title')],
    table: folderTable(value),
    keys: [
      { key: 'Enter', what: 'open a folder, choose a file' },
      { key: 'a', what: 'apply what is chosen', isChange: true },
      { key: 'L', what: 'lint it' },
      { key: 'd', what: 'compare it' },
    ],
    empty: error ?? (value === undefined ? 'Reading the folder …' : 'Nothing here that could be applied.'),
  };
};

const folderTable = memoize((listing: Listing | undefined): Table => {
  const path = listing?.path ?? '';
  const below = path.endsWith('/') ? path : `${path}/`;
  const folder = (key: string, to: string): Row => ({
    key: to,
    cells: [cell(key, 'accent'), cell('folder', 'dim')],
    opens: { screen: 'files', folder: to },
  });
  const parent = path.replace(/\/[^/]*\/?$/, '') || '/';
  const rows = (listing?.entries ?? []).map(
    ({ name, isFolder }): Row =>
      isFolder
        ? folder(`${name}/`, `${below}${name}`)
        : {
            key: `${below}${name}`,
            cells: [cell(name), cell(/\.(json|ya?ml)$/.test(name) ? 'profile' : 'bundle', 'dim')],
          },
  );
  if (listing === undefined) return { columns: [{ title: 'name' }, { title: 'kind' }], rows: [] };
  const here: Row = { key: path, cells: [cell('./'), cell('this folder', 'dim')] };
  return {
    columns: [{ title: 'name' }, { title: 'kind' }],
    rows: [here, ...(path === parent ? [] : [folder('../', parent)]), ...rows],
  };
});
