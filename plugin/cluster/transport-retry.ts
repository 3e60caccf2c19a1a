// When a failed request is sent again, and after how long. The rule: never anything twice that might have happened.
import type { Clock } from '../../src/rollout/ports.ts';
import { ApiError } from './api.ts';
import { ConnectionError } from './transport-errors.ts';

/** The waits add up to about half a minute: a restart of the API server. */
const CONNECTION_TRIES = 8;
const SERVER_ERROR_TRIES = 3;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 8_000;
/** A server that asks for more than this is not waited for any longer than this at a time. */
export const LONGEST_RETRY_AFTER_MS = 60_000;

export interface RetryOptions {
  /** Doing it twice is as good as doing it once. */
  readonly isIdempotent: boolean;
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly signal?: AbortSignal | undefined;
  /** A server that never answered is more likely misnamed than restarting: then nothing is tried again. */
  readonly hasAnswered: () => boolean;
}

/** Runs `send` until it succeeds or its failure must not or need not be tried again. */
export const runWithRetry = async <T>(send: () => Promise<T>, options: RetryOptions): Promise<T> => {
  for (let failures = 0; ; failures++) {
    try {
      return await send();
    } catch (error) {
      const waitMs = planRetry(error, failures, options);
      if (waitMs === undefined) throw error;
      await options.clock.sleep(waitMs, options.signal);
      options.signal?.throwIfAborted();
    }
  }
};

/** Says how long to wait before the next try; undefined where there must be none. */
export const planRetry = (
  error: unknown,
  failures: number,
  { isIdempotent, random, hasAnswered }: Pick<RetryOptions, 'isIdempotent' | 'random' | 'hasAnswered'>,
): number | undefined => {
  const backoffMs = planBackoff(failures, random);
  if (error instanceof ConnectionError) {
    const isSafe = error.isUnsent || isIdempotent;
    return isSafe && error.isTransient && hasAnswered() && failures < CONNECTION_TRIES
      ? backoffMs
      : undefined;
  }
  if (!(error instanceof ApiError)) return undefined;
  // The server refuses these before it does anything, so that even a create can be sent again.
  const isRefusedUnseen = error.status === 429 || (error.status === 503 && error.retryAfterMs !== undefined);
  if (isRefusedUnseen && failures < CONNECTION_TRIES) {
    return Math.min(error.retryAfterMs ?? backoffMs, LONGEST_RETRY_AFTER_MS);
  }
  return error.status >= 500 && isIdempotent && failures < SERVER_ERROR_TRIES ? backoffMs : undefined;
};

/** Doubles with every failure up to eight seconds; between half and all of that, so that clients spread out. */
export const planBackoff = (failures: number, random: () => number): number =>
  Math.min(FIRST_WAIT_MS * 2 ** failures, LONGEST_WAIT_MS) * (0.5 + random() / 2);
