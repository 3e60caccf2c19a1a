// A watch that doesn't end: list, follow, take up again. Holds a name and a uid per object, never the objects.
import { setMaxListeners } from 'node:events';
import type { Clock } from '../../src/rollout/ports.ts';
import { ApiError, type ListOptions, type Query, type WatchEvent, type WatchOptions } from './api.ts';
import { type GetPage, readPages } from './list.ts';
import { ConnectionError } from './transport-errors.ts';
import { LONGEST_RETRY_AFTER_MS, planBackoff } from './transport-retry.ts';
import { Known, type WatchedObject } from './watch-known.ts';
import { BrokenStream, readJsonLines } from './watch-lines.ts';

export interface WatchOutside {
  /** Tries again by itself, as a list does. */
  readonly getPatiently: GetPage;
  readonly getOnce: GetPage;
  /** Opens a stream, once; throws ApiError for a status of 400 and above. */
  readonly open: (path: string, query: Query, options: ListOptions) => Promise<AsyncIterable<Uint8Array>>;
  /** Turns the Status of an ERROR event into the error it means. */
  readonly toError: (status: object, path: string) => ApiError;
  readonly clock: Clock;
  readonly random: () => number;
}

/** The server ends a watch by itself after this long; spread out so that not all end at once. */
const SHORTEST_WATCH_S = 300;
const LONGEST_WATCH_S = 600;
/** After its time-out a watch gets this long to end before it counts as dead. */
const GRACE_S = 30;
/** A watch that ends sooner and brought nothing is not asked for again at once. */
const SHORT_LIFE_MS = 5_000;
/** Refusals in a row, some half a minute, after which a right is gone rather than an API server starting up. */
const REFUSAL_LIMIT = 8;

/** Where a watch stands; changed in place, so that it outlives the exception that ends a connection. */
interface Progress {
  /** Undefined: a list must come first. */
  version: string | undefined;
  isSynced: boolean;
  /** A watch has been accepted once: the rights are there. */
  isAccepted: boolean;
  /** The caller has been told, and has heard nothing since. */
  isLost: boolean;
  failures: number;
  refusals: number;
}

/** Implements `Api.watch`. */
export async function* watchObjects<T>(
  outside: WatchOutside,
  path: string,
  options: WatchOptions,
): AsyncGenerator<WatchEvent<T>> {
  const known = new Known();
  const progress: Progress = {
    version: undefined,
    isSynced: false,
    isAccepted: false,
    isLost: false,
    failures: 0,
    refusals: 0,
  };
  while (!options.signal.aborted) {
    try {
      if (progress.version === undefined) yield* relist<T>(outside, path, options, known, progress);
      yield* follow<T>(outside, path, options, known, progress);
    } catch (error) {
      if (options.signal.aborted) return;
      const { waitMs, lost } = judge(error, progress, options, outside.random);
      if (lost !== undefined) yield { kind: 'lost', message: lost };
      await outside.clock.sleep(waitMs, options.signal);
    }
  }
}

/** Lists from the start until one list went through whole: only then is it known what has vanished. */
async function* relist<T>(
  outside: WatchOutside,
  path: string,
  options: WatchOptions,
  known: Known,
  progress: Progress,
): AsyncGenerator<WatchEvent<T>> {
  known.startList();
  let version: string | undefined;
  for await (const page of readPages<T>(
    // Trying again by itself, a list would tell nobody that it waits.
    progress.isSynced || options.isPatient ? outside.getOnce : outside.getPatiently,
    path,
    options,
  )) {
    version = page.metadata?.resourceVersion;
    for (const object of page.items ?? []) {
      options.signal.throwIfAborted();
      yield* known.set(object);
    }
  }
  if (!version) throw new BrokenStream('a list has no resourceVersion');
  yield* known.endList<T>();
  progress.version = version;
  progress.isSynced = true;
  progress.isLost = false;
  yield { kind: 'synced' };
}

