// The one switch that ends a rollout early, with the reason that its unfinished nodes are given.
import type { RolloutEvent } from './events.ts';
import type { Reason } from './node.ts';

export class StopSwitch {
  readonly #controller = new AbortController();
  #reason: Reason | undefined;

  /** For whatever can be waited for. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why; undefined while all goes on. */
  get reason(): Reason | undefined {
    return this.#reason;
  }

  /** Stops; the first reason counts. */
  stop(reason: Reason): void {
    if (this.#reason) return;
    this.#reason = reason;
    this.#controller.abort();
  }

  /** Stops when the signal aborts, now or later. Returns what ends the listening. */
  follow(signal: AbortSignal, describe: () => Reason): () => void {
    const stop = () => this.stop(describe());
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
    return () => signal.removeEventListener('abort', stop);
  }
}

/** What nodes are told when the user interrupts. */
export const INTERRUPTED: Reason = {
  code: 'interrupted',
  message: 'interrupted before the node answered',
  hint: 'run the same command again',
};

/** Returns the words of anything thrown. */
export const describeThrown = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown);

/** Returns the warning that says why all stopped; none when it did not, or when the user stopped it. */
export const explainStop = ({ reason }: StopSwitch): RolloutEvent[] =>
  reason && reason !== INTERRUPTED ? [{ kind: 'warning', message: reason.message }] : [];
