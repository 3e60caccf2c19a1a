// Removing old generations of a bundle from nodes: the operation behind `prune`. It changes nothing that the bundle's
// link names, so it makes no revision; but it takes the bundle's lease, so that no rollout runs beside it.
import type { Report } from '../protocol/report.ts';
import { drive } from './drive.ts';
import type { RolloutEvent } from './events.ts';
import { holdLease } from './hold-lease.ts';
import { driveLimits } from './limits.ts';
import type { NodeSeen, Reason, ReasonCode } from './node.ts';
import type { Cluster, NodeSelection, NodeTask } from './ports.ts';
import { generationsOn, type Pins, type PrunePlan, planGenerations } from './prune-plan.ts';
import type { Release } from './release.ts';
import { type Events, finished, isAnyPending, type Outside, type RolloutPolicy } from './rollout.ts';
import { explainStop, INTERRUPTED, StopSwitch } from './stop.ts';
import { judgeReport } from './verdict.ts';

export interface PruneInput {
  readonly bundle: string;
  /** Generations to keep on each node besides the current one. */
  readonly keep: number;
  readonly selection: NodeSelection;
  readonly policy: Pick<RolloutPolicy, 'maxInFlight' | 'nodeTimeoutMs' | 'force' | 'dryRun' | 'leaseWaitMs'>;
  /** Reads who names which generation now; what it throws stops all. Asked once more when nobody else can roll out. */
  readonly readPins: () => Promise<Pins>;
  /** Told what stays where and why; the last time is what counts. */
  readonly onPlan: (plan: PrunePlan) => void;
}

interface Look extends PrunePlan {
  readonly releases: readonly Release[];
}

/** Removes old generations from the selected nodes, and yields what happens. */
export async function* pruneBundle(input: PruneInput, outside: Outside): Events {
  const { bundle, policy } = input;
  const { cluster, signal } = outside;
  const stop = new StopSwitch();
  const unfollow = stop.follow(signal, () => INTERRUPTED);
  try {
    const plan = await look(input, cluster);
    const isDryRun = policy.dryRun === 'client' || policy.dryRun === 'server';
    if (isDryRun || !plan.planned.some(({ action }) => action === 'run'))
      return yield* rehearse(input, plan, cluster);
    const lease = yield* holdLease(bundle, stop, cluster, policy.leaseWaitMs);
    if (!lease) return yield finished('interrupted');
    try {
      // From here to the nodes' disks are seconds: a pod that is made in them and names what goes finds no file.
      const latest = await look(input, cluster);
      yield describePlan(bundle, latest);
      if (stop.reason) return yield finished('interrupted');
      const swept = latest.releases.length === 0 ? 0 : await cluster.sweep(bundle);
      if (swept > 0) yield { kind: 'phase', text: `removed ${swept} Jobs that an earlier run left behind` };
      const tasks = makeTasks(bundle, latest, outside);
      const done = yield* runTasks(tasks, input, stop, outside);
      yield* explainStop(stop);
      const isComplete = done === tasks.length && !isAnyPending(latest.planned);
      yield finished(isComplete ? 'complete' : stop.reason === INTERRUPTED ? 'interrupted' : 'incomplete');
    } finally {
      await lease.release();
    }
  } finally {
    unfollow();
  }
}

const look = async (input: PruneInput, cluster: Cluster): Promise<Look> => {
  const { bundle, keep, selection, policy } = input;
  const [nodes, releases, pins] = await Promise.all([
    cluster.readNodes(selection),
    cluster.readReleases(bundle),
    input.readPins(),
  ]);
  const plan = planGenerations(nodes, releases, { bundle, keep, pins, force: policy.force ?? false });
  input.onPlan(plan);
  return { ...plan, releases };
};

const describePlan = (bundle: string, { planned }: PrunePlan): RolloutEvent => ({
  kind: 'planned',
  operation: 'prune',
  bundle,
  nodes: planned,
});

