// What an operation on nodes tells while it runs. Progress lines, JSON and the UI are readers of this stream.
import type { Report } from '../protocol/report.ts';
import type { Health } from './health.ts';
import type { NodeSeen, Reason } from './node.ts';

export type OperationKind = 'install' | 'remove' | 'prune' | 'inspect';

export type RolloutEvent =
  /** First event but for `phase` and `warning`. `nodes` are all that the selector matched, in the order they are taken. */
  | {
      readonly kind: 'planned';
      readonly operation: OperationKind;
      readonly bundle?: string;
      readonly digest?: string;
      readonly revision?: number;
      readonly nodes: readonly PlannedNode[];
    }
  /** Something took more than a moment before the first Job: the lease, the dry run, uploads. */
  | { readonly kind: 'phase'; readonly text: string }
  | { readonly kind: 'launched'; readonly node: string }
  /** Not final: e.g. the image is being pulled, or the scheduler finds no room yet. Repeated only when the reason changes. */
  | { readonly kind: 'waiting'; readonly node: string; readonly reason: Reason }
  | { readonly kind: 'done'; readonly node: string; readonly report: Report }
  | { readonly kind: 'failed'; readonly node: string; readonly reason: Reason; readonly report?: Report }
  | { readonly kind: 'warning'; readonly message: string }
  /** No further node is begun until it is resumed; those at work come to their end. */
  | { readonly kind: 'paused' }
  | { readonly kind: 'resumed' }
  /** The next share of the nodes is begun. */
  | {
      readonly kind: 'wave';
      readonly number: number;
      readonly of: number;
      readonly nodes: number;
      /** The containers on them that failed before anything was changed; see `identifyFailing`. */
      readonly failingBefore: readonly string[];
    }
  /** A wave has ended, and this is how the containers on its nodes are. */
  | {
      readonly kind: 'gate';
      readonly wave: number;
      readonly of: number;
      /** That the wave was made of, and how many of them failed. */
      readonly nodes: number;
      readonly failed: number;
      readonly verdict: 'passed' | 'failed';
      /** Absent where the containers were not looked at. */
      readonly health?: Health;
    }
  /** It goes no further, and why. Nodes that were not begun stay as they are. */
  | { readonly kind: 'stopped'; readonly reason: Reason }
  /** Last event. */
  | { readonly kind: 'finished'; readonly ending: 'complete' | 'incomplete' | 'interrupted' };

export interface PlannedNode {
  readonly node: NodeSeen;
  readonly action: 'run' | 'up-to-date' | 'excluded' | 'pending';
  /** Why it is excluded or pending. */
  readonly reason?: Reason;
}
