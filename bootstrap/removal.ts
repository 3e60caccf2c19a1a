// The folder that stands at a bundle's name while the bundle is removed. It makes install and remove safe against
// each other without a lock, which a killed holder would leave behind:
//   - a link cannot be renamed over a folder (EISDIR), so nobody can link to a generation that is being taken away;
//   - a generation is taken away by renaming it INTO this folder, which fails (ENOENT) once an installer cleared it.
import { isTrashName, REMOVAL_MODE, stagingName, trashName } from '../src/protocol/layout.ts';
import { readLinkState } from './bundle-state.ts';
import { finishFolder, listNames, removeTree, succeeds, syncFolder } from './folders.ts';
import { at, type Site } from './site.ts';

/**
 * Puts the folder at the bundle's name, or joins one that stands there. Returns the trash in it, which is this run's
 * alone; undefined when somebody else changed the name meanwhile.
 */
export const beginRemoval = async (site: Site, bundle: string): Promise<string | undefined> => {
  const trash = trashName(site.newId());
  const inPlace = at(site, bundle, trash);
  if ((await readLinkState(site, bundle)).kind === 'removal') {
    return (await succeeds(site.disk.makeFolder(inPlace), 'ENOENT', 'ENOTDIR')) ? inPlace : undefined;
  }
  const staging = at(site, stagingName(bundle, site.newId()));
  await site.disk.makeFolder(staging);
  try {
    await site.disk.makeFolder(`${staging}/${trash}`);
    // By this mode the next run knows the folder, also after a power loss.
    await finishFolder(site.disk, staging, REMOVAL_MODE);
    if (await succeeds(site.disk.rename(staging, at(site, bundle)), 'ENOTDIR', 'ENOTEMPTY', 'EEXIST'))
      return inPlace;
  } catch (error) {
    await removeTree(site.disk, staging).catch(() => {});
    throw error;
  }
  await removeTree(site.disk, staging);
  return undefined;
};

/** Unlinks what was taken away, whoever took it, and then the folder; what somebody else changed is left to them. */
export const endRemoval = async (site: Site, bundle: string): Promise<void> => {
  const folder = at(site, bundle);
  const trashes = (await listNames(site.disk, folder)).filter(isTrashName).map((name) => `${folder}/${name}`);
  const taken: string[] = [];
  for (const trash of trashes) {
    taken.push(...(await listNames(site.disk, trash)).map((name) => `${trash}/${name}`));
  }
  // Before anything is unlinked: otherwise a power loss may bring a generation back to its name with half its files.
  // What another run takes away from now on is not synced, and is left to that run.
  await syncFolder(site.disk, site.root);
  for (const path of taken) await removeTree(site.disk, path);
  // These fail on a link and on a folder with anything in it: only an empty folder of ours can go.
  for (const path of [...trashes, folder]) {
    await succeeds(site.disk.removeFolder(path), 'ENOENT', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST');
  }
};
