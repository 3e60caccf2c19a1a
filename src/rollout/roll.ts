// One rollout of one bundle, from reading the nodes to closing the record. Install and remove differ only in the plan,
// the request and the labels; the order of steps, the lease and the ways to end are these.
import { carryOut } from './carry-out.ts';
import { during } from './channel.ts';
import type { RolloutEvent } from './events.ts';
import { holdLease } from './hold-lease.ts';
import type { Cluster } from './ports.ts';
import { chooseRevision, isUnfinished } from './revision.ts';
import {
  describePlan,
  type Events,
  finished,
  isAnyPending,
  type Outside,
  type Rollout,
  type View,
} from './rollout.ts';
import { INTERRUPTED, StopSwitch } from './stop.ts';
import { mixNodes } from './waves.ts';
import { makeTasks } from './work.ts';

/** Rolls out and yields what happens. Throws SeccompError where nothing was begun yet or nothing more can be done. */
export async function* roll(rollout: Rollout, outside: Outside): Events {
  const { cluster, signal } = outside;
  const { bundle, policy } = rollout;
  const stop = new StopSwitch();
  const unfollow = stop.follow(signal, () => INTERRUPTED);
  try {
    const view = await look(rollout, cluster);
    yield* examine(rollout, view);
    if (policy.dryRun === 'client' || policy.dryRun === 'server')
      return yield* rehearse(rollout, view, cluster);
    if (stop.reason) return yield finished('interrupted');
    if (!isWorkLeft(rollout, view)) {
      yield describePlan(rollout, view.planned, view.releases.at(-1)?.revision);
      return yield finished(isAnyPending(view.planned) ? 'incomplete' : 'complete');
    }
    const lease = yield* holdLease(bundle, stop, cluster, policy.leaseWaitMs);
    if (!lease) return yield finished('interrupted');
    try {
      const latest = await lookAgain(rollout, view, lease.hasWaited, cluster);
      if (latest !== view) yield* examine(rollout, latest);
      if (isWorkLeft(rollout, latest)) return yield* carryOut(rollout, latest, stop, outside);
      // Whoever held the lease before us has done it all.
      yield describePlan(rollout, latest.planned, latest.releases.at(-1)?.revision);
      yield finished(isAnyPending(latest.planned) ? 'incomplete' : 'complete');
    } finally {
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

const look = async ({ bundle, selection, policy, plan }: Rollout, cluster: Cluster): Promise<View> => {
  const [nodes, releases] = await Promise.all([cluster.readNodes(selection), cluster.readReleases(bundle)]);
  const planned = plan(nodes, releases);
  return { releases, planned: policy.waves ? mixNodes(planned) : planned };
};

/** Has the nodes looked at that something is to be done to, and passes the warnings on. */
async function* examine({ examine: look }: Rollout, { planned, releases }: View): Events {
  const nodes = planned
    .filter(({ action }) => action === 'run' || action === 'pending')
    .map(({ node }) => node);
  if (look === undefined || nodes.length === 0) return;
  const warnings = yield* during<RolloutEvent, readonly string[]>(
    async (tell) => await look({ nodes, releases }, (text) => tell({ kind: 'phase', text })),
  );
  yield* warnings.map((message): RolloutEvent => ({ kind: 'warning', message }));
}

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

/** Work is left when a node is to run, or when all ran but the record was never closed (killed at the very end). */
const isWorkLeft = (rollout: Rollout, { planned, releases }: View): boolean =>
  planned.some(({ action }) => action === 'run') ||
  (!isAnyPending(planned) && isUnfinished(releases.at(-1), rollout));

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
