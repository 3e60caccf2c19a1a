// Replaces a bundle's record by rename, so that it is the old or the new one. Durable once the root is synced.
// No older run can replace a newer record: whoever looks at the record before its rename, and is slow to rename,
// finds that the newer run has unlinked what it was to rename.
import { damagedName, recordName, stagingName } from '../src/protocol/layout.ts';
import {
  isSameStep,
  MAXIMUM_RECORD_BYTES,
  type NodeRecord,
  parseRecord,
  renderRecord,
} from '../src/protocol/node-record.ts';
import { readRecord, refuseStale } from './bundle-state.ts';
import { readFile, removeTree, succeeds, writeNewFile } from './folders.ts';
import { NodeFailure } from './node-failure.ts';
import { at, type Site } from './site.ts';

interface Target {
  readonly bundle: string;
  readonly revision: number;
  readonly force: boolean;
}

/** Records a step unless it stands there already; false where a newer run came between. Throws `stale`. */
export const recordStep = async (site: Site, target: Target, record: NodeRecord): Promise<boolean> => {
  const name = recordName(target.bundle);
  const staging = at(site, stagingName(name.slice(1), site.newId()));
  try {
    await writeNewFile(site.disk, staging, renderRecord(record));
    // After the file is there: a newer run that was not yet recorded will find it.
    const found = await readRecord(site, target.bundle);
    refuseStale(found, target);
    if (found && isSameStep(found, record)) {
      await succeeds(site.disk.removeFile(staging), 'ENOENT');
      return true;
    }
    if (!(await succeeds(site.disk.rename(staging, at(site, name)), 'ENOENT'))) return false;
    await revokeOlder(site, target);
    return true;
  } catch (error) {
    // A full disk must not be left fuller; the first error is the one to tell.
    await removeTree(site.disk, staging).catch(() => {});
    throw error;
  }
};

/** Unlinks the records that older runs are about to rename; one that is still half will find ours. */
const revokeOlder = async (site: Site, { bundle, revision }: Target): Promise<void> => {
  const prefix = stagingName(recordName(bundle).slice(1), '');
  for (const name of await site.disk.list(site.root)) {
    if (!name.startsWith(prefix)) continue;
    const other = await readStaged(site, name);
    if (other && other.revision < revision) await succeeds(site.disk.removeFile(at(site, name)), 'ENOENT');
  }
};

const readStaged = async (site: Site, name: string): Promise<NodeRecord | undefined> => {
  try {
    return parseRecord(
      new TextDecoder().decode(await readFile(site.disk, at(site, name), MAXIMUM_RECORD_BYTES)),
    );
  } catch {
    // Gone, half written or nobody's: nothing to revoke.
    return undefined;
  }
};

/** Reads the record; with `force` one that cannot be read is moved aside, never deleted. */
export const readUsableRecord = async (
  site: Site,
  { bundle, force }: Target,
): Promise<NodeRecord | undefined> => {
  try {
    return await readRecord(site, bundle);
  } catch (error) {
    if (!force || !(error instanceof NodeFailure) || error.code !== 'damaged') throw error;
    const name = recordName(bundle);
    await site.disk.rename(at(site, name), at(site, damagedName(name, site.newId())));
    return undefined;
  }
};
