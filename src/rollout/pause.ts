// The switch that holds a rollout between two nodes: what was begun comes to its end, nothing more is begun.
import type { RolloutEvent } from './events.ts';
import type { Pace } from './ports.ts';

export class PauseSwitch implements Pace {
  /** Settles when it goes on; undefined while nothing is held. */
  #held: PromiseWithResolvers<void> | undefined;

  get isPaused(): boolean {
    return this.#held !== undefined;
  }

  pause(): void {
    this.#held ??= Promise.withResolvers();
  }

  resume(): void {
    this.#held?.resolve();
    this.#held = undefined;
  }

  /** Resolves when it goes on, or, without error, when the signal aborts. */
  async wait(signal: AbortSignal): Promise<void> {
    if (this.#held === undefined || signal.aborted) return;
    const aborted = Promise.withResolvers<void>();
    const stop = () => aborted.resolve();
    signal.addEventListener('abort', stop);
    try {
      await Promise.race([this.#held.promise, aborted.promise]);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }
}

/** Waits while it is paused, and tells of it; returns at once where nobody can pause, and when the signal aborts. */
export async function* hold(
  pace: Pace | undefined,
  signal: AbortSignal,
): AsyncGenerator<RolloutEvent, void, void> {
  // Whoever goes on may think better of it before anybody has noticed.
  while (pace?.isPaused && !signal.aborted) {
    yield { kind: 'paused' };
    await pace.wait(signal);
    if (!pace.isPaused) yield { kind: 'resumed' };
  }
}
