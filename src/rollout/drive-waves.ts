// Drives the tasks of a rollout wave after wave, and stops where nodes or containers fail.
import { type DriveOptions, drive } from './drive.ts';
import type { PlannedNode, RolloutEvent } from './events.ts';
import { cannotSee, passGate } from './gate.ts';
import type { HealthQuestion } from './health.ts';
import { identifyFailing } from './judge-health.ts';
import type { Reason } from './node.ts';
import { hold } from './pause.ts';
import type { Clock, Cluster, NodeTask } from './ports.ts';
import { probeWave } from './probe-wave.ts';
import type { Revision } from './revision.ts';
import type { Ports, Rollout } from './rollout.ts';
import { planWaves } from './waves.ts';

interface Course {
  readonly rollout: Rollout;
  readonly planned: readonly PlannedNode[];
  readonly revision: Revision;
  readonly tasks: readonly NodeTask[];
  readonly options: Omit<DriveOptions, 'maxFailures'>;
}

/** Drives all tasks; without waves in the policy they are one wave without a gate. */
export async function* driveWaves(course: Course, ports: Ports): AsyncGenerator<RolloutEvent, void, void> {
  const { rollout, planned, tasks, options } = course;
  const { waves: steps, gate } = rollout.policy;
  if (!steps) {
    const { reason } = yield* driveBatch(course, tasks, 0, ports);
    if (reason) yield { kind: 'stopped', reason };
    return;
  }
  const waves = planWaves(planned, steps);
  const of = steps.length;
  const earlier = yield* recheck(course, { wave: (waves[0]?.number ?? of + 1) - 1, of }, ports);
  if (earlier) return yield { kind: 'stopped', reason: earlier };
  const byNode = new Map(tasks.map((task) => [task.node.name, task]));
  let failed = 0;
  for (const { number, nodes } of waves) {
    // What failed before a wave is looked at right before it, however long somebody thought about it.
    yield* hold(ports.pace, options.stop.signal);
    const seen = gate ? await lookBefore(rollout, nodes, options.stop.signal, ports.cluster) : [];
    if (options.stop.reason) return;
    if ('code' in seen) return yield { kind: 'stopped', reason: seen };
    yield { kind: 'wave', number, of, nodes: nodes.length, failingBefore: seen };
    const before = new Set(seen);
    const batch = nodes.map((name) => byNode.get(name)!);
    const { changed, failedNow, reason } = yield* driveBatch(course, batch, failed, ports);
    failed += failedNow;
    if (options.stop.reason) return;
    const about = { wave: number, of, nodes: nodes.length, failed: failedNow };
    if (reason || !gate || changed.size === 0) {
      yield { kind: 'gate', ...about, verdict: reason ? 'failed' : 'passed' };
      if (reason) return yield { kind: 'stopped', reason };
      continue;
    }
    const { signal } = options.stop;
    const stifled = yield* probeChanged(course, number, changed);
    if (options.stop.reason) return;
    if (stifled) {
      yield { kind: 'gate', ...about, verdict: 'failed' };
      return yield { kind: 'stopped', reason: stifled };
    }
    const question = ask(rollout, changed);
    const unhealthy = yield* passGate({ ...about, policy: gate, question, before, signal }, ports);
    if (unhealthy) return yield { kind: 'stopped', reason: unhealthy };
  }
}

/** Short pods say in seconds what the workloads' own may say tomorrow. */
async function* probeChanged(
  { rollout, planned, options }: Omit<Course, 'revision' | 'tasks'>,
  wave: number,
  changed: ReadonlyMap<string, number>,
): AsyncGenerator<RolloutEvent, Reason | undefined, void> {
  const { probe, bundle, digest, policy } = rollout;
  if (!probe || digest === undefined) return undefined;
  const nodes = planned.flatMap(({ node }) => (changed.has(node.name) ? [node] : []));
  const { signal } = options.stop;
  return yield* probeWave({
    ...{ wave, bundle, digest, nodes, probe, signal },
    onFailure: policy.gate?.onFailure ?? 'stop',
  });
}

