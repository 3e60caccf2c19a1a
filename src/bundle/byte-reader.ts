// Takes exact counts of bytes from pieces of any size. Pull only: it never asks the source for more than it needs, so
// that an archive refused early is not read to its end.

export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #pending: Uint8Array = new Uint8Array(0);
  #position = 0;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Bytes taken so far. */
  get position(): number {
    return this.#position;
  }

  /** Takes `count` bytes as a copy of its own; fewer only where the source ends. */
  async take(count: number): Promise<Uint8Array> {
    const taken = new Uint8Array(count);
    let filled = 0;
    while (filled < count) {
      if (this.#pending.length === 0) {
        const next = await this.#source.next();
        if (next.done) break;
        this.#pending = next.value;
      }
      const piece = this.#pending.subarray(0, count - filled);
      taken.set(piece, filled);
      filled += piece.length;
      this.#pending = this.#pending.subarray(piece.length);
    }
    this.#position += filled;
    return taken.subarray(0, filled);
  }

  /** Looks at the next `count` bytes without taking them; fewer only where the source ends. */
  async peek(count: number): Promise<Uint8Array> {
    while (this.#pending.length < count) {
      const next = await this.#source.next();
      if (next.done) break;
      this.#pending = this.#pending.length === 0 ? next.value : Buffer.concat([this.#pending, next.value]);
    }
    return this.#pending.subarray(0, count);
  }

  /** Lets the source release what it holds: a generator's `finally` runs, a stream is destroyed. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }
}
