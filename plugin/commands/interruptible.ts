// Ctrl-C for work that changes nothing: it need not be cleaned up, so it need not be waited for either.

/** Settles as the work does, or throws the signal's reason as soon as it aborts. */
export const interruptible = async <T>(work: Promise<T>, signal: AbortSignal): Promise<T> => {
  let stop = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop);
  });
  if (signal.aborted) stop();
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
};
