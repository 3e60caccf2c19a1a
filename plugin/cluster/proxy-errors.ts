// What can go wrong between us and the proxy, in words that name the proxy but not who we are to it.
import { STATUS_CODES } from 'node:http';
import { type ProxyServer, renderProxy } from './proxy.ts';
import { SocksRefusal } from './proxy-socks.ts';
import { ConnectionError, describeFailure, type Place } from './transport-errors.ts';

/** What a proxy answers where it is the server behind it that fails: RFC 9110, 15.6.3 to 15.6.5. */
const GATEWAY_FAILURES = [502, 503, 504];
const LOGIN_WANTED = 407;

/** Turns what dialling through a proxy threw into a ConnectionError; one that is none already. */
export const explainProxyFailure = (
  place: Place,
  proxy: ProxyServer,
  error: unknown,
  isUnsent = true,
): ConnectionError => {
  if (error instanceof ConnectionError) return error;
  if (error instanceof SocksRefusal) {
    return refuse(place, proxy, `refuses: ${error.message}`, error.isAboutLogin, !error.isAboutLogin);
  }
  const { why, hint, ...more } = describeFailure(error, place.source);
  const isAboutTrust = hint !== undefined;
  return new ConnectionError(place, `the proxy ${renderProxy(proxy)}: ${why}`, {
    isUnsent,
    ...more,
    hint: isAboutTrust
      ? renderTrust(place)
      : `The proxy comes from ${proxy.source}; check that its address is right and that it runs.`,
  });
};

/** Turns what went wrong in a tunnel that stands into a ConnectionError: the server's fault, or the proxy's. */
export const explainTunnelFailure = (
  place: Place,
  proxy: ProxyServer,
  error: unknown,
  isUnsent: boolean,
): ConnectionError => {
  if (error instanceof ConnectionError) return error;
  const { why, ...more } = describeFailure(error, place.source);
  return new ConnectionError(place, `${why} (through the proxy ${renderProxy(proxy)})`, {
    isUnsent,
    ...more,
  });
};

/** Before a tunnel the proxy must prove itself as the server does. Without TLS to the server, nobody has said how. */
const renderTrust = ({ server, source }: Place): string =>
  server.protocol === 'https:'
    ? `An https proxy is trusted as the server is: the authority and the name of its certificate come from ${source}.`
    : 'The certificate of an https proxy must come from an authority that this machine trusts.';

/** Says that the proxy answered a status of its own in place of the API server. */
export const refuseByProxy = (place: Place, proxy: ProxyServer, status: number): ConnectionError =>
  refuse(
    place,
    proxy,
    `refuses with status ${status} ${STATUS_CODES[status] ?? ''}`.trimEnd(),
    status === LOGIN_WANTED,
    GATEWAY_FAILURES.includes(status),
  );

const refuse = (
  place: Place,
  proxy: ProxyServer,
  what: string,
  isAboutLogin: boolean,
  isTransient: boolean,
): ConnectionError =>
  new ConnectionError(place, `the proxy ${renderProxy(proxy)} ${what}`, {
    isUnsent: true,
    isTransient,
    hint: isAboutLogin
      ? `Write user and password into ${proxy.source}: ${proxy.kind}://USER:PASSWORD@HOST:PORT.`
      : `The proxy comes from ${proxy.source}; check that it may connect to this server.`,
  });
