// Asks an OpenID Connect provider for new tokens: discovery document, then the refresh grant (RFC 6749, 6). Promises
// that no token gets into a message.
import { SeccompError } from '../../src/error.ts';
import type { Transport, WireRequest } from './transport.ts';
import { readText } from './transport-answer.ts';

export interface OidcClient {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface Tokens {
  readonly idToken: string;
  /** Absent: the old one goes on. */
  readonly refreshToken?: string;
}

/** Opens the way to one server; its errors name it. */
export type OpenIssuer = (server: URL) => Promise<Transport>;

const ANSWER_LIMIT_BYTES = 1 << 20;
const TIMEOUT_MS = 60_000;
/** As many as Go's client follows. */
const REDIRECTIONS = 10;
const QUOTE_LENGTH = 300;

/** Fetches new tokens; throws SeccompError `config` where the provider refuses. */
export const refreshTokens = async (
  { issuer, clientId, clientSecret }: OidcClient,
  refreshToken: string,
  open: OpenIssuer,
): Promise<Tokens> => {
  const endpoint = await discover(issuer, open);
  const grant = { grant_type: 'refresh_token', refresh_token: refreshToken };
  const basic = Buffer.from(`${formEncode(clientId)}:${formEncode(clientSecret)}`).toString('base64');
  // Providers differ in how a client names itself; Go's oauth2 tries both ways in this order too.
  const first = await post(endpoint, grant, { Authorization: `Basic ${basic}` }, open);
  const answer = first.isRefused
    ? await post(
        endpoint,
        { ...grant, client_id: clientId, ...(clientSecret !== '' && { client_secret: clientSecret }) },
        {},
        open,
      )
    : first;
  if (answer.isRefused) throw failed(answer.why);
  const { id_token: idToken, refresh_token: renewed } = answer.fields;
  if (typeof idToken !== 'string' || idToken === '')
    throw new SeccompError(
      'config',
      'token response did not contain an id_token, either the scope "openid" wasn\'t requested upon login, or the provider doesn\'t support id_tokens as part of the refresh response',
    );
  return { idToken, ...(typeof renewed === 'string' && renewed !== '' && { refreshToken: renewed }) };
};

const failed = (why: string): SeccompError =>
  new SeccompError('config', `failed to refresh token: ${why}`, { hint: 'Log in again.' });

const discover = async (issuer: string, open: OpenIssuer): Promise<URL> => {
  const start = parseAddress(
    `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
    'idp-issuer-url',
  );
  const { status, text } = await get(start, open);
  if (status !== 200)
    throw new SeccompError('config', `oidc: failed to query metadata endpoint ${status}: ${quote(text)}`);
  const endpoint = parseJson(text)?.token_endpoint;
  if (typeof endpoint !== 'string' || endpoint === '')
    throw new SeccompError('config', "oidc: discovery object doesn't contain a token_endpoint");
  return parseAddress(endpoint, 'the token_endpoint');
};

const parseAddress = (text: string, what: string): URL => {
  const url = URL.parse(text);
  const isLocal = url !== null && /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname);
  // Threat: over plain HTTP everybody on the way can take the refresh token. An API server wants HTTPS as well.
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLocal)) return url;
  throw new SeccompError('config', `oidc: ${what} "${text}" is not an https:// address`);
};

const get = async (
  start: URL,
  open: OpenIssuer,
): Promise<{ readonly status: number; readonly text: string }> => {
  let url = start;
  for (let hops = 0; hops <= REDIRECTIONS; hops++) {
    const { status, location, text } = await exchange(url, { method: 'GET', headers: {} }, open);
    if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return { status, text };
    url = parseAddress(new URL(location, url).href, 'the redirection');
  }
  throw new SeccompError('config', `oidc: "${start.href}" is redirected without end`);
};

type Answer =
  | { readonly isRefused: false; readonly fields: Readonly<Record<string, unknown>> }
  | { readonly isRefused: true; readonly why: string };

const post = async (
  url: URL,
  form: Readonly<Record<string, string>>,
  headers: WireRequest['headers'],
  open: OpenIssuer,
): Promise<Answer> => {
  const parameters = new URLSearchParams(form);
  parameters.sort();
  const body = parameters.toString();
  const { status, text } = await exchange(
    url,
    {
      method: 'POST',
      headers: {
        ...headers,
        'Content-Type': 'application/x-www-form-urlencoded',
        'Content-Length': Buffer.byteLength(body),
      },
      body,
    },
    open,
  );
  const fields = parseJson(text) ?? Object.fromEntries(new URLSearchParams(text));
  if (status >= 200 && status < 300 && fields.error === undefined) return { isRefused: false, fields };
  const said = [fields.error, fields.error_description].filter((one) => typeof one === 'string');
  return { isRefused: true, why: [`status ${status}`, ...said.map((one) => quote(one))].join(': ') };
};

const exchange = async (
  url: URL,
  request: Pick<WireRequest, 'method' | 'headers' | 'body'>,
  open: OpenIssuer,
): Promise<{ readonly status: number; readonly location: string | undefined; readonly text: string }> => {
  const transport = await open(new URL(url.origin));
  try {
    const response = await transport.send({
      ...request,
      headers: { Accept: 'application/json', ...request.headers },
      path: url.pathname + url.search,
      timeoutMs: TIMEOUT_MS,
    });
    const text = await readText(response, ANSWER_LIMIT_BYTES);
    return { status: response.status, location: response.headers.location, text };
  } finally {
    transport.close();
  }
};

const parseJson = (text: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // the reason would quote the answer, and that may be a token
  }
};

const formEncode = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1);

const quote = (text: string): string => JSON.stringify(text.slice(0, QUOTE_LENGTH));
