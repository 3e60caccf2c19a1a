// The way to the API server: whom the connections go to, and how a request is addressed. This one is the direct way;
// the others go through a proxy (proxy-way.ts).
import { Agent as HttpAgent, type OutgoingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Certificate } from './credentials.ts';
import { type ConnectionError, explainFailure, type Place } from './transport-errors.ts';
import type { Slots } from './transport-slots.ts';
import { checkTrust, type Trust, tlsOptions } from './transport-tls.ts';

/** Enough to keep an API server busy, few enough not to be a burden to it. */
export const SOCKET_LIMIT = 20;
/** Shorter than any load balancer keeps a silent connection, so that no request meets a dead one. */
const IDLE_SOCKET_MS = 30_000;

export const POOL = { keepAlive: true, maxSockets: SOCKET_LIMIT, timeout: IDLE_SOCKET_MS };

/** Options of node:http(s). */
export interface Address {
  readonly protocol: string;
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders;
}

export interface Way {
  /** Keeps its connections. */
  readonly pooled: HttpAgent;
  /** One connection a request. */
  readonly alone: HttpAgent;
  /** There where the agents open connections by themselves, and so cannot count those to come. */
  readonly slots?: Slots;
  /** `path` begins with the server's own base path. */
  address(path: string): Address;
  /** Says what an error on the way means. */
  explain(error: unknown, isUnsent: boolean): ConnectionError;
  /** Says why a status is not the server's; undefined where it is. */
  refusal?(status: number): ConnectionError | undefined;
  close(): void;
}

/** Opens the way for one client certificate; connections come with the requests. */
export type OpenWay = (certificate: Certificate | undefined) => Way;

/** Says host and port of an address, the host without brackets. */
export const destinationOf = ({ protocol, hostname, port }: URL) => ({
  host: hostname.replace(/^\[|\]$/g, ''),
  port: Number(port || (protocol === 'https:' ? 443 : 80)),
});

/** Leads straight to the server. Throws SeccompError `config` for an authority that is none. */
export const openDirectWay = (place: Place, trust: Trust): OpenWay => {
  const { protocol } = place.server;
  if (protocol === 'https:') checkTrust(trust);
  return (certificate) => {
    const tls = protocol === 'https:' ? tlsOptions(trust, certificate) : undefined;
    const pooled = tls ? new HttpsAgent({ ...tls, ...POOL }) : new HttpAgent(POOL);
    const alone = tls ? new HttpsAgent(tls) : new HttpAgent();
    return {
      pooled,
      alone,
      address: (path) => ({ protocol, ...destinationOf(place.server), path }),
      explain: (error, isUnsent) => explainFailure(place, error, isUnsent),
      close: () => {
        pooled.destroy();
        alone.destroy();
      },
    };
  };
};
