// One HTTP exchange with the API server: a keep-alive agent, time-out, abort, gzip, and errors in words.
// Retries and JSON are above (transport-retry.ts, connection.ts).
import {
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Clock } from '../../src/rollout/ports.ts';
import type { Certificate } from './credentials.ts';
import { ConnectionError, type Place } from './transport-errors.ts';
import type { OpenWay, Way } from './transport-way.ts';

/** A watch is silent for minutes; the kernel notices when the other end is gone. */
const PROBE_AFTER_MS = 30_000;

export interface WireRequest {
  readonly method: string;
  /** With its query, without the server's own base path. */
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: string;
  readonly certificate?: Certificate;
  readonly signal?: AbortSignal;
  /** From the moment a connection is free until the answer has been read; of a stream, until its headers are there. */
  readonly timeoutMs?: number;
  /** Long-lived: gets a connection of its own, so that watches cannot starve requests. */
  readonly isStream?: boolean;
  /** Gets a connection of its own as well, so that it need not queue for one. */
  readonly isUrgent?: boolean;
  /** Gets the request as it is made, to note when what happens. */
  readonly onRequest?: (request: ClientRequest) => void;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** Unpacked. Throws ConnectionError, or the signal's reason. Must be read or returned from. */
  readonly body: AsyncIterable<Uint8Array>;
}

export interface Transport {
  /** Sends once. Resolves when the headers are there; rejects with ConnectionError or the signal's reason. */
  send(request: WireRequest): Promise<WireResponse>;
  close(): void;
}

/** Opens nothing yet; connections come with the requests. */
export const openTransport = (place: Place, openWay: OpenWay, clock: Clock): Transport => {
  const basePath = place.server.pathname.replace(/\/+$/, '');
  let known: { readonly certificate: Certificate | undefined; readonly way: Way } | undefined;
  const wayFor = (certificate: Certificate | undefined): Way => {
    // The old way's idle connections end by themselves, those at work when their work is done.
    if (known === undefined || known.certificate !== certificate)
      known = { certificate, way: openWay(certificate) };
    return known.way;
  };
  return {
    send: async (wire) => {
      wire.signal?.throwIfAborted();
      const way = wayFor(wire.certificate);
      const isAlone = wire.isStream || wire.isUrgent;
      const leave = isAlone ? undefined : await way.slots?.take(wire.signal);
      try {
        return await exchange(place, way, clock, { ...wire, path: basePath + wire.path }, () => {
          // Not before the connection is free again: the next request would open another.
          if (leave) setImmediate(leave);
        });
      } catch (error) {
        leave?.();
        throw error;
      }
    },
    close: () => known?.way.close(),
  };
};

const exchange = (
  place: Place,
  way: Way,
  clock: Clock,
  wire: WireRequest,
  onFree: () => void,
): Promise<WireResponse> => {
  const { promise, resolve, reject } = Promise.withResolvers<WireResponse>();
  const { headers, ...address } = way.address(wire.path);
  const isTls = address.protocol === 'https:';
  const request = (isTls ? httpsRequest : httpRequest)({
    ...address,
    method: wire.method,
    headers: { ...headers, ...wire.headers },
    agent: wire.isStream || wire.isUrgent ? way.alone : way.pooled,
  });
  wire.onRequest?.(request);

  let response: IncomingMessage | undefined;
  let stopReason: { readonly error: unknown } | undefined;
  let hasSocket = false;
  const stop = (error: unknown) => {
    stopReason ??= { error };
    (response ?? request).destroy(error instanceof Error ? error : undefined);
    // A request that waits for its tunnel has nothing yet whose end would tell.
    if (!hasSocket && way.slots) fail(error);
  };
  const onAbort = () => stop(wire.signal?.reason);
  const timer = new AbortController();
  const finish = () => {
    timer.abort();
    wire.signal?.removeEventListener('abort', onAbort);
    onFree();
  };
  wire.signal?.addEventListener('abort', onAbort, { once: true });

  let isConnected = false;
  const startTimer = () => {
    if (!wire.timeoutMs) return;
    clock.sleep(wire.timeoutMs, timer.signal).then(() => {
      if (timer.signal.aborted) return;
      stop(
        new ConnectionError(place, `no answer within ${wire.timeoutMs! / 1000} s`, {
          isUnsent: !isConnected,
          isTransient: false,
        }),
      );
    });
  };
  // A slot is a free connection, or the right to dial one; without slots the agent has the request wait.
  if (way.slots) startTimer();
  request.on('socket', (socket) => {
    hasSocket = true;
    if (socket.connecting) socket.once(isTls ? 'secureConnect' : 'connect', () => (isConnected = true));
    else isConnected = true;
    if (wire.isStream) socket.setKeepAlive(true, PROBE_AFTER_MS);
    if (!way.slots) startTimer();
  });
  const failure = (error: unknown): unknown =>
    stopReason === undefined ? way.explain(error, !isConnected) : stopReason.error;
  const fail = (error: unknown) => {
    if (response === undefined) finish();
    reject(failure(error));
  };

  request.on('response', (incoming) => {
    response = incoming;
    incoming.once('close', finish);
    const refusal = way.refusal?.(incoming.statusCode ?? 0);
    if (refusal !== undefined) {
      stop(refusal);
      return reject(refusal);
    }
    if (wire.isStream) timer.abort();
    resolve({
      status: incoming.statusCode ?? 0,
      headers: incoming.headers,
      body: readBody(unpack(incoming), failure),
    });
  });
  request.on('error', fail);
  request.end(wire.body);
  return promise;
};

const unpack = (incoming: IncomingMessage): Readable =>
  // The callback must be there, though the reader of the result gets the error: pipeline throws without it.
  incoming.headers['content-encoding'] === 'gzip' ? pipeline(incoming, createGunzip(), () => {}) : incoming;

async function* readBody(body: Readable, failure: (error: unknown) => unknown): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw failure(error);
  }
}
