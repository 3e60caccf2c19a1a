// Remove: take the link away, then everything of the bundle that is ours, and leave the root as it was before the
// first install. What is foreign stays. Killed at any instant, the next remove completes and the next install works.
import { recordName } from '../src/protocol/layout.ts';
import { isSameStep, type NodeRecord } from '../src/protocol/node-record.ts';
import type { RemoveRequest } from '../src/protocol/request.ts';
import {
  listOwnGenerations,
  readCurrentDigest,
  readOwnLink,
  readRecord,
  refuseStale,
} from './bundle-state.ts';
import { followRecord } from './current-link.ts';
import { succeeds, syncFolder } from './folders.ts';
import { NodeFailure } from './node-failure.ts';
import { type Done, MAXIMUM_ATTEMPTS } from './operation.ts';
import { beginRemoval, endRemoval } from './removal.ts';
import { at, type Site } from './site.ts';
import { sweep } from './sweep.ts';
import { readUsableRecord, recordStep } from './write-record.ts';

/** Removes a bundle; throws NodeFailure. */
export const remove = async (site: Site, request: RemoveRequest): Promise<Done> => {
  await readOwnLink(site, request.bundle);
  refuseStale(await readUsableRecord(site, request), request);
  const previousDigest = await readCurrentDigest(site, request.bundle);
  await sweep(site, request.bundle);
  let outcome: Done['outcome'] = 'absent';
  for (let attempt = 0; attempt <= MAXIMUM_ATTEMPTS; attempt++) {
    if (await isGone(site, request.bundle)) {
      // Also where nothing was removed: a run that was killed may have left its work unsynced.
      await syncFolder(site.disk, site.root);
      return { outcome, ...(previousDigest !== undefined && { previousDigest }) };
    }
    await attemptRemove(site, request);
    outcome = 'removed';
  }
  throw new NodeFailure('disk', `${request.bundle} does not stay removed: others keep changing it`);
};

const isGone = async (site: Site, bundle: string): Promise<boolean> =>
  (await readOwnLink(site, bundle)).kind === 'absent' &&
  (await readRecord(site, bundle)) === undefined &&
  (await listOwnGenerations(site, bundle)).length === 0;

/** Takes all away; ends early where somebody else came between, and then the caller looks again. */
const attemptRemove = async (site: Site, request: RemoveRequest): Promise<void> => {
  const { bundle } = request;
  const record: NodeRecord = {
    version: 1,
    operation: 'remove',
    revision: request.revision,
    at: new Date(site.now()).toISOString(),
  };
  if (!(await recordStep(site, request, record))) return;
  if ((await readOwnLink(site, bundle)).kind === 'ours') {
    await succeeds(site.disk.removeFile(at(site, bundle)), 'ENOENT', 'EISDIR');
  }
  const trash = await beginRemoval(site, bundle);
  if (trash === undefined) return;
  // The link must be gone for good before what it names goes.
  await syncFolder(site.disk, site.root);
  const current = await readRecord(site, bundle);
  if (current === undefined || !isSameStep(current, record)) {
    await endRemoval(site, bundle);
    if (current === undefined || current.revision < request.revision) return;
    await followRecord(site, bundle);
    throw new NodeFailure(
      'stale',
      `revision ${current.revision} of ${bundle} (${current.operation}) was begun here while revision ${request.revision} removed it`,
    );
  }
  const names = [...(await listOwnGenerations(site, bundle)), recordName(bundle)];
  for (const name of names) {
    // Into the trash at the bundle's name: fails when an installer has cleared that, and then nothing may go.
    if (!(await succeeds(site.disk.rename(at(site, name), `${trash}/${name}`), 'ENOENT', 'ENOTDIR'))) return;
  }
  await endRemoval(site, bundle);
};
