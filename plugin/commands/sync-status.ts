// What `status` says of the sync inside the cluster: whether there is one, and whether it runs.
import { SeccompError } from '../../src/error.ts';
import type { Clock } from '../../src/rollout/ports.ts';
import type { SyncStatusDocument } from '../output/documents.ts';
import type { ClusterSync } from '../outside.ts';

const EVERY_MINUTE = '* * * * *';
/** Five passes that were not begun are no coincidence. */
const LATE_MS = 5 * 60_000;

const hasSucceeded = (startedAt: string, succeededAt = ''): boolean =>
  Date.parse(succeededAt) >= Date.parse(startedAt);

/** Reads it; what may not be read is unknown, and no reason to show nothing else. */
export const readSyncStatus = async (sync: ClusterSync, clock: Clock): Promise<SyncStatusDocument> => {
  try {
    const installed = await sync.read();
    if (!installed) return { state: 'none' };
    const { schedule, isSuspended, isRunning, lastStartedAt, lastSucceededAt } = installed;
    const isLate = lastStartedAt !== undefined && clock.now() - Date.parse(lastStartedAt) > LATE_MS;
    return {
      // Of another schedule than ours nobody here knows when its time has come.
      state: isSuspended ? 'suspended' : isLate && schedule === EVERY_MINUTE ? 'late' : 'installed',
      schedule,
      ...(lastStartedAt !== undefined && {
        lastStartedAt,
        lastResult: isRunning
          ? 'running'
          : hasSucceeded(lastStartedAt, lastSucceededAt)
            ? 'succeeded'
            : 'failed',
      }),
      ...(lastSucceededAt !== undefined && { lastSucceededAt }),
    };
  } catch (thrown) {
    if (!(thrown instanceof SeccompError) || thrown.code !== 'api') throw thrown;
    return { state: 'unknown', message: thrown.message };
  }
};
