// The ways to the API server that lead through a proxy: to https servers, and by SOCKS, a tunnel; to http servers an
// HTTP proxy that passes the requests on. Loaded only where a proxy is in force.
import { once } from 'node:events';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { Clock } from '../../src/rollout/ports.ts';
import { type ProxyServer, renderProxyAuthorization } from './proxy.ts';
import { explainProxyFailure, explainTunnelFailure, refuseByProxy } from './proxy-errors.ts';
import { openTunnel } from './proxy-tunnel.ts';
import type { ConnectionError, Place } from './transport-errors.ts';
import { openSlots } from './transport-slots.ts';
import { checkTrust, type Trust, tlsOptions } from './transport-tls.ts';
import { type Address, destinationOf, type OpenWay, POOL, SOCKET_LIMIT } from './transport-way.ts';

/** Go's, for what a proxy may take to answer. */
const DIAL_LIMIT_MS = 60_000;
const LOGIN_WANTED = 407;

/** Leads through the proxy. */
export const openProxyWay = (proxy: ProxyServer, place: Place, trust: Trust, clock: Clock): OpenWay =>
  place.server.protocol === 'https:' || proxy.kind === 'socks5'
    ? openTunnelWay(proxy, place, trust, clock)
    : openForwardWay(proxy, place);

const openForwardWay =
  (proxy: ProxyServer, place: Place): OpenWay =>
  () => {
    // Without TLS to the server, the kubeconfig's trust is nobody's; as in client-go, this machine's authorities count.
    const tls = proxy.kind === 'https' ? tlsOptions({ isVerifySkipped: false }, undefined) : undefined;
    const pooled = tls ? new HttpsAgent({ ...tls, ...POOL }) : new HttpAgent(POOL);
    const alone = tls ? new HttpsAgent(tls) : new HttpAgent();
    const headers = { Host: place.server.host, ...renderProxyAuthorization(proxy) };
    return {
      pooled,
      alone,
      address: (path) => ({
        protocol: `${proxy.kind}:`,
        host: proxy.host,
        port: proxy.port,
        path: place.server.origin + path,
        headers,
      }),
      explain: (error, isUnsent) => explainProxyFailure(place, proxy, error, isUnsent),
      refusal: (status) => (status === LOGIN_WANTED ? refuseByProxy(place, proxy, status) : undefined),
      close: () => {
        pooled.destroy();
        alone.destroy();
      },
    };
  };

const openTunnelWay = (proxy: ProxyServer, place: Place, trust: Trust, clock: Clock): OpenWay => {
  const { protocol } = place.server;
  if (protocol === 'https:') checkTrust(trust);
  return (certificate) => {
    const destination = destinationOf(place.server);
    const tls = protocol === 'https:' ? tlsOptions(trust, certificate) : undefined;
    const closing = new AbortController();

    const dial = async (): Promise<Socket> => {
      const over = new AbortController();
      const signal = AbortSignal.any([closing.signal, over.signal]);
      const limit = new AbortController();
      clock.sleep(DIAL_LIMIT_MS, limit.signal).then(() => {
        if (!limit.signal.aborted) over.abort(tooSlow(place, proxy));
      });
      try {
        const raw = await openTunnel(proxy, destination, tls ?? {}, place, signal);
        return tls ? await secure(raw, tls, destination.host, signal) : raw;
      } finally {
        limit.abort();
      }
    };
    const createConnection = (_: unknown, done?: (error: Error | null, socket: Duplex) => void) => {
      dial().then(
        (socket) => done?.(null, socket),
        (error) => done?.(error, undefined as never),
      );
      return undefined;
    };
    // The agents' own limit counts connections that are there, not those being dialled: 1,000 requests at once would
    // make 1,000 of them. The slots count the requests.
    const pool = { ...POOL, maxSockets: Number.POSITIVE_INFINITY };
    const agent = (options: object) =>
      Object.assign(tls ? new HttpsAgent(options) : new HttpAgent(options), { createConnection });
    const [pooled, alone] = [agent(pool), agent({})];
    return {
      pooled,
      alone,
      slots: openSlots(SOCKET_LIMIT),
      address: (path): Address => ({ protocol, ...destination, path }),
      explain: (error, isUnsent) => explainTunnelFailure(place, proxy, error, isUnsent),
      close: () => {
        closing.abort(tooSlow(place, proxy));
        pooled.destroy();
        alone.destroy();
      },
    };
  };
};

const tooSlow = (place: Place, proxy: ProxyServer): ConnectionError =>
  explainProxyFailure(place, proxy, Object.assign(new Error('too slow'), { code: 'ETIMEDOUT' }));

/** Begins TLS with the server at the tunnel's other end: by the same trust, name and certificate as without a proxy. */
const secure = async (
  raw: Socket,
  tls: ConnectionOptions,
  host: string,
  signal: AbortSignal,
): Promise<Socket> => {
  const servername = isIP(host) === 0 ? host : '';
  const socket = connectTls({ servername, ...tls, host, socket: raw, ALPNProtocols: ['http/1.1'] });
  try {
    await once(socket, 'secureConnect', { signal });
    return socket;
  } catch (error) {
    socket.destroy();
    throw signal.aborted ? signal.reason : error;
  }
};
