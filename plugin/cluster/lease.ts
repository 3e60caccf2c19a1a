// One rollout of a bundle at a time, by a Lease object. As in client-go's leader election, expiry is judged by how long
// we have seen the lease unchanged on our own monotonic clock: the holder's clock is never compared with ours.
import { SeccompError } from '../../src/error.ts';
import type { Clock, Lease } from '../../src/rollout/ports.ts';
import { type Api, ApiError } from './api.ts';
import { BUNDLE_LABEL, objectLabels } from './labels.ts';

export interface LeaseSettings {
  readonly api: Api;
  readonly namespace: string;
  readonly clock: Clock;
  /** Names this very process, readable by people: `alice@laptop (pid 4711, x7k2)`. */
  readonly identity: string;
}

/** A lease nobody renewed for so long may be taken: a killed client blocks the next one for no longer. */
export const LEASE_DURATION_MS = 15_000;
const RENEW_INTERVAL_MS = 4_000;
/** Before others may take it, the holder has stopped by itself. */
const RENEW_DEADLINE_MS = 10_000;
const POLL_INTERVAL_MS = 1_000;

/** As JSON has it: the typed model's MicroTime would drop the microseconds that the API server wants. */
interface LeaseObject {
  readonly metadata: { readonly name: string; readonly resourceVersion?: string; readonly uid?: string };
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
}

/** Takes the lease of a bundle; throws `conflict` naming the holder after `waitMs`, `interrupted` on the signal. */
export const acquireLease = async (
  settings: LeaseSettings,
  bundle: string,
  { waitMs, onWait, signal }: { waitMs: number; onWait: (holder: string) => void; signal: AbortSignal },
): Promise<HeldLease> => {
  const { clock } = settings;
  const end = clock.monotonic() + waitMs;
  let seen = '';
  let seenSince = clock.monotonic();
  let told: string | undefined;
  while (!signal.aborted) {
    const found = await readLease(settings, bundle, signal);
    const holder = found?.spec?.holderIdentity ?? '';
    const state = JSON.stringify(found?.spec ?? null);
    if (state !== seen) {
      seen = state;
      seenSince = clock.monotonic();
    }
    const durationMs = (found?.spec?.leaseDurationSeconds ?? 0) * 1000;
    if (holder === '' || clock.monotonic() - seenSince > durationMs) {
      const askedAt = clock.monotonic();
      const taken = await takeLease(settings, bundle, found);
      if (taken) return keepLease(settings, bundle, taken, askedAt);
      continue;
    }
    if (holder !== told) onWait(holder);
    told = holder;
    if (clock.monotonic() >= end)
      throw new SeccompError('conflict', `${holder} is at work on bundle ${bundle}`, {
        hint: 'run the same command again when that has ended',
      });
    await clock.sleep(Math.min(POLL_INTERVAL_MS, end - clock.monotonic()), signal);
  }
  throw new SeccompError('interrupted', `interrupted while waiting for the lease of bundle ${bundle}`);
};

