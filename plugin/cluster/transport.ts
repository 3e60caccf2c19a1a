// One HTTP exchange with the API server: a keep-alive agent, time-out, abort, gzip, and errors in words.
// Retries and JSON are above (transport-retry.ts, connection.ts).
import {
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Clock } from '../../src/rollout/ports.ts';
import type { Certificate } from './credentials.ts';
import { ConnectionError, explainFailure, type Place } from './transport-errors.ts';
import { type Trust, tlsOptions } from './transport-tls.ts';

/** Enough to keep an API server busy, few enough not to be a burden to it. */
const SOCKET_LIMIT = 20;
/** Shorter than any load balancer keeps a silent connection, so that no request meets a dead one. */
const IDLE_SOCKET_MS = 30_000;
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
export const openTransport = (place: Place, trust: Trust, clock: Clock): Transport => {
  const isTls = place.server.protocol === 'https:';
  const basePath = place.server.pathname.replace(/\/+$/, '');
  let agents = createAgents(isTls, trust, undefined);
  const agentsFor = (certificate: Certificate | undefined) => {
    // The old agents' idle connections end by themselves, those at work when their work is done.
    if (agents.certificate !== certificate) agents = createAgents(isTls, trust, certificate);
    return agents;
  };
  return {
    send: async (wire) => {
      wire.signal?.throwIfAborted();
      const { stream, pooled } = agentsFor(wire.certificate);
      const { promise, resolve, reject } = Promise.withResolvers<WireResponse>();
      const request = (isTls ? httpsRequest : httpRequest)({
        protocol: place.server.protocol,
        host: place.server.hostname.replace(/^\[|\]$/g, ''),
        port: place.server.port || (isTls ? 443 : 80),
        method: wire.method,
        path: basePath + wire.path,
        headers: wire.headers,
        agent: wire.isStream ? stream : pooled,
      });

      const over = new AbortController();
      let response: IncomingMessage | undefined;
      let stopReason: { readonly error: unknown } | undefined;
      const stop = (error: unknown) => {
        stopReason ??= { error };
        (response ?? request).destroy(error instanceof Error ? error : undefined);
      };
      const onAbort = () => stop(wire.signal?.reason);
      const timer = new AbortController();
      const finish = () => {
        over.abort();
        timer.abort();
        wire.signal?.removeEventListener('abort', onAbort);
      };
      wire.signal?.addEventListener('abort', onAbort, { once: true });

      let isConnected = false;
      request.on('socket', (socket) => {
        if (socket.connecting) socket.once(isTls ? 'secureConnect' : 'connect', () => (isConnected = true));
        else isConnected = true;
        if (wire.isStream) socket.setKeepAlive(true, PROBE_AFTER_MS);
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
      });
      const failure = (error: unknown): unknown =>
        stopReason === undefined ? explainFailure(place, error, !isConnected) : stopReason.error;

      request.on('response', (incoming) => {
        response = incoming;
        incoming.once('close', finish);
        if (wire.isStream) timer.abort();
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: readBody(unpack(incoming), failure),
        });
      });
      request.on('error', (error) => {
        if (response === undefined) finish();
        reject(failure(error));
      });
      request.end(wire.body);
      return promise;
    },
    close: () => {
      agents.pooled.destroy();
      agents.stream.destroy();
    },
  };
};

interface Agents {
  readonly certificate: Certificate | undefined;
  readonly pooled: HttpAgent;
  readonly stream: HttpAgent;
}

const createAgents = (isTls: boolean, trust: Trust, certificate: Certificate | undefined): Agents => {
  const pool = { keepAlive: true, maxSockets: SOCKET_LIMIT, timeout: IDLE_SOCKET_MS };
  if (!isTls) return { certificate, pooled: new HttpAgent(pool), stream: new HttpAgent() };
  const tls = tlsOptions(trust, certificate);
  return { certificate, pooled: new HttpsAgent({ ...tls, ...pool }), stream: new HttpsAgent(tls) };
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
