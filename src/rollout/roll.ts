// One rollout of one bundle, from reading the nodes to closing the record. Install and remove differ only in the plan,
// the request and the labels; the order of steps, the lease and the ways to end are these.
import type { Manifest } from '../bundle/manifest-types.ts';
import type { Request } from '../protocol/request.ts';
import { during } from './channel.ts';
import type { PlannedNode, RolloutEvent } from './events.ts';
import { findObsolete } from './history.ts';
import type { NodeSeen, Reason } from './node.ts';
import type { Clock, Cluster, Lease, NodeSelection } from './ports.ts';
import { firstEntries, lastEntry, openRecord } from './record.ts';
import type { Release } from './release.ts';
import { chooseRevision, isUnfinished } from './revision.ts';
import { describeThrown, explainStop, INTERRUPTED, StopSwitch } from './stop.ts';
import { makeTasks, work } from './work.ts';

export interface RolloutPolicy {
  /** Nodes at work at the same time; 50 when left out. */
  readonly maxInFlight?: number;
  /** Also nodes that have it already, and back to a lower revision. */
  readonly force?: boolean;
  /** `client`: only plan; `server`: also ask the API server whether it would admit the Pod. Nothing is changed. */
  readonly dryRun?: 'none' | 'client' | 'server';
  /** Of one Job, from its creation to its end; the same as `ConnectOptions.jobTimeoutMs`. 5 minutes when left out. */
  readonly nodeTimeoutMs?: number;
  /** How long to wait for somebody else's rollout of this bundle; 5 minutes when left out. */
  readonly leaseWaitMs?: number;
}

