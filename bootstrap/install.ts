// Install: stage, write the record, rename the generation into place, sync, swap the link, read back, sync.
// Killed at any instant, also by power loss, the node has the old state or the new one, and the next run completes.
// Nothing is locked: what others changed meanwhile is looked at again.
import { damagedName, generationName } from '../src/protocol/layout.ts';
import { isSameStep } from '../src/protocol/node-record.ts';
import type { InstallRequest } from '../src/protocol/request.ts';
import { readCurrentDigest, readOwnLink, readRecord, refuseStale } from './bundle-state.ts';
import { followRecord, pointLink } from './current-link.ts';
import { removeTree, succeeds, syncFolder } from './folders.ts';
import { foldersOf } from './generation.ts';
import { type Found, look, recordOf } from './look.ts';
import { NodeFailure } from './node-failure.ts';
import { type Done, MAXIMUM_ATTEMPTS } from './operation.ts';
import { endRemoval } from './removal.ts';
import { filesToReplace, repair } from './repair.ts';
import { at, type Site } from './site.ts';
import { type OpenBundle, type Staged, stage } from './stage.ts';
import { sweep } from './sweep.ts';
import { readUsableRecord, recordStep } from './write-record.ts';

/** What this run has done so far, over all its attempts. */
interface Progress {
  hasNewGeneration: boolean;
  hasRepaired: boolean;
  bytes: number;
}

/** Installs a bundle; throws NodeFailure. `openBundle` is called only when bytes of the bundle are needed. */
export const install = async (site: Site, request: InstallRequest, openBundle: OpenBundle): Promise<Done> => {
  await readOwnLink(site, request.bundle);
  refuseStale(await readUsableRecord(site, request), request);
  const previousDigest = await readCurrentDigest(site, request.bundle);
  let found = await look(site, request);
  await sweep(site, request.bundle);
  const progress: Progress = { hasNewGeneration: false, hasRepaired: false, bytes: 0 };
  for (let attempt = 0; attempt <= MAXIMUM_ATTEMPTS; attempt++) {
    if (found.isDone && (await succeeds(settle(site, request, found), 'ENOENT'))) {
      return {
        outcome: outcomeOf(request, previousDigest, progress),
        digest: request.digest,
        ...(previousDigest !== undefined && { previousDigest }),
        revision: request.revision,
        profiles: found.files.length,
        bytes: progress.bytes,
      };
    }
    if (!found.isDone) await attemptInstall(site, request, openBundle, found, progress);
    // Reads back every byte: what the report claims is what a reader finds.
    found = await look(site, request);
  }
  throw new NodeFailure('disk', `${request.bundle} does not stay installed: ${describe(found)}`);
};

/** Makes what is reported last, also where nothing was written: a run that was killed may have left it unsynced. */
const settle = async (site: Site, { bundle, digest }: InstallRequest, { files }: Found): Promise<void> => {
  const generation = at(site, generationName(bundle, digest));
  for (const folder of foldersOf(files)) await syncFolder(site.disk, `${generation}/${folder}`);
  await syncFolder(site.disk, generation);
  await syncFolder(site.disk, site.root);
};

const describe = ({ drift, isWhole }: Found): string => {
  if (isWhole) return 'read back, its generation is missing';
  return drift[0]
    ? `read back, ${drift[0].path} is ${drift[0].kind}`
    : 'others keep changing its link or record';
};

const outcomeOf = (
  request: InstallRequest,
  previous: string | undefined,
  progress: Progress,
): Done['outcome'] => {
  if (progress.hasNewGeneration) return 'installed';
  if (progress.hasRepaired) return 'repaired';
  return previous === request.digest ? 'unchanged' : 'switched';
};

/** Does what is missing; ends early where somebody else came between, and then the caller looks again. */
const attemptInstall = async (
  site: Site,
  request: InstallRequest,
  openBundle: OpenBundle,
  found: Found,
  progress: Progress,
): Promise<void> => {
  const name = generationName(request.bundle, request.digest);
  const replaced = filesToReplace(found.drift, found.files);
  const isStaging = found.isWhole || found.drift.length > 0;
  const staged = isStaging
    ? await stage(site, request, openBundle, found.isWhole ? undefined : replaced)
    : undefined;
  try {
    // The record comes before anything that others can see: an older run that looks from here on gives way.
    if (!(await recordStep(site, request, recordOf(site, request)))) return;
    const link = await readOwnLink(site, request.bundle);
    if (link.kind === 'removal') await endRemoval(site, request.bundle);
    if (staged) {
      const isPlaced = found.isWhole
        ? await putInPlace(site, name, found, staged)
        : await succeeds(repair(site, name, found.drift, replaced, staged), 'ENOENT', 'ENOTDIR');
      if (!isPlaced) return;
      progress.hasNewGeneration ||= found.isWhole;
      progress.hasRepaired ||= !found.isWhole;
      progress.bytes += staged.bytes;
    }
    // Generation and record must last before the link does.
    await syncFolder(site.disk, site.root);
    if (await pointLink(site, request.bundle, name)) await giveWayToNewer(site, request);
  } finally {
    if (staged) await removeTree(site.disk, staged.path);
  }
};

/** Renames the staged generation to its name; false where another run was first: a generation is never replaced. */
const putInPlace = async (site: Site, name: string, found: Found, staged: Staged): Promise<boolean> => {
  if (found.isDamaged) {
    const aside = at(site, damagedName(name, site.newId()));
    if (!(await succeeds(site.disk.rename(at(site, name), aside), 'ENOENT'))) return false;
  }
  return await succeeds(site.disk.rename(staged.path, at(site, name)), 'EEXIST', 'ENOTEMPTY', 'ENOTDIR');
};

/** A newer run may have swapped the link before we did: then the link follows its record, and this run was stale. */
const giveWayToNewer = async (site: Site, request: InstallRequest): Promise<void> => {
  const record = await readRecord(site, request.bundle);
  if (record === undefined || record.revision < request.revision) return;
  if (isSameStep(record, recordOf(site, request))) return;
  await followRecord(site, request.bundle);
  throw new NodeFailure(
    'stale',
    `revision ${request.revision} of ${request.bundle} was overtaken while it was installed: ` +
      `revision ${record.revision} (${record.operation}) was begun here`,
  );
};
