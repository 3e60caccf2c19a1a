// Taking a bundle's lease, waiting for whoever has it, and stopping when it is lost.
import { during } from './channel.ts';
import type { RolloutEvent } from './events.ts';
import type { Reason } from './node.ts';
import type { Cluster, Lease } from './ports.ts';
import type { Events } from './rollout.ts';
import { describeThrown, type StopSwitch } from './stop.ts';

const DEFAULT_LEASE_WAIT_MS = 5 * 60_000;

export interface HeldLease {
  /** Somebody else was at work: what was read before may be out of date. */
  readonly hasWaited: boolean;
  release(): Promise<void>;
}

/** Takes the lease and tells for whom it waits; undefined where it was stopped meanwhile. Its loss stops too. */
export async function* holdLease(
  bundle: string,
  stop: StopSwitch,
  cluster: Cluster,
  waitMs = DEFAULT_LEASE_WAIT_MS,
): Events<HeldLease | undefined> {
  let hasWaited = false;
  const lease = yield* during<RolloutEvent, Lease | undefined>(async (tell) => {
    const onWait = (holder: string) => {
      hasWaited = true;
      tell({ kind: 'phase', text: `waiting for ${holder}, who is at work on bundle ${bundle}` });
    };
    return await cluster.acquireLease(bundle, { waitMs, onWait, signal: stop.signal }).catch((thrown) => {
      if (stop.reason) return undefined;
      throw thrown;
    });
  });
  if (!lease) return undefined;
  const unfollow = stop.follow(lease.lost, () => describeLoss(lease.lost.reason));
  return {
    hasWaited,
    release: async () => {
      unfollow();
      await lease.release();
    },
  };
}

const describeLoss = (thrown: unknown): Reason => ({
  code: 'api',
  message: `stopped, because the lease was lost: ${describeThrown(thrown)}`,
  hint: 'run the same command again when the other one has ended',
});
