// Removes what runs that were killed left behind: only names that nobody but us makes, and only when older than any
// Job may live, because what is younger may belong to a run at work.
import { isStagingName, isWaitingLinkName, parseTakenName, SWEEP_AGE_MS } from '../src/protocol/layout.ts';
import { listOwnGenerations } from './bundle-state.ts';
import { listNames, removeTree } from './folders.ts';
import { at, type Site } from './site.ts';

/** Sweeps the root, and this bundle's generations for links that were never renamed into place. */
export const sweep = async (site: Site, bundle: string): Promise<void> => {
  for (const name of await site.disk.list(site.root)) {
    if (isStagingName(name) || parseTakenName(name) !== undefined) await removeOld(site, at(site, name));
  }
  for (const generation of await listOwnGenerations(site, bundle)) {
    for (const name of await listNames(site.disk, at(site, generation))) {
      if (isWaitingLinkName(name)) await removeOld(site, at(site, generation, name));
    }
  }
};

const removeOld = async (site: Site, path: string): Promise<void> => {
  const entry = await site.disk.look(path);
  if (entry !== undefined && site.now() - entry.mtimeMs > SWEEP_AGE_MS) await removeTree(site.disk, path);
};