/** One connection: from the version reached to its end. Throws why it ended, if it didn't end as it should. */
async function* follow<T>(
  outside: WatchOutside,
  path: string,
  options: WatchOptions,
  known: Known,
  progress: Progress,
): AsyncGenerator<WatchEvent<T>> {
  const { clock, random } = outside;
  const timeoutSeconds = Math.round(SHORTEST_WATCH_S + random() * (LONGEST_WATCH_S - SHORTEST_WATCH_S));
  const limit = limitTime(options.signal, clock, (timeoutSeconds + GRACE_S) * 1000);
  let openedAt: number | undefined;
  let isShort = false;
  try {
    const query = {
      watch: true,
      allowWatchBookmarks: true,
      timeoutSeconds,
      resourceVersion: progress.version,
      labelSelector: options.labelSelector || undefined,
      fieldSelector: options.fieldSelector || undefined,
    };
    const body = await outside.open(path, query, { ...options, signal: limit.signal });
    progress.isAccepted = true;
    openedAt = clock.monotonic();
    if (progress.isLost) {
      progress.isLost = false;
      yield { kind: 'regained' };
    }
    for await (const line of readJsonLines(body)) {
      options.signal.throwIfAborted();
      const { type, object } = parseEvent(line);
      if (type === 'ERROR') throw explainError(outside.toError(object, path));
      const { resourceVersion } = (object as WatchedObject).metadata ?? {};
      if (!resourceVersion) throw new BrokenStream('a watch event has no resourceVersion');
      progress.version = resourceVersion;
      recover(progress);
      openedAt = Number.NEGATIVE_INFINITY;
      if (type === 'DELETED') yield* known.remove(object as T);
      else if (type !== 'BOOKMARK') yield* known.set(object as T);
    }
  } finally {
    limit.end();
    if (openedAt !== undefined && clock.monotonic() - openedAt >= SHORT_LIFE_MS) recover(progress);
    else isShort = true;
  }
  if (isShort) await clock.sleep(planBackoff(progress.failures++, random), options.signal);
}

/** 410 and 429 mean what they mean as an answer; after any other ERROR the server sends nothing that can be relied on. */
const explainError = (error: ApiError): Error =>
  error.status === 410 || error.status === 429 ? error : new BrokenStream(error.message, { cause: error });

const recover = (progress: Progress): void => {
  progress.isLost = false;
  progress.failures = 0;
  progress.refusals = 0;
};

const parseEvent = (line: unknown): { type: string; object: object } => {
  const { type, object } = (line ?? {}) as { type?: unknown; object?: unknown };
  const isKnown =
    typeof type === 'string' && ['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR'].includes(type);
  if (!isKnown || typeof object !== 'object' || object === null)
    throw new BrokenStream('a watch event is malformed');
  return { type, object };
};

/** Decides how the watch goes on after a failure; throws the error where it does not. Changes `progress`. */
const judge = (
  error: unknown,
  progress: Progress,
  { isPatient }: WatchOptions,
  random: () => number,
): { readonly waitMs: number; readonly lost?: string } => {
  const isExpired = error instanceof ApiError && error.status === 410;
  const isBroken = error instanceof BrokenStream;
  if (!(error instanceof ApiError || error instanceof ConnectionError || isBroken)) throw error;
  const isBusy = error instanceof ApiError && error.status === 429;
  const isRefused = error instanceof ApiError && error.status < 500 && !isBusy && !isExpired;
  // Before the first list is whole nobody relies on us yet: say what is wrong rather than wait.
  const isAwaited = progress.isSynced || (isPatient && (!isRefused || progress.isLost));
  if (!isExpired && (!isAwaited || (isRefused && !progress.isAccepted && !progress.isLost))) throw error;
  // An API server that starts refuses what it will allow a moment later, when it has read its own rules.
  if (isRefused && ++progress.refusals > REFUSAL_LIMIT) throw error;
  // 400 and 504 say that our version is none of this server's, as after a restore from a backup.
  if (isBroken || (error instanceof ApiError && [400, 410, 504].includes(error.status)))
    progress.version = undefined;

  const failures = progress.failures++;
  const backoffMs = planBackoff(failures, random);
  if (isBusy) return { waitMs: Math.min(error.retryAfterMs ?? backoffMs, LONGEST_RETRY_AFTER_MS) };
  // The first failure of a row is mostly over at once: a 410, or a reset by something between us and the server.
  if (failures === 0 && !isRefused && !isBroken) return { waitMs: 0 };
  const isNews = !progress.isLost && !isExpired;
  progress.isLost ||= isNews;
  return { waitMs: backoffMs, ...(isNews && { lost: error.message }) };
};

/** A signal that also aborts after a time; `end` lets go of both. */
const limitTime = (
  parent: AbortSignal,
  clock: Clock,
  ms: number,
): { signal: AbortSignal; end: () => void } => {
  const limit = new AbortController();
  const over = new AbortController();
  setMaxListeners(0, limit.signal);
  const onAbort = () => limit.abort(parent.reason);
  parent.addEventListener('abort', onAbort, { once: true });
  if (parent.aborted) onAbort();
  clock.sleep(ms, over.signal).then(() => {
    if (!over.signal.aborted) limit.abort(new BrokenStream('the connection went silent'));
  });
  return {
    signal: limit.signal,
    end: () => {
      over.abort();
      parent.removeEventListener('abort', onAbort);
    },
  };
};
