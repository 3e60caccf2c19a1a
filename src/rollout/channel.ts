// A queue between callbacks and an async iteration: pushed in order, read once, unbounded.

export class Channel<T> implements AsyncIterable<T> {
  readonly #waiting: T[] = [];
  #isClosed = false;
  #wake: (() => void) | undefined;

  /** Adds a value; ignored after `close`. */
  push(value: T): void {
    if (this.#isClosed) return;
    this.#waiting.push(value);
    this.#wake?.();
  }

  /** Ends the iteration once everything pushed so far has been read. */
  close(): void {
    this.#isClosed = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    for (;;) {
      // Taken in one go: `shift` on a long array would make a burst of thousands quadratic.
      const batch = this.#waiting.splice(0);
      if (batch.length > 0) {
        yield* batch;
        continue;
      }
      // From here to the promise nothing may wait: a push in between would wake nobody.
      if (this.#isClosed) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }
}

/** Runs `work` and yields what it tells meanwhile; returns its result or throws its error. */
export async function* during<T, R>(
  work: (tell: (value: T) => void) => Promise<R>,
): AsyncGenerator<T, R, void> {
  const channel = new Channel<T>();
  const result = work((value) => channel.push(value)).finally(() => channel.close());
  // Awaited below; this only keeps an early failure from counting as unhandled while the channel is drained.
  result.catch(() => {});
  yield* channel;
  return await result;
}
