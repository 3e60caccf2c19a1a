// One pass of a sync: followed with progress, folded, printed. The command line and the program inside the cluster share
// it; nothing here knows flags.
import type { RolloutEvent } from '../../src/rollout/events.ts';
import type { Outside as Ports } from '../../src/rollout/rollout.ts';
import { type SyncInput, syncNodes } from '../../src/rollout/sync.ts';
import { type SyncEvent, SyncFold, type SyncState } from '../../src/rollout/sync-events.ts';
import { paintWith } from '../output/color.ts';
import { followRollout } from '../output/progress.ts';
import { countResults } from '../output/rollout-result.ts';
import { renderSync } from '../output/sync-result.ts';
import type { Connected, ExitCode, Outside, SyncOrder } from '../outside.ts';

/** Shows progress of what every operation tells. */
export type Follow = (events: AsyncIterable<RolloutEvent>) => Promise<unknown>;

/** Runs one pass and returns what came of it. */
export const passOnce = async (input: SyncInput, ports: Ports, follow: Follow): Promise<SyncState> => {
  const fold = new SyncFold();
  await follow(takeOwn(syncNodes(input, ports), fold));
  return fold.state();
};

async function* takeOwn(events: AsyncIterable<SyncEvent>, fold: SyncFold): AsyncGenerator<RolloutEvent> {
  for await (const event of events) {
    const shared = fold.take(event);
    if (shared) yield shared;
  }
}

/** Does what the order says, as nobody watches: nodes that fail are left alone for a while. */
export const runOnePass = async (
  { isPruning, startupTaint, maxInFlight, connect }: SyncOrder,
  cluster: Connected,
  { clock, signal, stdout, stderr }: Pick<Outside, 'clock' | 'signal' | 'stdout' | 'stderr'>,
): Promise<ExitCode> => {
  const input: SyncInput = {
    policy: {
      isPruning,
      isImpatient: false,
      isDryRun: false,
      nodeTimeoutMs: connect.jobTimeoutMs,
      ...(maxInFlight !== undefined && { maxInFlight }),
    },
    isVerifying: false,
    ...(startupTaint !== undefined && { startupTaint }),
  };
  const view = {
    mode: 'plain',
    columns: 80,
    paint: paintWith(false),
    write: (text: string) => stderr.write(text),
  } as const;
  const state = await passOnce(input, { cluster, clock, signal }, (events) =>
    followRollout(events, view, clock, signal),
  );
  const text = renderSync(state, { isDryRun: false });
  stdout.write(text.stdout);
  stderr.write(text.stderr);
  if (state.ending === 'interrupted') return 130;
  // A node that is away, rests or is another's is no failure of this pass; the next one looks again.
  const hasFailed =
    state.rollouts.some((rollout) => countResults(rollout).failed > 0) ||
    state.taints.some(({ reason }) => reason !== undefined);
  return hasFailed ? 1 : 0;
};
