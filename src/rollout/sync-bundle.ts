// Brings the nodes to the revisions of one bundle that they should have, while holding its lease. It makes no revision:
// it is one more attempt at those that there are.
import { SeccompError } from '../error.ts';
import type { PlannedNode, RolloutEvent } from './events.ts';
import { type HeldLease, holdLease } from './hold-lease.ts';
import type { NodeSeen } from './node.ts';
import type { Cluster } from './ports.ts';
import type { Release } from './release.ts';
import type { Outside, RolloutPolicy } from './rollout.ts';
import { explainStop, INTERRUPTED, StopSwitch } from './stop.ts';
import type { SyncEvent } from './sync-events.ts';
import { planSync, type SyncStep, type Target } from './sync-plan.ts';
import { installNodes, pruneNodes } from './sync-work.ts';

export interface SyncPolicy extends Pick<RolloutPolicy, 'maxInFlight' | 'nodeTimeoutMs'> {
  /** Whether what nothing wants on a node any more is removed. */
  readonly isPruning: boolean;
  /** Whether nodes that have failed are tried again at once. */
  readonly isImpatient: boolean;
  /** Whether it is only said what would be done. */
  readonly isDryRun: boolean;
}

export interface BundleSync {
  readonly bundle: string;
  readonly policy: SyncPolicy;
  /** Names of nodes whose disk was asked, and is not as it should be. */
  readonly drifted: ReadonlySet<string>;
}

interface Seen {
  readonly nodes: readonly NodeSeen[];
  /** Of this bundle, newest last. */
  readonly releases: readonly Release[];
}

/** Longer than a lease that nobody renews: a killed holder must not keep a bundle from every later sync. */
const LEASE_WAIT_MS = 20_000;

/** Syncs one bundle; where somebody else is at work on it, says so and leaves it alone. */
export async function* syncBundle(
  sync: BundleSync,
  seen: Seen,
  outside: Outside,
): AsyncGenerator<SyncEvent, void, void> {
  const { bundle, policy } = sync;
  const { cluster, clock, signal } = outside;
  const plan = ({ nodes, releases }: Seen): SyncStep[] =>
    planSync(nodes, releases, { ...sync, nowMs: clock.now(), isImpatient: policy.isImpatient });
  const first = plan(seen);
  const isWorkLeft = first.some(({ kind }) => kind === 'install' || (kind === 'left' && policy.isPruning));
  if (!isWorkLeft || policy.isDryRun) {
    for (const target of targetsOf(first)) yield describeTarget(sync, first, target);
    return yield* tellRest(sync, first);
  }
  const stop = new StopSwitch();
  const unfollow = stop.follow(signal, () => INTERRUPTED);
  try {
    const lease = yield* takeLease(bundle, stop, cluster);
    if (!lease) return;
    try {
      // Others may have changed it before the lease was ours.
      const [nodes, releases] = await Promise.all([
        cluster.readNodes({ selector: '' }),
        cluster.readReleases(bundle),
      ]);
      const steps = plan({ nodes, releases });
      const course = { bundle, policy, releases: new Map(releases.map((one) => [one.revision, one])) };
      for (const target of targetsOf(steps)) {
        yield describeTarget(sync, steps, target);
        yield* installNodes(course, target, nodesOf(steps, 'install', target), stop, outside);
      }
      if (policy.isPruning) yield* pruneNodes(course, nodesOf(steps, 'left'), stop, outside);
      yield* tellRest(sync, steps);
    } finally {
      await lease.release();
    }
    yield* explainStop(stop);
  } finally {
    unfollow();
  }
}

/** Takes the lease as every operation does; whoever has it for longer is said, and goes on undisturbed. */
async function* takeLease(
  bundle: string,
  stop: StopSwitch,
  cluster: Cluster,
): AsyncGenerator<SyncEvent, HeldLease | undefined, void> {
  try {
    return yield* holdLease(bundle, stop, cluster, LEASE_WAIT_MS);
  } catch (thrown) {
    if (!(thrown instanceof SeccompError) || thrown.code !== 'conflict') throw thrown;
    yield { kind: 'busy', bundle, message: thrown.message };
    return undefined;
  }
}

/** Oldest first. */
const targetsOf = (steps: readonly SyncStep[]): Target[] =>
  [...new Set(steps.flatMap((step) => ('target' in step ? [step.target] : [])))].toSorted(
    (one, other) => one.revision - other.revision,
  );

const nodesOf = (steps: readonly SyncStep[], kind: SyncStep['kind'], target?: Target): NodeSeen[] =>
  steps
    .filter((step) => step.kind === kind && (!target || ('target' in step && step.target === target)))
    .map(({ node }) => node);

const describeTarget = (
  { bundle }: BundleSync,
  steps: readonly SyncStep[],
  target: Target,
): RolloutEvent => ({
  kind: 'planned',
  operation: 'install',
  bundle,
  digest: target.digest,
  revision: target.revision,
  nodes: steps.flatMap((step): PlannedNode[] => {
    if (!('target' in step) || step.target !== target) return [];
    const { node, kind } = step;
    return [
      'reason' in step
        ? { node, action: step.kind, reason: step.reason }
        : { node, action: kind === 'install' ? 'run' : 'up-to-date' },
    ];
  }),
});

/** What is for people to decide. */
function* tellRest({ bundle, policy }: BundleSync, steps: readonly SyncStep[]): Generator<SyncEvent> {
  const held = new Map<Release, string[]>();
  for (const step of steps)
    if (step.kind === 'held') held.set(step.release, [...(held.get(step.release) ?? []), step.node.name]);
  for (const [{ revision, outcome }, nodes] of held) yield { kind: 'held', bundle, revision, outcome, nodes };
  if (policy.isPruning && !policy.isDryRun) return;
  for (const { kind, node } of steps) if (kind === 'left') yield { kind: 'left', bundle, node: node.name };
}
