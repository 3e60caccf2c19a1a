// `sync --watch`: a pass at the start, and another whenever a node or a record has changed, until Ctrl-C.
import { SeccompError } from '../../src/error.ts';
import { emptyFleet, foldFleet } from '../../src/rollout/fleet.ts';
import type { SyncInput } from '../../src/rollout/sync.ts';
import { sanitizeLine } from '../output/sanitize.ts';
import { renderSync } from '../output/sync-result.ts';
import type { Connected, ExitCode, Outside } from '../outside.ts';
import { follow } from './rollout.ts';
import { passOnce } from './sync-pass.ts';

/** Several changes that come together are one pass. */
const SETTLE_MS = 1_000;
/** Also without news: nodes that failed come back to their turn, and leases end. */
const LONGEST_PAUSE_MS = 60_000;
const RETRY_MS = 10_000;

/**
 * Watches until it is interrupted, which is how it ends: 0, or 130 where that cut a pass short. Throws what the first
 * pass throws; later the cluster may be away for a while.
 */
export const watchAndSync = async (
  input: SyncInput,
  cluster: Connected,
  outside: Outside,
): Promise<ExitCode> => {
  const { clock, signal, stdout, stderr } = outside;
  const changes = new Changes();
  const watching = changes.listen(cluster, signal, (text) => stderr.write(`${sanitizeLine(text)}\n`));
  let isFirst = true;
  let printed = '';
  let ending: ExitCode = 0;
  try {
    while (!signal.aborted) {
      let pauseMs = LONGEST_PAUSE_MS;
      changes.clear();
      try {
        const state = await passOnce(input, { cluster, clock, signal }, (events) =>
          follow(events, true, outside),
        );
        const text = renderSync(state, { isDryRun: false });
        // What has not changed since the last pass was said then.
        if (text.stdout !== printed) stdout.write(text.stdout);
        if (text.stdout !== printed) stderr.write(text.stderr);
        printed = text.stdout;
        const isCut = state.rollouts.some(({ nodes }) =>
          [...nodes.values()].some(
            ({ phase, reason }) => phase === 'queued' || reason?.code === 'interrupted',
          ),
        );
        if (state.ending === 'interrupted' && isCut) ending = 130;
        if (isFirst && !signal.aborted)
          stderr.write('watching for nodes that join or change; Ctrl-C ends it\n');
      } catch (thrown) {
        if (signal.aborted) break;
        if (isFirst || !(thrown instanceof SeccompError)) throw thrown;
        stderr.write(`error: ${sanitizeLine(thrown.message)}; trying again\n`);
        pauseMs = RETRY_MS;
      }
      isFirst = false;
      await changes.wait(pauseMs, outside);
    }
  } finally {
    changes.stop();
    await watching;
  }
  return ending;
};

/** Tells whether anything of the fleet has changed since it was last asked. */
class Changes {
  readonly #over = new AbortController();
  #changed = new AbortController();

  clear(): void {
    this.#changed = new AbortController();
  }

  stop(): void {
    this.#over.abort();
  }

  /** Ends early after a change, or when all is interrupted. */
  async wait(ms: number, { clock, signal }: Pick<Outside, 'clock' | 'signal'>): Promise<void> {
    await clock.sleep(ms, AbortSignal.any([this.#changed.signal, signal]));
    if (this.#changed.signal.aborted) await clock.sleep(SETTLE_MS, signal);
  }

  async listen(cluster: Connected, signal: AbortSignal, say: (text: string) => void): Promise<void> {
    let fleet = emptyFleet;
    for await (const news of cluster.watchFleet(AbortSignal.any([signal, this.#over.signal]))) {
      const next = foldFleet(fleet, [news]);
      const isNews = next.nodes !== fleet.nodes || next.releases !== fleet.releases;
      fleet = next;
      // Without a watch it still looks once a minute.
      if (news.kind === 'ended') say(`no news of ${news.part} any more: ${news.message}`);
      if (isNews && fleet.synced.nodes && fleet.synced.records) this.#changed.abort();
    }
  }
}
