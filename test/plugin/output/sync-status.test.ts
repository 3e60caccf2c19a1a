// The line of `status` about the sync inside the cluster: no cover is claimed where nothing runs.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readSyncStatus } from '../../../plugin/commands/sync-status.ts';
import { renderSyncStatus } from '../../../plugin/output/sync-status.ts';
import type { InstalledSync } from '../../../plugin/outside.ts';
import { SeccompError } from '../../../src/error.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeClusterSync } from '../../support/fake-cluster-sync.ts';

const test = suite('plugin/output/sync-status');

const clock = new FakeClock();
const ago = (minutes: number): string => new Date(clock.now() - minutes * 60_000).toISOString();

const lineOf = async (installed?: Partial<InstalledSync>, refusal?: Error): Promise<string> => {
  const sync = new FakeClusterSync();
  sync.refusal = refusal;
  if (installed)
    sync.installed = { schedule: '* * * * *', isSuspended: false, isRunning: false, ...installed };
  return renderSyncStatus(await readSyncStatus(sync, clock), clock.now());
};

const UNCOVERED = 'a node that joins gets nothing until somebody runs sync or apply';

test('one that runs says when it last ran and when that last went well', async () => {
  assert.is(
    await lineOf({ lastStartedAt: ago(1), lastSucceededAt: ago(3) }),
    'Sync: in the cluster, every minute; last run 60s ago (failed), last success 3m ago\n',
  );
  assert.is(
    await lineOf({ lastStartedAt: ago(2), lastSucceededAt: ago(1) }),
    'Sync: in the cluster, every minute; last run 2m ago, last success 60s ago\n',
  );
  assert.is(
    await lineOf({ lastStartedAt: ago(2), lastSucceededAt: ago(3), isRunning: true }),
    'Sync: in the cluster, every minute; last run 2m ago (at work), last success 3m ago\n',
  );
  assert.is(await lineOf({}), 'Sync: in the cluster, every minute; it has not run yet\n');
});

test('none, one that is suspended and one that is not started any more cover nobody', async () => {
  assert.is(await lineOf(), `Sync: none in the cluster; ${UNCOVERED}\n`);
  assert.match(await lineOf({ isSuspended: true, lastStartedAt: ago(1) }), UNCOVERED);
  assert.is(
    await lineOf({ lastStartedAt: ago(180) }),
    `Sync: installed, but not started any more; last run 3h ago (failed), last success never; ${UNCOVERED}\n`,
  );
});

test('a pass that hangs does not hide that no other is started', async () => {
  assert.match(await lineOf({ lastStartedAt: ago(20), isRunning: true }), UNCOVERED);
});

test('a schedule that somebody has changed is not late', async () => {
  assert.is(
    await lineOf({ lastStartedAt: ago(20), lastSucceededAt: ago(20), schedule: '0 * * * *' }),
    'Sync: in the cluster, "0 * * * *"; last run 20m ago, last success 20m ago\n',
  );
});

test('where it may not be read, that is what is said', async () => {
  const refusal = new SeccompError('api', 'User "bob" cannot get resource "cronjobs"');
  assert.is(await lineOf(undefined, refusal), 'Sync: unknown: User "bob" cannot get resource "cronjobs"\n');
});

test.run();
