// A connection through a proxy: CONNECT to an HTTP(S) proxy, SOCKS 5 (RFC 1928, 1929) to another. Promises that what
// it returns leads to the API server, and that no answer of the proxy is ever taken for the server's.
import { once } from 'node:events';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect, isIP, type Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { type ProxyServer, renderAuthority, renderProxyAuthorization } from './proxy.ts';
import { explainProxyFailure, refuseByProxy } from './proxy-errors.ts';
import { askSocks } from './proxy-socks.ts';
import type { Place } from './transport-errors.ts';

export interface Destination {
  readonly host: string;
  readonly port: number;
}

/**
 * Opens a connection to `destination` through the proxy; throws ConnectionError that names the proxy, or the signal's
 * reason. `tls` is for an https proxy: Go has it prove itself by what the API server must, so do we.
 */
export const openTunnel = async (
  proxy: ProxyServer,
  destination: Destination,
  tls: ConnectionOptions,
  place: Place,
  signal: AbortSignal,
): Promise<Socket> => {
  signal.throwIfAborted();
  try {
    return await (proxy.kind === 'socks5'
      ? dialSocks(proxy, destination, signal)
      : dialConnect(proxy, destination, tls, place, signal));
  } catch (error) {
    signal.throwIfAborted();
    throw explainProxyFailure(place, proxy, error);
  }
};

const dialConnect = async (
  proxy: ProxyServer,
  destination: Destination,
  tls: ConnectionOptions,
  place: Place,
  signal: AbortSignal,
): Promise<Socket> => {
  const authority = renderAuthority(destination.host, destination.port);
  const options = {
    host: proxy.host,
    port: proxy.port,
    method: 'CONNECT',
    path: authority,
    agent: false,
    headers: { Host: authority, Connection: 'keep-alive', ...renderProxyAuthorization(proxy) },
  };
  const request =
    proxy.kind === 'https'
      ? httpsRequest({ ...tls, ...nameOf(proxy, tls), ...options })
      : httpRequest(options);
  const [answer, socket, head] = await connected(request, signal);
  if (answer.statusCode !== 200) {
    socket.destroy();
    throw refuseByProxy(place, proxy, answer.statusCode ?? 0);
  }
  if (head.length > 0) socket.unshift(head);
  return socket;
};

/** The name in the certificate: the proxy's, unless the kubeconfig says another. */
const nameOf = (proxy: ProxyServer, { servername }: ConnectionOptions): ConnectionOptions =>
  servername === undefined && isIP(proxy.host) === 0 ? { servername: proxy.host } : {};

const connected = async (
  request: ClientRequest,
  signal: AbortSignal,
): Promise<[IncomingMessage, Socket, Buffer]> => {
  const abort = () => request.destroy(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    request.end();
    return (await once(request, 'connect')) as [IncomingMessage, Socket, Buffer];
  } finally {
    signal.removeEventListener('abort', abort);
  }
};

const dialSocks = async (
  proxy: ProxyServer,
  destination: Destination,
  signal: AbortSignal,
): Promise<Socket> => {
  const socket = connect({ host: proxy.host, port: proxy.port });
  const abort = () => socket.destroy(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    await once(socket, 'connect');
    await askSocks(socket, destination, proxy.login);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
};
