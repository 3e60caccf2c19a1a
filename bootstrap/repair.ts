// Puts a drifted generation right, file by file with rename: a reader sees the wrong file or the right one, never
// none that was there and never half of one.
import { MANIFEST_NAME } from '../src/protocol/layout.ts';
import type { Drift } from '../src/protocol/report.ts';
import { FOLDER_MODE, succeeds } from './folders.ts';
import { foldersOf } from './generation.ts';
import { at, type Site } from './site.ts';
import type { Staged } from './stage.ts';

/** Names the drifted files that the bundle must supply again: those that are not folders and not extra. */
export const filesToReplace = (drift: readonly Drift[], files: readonly string[]): Set<string> => {
  const drifted = new Set(drift.filter(({ kind }) => kind !== 'extra').map(({ path }) => path));
  return new Set([MANIFEST_NAME, ...files].filter((path) => drifted.has(path)));
};

/** Repairs; what is moved off goes into the staging folder, which the caller removes. The caller syncs. */
export const repair = async (
  site: Site,
  generation: string,
  drift: readonly Drift[],
  replaced: ReadonlySet<string>,
  staged: Staged,
): Promise<void> => {
  let moved = 0;
  const moveOff = (path: string): Promise<boolean> =>
    succeeds(site.disk.rename(at(site, generation, path), `${staged.path}/.moved-${moved++}`), 'ENOENT');
  for (const { path, kind } of drift) if (kind === 'extra') await moveOff(path);
  for (const { path, kind } of drift) {
    if (kind === 'extra' || replaced.has(path)) continue;
    if (kind === 'not-a-file') await moveOff(path);
    if (kind === 'mode' || kind === 'owner') await putFolderRight(site, at(site, generation, path));
  }
  for (const folder of foldersOf([...replaced])) {
    const path = at(site, generation, folder);
    if (await succeeds(site.disk.makeFolder(path), 'EEXIST')) await putFolderRight(site, path);
  }
  for (const path of replaced) {
    // A link is replaced like a file; only a folder in a file's place must go first.
    if ((await site.disk.look(at(site, generation, path)))?.kind === 'folder') await moveOff(path);
    await site.disk.rename(`${staged.path}/${path}`, at(site, generation, path));
  }
};

const putFolderRight = async (site: Site, path: string): Promise<void> => {
  const handle = await site.disk.open(path);
  try {
    await handle.takeOwnership();
    await handle.setMode(FOLDER_MODE);
  } finally {
    await handle.close();
  }
};
