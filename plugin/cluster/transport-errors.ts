// What can go wrong on the way to the API server, in words that say where and why.
import { SeccompError } from '../../src/error.ts';

export interface Place {
  readonly server: URL;
  /** Who names this server: `context "x"`. */
  readonly source: string;
  /** What it is, where it is not the API server. */
  readonly name?: string;
}

export class ConnectionError extends SeccompError {
  /** The server cannot have seen anything of the request. */
  readonly isUnsent: boolean;
  /** Trying again may help. */
  readonly isTransient: boolean;

  constructor(
    place: Place,
    why: string,
    more: {
      readonly isUnsent: boolean;
      readonly isTransient: boolean;
      readonly cause?: unknown;
      readonly hint?: string;
    },
  ) {
    super(
      'api',
      `cannot talk to ${place.name ?? 'the API server'} at ${renderServer(place.server)}: ${why}`,
      {
        hint:
          more.hint ??
          `The address comes from ${place.source}; check that it is right and that the server runs.`,
        ...(more.cause === undefined ? {} : { cause: more.cause }),
      },
    );
    this.name = 'ConnectionError';
    this.isUnsent = more.isUnsent;
    this.isTransient = more.isTransient;
  }
}

/** Renders the address without query and fragment, and without the slash that nobody wrote. */
export const renderServer = (server: URL): string => `${server.origin}${server.pathname.replace(/\/+$/, '')}`;

/** Codes of node:net and libuv; each may be over in a moment. */
const NETWORK: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was reset',
  ECONNABORTED: 'the connection was aborted',
  EPIPE: 'the connection was closed',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'the network is unreachable',
  EHOSTDOWN: 'the host is down',
  EAI_AGAIN: 'its name cannot be looked up at the moment',
};

/** Codes by which OpenSSL refuses the server's certificate. */
const CERTIFICATE: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  CERT_REVOKED: 'its certificate has been revoked',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate comes from an authority that is not trusted',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate comes from an authority that is not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate comes from an authority that is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate comes from an authority that is not trusted',
  CERT_SIGNATURE_FAILURE: 'its certificate is not signed by the trusted authority',
};

/** Turns an error of node:http(s) into a ConnectionError; one that is none already. */
export const explainFailure = (place: Place, error: unknown, isUnsent: boolean): ConnectionError => {
  if (error instanceof ConnectionError) return error;
  const { why, ...more } = describeFailure(error, place.source);
  return new ConnectionError(place, why, { isUnsent, ...more });
};

export interface Failure {
  readonly why: string;
  readonly isTransient: boolean;
  readonly hint?: string;
  readonly cause: unknown;
}

/** Says what an error of node:http(s), node:net or node:tls means; `source` says where the trust comes from. */
export const describeFailure = (error: unknown, source: string): Failure => {
  // Where a name has several addresses, Node throws what it got from each.
  const cause = error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error;
  const { code = '', message } = cause as NodeJS.ErrnoException;
  const fail = (why: string, isTransient: boolean, hint?: string): Failure => ({
    why,
    isTransient,
    cause,
    ...(hint === undefined ? {} : { hint }),
  });

  const certificate = CERTIFICATE[code];
  if (certificate !== undefined) {
    return fail(
      certificate,
      false,
      `The authority to trust comes from ${source}, or from --certificate-authority.`,
    );
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const { reason } = cause as { reason?: string };
    return fail(`its certificate is for another name (${reason})`, false, 'Name it with --tls-server-name.');
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) {
    const reason = code.startsWith('ERR_SSL_') ? code.slice(8).replaceAll('_', ' ').toLowerCase() : message;
    return fail(`TLS failed: ${reason}`, false);
  }
  if (code === 'ENOTFOUND') return fail('its name is unknown', false);
  const network = NETWORK[code];
  if (network !== undefined) return fail(network, true);
  return fail(
    code ? `${code}: ${message}` : String(message),
    code.startsWith('HPE_') || code.startsWith('Z_'),
  );
};
