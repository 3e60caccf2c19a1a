// Credentials of `auth-provider: oidc`, by client-go's rules: the id-token until ten seconds before its end, then a new
// one for the refresh token, which is kept in the kubeconfig for the next program.
import { SeccompError } from '../../src/error.ts';
import type { Clock } from '../../src/rollout/ports.ts';
import { bearer, type Credential, type Credentials } from './credentials.ts';
import { type OpenIssuer, refreshTokens } from './oidc-refresh.ts';

/** As in the kubeconfig: idp-issuer-url, client-id, id-token … */
export type ProviderConfig = Readonly<Record<string, string>>;

export interface OidcOutside {
  readonly clock: Clock;
  readonly open: OpenIssuer;
  /** Reads what the kubeconfig says now; undefined where the user is gone. */
  readConfig(): Promise<ProviderConfig | undefined>;
  /** Keeps new values in the kubeconfig. */
  writeValues(values: ProviderConfig): Promise<void>;
}

const LEEWAY_MS = 10_000;

/** Opens them; `fixed` says what goes beside the token. Throws SeccompError `config` without issuer or client. */
export const openOidcCredentials = (
  given: ProviderConfig,
  fixed: Credential,
  outside: OidcOutside,
): Credentials => {
  for (const field of ['idp-issuer-url', 'client-id'])
    if (!given[field]) throw new SeccompError('config', `auth-provider oidc: Must provide ${field}`);
  let config = given;
  let known: Credential | undefined;
  let refreshing: Promise<void> | undefined;

  const refresh = async (): Promise<void> => {
    // Another program may have done it a moment ago; its refresh token is then the one that counts.
    const written = await outside.readConfig();
    if (written?.['refresh-token'] || written?.['id-token']) config = { ...config, ...written };
    if (isFresh(config, outside.clock)) return;
    config = { ...config, ...(await renew(config, outside)) };
  };
  return {
    current: async () => {
      if (!isFresh(config, outside.clock)) {
        refreshing ??= refresh().finally(() => {
          refreshing = undefined;
        });
        await refreshing;
      }
      const authorization = bearer(config['id-token']!, 'the id-token');
      if (known?.authorization !== authorization) known = { ...fixed, authorization };
      return known;
    },
    // As to kubectl: a token that is refused before its end will not be better for being fetched again.
    renew: async () => false,
  };
};

const renew = async (config: ProviderConfig, outside: OidcOutside): Promise<ProviderConfig> => {
  const old = config['refresh-token'];
  if (!old)
    throw new SeccompError('config', 'No valid id-token, and cannot refresh without refresh-token', {
      hint: 'Log in again.',
    });
  const client = {
    issuer: config['idp-issuer-url']!,
    clientId: config['client-id']!,
    clientSecret: config['client-secret'] ?? '',
  };
  const { idToken, refreshToken } = await refreshTokens(client, old, outside.open);
  const values = {
    'id-token': idToken,
    ...(refreshToken !== undefined && refreshToken !== old && { 'refresh-token': refreshToken }),
  };
  await outside.writeValues(values);
  return values;
};

const isFresh = ({ 'id-token': token }: ProviderConfig, clock: Clock): boolean =>
  Boolean(token) && clock.now() + LEEWAY_MS < readExpiry(token!);

/** Milliseconds since the epoch; 0 where the token names no end. */
const readExpiry = (token: string): number => {
  const refuse = () =>
    new SeccompError('config', 'the id-token is not a valid JWT', { hint: 'Log in again.' });
  const parts = token.split('.');
  if (parts.length !== 3) throw refuse();
  try {
    const claims = JSON.parse(Buffer.from(parts[1]!, 'base64url').toString('utf8')) as {
      readonly exp?: unknown;
    };
    const seconds = Math.trunc(Number(claims.exp ?? 0));
    if (!Number.isFinite(seconds)) throw refuse();
    return seconds * 1000;
  } catch {
    throw refuse(); // without the reason: it would quote the token
  }
};
