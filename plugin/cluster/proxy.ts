// Which proxy stands between us and the API server: the kubeconfig's proxy-url, else the variables HTTPS_PROXY and
// HTTP_PROXY. Pure; the rules are client-go's and those of Go's golang.org/x/net/http/httpproxy.
import { SeccompError } from '../../src/error.ts';
import type { Environment } from './kubeconfig-files.ts';
import type { Target } from './kubeconfig-target.ts';
import { isProxyExempt } from './proxy-exemptions.ts';

export interface ProxyServer {
  readonly kind: 'http' | 'https' | 'socks5';
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  /** Decoded. */
  readonly login?: { readonly user: string; readonly password: string };
  /** For messages: `the variable HTTPS_PROXY`, or whose proxy-url. */
  readonly source: string;
}

const DEFAULT_PORTS = { http: 80, https: 443, socks5: 1080 } as const;

/** Finds the proxy to use; undefined: none. Throws SeccompError `config` for an address that is none. */
export const chooseProxy = (
  { server, source, cluster }: Pick<Target, 'server' | 'source' | 'cluster'>,
  environment: Environment,
): ProxyServer | undefined => {
  if (cluster.proxyUrl) {
    // kubectl goes by this one even to this very machine.
    return parseProxy(cluster.proxyUrl, `the proxy-url of ${source} (or --proxy-url)`, [
      'http',
      'https',
      'socks5',
    ]);
  }
  const variable = server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const name = [variable, variable.toLowerCase()].find((each) => environment[each]);
  if (name === undefined) return undefined;
  // Threat: to a CGI program HTTP_PROXY is the request's header `Proxy`, which is for its sender to choose.
  if (variable === 'HTTP_PROXY' && environment.REQUEST_METHOD) {
    throw new SeccompError(
      'config',
      `${name} is not to be trusted in a CGI program (REQUEST_METHOD is set)`,
      {
        hint: 'Name the proxy by proxy-url in the kubeconfig, or unset one of the two variables.',
      },
    );
  }
  if (isProxyExempt(server, environment.NO_PROXY || environment.no_proxy || '')) return undefined;
  const text = environment[name]!;
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  return parseProxy(url, `the variable ${name}`, ['http', 'https', 'socks5', 'socks5h']);
};

const parseProxy = (text: string, source: string, schemes: readonly string[]): ProxyServer => {
  const [, written = ''] = /^([a-z][a-z0-9+.-]*):\/\/./i.exec(text) ?? [];
  const scheme = written.toLowerCase();
  const url = URL.parse(text);
  const login = url && parseLogin(url);
  if (!schemes.includes(scheme) || !url?.hostname || login === null) {
    // Never quoted: where the address is mistyped, the password may stand anywhere.
    throw new SeccompError('config', `${source} is no address of a proxy`, {
      hint: `Write it as SCHEME://HOST:PORT or SCHEME://USER:PASSWORD@HOST:PORT, where SCHEME is ${schemes.join(', ')}, and as %XX what is special in an address.`,
    });
  }
  const kind = scheme === 'socks5h' ? 'socks5' : (scheme as ProxyServer['kind']); // to Go the two are the same
  return {
    kind,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? DEFAULT_PORTS[kind] : Number(url.port),
    ...(login && { login }),
    source,
  };
};

/** Returns undefined where there is none, null where it cannot be decoded. */
const parseLogin = ({ username, password }: URL): ProxyServer['login'] | null => {
  if (username === '' && password === '') return undefined;
  try {
    return { user: decodeURIComponent(username), password: decodeURIComponent(password) };
  } catch {
    return null;
  }
};

/** Renders the address for messages; who we are to the proxy is left out. */
export const renderProxy = (proxy: ProxyServer): string =>
  `${proxy.kind}://${proxy.login ? '***@' : ''}${renderAuthority(proxy.host, proxy.port)}`;

/** Renders `host:port`, with brackets where the host is an IPv6 address. */
export const renderAuthority = (host: string, port: number): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** Renders the header by which an HTTP proxy knows us; none where the address names nobody. */
export const renderProxyAuthorization = ({ login }: ProxyServer): Record<string, string> =>
  login === undefined
    ? {}
    : {
        'Proxy-Authorization': `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`,
      };
