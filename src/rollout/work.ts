// The part of a rollout that reaches the nodes: what is uploaded, what admission is asked, and what a good report leads to.
import type { Report } from '../protocol/report.ts';
import { driveWaves } from './drive-waves.ts';
import type { PlannedNode, RolloutEvent } from './events.ts';
import { driveLimits } from './limits.ts';
import { runName } from './names.ts';
import type { NodeTask } from './ports.ts';
import type { Revision } from './revision.ts';
import type { Ports, Rollout } from './rollout.ts';
import type { StopSwitch } from './stop.ts';
import { judgeReport } from './verdict.ts';

/** Makes a task for each node that is to run. */
export const makeTasks = (
  rollout: Rollout,
  planned: readonly PlannedNode[],
  { number, attempt }: Revision,
): NodeTask[] => {
  const request = rollout.request(number);
  const chunkConfigMaps = rollout.chunks.map(({ name }) => name);
  const run = runName(rollout.bundle, number, attempt);
  return planned
    .filter(({ action }) => action === 'run')
    .map(({ node }) => ({ node, run, attempt, request, chunkConfigMaps }));
};

/** Prepares, asks for admission and drives the tasks, wave after wave where the policy says so. */
export async function* work(
  rollout: Rollout,
  { planned, revision }: { readonly planned: readonly PlannedNode[]; readonly revision: Revision },
  stop: StopSwitch,
  ports: Ports,
): AsyncGenerator<RolloutEvent, void, void> {
  const { policy } = rollout;
  const { cluster } = ports;
  const tasks = makeTasks(rollout, planned, revision);
  const [first] = tasks;
  if (stop.reason) return;
  if (first) {
    await cluster.prepare(rollout.chunks);
    if (stop.reason) return;
    const { refusal, unchecked } = await cluster.admit(first);
    if (unchecked !== undefined) yield { kind: 'warning', message: unchecked };
    if (refusal)
      return yield* tasks.map(
        ({ node }): RolloutEvent => ({ kind: 'failed', node: node.name, reason: refusal }),
      );
  }
  const settle = async (task: NodeTask, report: Report): Promise<RolloutEvent> => {
    const node = task.node.name;
    const reason =
      judgeReport(task.request, report, task.node) ??
      (await cluster.label(task.node, rollout.labels(task.node)));
    return reason ? { kind: 'failed', node, reason, report } : { kind: 'done', node, report };
  };
  const options = { ...driveLimits(policy), stop, settle };
  yield* driveWaves({ rollout, planned, revision, tasks, options }, ports);
}
