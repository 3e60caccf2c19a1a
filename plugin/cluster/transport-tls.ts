// How the API server proves that it is the one we meant: certificate authorities and the name in its certificate.
import { isIP } from 'node:net';
import {
  type ConnectionOptions,
  checkServerIdentity,
  createSecureContext,
  getCACertificates,
} from 'node:tls';
import { SeccompError } from '../../src/error.ts';
import type { Certificate } from './credentials.ts';

export interface Trust {
  /** PEM. Absent: the authorities that Node and this machine know. */
  readonly authority?: Buffer;
  /** The name wanted in the certificate, where it isn't the address's. */
  readonly serverName?: string;
  readonly isVerifySkipped: boolean;
}

/** Throws SeccompError `config` for an authority that is no certificate: before anybody is asked for credentials. */
export const checkTrust = ({ authority }: Trust): void => {
  if (authority === undefined) return;
  // OpenSSL takes text without any certificate for an authority that vouches for nobody.
  if (!/-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----/.test(authority.toString('latin1'))) {
    throw new SeccompError('config', 'the certificate authority holds no certificate in PEM form');
  }
  createContext({ ca: authority });
};

/**
 * Renders node:tls options; reads this machine's authorities only where the kubeconfig names none. Throws SeccompError
 * `config` for what is no certificate, or a key that is another's.
 */
export const tlsOptions = (trust: Trust, certificate: Certificate | undefined): ConnectionOptions => {
  const material = {
    ...certificate,
    ...(!trust.isVerifySkipped && {
      ca: trust.authority ?? [...getCACertificates('bundled'), ...getCACertificates('system')],
    }),
  };
  return {
    ...material,
    // Made once: from the many roots of a system it takes tens of milliseconds, and every connection would pay.
    secureContext: createContext(material),
    rejectUnauthorized: !trust.isVerifySkipped,
    ...nameOptions(trust.serverName),
  };
};

const createContext = (material: ConnectionOptions) => {
  try {
    return createSecureContext(material);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new SeccompError(
      'config',
      `the client certificate, its key or the certificate authority cannot be used: ${code}`,
      {
        hint: 'Each must be in PEM form, and the key must be that of the certificate, without a passphrase.',
        cause,
      },
    );
  }
};

const nameOptions = (serverName: string | undefined): ConnectionOptions => {
  if (!serverName) return {};
  // RFC 6066 allows no address as a server name in the handshake, but a certificate may be for one.
  if (isIP(serverName))
    return { servername: '', checkServerIdentity: (_, peer) => checkServerIdentity(serverName, peer) };
  return { servername: serverName };
};
