// What a sync tells besides what any operation on nodes tells. Pure types, and the fold that its results are read from.
import type { RolloutEvent } from './events.ts';
import type { Reason } from './node.ts';
import type { Release } from './release.ts';
import { initialState, type RolloutState, reduceAll } from './state.ts';

export type SyncEvent =
  | RolloutEvent
  /** Somebody else is at work on the bundle: it was left alone this time. */
  | { readonly kind: 'busy'; readonly bundle: string; readonly message: string }
  /** A newer revision was stopped before these nodes: they stay with what they should have had before it. */
  | {
      readonly kind: 'held';
      readonly bundle: string;
      readonly revision: number;
      readonly outcome: Release['outcome'];
      readonly nodes: readonly string[];
    }
  /** Nothing wants the bundle on this node any more. `why` it is still there; absent with --prune: it is being removed. */
  | { readonly kind: 'left'; readonly bundle: string; readonly node: string; readonly why?: string }
  /** The startup taint was removed, or (`waitsFor`: what is missing) not yet. */
  | {
      readonly kind: 'taint';
      readonly node: string;
      readonly waitsFor: readonly string[];
      readonly reason?: Reason;
    };

type Told<Kind extends SyncEvent['kind']> = Omit<Extract<SyncEvent, { readonly kind: Kind }>, 'kind'>;

export interface SyncState {
  /** One for each revision that nodes were brought to, or removal, in their order. */
  readonly rollouts: readonly RolloutState[];
  readonly busy: readonly Told<'busy'>[];
  readonly held: readonly Told<'held'>[];
  readonly left: readonly Told<'left'>[];
  readonly taints: readonly Told<'taint'>[];
  readonly warnings: readonly string[];
  readonly ending?: RolloutState['ending'];
}

/** Collects what a sync tells: a new rollout begins with each plan. */
export class SyncFold {
  readonly #rollouts: RolloutEvent[][] = [];
  readonly #told: Exclude<SyncEvent, RolloutEvent>[] = [];
  readonly #warnings: string[] = [];
  #ending: RolloutState['ending'];

  /** Takes an event, and returns it where it is one that every operation tells. */
  take(event: SyncEvent): RolloutEvent | undefined {
    switch (event.kind) {
      case 'busy':
      case 'held':
      case 'left':
      case 'taint':
        this.#told.push(event);
        return undefined;
      case 'planned':
        this.#rollouts.push([event]);
        break;
      case 'warning':
        this.#warnings.push(event.message);
        break;
      case 'finished':
        this.#ending = event.ending;
        break;
      default:
        this.#rollouts.at(-1)?.push(event);
    }
    return event;
  }

  state(): SyncState {
    const told = <Kind extends SyncEvent['kind']>(kind: Kind): Told<Kind>[] =>
      this.#told.flatMap((event) => {
        if (event.kind !== kind) return [];
        const { kind: _, ...rest } = event;
        return [rest as unknown as Told<Kind>];
      });
    return {
      rollouts: this.#rollouts.map((events) => reduceAll(initialState, events)),
      busy: told('busy'),
      held: told('held'),
      left: told('left'),
      taints: told('taint'),
      warnings: this.#warnings,
      ...(this.#ending && { ending: this.#ending }),
    };
  }
}
