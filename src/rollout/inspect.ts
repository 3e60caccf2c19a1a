// Asking the disks: the operation behind `verify`. It changes nothing on a node, takes no lease and leaves no record.
import type { Report } from '../protocol/report.ts';
import { drive } from './drive.ts';
import type { RolloutEvent } from './events.ts';
import { driveLimits } from './limits.ts';
import { planInspect } from './plan.ts';
import type { NodeSelection, NodeTask } from './ports.ts';
import type { Outside, RolloutPolicy } from './rollout.ts';
import { explainStop, INTERRUPTED, StopSwitch } from './stop.ts';
import { judgeReport } from './verdict.ts';

export interface InspectInput {
  /** Without it everything under the seccomp roots is told. */
  readonly bundle?: string;
  readonly selection: NodeSelection;
  readonly policy: Pick<RolloutPolicy, 'maxInFlight' | 'nodeTimeoutMs'>;
}

/** Asks the selected nodes what lies on their disks; `done` events carry reports whose `inspection` is always there. */
export async function* inspectNodes(
  { bundle, selection, policy }: InspectInput,
  { cluster, clock, signal, pace }: Outside,
): AsyncGenerator<RolloutEvent, void, void> {
  const stop = new StopSwitch();
  const unfollow = stop.follow(signal, () => INTERRUPTED);
  try {
    const planned = planInspect(await cluster.readNodes(selection));
    yield { kind: 'planned', operation: 'inspect', ...(bundle !== undefined && { bundle }), nodes: planned };
    const run = `inspect-${cluster.token}-${clock.now().toString(36)}`;
    const tasks = planned
      .filter(({ action }) => action === 'run')
      .map(({ node }): NodeTask => {
        const request = {
          version: 1,
          operation: 'inspect',
          ...(bundle !== undefined && { bundle }),
        } as const;
        return { node, run, attempt: 1, request, chunkConfigMaps: [] };
      });
    let done = 0;
    const [first] = tasks;
    if (first && !stop.reason) {
      await cluster.prepare([]);
      const { refusal, unchecked } = await cluster.admit(first);
      if (unchecked !== undefined) yield { kind: 'warning', message: unchecked };
      if (refusal)
        yield* tasks.map(({ node }): RolloutEvent => ({ kind: 'failed', node: node.name, reason: refusal }));
      else {
        const settle = async (task: NodeTask, report: Report): Promise<RolloutEvent> => {
          const node = task.node.name;
          const reason = judgeReport(task.request, report, task.node);
          if (reason) return { kind: 'failed', node, reason, report };
          const inspection = report.inspection ?? (await cluster.readInspectionLog(task));
          return { kind: 'done', node, report: { ...report, inspection } };
        };
        const options = { ...driveLimits(policy), stop, settle };
        for await (const event of drive(tasks, options, { cluster, clock, pace })) {
          if (event.kind === 'done') done += 1;
          yield event;
        }
      }
    }
    yield* explainStop(stop);
    const isComplete = done === tasks.length && !planned.some(({ action }) => action === 'pending');
    const ending = isComplete ? 'complete' : signal.aborted ? 'interrupted' : 'incomplete';
    yield { kind: 'finished', ending };
  } finally {
    unfollow();
  }
}
