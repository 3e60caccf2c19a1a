// Who we are to the API server: the headers and the client certificate of each request.
// Promises that no secret gets into a message; whoever holds a Credential must keep it out of logs as well.
import { readFile } from 'node:fs/promises';
import { SeccompError } from '../../src/error.ts';
import type { Clock } from '../../src/rollout/ports.ts';
import type { KubeconfigUser } from './kubeconfig.ts';

export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
}

export interface Credential {
  readonly authorization?: string;
  /** The same object as long as it is the same certificate. */
  readonly certificate?: Certificate;
}

export interface Credentials {
  /** Returns what to send now; may read a file or run a program. */
  current(): Promise<Credential>;
  /** Tells that the server answered 401 to `rejected`; says whether `current` now has something else to try. */
  renew(rejected: Credential): Promise<boolean>;
}

/** Client-go reads a token file again after this long. */
const TOKEN_FILE_AGE_MS = 60_000;

/** Opens the identity that needs no program: token, token file, password, and at most one certificate. */
export const openCredentials = async (user: KubeconfigUser, clock: Clock): Promise<Credentials> => {
  const certificate = await readCertificate(user);
  const withCertificate = (authorization?: string): Credential => ({
    ...(authorization === undefined ? {} : { authorization }),
    ...(certificate === undefined ? {} : { certificate }),
  });
  if (user.tokenFile) return openTokenFile(user.tokenFile, user.token, withCertificate, clock);
  const fixed = withCertificate(user.token ? bearer(user.token, 'the token') : basic(user));
  return { current: async () => fixed, renew: async () => false };
};

/** Renders the value of an Authorization header; refuses a token that would break out of it. */
export const bearer = (token: string, what: string): string => {
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new SeccompError('config', `${what} is empty or has characters that no HTTP header can carry`);
  }
  return `Bearer ${token}`;
};

const basic = (user: KubeconfigUser): string | undefined =>
  user.username || user.password
    ? `Basic ${Buffer.from(`${user.username ?? ''}:${user.password ?? ''}`).toString('base64')}`
    : undefined;

const openTokenFile = (
  path: string,
  fallback: string | undefined,
  credential: (authorization: string) => Credential,
  clock: Clock,
): Credentials => {
  let known: { readonly credential: Credential; readonly readAt: number } | undefined;
  const read = async (): Promise<Credential> => {
    const token = await readFile(path, 'utf8').then(
      (text) => text.trim(),
      (cause: NodeJS.ErrnoException) => {
        if (fallback !== undefined) return fallback;
        throw new SeccompError('config', `cannot read the token file "${path}": ${cause.code}`, { cause });
      },
    );
    const authorization = bearer(token || (fallback ?? ''), `the token in "${path}"`);
    const isSame = known?.credential.authorization === authorization;
    known = { credential: isSame ? known!.credential : credential(authorization), readAt: clock.monotonic() };
    return known.credential;
  };
  return {
    current: async () =>
      known !== undefined && clock.monotonic() - known.readAt < TOKEN_FILE_AGE_MS ? known.credential : read(),
    renew: async (rejected) => (await read()) !== rejected,
  };
};

const readCertificate = async (user: KubeconfigUser): Promise<Certificate | undefined> => {
  const cert = await readDataOrFile(user.clientCertificateData, user.clientCertificate, 'client-certificate');
  // A key alone is nothing to kubectl, be it there or not.
  if (cert === undefined) return undefined;
  const key = await readDataOrFile(user.clientKeyData, user.clientKey, 'client-key');
  return key === undefined ? undefined : { cert, key };
};

/** Reads a PEM given as base64 in the kubeconfig, or as a file; undefined where neither is there. */
export const readDataOrFile = async (
  data: string | undefined,
  path: string | undefined,
  field: string,
): Promise<Buffer | undefined> => {
  if (data) {
    const compact = data.replace(/[\r\n]/g, '');
    if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(compact)) {
      throw new SeccompError('config', `${field}-data in the kubeconfig is not base64`);
    }
    return Buffer.from(compact, 'base64');
  }
  if (!path) return undefined;
  return readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new SeccompError('config', `cannot read the ${field} file "${path}": ${cause.code}`, { cause });
  });
};

/** Renders the headers by which the server lets us act as somebody else (`--as` and its like). */
export const renderImpersonation = (user: KubeconfigUser): Record<string, string | string[]> => {
  if (!user.as) return {};
  const headers: Record<string, string | string[]> = { 'Impersonate-User': headerText(user.as) };
  if (user.asUid) headers['Impersonate-Uid'] = headerText(user.asUid);
  if (user.asGroups?.length) headers['Impersonate-Group'] = user.asGroups.map(headerText);
  for (const [name, values] of Object.entries(user.asUserExtra ?? {})) {
    headers[`Impersonate-Extra-${escapeHeaderName(name)}`] = values.map(headerText);
  }
  return headers;
};

/** The bytes that Go sends: UTF-8, which Node only takes as one character a byte. */
const headerText = (text: string): string => {
  // Threat: a line break here would start a header of the writer's choosing.
  if (/[\x00-\x08\x0a-\x1f\x7f]/.test(text)) {
    throw new SeccompError(
      'config',
      `${JSON.stringify(text)} cannot be impersonated: it has control characters`,
    );
  }
  return Buffer.from(text, 'utf8').toString('latin1');
};

/** Percent-encodes what may not stand in a header's name, and the percent sign itself. */
const escapeHeaderName = (name: string): string =>
  [...Buffer.from(name, 'utf8')]
    .map((byte) => String.fromCharCode(byte))
    .map((char) =>
      /[!#$&'*+\-.^_`|~0-9A-Za-z]/.test(char)
        ? char
        : `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
    )
    .join('');
