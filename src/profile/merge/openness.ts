// Which of two outcomes lets more through. A total order, so that merging is the same in whatever order files are named.
import type { Outcome } from '../resolve.ts';

/** `union`: a call goes through if any input lets it through. `intersection`: if all do. */
export type MergeMode = 'union' | 'intersection';

/** From the strictest to the most permissive; the kernel orders stacked filters in the same way (seccomp(2)). */
const ACTIONS: readonly Outcome['action'][] = [
  'SCMP_ACT_KILL_PROCESS',
  'SCMP_ACT_KILL_THREAD',
  'SCMP_ACT_TRAP',
  'SCMP_ACT_ERRNO',
  'SCMP_ACT_NOTIFY',
  'SCMP_ACT_TRACE',
  'SCMP_ACT_LOG',
  'SCMP_ACT_ALLOW',
];

/**
 * Returns a negative number where `a` is the stricter, 0 where they are the same. Of two errnos the smaller one counts
 * as the stricter: after ENOSYS a program tries another way, after EPERM it gives up.
 */
export const compareOpenness = (a: Outcome, b: Outcome): number =>
  ACTIONS.indexOf(a.action) - ACTIONS.indexOf(b.action) || (a.errno ?? 0) - (b.errno ?? 0);

/** Returns the most permissive of several outcomes for a union, the strictest for an intersection. */
export const mergeOutcomes = (mode: MergeMode, outcomes: readonly Outcome[]): Outcome =>
  outcomes.reduce((one, other) => (compareOpenness(one, other) > 0 === (mode === 'union') ? one : other));
