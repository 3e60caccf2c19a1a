// A clock for tests: time stands still while anything is at work and jumps to the next timer when all wait.
import type { Clock } from '../../src/rollout/ports.ts';

interface Timer {
  readonly at: number;
  readonly wake: () => void;
}

/** Starts at the given epoch time; `advance` moves it by hand, `isAutomatic` lets idle time pass by itself. */
export class FakeClock implements Clock {
  readonly #epochMs: number;
  readonly #isAutomatic: boolean;
  #elapsedMs = 0;
  #timers: Timer[] = [];
  #isTicking = false;
  #registered = 0;

  constructor({ epochMs = Date.UTC(2026, 0, 2, 3, 4, 5), isAutomatic = true } = {}) {
    this.#epochMs = epochMs;
    this.#isAutomatic = isAutomatic;
  }

  now(): number {
    return this.#epochMs + this.#elapsedMs;
  }

  monotonic(): number {
    return this.#elapsedMs;
  }

  /** Timers that somebody waits for. */
  get pending(): number {
    return this.#timers.length;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        signal?.removeEventListener('abort', stop);
        resolve();
      };
      const timer: Timer = { at: this.#elapsedMs + ms, wake };
      const stop = () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
        wake();
      };
      signal?.addEventListener('abort', stop);
      this.#timers.push(timer);
      this.#registered += 1;
      if (this.#isAutomatic && !this.#isTicking) {
        this.#isTicking = true;
        this.#tickWhenIdle(this.#registered, 0);
      }
    });
  }

  /** Moves time forward, waking in order everybody whose time has come. */
  async advance(ms: number): Promise<void> {
    // Whoever is about to sleep starts to now, not at the end.
    await settle();
    const end = this.#elapsedMs + ms;
    for (;;) {
      const next = this.#earliest();
      if (!next || next.at > end) break;
      this.#fire(next);
      await settle();
    }
    this.#elapsedMs = end;
    await settle();
  }

  /** Lets time pass while nobody runs, as for a process that is stopped: what was due is only woken afterwards. */
  freeze(ms: number): void {
    this.#elapsedMs += ms;
  }

  // Idle means: several turns of the event loop went by in which nobody started to sleep.
  #tickWhenIdle(seen: number, quietTurns: number): void {
    setImmediate(() => {
      if (this.#registered !== seen) return this.#tickWhenIdle(this.#registered, 0);
      if (quietTurns < 3) return this.#tickWhenIdle(seen, quietTurns + 1);
      const next = this.#earliest();
      if (!next) {
        this.#isTicking = false;
        return;
      }
      this.#fire(next);
      this.#tickWhenIdle(this.#registered, 0);
    });
  }

  #earliest(): Timer | undefined {
    let earliest: Timer | undefined;
    for (const timer of this.#timers) if (!earliest || timer.at < earliest.at) earliest = timer;
    return earliest;
  }

  #fire(timer: Timer): void {
    this.#timers = this.#timers.filter((other) => other !== timer);
    this.#elapsedMs = Math.max(this.#elapsedMs, timer.at);
    timer.wake();
  }
}

/** Lets everything that is ready run: a few turns of the event loop, no time. */
export const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};