/** Says what would be done, or that there is nothing to do. */
async function* rehearse(input: PruneInput, plan: Look, cluster: Cluster): Events {
  const { bundle, policy } = input;
  yield describePlan(bundle, plan);
  const [first] = plan.planned.filter(({ action }) => action === 'run');
  if (first && policy.dryRun === 'server') {
    const task = taskFor(bundle, plan, first.node, 'prune');
    const { refusal, unchecked } = await cluster.admit(task);
    if (unchecked !== undefined) yield { kind: 'warning', message: unchecked };
    if (refusal) {
      yield { kind: 'failed', node: first.node.name, reason: refusal };
      return yield finished('incomplete');
    }
  }
  yield finished(!first && isAnyPending(plan.planned) ? 'incomplete' : 'complete');
}

const makeTasks = (bundle: string, plan: Look, { cluster, clock }: Outside): NodeTask[] => {
  const run = `prune-${cluster.token}-${clock.now().toString(36)}`;
  return plan.planned
    .filter(({ action }) => action === 'run')
    .map(({ node }) => taskFor(bundle, plan, node, run));
};

const taskFor = (bundle: string, { kept, releases }: Look, node: NodeSeen, run: string): NodeTask => ({
  node,
  run,
  attempt: 1,
  chunkConfigMaps: [],
  request: {
    version: 1,
    operation: 'prune',
    bundle,
    // A node that somebody else has brought further since refuses: nobody looked who pins what came there.
    revision: releases.at(-1)?.revision ?? 0,
    kept: [...(kept.get(node.name)?.keys() ?? [])].toSorted(),
  },
});

/** Runs the tasks and returns how many came to a good end. */
async function* runTasks(
  tasks: readonly NodeTask[],
  { bundle, policy }: PruneInput,
  stop: StopSwitch,
  { cluster, clock, pace }: Outside,
): Events<number> {
  const [first] = tasks;
  if (!first) return 0;
  await cluster.prepare([]);
  if (stop.reason) return 0;
  const { refusal, unchecked } = await cluster.admit(first);
  if (unchecked !== undefined) yield { kind: 'warning', message: unchecked };
  if (refusal) {
    yield* tasks.map(({ node }): RolloutEvent => ({ kind: 'failed', node: node.name, reason: refusal }));
    return 0;
  }
  const settle = async (task: NodeTask, report: Report): Promise<RolloutEvent> => {
    const { node } = task;
    const labels = goneLabels(node, bundle, report);
    const reason =
      withOwnHint(judgeReport(task.request, report, node)) ??
      (Object.keys(labels).length > 0 ? await cluster.label(node, labels) : undefined);
    return reason
      ? { kind: 'failed', node: node.name, reason, report }
      : { kind: 'done', node: node.name, report };
  };
  let done = 0;
  for await (const event of drive(
    tasks,
    { ...driveLimits(policy), stop, settle },
    { cluster, clock, pace },
  )) {
    yield event;
    if (event.kind === 'done') done += 1;
  }
  return done;
}

/** What helps a rollout does not help here: nothing is pruned by force. */
const withOwnHint = (reason: Reason | undefined): Reason | undefined => {
  const hint = reason && HINTS[reason.code];
  return hint === undefined ? reason : { ...reason!, hint };
};

const HINTS: Partial<Record<ReasonCode, string>> = {
  stale:
    'a newer revision was rolled out meanwhile, or the records in the install namespace were lost; see what is wanted there, apply that, and prune again',
  damaged: 'apply --force puts it right',
};

/** A label is taken off where the node says what is left and this is not among it. */
const goneLabels = (node: NodeSeen, bundle: string, { generations }: Report): Record<string, null> =>
  Object.fromEntries(removedFrom(node, bundle, generations).map((digest) => [`${bundle}.${digest}`, null]));

/** Lists what a node's labels claimed and the node says is not there any more. */
export const removedFrom = (
  node: NodeSeen,
  bundle: string,
  generations: readonly string[] | undefined,
): string[] =>
  generations ? generationsOn(node, bundle).filter((digest) => !generations.includes(digest)) : [];
