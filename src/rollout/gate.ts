// The gate behind a wave: waits, looks at the containers on its nodes again and again, and says whether to go on.
import type { RolloutEvent } from './events.ts';
import type { GatePolicy, Health, HealthQuestion } from './health.ts';
import { withoutEarlier } from './judge-health.ts';
import type { Reason } from './node.ts';
import type { Clock, Cluster } from './ports.ts';
import { describeThrown } from './stop.ts';

/** Reading all pods of a large cluster is work for its API server: not more often than this. */
const LOOK_INTERVAL_MS = 10_000;
/** An API server that restarts comes back within this; nothing is begun meanwhile. */
const BLIND_MS = 120_000;

interface Gate {
  readonly wave: number;
  readonly of: number;
  /** That the wave was made of, and how many of them failed. */
  readonly nodes: number;
  readonly failed: number;
  readonly policy: GatePolicy;
  readonly question: HealthQuestion;
  /** What failed before the wave, by its identity. */
  readonly before: ReadonlySet<string>;
  readonly signal: AbortSignal;
}

/** Waits at the gate; yields what is seen, and returns why the rollout must not go on, or undefined. */
export async function* passGate(
  { policy, question, before, signal, ...about }: Gate,
  { cluster, clock }: { readonly cluster: Cluster; readonly clock: Clock },
): AsyncGenerator<RolloutEvent, Reason | undefined, void> {
  const begun = clock.monotonic();
  let told = '';
  let seenAt = begun;
  while (!signal.aborted) {
    let health: Health;
    try {
      health = withoutEarlier(await cluster.readHealth(question, signal), before);
      seenAt = clock.monotonic();
    } catch (thrown) {
      if (signal.aborted) return undefined;
      // Not to know is no reason to go on, and none to undo anything.
      if (clock.monotonic() - seenAt >= BLIND_MS) return cannotSee(thrown);
      yield { kind: 'phase', text: `wave ${about.wave}: ${cannotSee(thrown).message}; trying again` };
      await clock.sleep(LOOK_INTERVAL_MS, signal);
      continue;
    }
    const failure = describeFailure(health);
    if (failure && policy.onFailure !== 'continue') {
      yield { kind: 'gate', ...about, health, verdict: 'failed' };
      return failure;
    }
    const waitedMs = clock.monotonic() - begun;
    const hasPaused = waitedMs >= policy.pauseMs;
    const hasStarts = health.started >= policy.minStarts;
    if (hasPaused && hasStarts) {
      yield { kind: 'gate', ...about, health, verdict: failure ? 'failed' : 'passed' };
      return undefined;
    }
    if (hasPaused && waitedMs >= policy.startTimeoutMs) {
      yield { kind: 'gate', ...about, health, verdict: 'failed' };
      return tooFewStarts(health, policy);
    }
    const text = describeWait(about.wave, health, policy);
    if (text !== told) yield { kind: 'phase', text };
    told = text;
    const leftMs = (hasPaused ? policy.startTimeoutMs : policy.pauseMs) - waitedMs;
    await clock.sleep(Math.max(1, Math.min(LOOK_INTERVAL_MS, leftMs)), signal);
  }
  return undefined;
}

/** Says that containers cannot be looked at. */
export const cannotSee = (thrown: unknown): Reason => ({
  code: 'unproven',
  message: `cannot see how the containers are: ${describeThrown(thrown)}`,
  hint: 'waves need the right to list pods; without --waves nothing is looked at',
});

const describeFailure = ({ failing }: Health): Reason | undefined => {
  const [first, ...more] = failing;
  if (!first) return undefined;
  const others = more.length === 0 ? '' : `, and ${more.length} more`;
  const words = first.message === '' ? '' : `: ${first.message}`;
  return {
    code: 'unhealthy',
    message: `container ${first.container} of pod ${first.namespace}/${first.pod} on ${first.node} fails since the change (${first.reason})${others}${words}`,
    hint: 'rollback brings the content before it back; running the same command again goes on',
  };
};

const tooFewStarts = ({ started }: Health, { minStarts, startTimeoutMs }: GatePolicy): Reason => ({
  code: 'unproven',
  message: `${started} of ${minStarts} containers started under the new content within ${Math.round(startTimeoutMs / 1000)} s`,
  hint: 'restart a workload that uses it, or lower --min-starts, and run the same command again',
});

const describeWait = (wave: number, { started, waiting }: Health, { minStarts }: GatePolicy): string => {
  const wanted = minStarts > 0 ? ` of ${minStarts}` : '';
  const tried = waiting > 0 ? `, ${waiting} to be tried again` : '';
  return `wave ${wave}: ${started}${wanted} containers started under the new content${tried}`;
};
