// The line of `status` about the sync inside the cluster. It never claims that new nodes are looked after where nothing
// runs.
import type { SyncStatusDocument } from './documents.ts';
import { renderDuration } from './duration.ts';
import { sanitizeLine } from './sanitize.ts';

const UNCOVERED = 'a node that joins gets nothing until somebody runs sync or apply';

/** A node that could not be brought to its state is a failure too; the log of the Job says which. */
const RESULTS = { running: ' (at work)', succeeded: '', failed: ' (failed)' } as const;

/** Renders the line; `nowMs` is what ages are counted to. */
export const renderSyncStatus = (
  { state, schedule, lastStartedAt, lastResult, lastSucceededAt, message }: SyncStatusDocument,
  nowMs: number,
): string => {
  const ago = (at: string): string => `${renderDuration(nowMs - Date.parse(at))} ago`;
  const runs =
    lastStartedAt === undefined
      ? 'it has not run yet'
      : `last run ${ago(lastStartedAt)}${RESULTS[lastResult ?? 'succeeded']}, last success ${lastSucceededAt === undefined ? 'never' : ago(lastSucceededAt)}`;
  switch (state) {
    case 'none':
      return `Sync: none in the cluster; ${UNCOVERED}\n`;
    case 'installed':
      return `Sync: in the cluster, ${sanitizeLine(describeSchedule(schedule))}; ${runs}\n`;
    case 'suspended':
      return `Sync: suspended; ${runs}; ${UNCOVERED}\n`;
    case 'late':
      return `Sync: installed, but not started any more; ${runs}; ${UNCOVERED}\n`;
    case 'unknown':
      return `Sync: unknown: ${sanitizeLine(message ?? '')}\n`;
  }
};

const describeSchedule = (schedule: string | undefined): string =>
  schedule === '* * * * *' ? 'every minute' : `"${schedule}"`;
