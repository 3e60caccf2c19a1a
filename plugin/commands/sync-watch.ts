// `sync --watch`: a pass at the start, and another whenever a node or a record asks for one, until Ctrl-C.
import { SeccompError } from '../../src/error.ts';
import type { FleetNews, FleetPart } from '../../src/rollout/fleet.ts';
import type { NodeSeen } from '../../src/rollout/node.ts';
import type { Release } from '../../src/rollout/release.ts';
import type { SyncInput } from '../../src/rollout/sync.ts';
import { isSyncNeeded } from '../../src/rollout/sync-needed.ts';
import { sanitizeLine } from '../output/sanitize.ts';
import { renderSync } from '../output/sync-result.ts';
import type { Connected, ExitCode, Outside } from '../outside.ts';
import { follow } from './rollout.ts';
import { passOnce } from './sync-pass.ts';

/** Several changes that come together are one pass; where that takes long, it is longer until the next. */
const SHORTEST_SETTLE_MS = 1_000;
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
  const changes = new Changes(input);
  const watching = changes.listen(cluster, signal, (text) => stderr.write(`${sanitizeLine(text)}\n`));
  let isFirst = true;
  let printed = '';
  let ending: ExitCode = 0;
  try {
    while (!signal.aborted) {
      let pauseMs = LONGEST_PAUSE_MS;
      const begunMs = clock.monotonic();
      changes.clear();
      try {
        const state = await passOnce(input, { cluster, clock, signal, pace: outside.pace }, (events) =>
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
      const settleMs = Math.max(SHORTEST_SETTLE_MS, clock.monotonic() - begunMs);
      await changes.wait(pauseMs, settleMs, outside);
    }
  } finally {
    changes.stop();
    await watching;
  }
  return ending;
};

/** Follows the fleet, and tells when a pass is due. */
class Changes {
  readonly #over = new AbortController();
  readonly #input: SyncInput;
  readonly #nodes = new Map<string, NodeSeen>();
  readonly #releases = new Map<string, Release>();
  readonly #synced = new Set<FleetPart>();
  #changed = new AbortController();

  constructor(input: SyncInput) {
    this.#input = input;
  }

  clear(): void {
    this.#changed = new AbortController();
  }

  stop(): void {
    this.#over.abort();
  }

  /** Ends early after a change that asks for a pass, or when all is interrupted. */
  async wait(
    ms: number,
    settleMs: number,
    { clock, signal }: Pick<Outside, 'clock' | 'signal'>,
  ): Promise<void> {
    const end = clock.monotonic() + ms;
    while (!signal.aborted && clock.monotonic() < end) {
      await clock.sleep(end - clock.monotonic(), AbortSignal.any([this.#changed.signal, signal]));
      if (!this.#changed.signal.aborted) return;
      await clock.sleep(settleMs, signal);
      // A pass lists all nodes: those that are away for a moment are no reason for one.
      if (isSyncNeeded([...this.#nodes.values()], this.#sortedReleases(), this.#input, clock.now())) return;
      this.clear();
    }
  }

  async listen(cluster: Connected, signal: AbortSignal, say: (text: string) => void): Promise<void> {
    for await (const news of cluster.watchFleet(AbortSignal.any([signal, this.#over.signal]))) {
      // Without a watch it still looks once a minute.
      if (news.kind === 'ended') say(`no news of ${news.part} any more: ${news.message}`);
      const isNew = this.#take(news) || news.kind === 'synced';
      if (isNew && this.#synced.size === 2) this.#changed.abort();
    }
  }

  #sortedReleases(): Release[] {
    return [...this.#releases.values()].toSorted((one, other) => one.revision - other.revision);
  }

  /** Tells whether it is new: heartbeats and relists tell again what is known already. */
  #take(news: FleetNews): boolean {
    switch (news.kind) {
      case 'node':
        return put(this.#nodes, news.node.name, news.node);
      case 'node-gone':
        return this.#nodes.delete(news.name);
      case 'release':
        return put(this.#releases, nameOf(news.release), news.release);
      case 'release-gone':
        return this.#releases.delete(nameOf(news));
      case 'synced':
        this.#synced.add(news.part);
        return false;
      default:
        return false;
    }
  }
}

const put = <T>(known: Map<string, T>, key: string, value: T): boolean => {
  const before = known.get(key);
  if (before !== undefined && JSON.stringify(before) === JSON.stringify(value)) return false;
  known.set(key, value);
  return true;
};

const nameOf = ({ bundle, revision }: { readonly bundle: string; readonly revision: number }): string =>
  `${bundle}@v${revision}`;
