// A folder's whole content as a value: names, kinds, modes, owners, link targets and bytes. Times are left out.
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

export type Snapshot = Readonly<Record<string, string>>;

/** Describes every entry below the folder, and the folder itself as `.`; absent folders are `{}`. */
export const snapshot = (folder: string): Snapshot => {
  const entries: Record<string, string> = {};
  const visit = (path: string, name: string): void => {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (!stat) return;
    const mode = `${(stat.mode & 0o7777).toString(8)} ${stat.uid}:${stat.gid}`;
    if (stat.isSymbolicLink()) entries[name] = `link ${readlinkSync(path)}`;
    else if (stat.isDirectory()) {
      entries[name] = `folder ${mode}`;
      for (const child of readdirSync(path).sort())
        visit(join(path, child), name === '.' ? child : `${name}/${child}`);
    } else if (stat.isFile()) entries[name] = `file ${mode} ${readFileSync(path).toString('base64')}`;
    else entries[name] = `special ${mode}`;
  };
  visit(folder, '.');
  return entries;
};
