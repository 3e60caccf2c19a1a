// How many nodes are worked on at once, and for how long one is waited for.
import type { RolloutPolicy } from './rollout.ts';

export const DEFAULT_MAX_IN_FLIGHT = 50;
export const DEFAULT_NODE_TIMEOUT_MS = 5 * 60_000;
/** The Job's own deadline comes first and says more; ours is for when nobody answers. */
const DEADLINE_MARGIN_MS = 20_000;

/** Returns how many nodes may be at work at once, and after how long one has failed whatever its Job does. */
export const driveLimits = ({
  maxInFlight = DEFAULT_MAX_IN_FLIGHT,
  nodeTimeoutMs = DEFAULT_NODE_TIMEOUT_MS,
}: Pick<RolloutPolicy, 'maxInFlight' | 'nodeTimeoutMs'>) => ({
  maxInFlight,
  timeoutMs: nodeTimeoutMs + DEADLINE_MARGIN_MS,
});
