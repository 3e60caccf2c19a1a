// The one way to talk to an API server: typed by @kubernetes/client-node's models, carried by one keep-alive transport.
import { SeccompError } from '../../src/error.ts';

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface RequestOptions {
  readonly query?: Query;
  readonly signal?: AbortSignal;
  /** Sends `dryRun=All`. */
  readonly isDryRun?: boolean;
  /** Does not queue behind other requests for a connection. */
  readonly isUrgent?: boolean;
  /** The answer comes as PartialObjectMetadata, a tenth of the bytes: for who does not read the object that he wrote. */
  readonly isMetadataOnly?: boolean;
}

export interface ListOptions {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Objects come as PartialObjectMetadata: without spec, status and data. A tenth of the bytes. */
  readonly isMetadataOnly?: boolean;
  readonly signal?: AbortSignal;
}

export interface WatchOptions extends ListOptions {
  readonly signal: AbortSignal;
  /** A server that does not answer yet is waited for, and told of as a connection that was lost is. */
  readonly isPatient?: boolean;
}

/**
 * `synced` comes once after the initial list, and again after every relist; deletions missed meanwhile come as
 * `deleted`, with an object that has nothing but metadata.name, namespace and uid. A relist sends `set` again for
 * objects that have not changed.
 */
export type WatchEvent<T> =
  | { readonly kind: 'set'; readonly object: T }
  | { readonly kind: 'deleted'; readonly object: T }
  | { readonly kind: 'synced' }
  /** The connection was lost; it is being taken up again. Shown, not fatal. */
  | { readonly kind: 'lost'; readonly message: string }
  /** One that was lost is there again, and goes on where it was: no list need follow. */
  | { readonly kind: 'regained' };

export interface Api {
  /**
   * Paths are absolute, e.g. `/api/v1/nodes`. All methods throw ApiError for a status of 400 and above, and the
   * signal's reason once it has aborted. What may have happened is only tried again where twice is as good as once: a
   * create and a JSON patch never are, so that a reset there leaves it open whether the server did it; a replace or
   * delete that is tried again may say 409 or 404 about its own first try.
   */
  get<T>(path: string, options?: RequestOptions): Promise<T>;
  create<T>(path: string, body: unknown, options?: RequestOptions): Promise<T>;
  replace<T>(path: string, body: unknown, options?: RequestOptions): Promise<T>;
  patch<T>(
    path: string,
    body: unknown,
    options: RequestOptions & { readonly type: 'json' | 'merge' | 'strategic' | 'apply' },
  ): Promise<T>;
  delete<T>(path: string, body?: unknown, options?: RequestOptions): Promise<T>;
  /**
   * Yields page after page (`limit=500`) so that the caller folds and forgets. Where the server forgets its place
   * in between (410), the rest comes from a newer state of the cluster; no object (by uid) comes twice.
   */
  list<T>(path: string, options?: ListOptions): AsyncIterable<readonly T[]>;
  /**
   * Lists, then watches with bookmarks until the signal aborts, which ends it without an error; survives time-outs,
   * 410, resets and 429. Throws what `list` would throw until it is first synced, and later only where the server
   * goes on refusing it (403, 404 …) for about half a minute. One that is patient waits for its first list too: only
   * what the server refuses ends it.
   */
  watch<T>(path: string, options: WatchOptions): AsyncIterable<WatchEvent<T>>;
  /** A body that is not JSON, such as a container's log; at most `limitBytes` are read. */
  text(path: string, options: RequestOptions & { readonly limitBytes: number }): Promise<string>;
  /** Closes idle connections. */
  close(): void;
}

/** What the API server refused, with its own words. `status` is the HTTP status; `reason` e.g. `AlreadyExists`. */
export class ApiError extends SeccompError {
  readonly status: number;
  readonly reason: string;
  readonly details: unknown;
  /** How long the server asks us to wait. */
  readonly retryAfterMs: number | undefined;

  constructor(
    status: number,
    reason: string,
    message: string,
    details?: unknown,
    more: { readonly hint?: string; readonly retryAfterMs?: number } = {},
  ) {
    super('api', message, more.hint === undefined ? {} : { hint: more.hint });
    this.name = 'ApiError';
    this.status = status;
    this.reason = reason;
    this.details = details;
    this.retryAfterMs = more.retryAfterMs;
  }
}
