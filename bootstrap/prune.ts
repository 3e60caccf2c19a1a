// Prune: takes old generations of a bundle away and leaves what its link names. What is not ours by its manifest's
// hash stays. Killed at any instant, every generation is whole or gone, and the next run completes.
import { parseGenerationName } from '../src/protocol/layout.ts';
import type { PruneRequest } from '../src/protocol/request.ts';
import {
  listGenerationNames,
  listOwnGenerations,
  readCurrentDigest,
  readOwnLink,
  readRecord,
  refuseStale,
} from './bundle-state.ts';
import { removeTree, syncFolder } from './folders.ts';
import type { Done } from './operation.ts';
import type { Site } from './site.ts';
import { sweep } from './sweep.ts';
import { takeAway } from './taking.ts';

/** So many names fit the report with everything else in it. */
const MAXIMUM_LISTED = 100;

/** Removes the generations that nothing keeps; throws NodeFailure. */
export const prune = async (site: Site, request: PruneRequest): Promise<Done> => {
  const { bundle, kept } = request;
  await readOwnLink(site, bundle);
  const record = await readRecord(site, bundle);
  // Who asked does not know what was rolled out since, nor what of that is pinned.
  refuseStale(record, { ...request, force: false });
  await sweep(site, bundle);
  const taken: string[] = [];
  for (const name of await listOwnGenerations(site, bundle)) {
    if (kept.includes(digestOf(name))) continue;
    const place = await takeAway(site, bundle, name);
    if (place !== undefined) taken.push(place);
  }
  // Before anything is unlinked: otherwise a power loss may bring a generation back to its name with half its files.
  // Also where nothing was taken: a run that was killed may have left its work unsynced.
  await syncFolder(site.disk, site.root);
  for (const place of taken) await removeTree(site.disk, place);
  const left = (await listGenerationNames(site, bundle)).map(digestOf);
  const digest = await readCurrentDigest(site, bundle);
  return {
    outcome: taken.length > 0 ? 'pruned' : 'unchanged',
    ...(digest !== undefined && { digest }),
    ...(record !== undefined && { revision: record.revision }),
    pruned: taken.length,
    ...(left.length <= MAXIMUM_LISTED && { generations: left }),
  };
};

const digestOf = (generation: string): string => parseGenerationName(generation)?.digest16 ?? '';