const pathOf = ({ namespace }: LeaseSettings): string =>
  `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;

const nameOf = (bundle: string): string => `rollout-${bundle}`;

const readLease = async (
  settings: LeaseSettings,
  bundle: string,
  signal?: AbortSignal,
): Promise<LeaseObject | undefined> => {
  try {
    return await settings.api.get<LeaseObject>(
      `${pathOf(settings)}/${nameOf(bundle)}`,
      signal ? { signal } : {},
    );
  } catch (thrown) {
    if (thrown instanceof ApiError && thrown.status === 404) return undefined;
    throw thrown;
  }
};

/** Returns undefined when somebody else was faster: the resource version decides. */
const takeLease = async (
  settings: LeaseSettings,
  bundle: string,
  found: LeaseObject | undefined,
): Promise<LeaseObject | undefined> => {
  const now = microTime(settings.clock);
  const spec = {
    holderIdentity: settings.identity,
    leaseDurationSeconds: LEASE_DURATION_MS / 1000,
    acquireTime: now,
    renewTime: now,
    leaseTransitions: (found?.spec?.leaseTransitions ?? -1) + 1,
  };
  try {
    if (found) return await replaceLease(settings, found, spec);
    return await settings.api.create<LeaseObject>(pathOf(settings), {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: nameOf(bundle), labels: objectLabels('lease', { [BUNDLE_LABEL]: bundle }) },
      spec,
    });
  } catch (thrown) {
    if (thrown instanceof ApiError && thrown.status === 409) return undefined;
    throw thrown;
  }
};

const replaceLease = (
  settings: LeaseSettings,
  lease: LeaseObject,
  spec: LeaseObject['spec'],
): Promise<LeaseObject> =>
  // Threat: behind a hundred requests of our own to a slow server it would come too late, and the rollout would stop.
  settings.api.replace<LeaseObject>(
    `${pathOf(settings)}/${lease.metadata.name}`,
    { ...lease, spec },
    { isUrgent: true },
  );

/** A lease that can be asked before each deed that only its holder may do. */
export interface HeldLease extends Lease {
  /**
   * Throws where nobody can know any more that it is ours. A process that was frozen and wakes finds its timers late:
   * it would act on what it has in hand before they tell it.
   */
  assertHeld(): void;
}

/** Renews until released; aborts `lost` when somebody else has it or when it could not be renewed in time. */
const keepLease = (
  settings: LeaseSettings,
  bundle: string,
  taken: LeaseObject,
  askedAt: number,
): HeldLease => {
  const { clock, identity } = settings;
  const lost = new AbortController();
  const released = new AbortController();
  let lease = taken;
  // From before the request: others count from when they see it.
  let renewedAt = askedAt;

  const renew = async (): Promise<void> => {
    const startedAt = clock.monotonic();
    try {
      lease = await replaceLease(settings, lease, { ...lease.spec, renewTime: microTime(clock) });
    } catch (thrown) {
      if (!(thrown instanceof ApiError) || (thrown.status !== 409 && thrown.status !== 404)) throw thrown;
      const now = await readLease(settings, bundle);
      const holder = now?.spec?.holderIdentity;
      if (!now || holder !== identity) {
        const who = holder ? `${holder} has taken it` : 'it was deleted';
        lost.abort(
          new SeccompError('conflict', `the lease of bundle ${bundle} is not ours any more: ${who}`),
        );
        return;
      }
      // An earlier answer got lost on its way; the renewal itself had arrived, or somebody added a label.
      lease = await replaceLease(settings, now, { ...now.spec, renewTime: microTime(clock) });
    }
    renewedAt = startedAt;
  };

  const renewing = (async () => {
    while (!released.signal.aborted && !lost.signal.aborted) {
      await clock.sleep(RENEW_INTERVAL_MS, released.signal);
      if (released.signal.aborted) return;
      // A request that hangs must not outlive the lease.
      const late = new AbortController();
      const deadline = clock
        .sleep(Math.max(0, renewedAt + RENEW_DEADLINE_MS - clock.monotonic()), late.signal)
        .then(() => new Error('no answer in time'));
      const problem = await Promise.race([
        renew().then(
          () => undefined,
          (thrown: unknown) => thrown,
        ),
        deadline,
      ]);
      late.abort();
      if (problem === undefined || clock.monotonic() - renewedAt < RENEW_DEADLINE_MS) continue;
      const words = problem instanceof Error ? problem.message : String(problem);
      lost.abort(
        new SeccompError('conflict', `the lease of bundle ${bundle} could not be renewed: ${words}`),
      );
    }
  })();

  const assertHeld = (): void => {
    if (released.signal.aborted) return;
    const silentMs = clock.monotonic() - renewedAt;
    if (silentMs >= LEASE_DURATION_MS) {
      const seconds = Math.round(silentMs / 1000);
      lost.abort(
        new SeccompError(
          'conflict',
          `the lease of bundle ${bundle} was not renewed for ${seconds} s: this process stood still`,
        ),
      );
    }
    if (lost.signal.aborted) throw lost.signal.reason;
  };

  return {
    lost: lost.signal,
    assertHeld,
    release: async () => {
      released.abort();
      await renewing;
      if (lost.signal.aborted) return;
      // Left empty, not deleted, so that its count of holders goes on. Should this fail, it expires by itself.
      await replaceLease(settings, lease, { ...lease.spec, holderIdentity: '' }).catch(() => {});
    },
  };
};

/** MicroTime wants exactly six digits. */
const microTime = (clock: Clock): string => new Date(clock.now()).toISOString().replace('Z', '000Z');
