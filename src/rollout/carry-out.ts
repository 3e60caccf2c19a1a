// A rollout that holds its lease: opens the record, works through the nodes, and closes the record with what came of it.
import { createAnnouncer, describeGate, describeNode, describeRollout } from './announce.ts';
import { findObsolete, type Obsolete } from './history.ts';
import type { Clock, Cluster } from './ports.ts';
import { firstEntries, lastEntry, openRecord } from './record.ts';
import type { Release } from './release.ts';
import { chooseRevision } from './revision.ts';
import {
  describePlan,
  type Ending,
  type Events,
  finished,
  isAnyPending,
  type Outside,
  type Rollout,
  type View,
} from './rollout.ts';
import { describeThrown, explainStop, INTERRUPTED, type StopSwitch } from './stop.ts';
import { work } from './work.ts';

/** Between two writes of the record while nodes are at work. */
const RECORD_INTERVAL_MS = 10_000;
/** A record has the room of one ConfigMap. */
const MOST_FAILING_BEFORE = 500;

/** Carries a rollout out and yields what happens; whatever happens, its record is closed. */
export async function* carryOut(
  rollout: Rollout,
  { planned, releases }: View,
  stop: StopSwitch,
  { cluster, clock, pace }: Outside,
): Events {
  const revision = chooseRevision(releases, rollout);
  const entries = { ...revision.resumed?.nodes, ...firstEntries(planned, releases, revision.resumed) };
  const record = openRecord(rollout, revision, await cluster.whoAmI(), timestamp(clock));
  let isStopped = false;
  const failingBefore = new Set(revision.resumed?.failingBefore);
  const render = (outcome: Release['outcome']): Release => ({
    ...record,
    ...(failingBefore.size > 0 && { failingBefore: [...failingBefore].slice(0, MOST_FAILING_BEFORE) }),
    outcome,
    ...(outcome === 'failed' && isStopped && { isStopped }),
    ...(outcome !== 'running' && { endedAt: timestamp(clock) }),
    nodes: { ...entries },
  });
  const write = (outcome: Release['outcome']) => cluster.writeRelease(render(outcome));
  const announcer = createAnnouncer(cluster);
  const subject = { operation: rollout.operation, bundle: rollout.bundle, revision: revision.number };
  await write('running');
  let isClosed = false;
  try {
    yield describePlan(rollout, planned, revision.number);
    // Records are written before Jobs are made: before the first record nothing can have been left behind.
    const swept = releases.length === 0 ? 0 : await cluster.sweep(rollout.bundle);
    if (swept > 0) yield { kind: 'phase', text: `removed ${swept} Jobs that an earlier run left behind` };
    const nodes = new Map(planned.map(({ node }) => [node.name, node]));
    const counts = { failed: 0, done: 0 };
    let writtenAt = clock.monotonic();
    let isChanged = false;
    for await (const event of work(rollout, { planned, revision }, stop, { cluster, clock, pace })) {
      yield event;
      if (event.kind === 'failed' || event.kind === 'done') {
        counts[event.kind] += 1;
        const node = nodes.get(event.node)!;
        const entry = lastEntry(event, node, timestamp(clock));
        if (entry) entries[event.node] = entry;
        isChanged = true;
        if (event.kind === 'failed' && event.reason.code !== INTERRUPTED.code)
          announcer.tell(describeNode(event.reason, node, subject));
      } else if (event.kind === 'wave') {
        for (const one of event.failingBefore) failingBefore.add(one);
        isChanged ||= event.failingBefore.length > 0;
      } else if (event.kind === 'gate') announcer.tell(describeGate(event, subject));
      else if (event.kind === 'stopped') isStopped = true;
      // It may wait there for long, and whoever kills it meanwhile must not have to do again what was done.
      const isResting = ['phase', 'gate', 'paused'].includes(event.kind);
      if (!isChanged || (!isResting && clock.monotonic() - writtenAt < RECORD_INTERVAL_MS)) continue;
      isChanged = false;
      writtenAt = clock.monotonic();
      const problem = await attempt(() => write('running'));
      if (problem !== undefined) yield { kind: 'warning', message: `cannot write the record: ${problem}` };
    }
    yield* explainStop(stop);
    const wanted = planned.filter(({ action }) => action === 'run').length;
    const isAllDone = counts.done === wanted && !isAnyPending(planned) && !isStopped;
    let ending: Ending = isAllDone ? 'complete' : 'incomplete';
    if (ending === 'incomplete' && stop.reason === INTERRUPTED) ending = 'interrupted';
    const stopped = stop.reason === undefined ? 'failed' : 'interrupted';
    isClosed = true;
    const problem = await attempt(() => write(ending === 'complete' ? 'succeeded' : stopped));
    if (problem !== undefined) {
      yield { kind: 'warning', message: `cannot write the record: ${problem}` };
      if (ending === 'complete') ending = 'incomplete';
    }
    if (!rollout.policy.waves) announcer.tell(describeRollout(ending, counts, subject));
    const silence = await announcer.end();
    if (silence !== undefined) yield { kind: 'warning', message: `cannot write Events: ${silence}` };
    if (ending === 'complete')
      yield* forget(
        findObsolete(
          [...releases.filter((other) => other !== revision.resumed), render('succeeded')],
          revision.resumed,
        ),
        cluster,
      );
    yield finished(ending);
  } finally {
    // Something threw, or whoever read the events went away; the next run must not take this one for running.
    if (!isClosed) await attempt(() => write(stop.reason ? 'interrupted' : 'failed'));
  }
}

/** Removes what nothing needs any more; should that fail, the next rollout does it. */
async function* forget(obsolete: Obsolete, cluster: Cluster): Events {
  if (obsolete.releases.length + obsolete.chunks.length === 0) return;
  const problem = await attempt(() => cluster.forget(obsolete));
  if (problem !== undefined) yield { kind: 'warning', message: `cannot remove old records: ${problem}` };
}

const timestamp = (clock: Clock): string => new Date(clock.now()).toISOString();

/** Returns the words of a failure instead of throwing it. */
const attempt = async (write: () => Promise<void>): Promise<string | undefined> => {
  try {
    await write();
    return undefined;
  } catch (thrown) {
    return describeThrown(thrown);
  }
};
