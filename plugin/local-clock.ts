// The real clock of this machine.
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../src/rollout/ports.ts';

export const localClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    try {
      await wait(ms, undefined, signal ? { signal } : {});
    } catch (thrown) {
      // Being woken early is what the signal is for; the caller looks at the signal itself.
      if (!signal?.aborted) throw thrown;
    }
  },
};