export interface Outside {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** What one operation adds to the common course. */
export interface Rollout {
  readonly operation: 'install' | 'remove';
  readonly bundle: string;
  readonly digest?: string;
  readonly manifest?: Manifest;
  readonly rolledBackTo?: number;
  readonly chunks: readonly {
    readonly name: string;
    readonly sha256: string;
    readonly content: Uint8Array;
  }[];
  readonly selection: NodeSelection;
  readonly policy: RolloutPolicy;
  readonly plan: (nodes: readonly NodeSeen[], releases: readonly Release[]) => PlannedNode[];
  readonly request: (revision: number) => Request;
  readonly labels: (node: NodeSeen) => Readonly<Record<string, string | null>>;
}

const DEFAULT_LEASE_WAIT_MS = 5 * 60_000;
/** Between two writes of the record while it runs. */
const RECORD_INTERVAL_MS = 10_000;

type Ending = 'complete' | 'incomplete' | 'interrupted';
type Events<T = void> = AsyncGenerator<RolloutEvent, T, void>;

interface View {
  readonly releases: readonly Release[];
  readonly planned: readonly PlannedNode[];
}

/** Rolls out and yields what happens. Throws SeccompError where nothing was begun yet or nothing more can be done. */
export async function* roll(rollout: Rollout, outside: Outside): Events {
  const { cluster, signal } = outside;
  const { bundle, policy } = rollout;
  const stop = new StopSwitch();
  const unfollow = stop.follow(signal, () => INTERRUPTED);
  try {
    const view = await look(rollout, cluster);
    if (policy.dryRun === 'client' || policy.dryRun === 'server')
      return yield* rehearse(rollout, view, cluster);
    if (stop.reason) return yield finished('interrupted');
    if (!isWorkLeft(rollout, view)) {
      yield describePlan(rollout, view.planned, view.releases.at(-1)?.revision);
      return yield finished(isAnyPending(view.planned) ? 'incomplete' : 'complete');
    }
    let hasWaited = false;
    const lease = yield* during<RolloutEvent, Lease | undefined>(async (tell) => {
      const waitMs = policy.leaseWaitMs ?? DEFAULT_LEASE_WAIT_MS;
      const onWait = (holder: string) => {
        hasWaited = true;
        tell({ kind: 'phase', text: `waiting for ${holder}, who is at work on bundle ${bundle}` });
      };
      return await cluster.acquireLease(bundle, { waitMs, onWait, signal: stop.signal }).catch((thrown) => {
        if (stop.reason) return undefined;
        throw thrown;
      });
    });
    if (!lease) return yield finished('interrupted');
    const unfollowLease = stop.follow(lease.lost, () => describeLoss(lease.lost.reason));
    try {
      yield* rollUnderLease(rollout, await lookAgain(rollout, view, hasWaited, cluster), stop, outside);
    } finally {
      unfollowLease();
      await lease.release();
    }
  } catch (thrown) {
    // What the interruption cut short had changed nothing yet, or was recorded as interrupted.
    if (!signal.aborted || thrown !== signal.reason) throw thrown;
    yield finished('interrupted');
  } finally {
    unfollow();
  }
}

const look = async ({ bundle, selection, plan }: Rollout, cluster: Cluster): Promise<View> => {
  const [nodes, releases] = await Promise.all([cluster.readNodes(selection), cluster.readReleases(bundle)]);
  return { releases, planned: plan(nodes, releases) };
};

/** Reads again what others may have changed before the lease was ours. */
const lookAgain = async (
  rollout: Rollout,
  view: View,
  hasWaited: boolean,
  cluster: Cluster,
): Promise<View> => {
  if (hasWaited) return await look(rollout, cluster);
  const releases = await cluster.readReleases(rollout.bundle);
  const isSame = JSON.stringify(releases.at(-1)) === JSON.stringify(view.releases.at(-1));
  return isSame ? view : await look(rollout, cluster);
};

const isAnyPending = (planned: readonly PlannedNode[]): boolean =>
  planned.some(({ action }) => action === 'pending');

/** Work is left when a node is to run, or when all ran but the record was never closed (killed at the very end). */
const isWorkLeft = (rollout: Rollout, { planned, releases }: View): boolean =>
  planned.some(({ action }) => action === 'run') ||
  (!isAnyPending(planned) && isUnfinished(releases.at(-1), rollout));

const describePlan = (
  { operation, bundle, digest }: Rollout,
  nodes: readonly PlannedNode[],
  revision: number | undefined,
): RolloutEvent => ({
  kind: 'planned',
  operation,
  bundle,
  ...(digest !== undefined && { digest }),
  ...(revision !== undefined && { revision }),
  nodes,
});

const finished = (ending: Ending): RolloutEvent => ({ kind: 'finished', ending });

const describeLoss = (thrown: unknown): Reason => ({
  code: 'api',
  message: `stopped, because the lease was lost: ${describeThrown(thrown)}`,
  hint: 'run the same command again when the other one has ended',
});

async function* rehearse(rollout: Rollout, view: View, cluster: Cluster): Events {
  const isAnythingToDo = isWorkLeft(rollout, view);
  const revision = chooseRevision(view.releases, rollout);
  yield describePlan(
    rollout,
    view.planned,
    isAnythingToDo ? revision.number : view.releases.at(-1)?.revision,
  );
  const tasks = makeTasks(rollout, view.planned, revision);
  const [first] = tasks;
  if (!first || rollout.policy.dryRun === 'client') return yield finished('complete');
  const { refusal, unchecked } = await cluster.admit(first);
  if (unchecked !== undefined) yield { kind: 'warning', message: unchecked };
  if (refusal)
    yield* tasks.map(({ node }): RolloutEvent => ({ kind: 'failed', node: node.name, reason: refusal }));
  yield finished(refusal ? 'incomplete' : 'complete');
}

async function* rollUnderLease(
  rollout: Rollout,
  view: View,
  stop: StopSwitch,
  { cluster, clock }: Outside,
): Events {
  const { planned, releases } = view;
  if (!isWorkLeft(rollout, view)) {
    // Whoever held the lease before us has done it all.
    yield describePlan(rollout, planned, releases.at(-1)?.revision);
    return yield finished(isAnyPending(planned) ? 'incomplete' : 'complete');
  }
  const revision = chooseRevision(releases, rollout);
  const entries = { ...revision.resumed?.nodes, ...firstEntries(planned, releases, revision.resumed) };
  const record = openRecord(rollout, revision, await cluster.whoAmI(), timestamp(clock));
  const render = (outcome: Release['outcome']): Release => ({
    ...record,
    outcome,
    ...(outcome !== 'running' && { endedAt: timestamp(clock) }),
    nodes: { ...entries },
  });
  const write = (outcome: Release['outcome']) => cluster.writeRelease(render(outcome));
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
    for await (const event of work(rollout, makeTasks(rollout, planned, revision), stop, {
      cluster,
      clock,
    })) {
      yield event;
      if (event.kind === 'failed' || event.kind === 'done') {
        counts[event.kind] += 1;
        const entry = lastEntry(event, nodes.get(event.node)!, timestamp(clock));
        if (entry) entries[event.node] = entry;
      }
      if (clock.monotonic() - writtenAt < RECORD_INTERVAL_MS) continue;
      writtenAt = clock.monotonic();
      const problem = await attempt(() => write('running'));
      if (problem !== undefined) yield { kind: 'warning', message: `cannot write the record: ${problem}` };
    }
    yield* explainStop(stop);
    const wanted = planned.filter(({ action }) => action === 'run').length;
    let ending: Ending = counts.done === wanted && !isAnyPending(planned) ? 'complete' : 'incomplete';
    if (ending === 'incomplete' && stop.reason === INTERRUPTED) ending = 'interrupted';
    const stopped = stop.reason === undefined ? 'failed' : 'interrupted';
    isClosed = true;
    const problem = await attempt(() => write(ending === 'complete' ? 'succeeded' : stopped));
    if (problem !== undefined) {
      yield { kind: 'warning', message: `cannot write the record: ${problem}` };
      if (ending === 'complete') ending = 'incomplete';
    }
    if (ending === 'complete')
      yield* forget(
        [...releases.filter((other) => other !== revision.resumed), render('succeeded')],
        cluster,
      );
    yield finished(ending);
  } finally {
    // Something threw, or whoever read the events went away; the next run must not take this one for running.
    if (!isClosed) await attempt(() => write(stop.reason ? 'interrupted' : 'failed'));
  }
}

/** Removes what nothing needs any more; should that fail, the next rollout does it. */
async function* forget(releases: readonly Release[], cluster: Cluster): Events {
  const obsolete = findObsolete(releases);
  if (obsolete.releases.length === 0) return;
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
