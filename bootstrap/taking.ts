// Taking one generation away while the bundle's link stays. It is safe against an installer that links to it at the
// same moment, without a lock, which a killed holder would leave behind:
//   - a generation is taken away by renaming it INTO a folder of this run; an installer that wants it removes that
//     folder first, and then the rename fails (ENOENT);
//   - that folder is made before the look at the links, and an installer's link stands in the generation before its
//     look at the folders: whoever is second sees the first.
import { isWaitingLinkName, parseGenerationName, parseTakenName, takenName } from '../src/protocol/layout.ts';
import { readOwnLink, readRecord } from './bundle-state.ts';
import { listNames, succeeds } from './folders.ts';
import { at, type Site } from './site.ts';

/** Renames a generation into a folder of this run and returns that; undefined where something wants it, or it is gone. */
export const takeAway = async (
  site: Site,
  bundle: string,
  generation: string,
): Promise<string | undefined> => {
  const taken = at(site, takenName(generation, site.newId()));
  await site.disk.makeFolder(taken);
  let isTaken = false;
  try {
    if (await isWanted(site, bundle, generation)) return undefined;
    const rename = site.disk.rename(at(site, generation), `${taken}/${generation}`);
    isTaken = await succeeds(rename, 'ENOENT');
    return isTaken ? taken : undefined;
  } finally {
    if (!isTaken) await succeeds(site.disk.removeFolder(taken), 'ENOENT');
  }
};

/** Waiting links first: one that is renamed to the bundle's name meanwhile is found there. */
const isWanted = async (site: Site, bundle: string, generation: string): Promise<boolean> => {
  if ((await listNames(site.disk, at(site, generation))).some(isWaitingLinkName)) return true;
  const link = await readOwnLink(site, bundle);
  if (link.kind === 'ours' && link.generation === generation) return true;
  const record = await readRecord(site, bundle);
  // An install writes its record first: what that names is about to be linked to.
  return record?.digest?.startsWith(parseGenerationName(generation)?.digest16 ?? '-') ?? false;
};

/** Makes every run that is about to take this generation away fail at it. */
export const keepGeneration = async (site: Site, generation: string): Promise<void> => {
  for (const name of await site.disk.list(site.root)) {
    if (parseTakenName(name) !== generation) continue;
    // One that holds the generation already stays: there is nothing left to keep.
    await succeeds(site.disk.removeFolder(at(site, name)), 'ENOENT', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST');
  }
};
