// A limit on how much happens at once: who comes when all slots are taken waits, in the order of coming.

export interface Slots {
  /** Waits for a slot and returns what gives it back; rejects with the signal's reason. */
  take(signal?: AbortSignal): Promise<() => void>;
}

/** Opens `count` slots. */
export const openSlots = (count: number): Slots => {
  let free = count;
  const waiting = new Set<() => void>();
  const give = () => {
    const [next] = waiting;
    if (next === undefined) free += 1;
    else {
      waiting.delete(next);
      next();
    }
  };
  const once = () => {
    let isGiven = false;
    return () => {
      if (!isGiven) give();
      isGiven = true;
    };
  };
  return {
    take: (signal) => {
      if (free > 0) {
        free -= 1;
        return Promise.resolve(once());
      }
      const { promise, resolve, reject } = Promise.withResolvers<() => void>();
      const proceed = () => {
        signal?.removeEventListener('abort', leave);
        resolve(once());
      };
      const leave = () => {
        waiting.delete(proceed);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', leave, { once: true });
      waiting.add(proceed);
      return promise;
    },
  };
};
