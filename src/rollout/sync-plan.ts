// Which revision each node should have, and what a sync has to do about it: nodes and records in, one step per node out.
import { hasRunThrough, isSelected } from './desired.ts';
import type { NodeSeen, Reason } from './node.ts';
import { mayHave, planInstall } from './plan.ts';
import type { Release, ReleaseNode } from './release.ts';
import { isBelievable } from './statement.ts';

/** An install that nodes can be brought to. */
export type Target = Release & { readonly digest: string };

export type SyncStep =
  /** To be brought to the target, which it has not, or not as it should be. */
  | { readonly kind: 'install'; readonly node: NodeSeen; readonly target: Target }
  | { readonly kind: 'up-to-date'; readonly node: NodeSeen; readonly target: Target }
  /** Not now: not ready, left alone after a failure, or one that can never have it. */
  | {
      readonly kind: 'pending' | 'excluded';
      readonly node: NodeSeen;
      readonly target: Target;
      readonly reason: Reason;
    }
  /** The newest revision for this node was stopped before it; somebody has to decide. */
  | { readonly kind: 'held'; readonly node: NodeSeen; readonly release: Release }
  /** It may have the bundle, and nothing wants it there any more. */
  | { readonly kind: 'left'; readonly node: NodeSeen };

export interface SyncQuestion {
  readonly bundle: string;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** Names of nodes whose disk was asked, and is not as it should be. */
  readonly drifted: ReadonlySet<string>;
  /** Whether nodes that have failed are tried again at once. */
  readonly isImpatient: boolean;
}

/**
 * Returns the revision whose state a node should be in: the newest that is for it and ran through. A stopped or
 * interrupted one counts only for the nodes that it had done. `releases` are those of one bundle, newest last.
 */
export const desiredOn = (node: NodeSeen, releases: readonly Release[]): Release | undefined =>
  releases.findLast(
    (release) =>
      isSelected(release, node) && (hasRunThrough(release) || release.nodes[node.name]?.result === 'done'),
  );

/** Plans a sync of one bundle; nodes that it has nothing to do with are left out. */
export const planSync = (
  nodes: readonly NodeSeen[],
  releases: readonly Release[],
  question: SyncQuestion,
): SyncStep[] =>
  nodes.flatMap((node) => {
    const steps: SyncStep[] = [];
    const desired = desiredOn(node, releases);
    if (isTarget(desired)) steps.push(planTarget(node, releases, desired, question));
    const newest = releases.findLast((release) => isSelected(release, node));
    // One that was never begun on this node, or never got anywhere: to go on there is for people to decide.
    if (newest && newest !== desired && newest.operation === 'install')
      steps.push({ kind: 'held', node, release: newest });
    if (steps.length === 0 && mayHave(node, releases, question.bundle)) steps.push({ kind: 'left', node });
    return steps;
  });

const isTarget = (release: Release | undefined): release is Target =>
  release?.operation === 'install' && release.digest !== undefined;

const planTarget = (
  node: NodeSeen,
  releases: readonly Release[],
  target: Target,
  { bundle, drifted, isImpatient, nowMs }: SyncQuestion,
): SyncStep => {
  const force = drifted.has(node.name);
  // What a newer revision says that never got here (a stopped one calls it unfinished) is no news of this disk.
  const known = releases.filter(({ revision }) => revision <= target.revision);
  const [planned] = planInstall([node], known, { bundle, digest: target.digest, force });
  const { action, reason } = planned!;
  if (action === 'up-to-date') return { kind: action, node, target };
  if (action !== 'run') return { kind: action, node, target, reason: reason! };
  const said = target.nodes[node.name];
  if (isImpatient || !said || !isBelievable(said, node)) return { kind: 'install', node, target };
  const untilMs = retryAt(said);
  if (untilMs === undefined || untilMs <= nowMs) return { kind: 'install', node, target };
  return { kind: 'pending', node, target, reason: describeRest(said, untilMs) };
};

const SHORTEST_REST_MS = 60_000;
const LONGEST_REST_MS = 30 * 60_000;

/** A node that fails is left alone for as long again as it has failed so far: 1, 2, 4 … minutes, at most 30. */
const retryAt = ({ result, at, failingSince = at }: ReleaseNode): number | undefined => {
  if (result !== 'failed' || at === undefined || failingSince === undefined) return undefined;
  const failingMs = Date.parse(at) - Date.parse(failingSince);
  return Date.parse(at) + Math.min(Math.max(failingMs, SHORTEST_REST_MS), LONGEST_REST_MS);
};

const describeRest = ({ reason = 'internal', failingSince, at }: ReleaseNode, untilMs: number): Reason => ({
  code: reason,
  message: `it has failed since ${failingSince ?? at}, and is not tried again before ${new Date(untilMs).toISOString()}`,
  hint: 'a sync by hand tries at once',
});

/** Returns since when a node fails for this reason, seen now; what was said before is of the same target. */
export const failingSince = (before: ReleaseNode | undefined, code: Reason['code'], now: string): string =>
  before?.result === 'failed' && before.reason === code ? (before.failingSince ?? before.at ?? now) : now;
