// The swap of a bundle's link. The new link is made inside the generation that it names and renamed out of it: when a
// remove has taken the generation away, there is nothing to rename, so a link never comes to dangle.
import { generationName, waitingLinkName } from '../src/protocol/layout.ts';
import { isSameStep } from '../src/protocol/node-record.ts';
import { readOwnLink, readRecord } from './bundle-state.ts';
import { succeeds } from './folders.ts';
import { readGeneration } from './generation.ts';
import { MAXIMUM_ATTEMPTS } from './operation.ts';
import { at, type Site } from './site.ts';
import { keepGeneration } from './taking.ts';

/** Points the bundle's link at a generation; false where that, or the bundle's name, was taken away meanwhile. */
export const pointLink = async (site: Site, bundle: string, generation: string): Promise<boolean> => {
  const link = await readOwnLink(site, bundle);
  if (link.kind === 'ours' && link.generation === generation) return true;
  if (link.kind === 'removal') return false;
  const waiting = at(site, generation, waitingLinkName(site.newId()));
  if (!(await succeeds(site.disk.makeLink(generation, waiting), 'ENOENT'))) return false;
  try {
    // After our link stands there: whoever is about to take the generation away sees it, or finds no place to take it to.
    await keepGeneration(site, generation);
    const swap = site.disk.rename(waiting, at(site, bundle));
    if (await succeeds(swap, 'ENOENT', 'EISDIR', 'ENOTEMPTY', 'EEXIST')) return true;
  } catch (error) {
    await site.disk.removeFile(waiting).catch(() => {});
    throw error;
  }
  await succeeds(site.disk.removeFile(waiting), 'ENOENT');
  return false;
};

/** Makes the link name what the record says, as long as others change it; nothing where that is not there. */
export const followRecord = async (site: Site, bundle: string): Promise<void> => {
  for (let attempt = 0; attempt < MAXIMUM_ATTEMPTS; attempt++) {
    const record = await readRecord(site, bundle);
    if (record?.operation !== 'install' || record.digest === undefined) return;
    const name = generationName(bundle, record.digest);
    if ((await readGeneration(site, name)).kind !== 'ours') return;
    const isPointed = await pointLink(site, bundle, name);
    const after = await readRecord(site, bundle);
    if (isPointed && after && isSameStep(after, record)) return;
  }
};
