// The cluster's certificates and kubeconfigs, made with openssl: one authority, elliptic curves because they are
// quick to make. They live as long as the cluster's folder.
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from './processes.ts';

const DAYS = '3650';
const NEW_KEY = [
  '-newkey',
  'ec',
  '-pkeyopt',
  'ec_paramgen_curve:prime256v1',
  '-nodes',
  '-sha256',
  '-days',
  DAYS,
];

export interface Certificate {
  readonly name: string;
  readonly subject: string;
  readonly alternatives?: readonly string[];
}

export const certificateOf = (folder: string, name: string): string => join(folder, 'pki', `${name}.crt`);
export const keyOf = (folder: string, name: string): string => join(folder, 'pki', `${name}.key`);

/** Makes the authority `ca`, a key pair `service-account` and the certificates asked for, below `<folder>/pki`. */
export const writeCertificates = async (
  folder: string,
  certificates: readonly Certificate[],
): Promise<void> => {
  mkdirSync(join(folder, 'pki'), { recursive: true, mode: 0o700 });
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  writeFileSync(keyOf(folder, 'service-account'), privateKey.export({ type: 'sec1', format: 'pem' }), {
    mode: 0o600,
  });
  writeFileSync(
    join(folder, 'pki', 'service-account.pub'),
    publicKey.export({ type: 'spki', format: 'pem' }),
  );

  const ca = ['-x509', '-subj', '/CN=kubectl-seccomp-test'];
  await openssl(folder, 'ca', [...ca, '-addext', 'keyUsage=critical,keyCertSign,cRLSign,digitalSignature']);
  await Promise.all(certificates.map((one) => sign(folder, one)));
};

const sign = (folder: string, { name, subject, alternatives = [] }: Certificate): Promise<void> =>
  openssl(folder, name, [
    ...['-x509', '-CA', certificateOf(folder, 'ca'), '-CAkey', keyOf(folder, 'ca'), '-subj', subject],
    ...['-addext', 'basicConstraints=critical,CA:false'],
    ...['-addext', 'keyUsage=critical,digitalSignature'],
    ...['-addext', 'extendedKeyUsage=serverAuth,clientAuth'],
    ...(alternatives.length > 0 ? ['-addext', `subjectAltName=${alternatives.join(',')}`] : []),
  ]);

const openssl = async (folder: string, name: string, args: readonly string[]): Promise<void> => {
  const out = ['-keyout', keyOf(folder, name), '-out', certificateOf(folder, name)];
  await mustRun(['openssl', 'req', ...NEW_KEY, ...args, ...out]);
};

/** Writes a kubeconfig with everything inside, for the holder of the certificate `name`, and returns its path. */
export const writeKubeconfig = (folder: string, name: string, server: string, file: string): string => {
  const inline = (path: string) => readFileSync(path).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'kubectl-seccomp',
    clusters: [
      {
        name: 'kubectl-seccomp',
        cluster: { server, 'certificate-authority-data': inline(certificateOf(folder, 'ca')) },
      },
    ],
    users: [
      {
        name,
        user: {
          'client-certificate-data': inline(certificateOf(folder, name)),
          'client-key-data': inline(keyOf(folder, name)),
        },
      },
    ],
    contexts: [{ name: 'kubectl-seccomp', context: { cluster: 'kubectl-seccomp', user: name } }],
  };
  // JSON is YAML, and spares this room a YAML writer.
  writeFileSync(file, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
  return file;
};