interface BatchEnd {
  /** When the content came, by node. */
  readonly changed: ReadonlyMap<string, number>;
  readonly failedNow: number;
  /** Why nothing more may be begun. */
  readonly reason: Reason | undefined;
}

async function* driveBatch(
  { rollout, options }: Course,
  tasks: readonly NodeTask[],
  failedBefore: number,
  ports: Ports,
): AsyncGenerator<RolloutEvent, BatchEnd, void> {
  const { maxFailures = Number.POSITIVE_INFINITY } = rollout.policy;
  const changed = new Map<string, number>();
  let failedNow = 0;
  for await (const event of drive(tasks, { ...options, maxFailures: maxFailures - failedBefore }, ports)) {
    if (event.kind === 'failed') failedNow += 1;
    if (event.kind === 'done') changed.set(event.node, timeOf(event, ports.clock));
    yield event;
  }
  const reason =
    failedBefore + failedNow <= maxFailures
      ? undefined
      : tooManyFailures(failedBefore + failedNow, maxFailures);
  return { changed, failedNow, reason };
}

/** What a wave showed when it was stopped may still be so: looks again before the next one. */
async function* recheck(
  { rollout, planned, revision, options }: Course,
  about: { readonly wave: number; readonly of: number },
  ports: Ports,
): AsyncGenerator<RolloutEvent, Reason | undefined, void> {
  const { gate } = rollout.policy;
  const nodes = doneBefore(planned, revision);
  if (!gate || nodes.size === 0) return undefined;
  const stifled = yield* probeChanged({ rollout, planned, options }, about.wave, nodes);
  if (stifled) return stifled;
  const policy = { ...gate, pauseMs: 0 };
  const { signal } = options.stop;
  const counts = { nodes: nodes.size, failed: 0 };
  const question = ask(rollout, nodes);
  const before = new Set(revision.resumed?.failingBefore);
  return yield* passGate({ ...about, ...counts, policy, question, before, signal }, ports);
}

/** Containers that fail already are not to be blamed on what comes. */
const lookBefore = async (
  rollout: Rollout,
  nodes: readonly string[],
  signal: AbortSignal,
  cluster: Cluster,
): Promise<readonly string[] | Reason> => {
  try {
    const question = ask(rollout, new Map(nodes.map((name) => [name, 0])));
    const { failing } = await cluster.readHealth(question, signal);
    return failing.map(identifyFailing);
  } catch (thrown) {
    return cannotSee(thrown);
  }
};

const tooManyFailures = (failed: number, maxFailures: number): Reason => ({
  code: 'too-many-failures',
  message: `${failed} ${failed === 1 ? 'node' : 'nodes'} failed, and --max-failures is ${maxFailures}`,
  hint: 'mend what failed and run the same command again: it goes on where it stopped',
});

const ask = (
  { bundle, digest = '', manifest }: Rollout,
  nodes: ReadonlyMap<string, number>,
): HealthQuestion => ({
  bundle,
  digest,
  paths: new Set(manifest?.profiles.map(({ path }) => path)),
  nodes,
});

/** By the node's own clock, which is also that of its containers' times. */
const timeOf = ({ report }: Extract<RolloutEvent, { kind: 'done' }>, clock: Clock): number =>
  report.at === undefined ? clock.now() : Date.parse(report.at);

const doneBefore = (planned: readonly PlannedNode[], { resumed }: Revision): ReadonlyMap<string, number> =>
  new Map(
    planned.flatMap(({ node, action }): [string, number][] => {
      const said = resumed?.nodes[node.name];
      const at = said?.installedAt ?? said?.at;
      return action === 'up-to-date' && said?.result === 'done' && at !== undefined
        ? [[node.name, Date.parse(at)]]
        : [];
    }),
  );
