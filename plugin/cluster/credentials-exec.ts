// Credentials from an exec plugin, by the protocol client.authentication.k8s.io as client-go speaks it: run once,
// kept until it expires or the server answers 401.
import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { SeccompError } from '../../src/error.ts';
import type { Clock } from '../../src/rollout/ports.ts';
import {
  bearer,
  type Certificate,
  type Credential,
  type Credentials,
  readDataOrFile,
} from './credentials.ts';
import { defined, type ExecPlugin, type KubeconfigCluster } from './kubeconfig.ts';
import type { Environment } from './kubeconfig-files.ts';

/** More than any credential; a plugin that prints without end must not eat our memory. */
const OUTPUT_LIMIT_BYTES = 1 << 20;

export interface ExecOutside {
  readonly environment: Environment;
  readonly clock: Clock;
  /** The plugin may ask its user something. */
  readonly isInteractive: boolean;
  /** Gets what the plugin writes there, as it comes. */
  readonly stderr: Writable;
  /** Says which file to run for a command, each time; throws SeccompError where it may not run. */
  readonly permit?: (command: string) => Promise<string>;
}

interface Ran {
  readonly credential: Credential;
  /** Milliseconds since the epoch; Infinity where the plugin names no end. */
  readonly expiresAt: number;
}

/** Opens an exec plugin; it runs at the first request, and requests that need it at the same time share one run. */
export const openExecCredentials = (
  plugin: ExecPlugin,
  server: URL,
  cluster: KubeconfigCluster,
  outside: ExecOutside,
): Credentials => {
  let ran: Ran | undefined;
  let running: Promise<Ran> | undefined;
  const run = (): Promise<Ran> => {
    running ??= renderExecInfo(plugin, server, cluster, outside.isInteractive)
      .then((execInfo) => runPlugin(plugin, execInfo, outside))
      .then((output) => parseExecCredential(output, plugin, ran?.credential.certificate))
      .then((fresh) => {
        ran = fresh;
        return fresh;
      })
      .finally(() => {
        running = undefined;
      });
    return running;
  };
  return {
    current: async () =>
      (running === undefined && ran !== undefined && outside.clock.now() < ran.expiresAt ? ran : await run())
        .credential,
    renew: async (rejected) => {
      // Another request may have been told the same a moment ago, and have renewed it already.
      if (ran?.credential === rejected) await run();
      return true;
    },
  };
};

const renderExecInfo = async (
  plugin: ExecPlugin,
  server: URL,
  cluster: KubeconfigCluster,
  isInteractive: boolean,
): Promise<string> =>
  JSON.stringify({
    kind: 'ExecCredential',
    apiVersion: plugin.apiVersion,
    spec: {
      interactive: isInteractive && plugin.interactiveMode !== 'Never',
      ...(plugin.isClusterInfoProvided && { cluster: await describeCluster(server, cluster) }),
    },
  });

/** The type Cluster of the protocol: the authority is always its text, what is false or empty is left out. */
const describeCluster = async (server: URL, cluster: KubeconfigCluster): Promise<object> => {
  const { certificateAuthority, certificateAuthorityData } = cluster;
  const authority = await readDataOrFile(
    certificateAuthorityData,
    certificateAuthority,
    'certificate-authority',
  );
  return {
    server: withoutQuery(cluster.server ?? server.origin),
    'tls-server-name': cluster.tlsServerName,
    'insecure-skip-tls-verify': cluster.isTlsVerifySkipped || undefined,
    'certificate-authority-data': authority?.toString('base64'),
    // As Go writes an address down.
    'proxy-url': cluster.proxyUrl?.replace(/^[^:]*/, (scheme) => scheme.toLowerCase()),
    'disable-compression': cluster.isCompressionDisabled || undefined,
    config: cluster.execConfig ?? null,
  };
};

/** Where an address has a path, client-go drops what follows it. */
const withoutQuery = (address: string): string =>
  /^[a-z]+:\/\/[^/?#]+\/[^?#]/i.test(address) ? address.replace(/[?#].*$/, '') : address;

const runPlugin = async (plugin: ExecPlugin, execInfo: string, outside: ExecOutside): Promise<string> => {
  if (plugin.interactiveMode === 'Always' && !outside.isInteractive) {
    throw new SeccompError(
      'config',
      `the credential plugin "${plugin.command}" wants a terminal to ask you something`,
    );
  }
  const stderr = fileDescriptor(outside.stderr);
  const file = (await outside.permit?.(plugin.command)) ?? plugin.command;
  const child = spawn(file, plugin.args, {
    argv0: plugin.command,
    env: {
      ...outside.environment,
      ...Object.fromEntries(plugin.env.map(({ name, value }) => [name, value])),
      KUBERNETES_EXEC_INFO: execInfo,
    },
    stdio: [
      outside.isInteractive && plugin.interactiveMode !== 'Never' ? 'inherit' : 'ignore',
      'pipe',
      stderr ?? 'pipe',
    ],
    windowsHide: true,
  });
  child.stderr?.on('data', (chunk: Buffer) => outside.stderr.write(chunk));
  const output: Buffer[] = [];
  let sizeBytes = 0;
  child.stdout!.on('data', (chunk: Buffer) => {
    sizeBytes += chunk.length;
    if (sizeBytes > OUTPUT_LIMIT_BYTES) child.kill();
    else output.push(chunk);
  });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  child.on('error', (cause: NodeJS.ErrnoException) => {
    // A folder of PATH that may not be searched makes a missing program EACCES (execvpe(3)).
    const isSearched = !/[/\\]/.test(plugin.command);
    const isMissing = cause.code === 'ENOENT' || (cause.code === 'EACCES' && isSearched);
    const why = isMissing ? 'it was not found' : String(cause.code);
    reject(failed(plugin, `cannot be run: ${why}`, { hint: plugin.installHint, cause }));
  });
  child.on('close', (code, signal) => {
    if (sizeBytes > OUTPUT_LIMIT_BYTES)
      reject(failed(plugin, `printed more than ${OUTPUT_LIMIT_BYTES} bytes`));
    else if (code !== 0)
      reject(failed(plugin, signal ? `was ended by ${signal}` : `failed with exit code ${code}`));
    else resolve(Buffer.concat(output).toString('utf8'));
  });
  return promise;
};

/** A plugin that asks for a password wants the terminal itself, not a pipe to us. */
const fileDescriptor = (stream: Writable): number | undefined => {
  const { fd } = stream as Writable & { readonly fd?: unknown };
  return typeof fd === 'number' ? fd : undefined;
};

const failed = (
  plugin: ExecPlugin,
  what: string,
  more: { hint?: string | undefined; cause?: unknown } = {},
): SeccompError =>
  new SeccompError('config', `the credential plugin "${plugin.command}" ${what}`, defined(more));

/** Checks and reads what the plugin printed; never quotes it. `known` is kept where the certificate is the same. */
const parseExecCredential = (output: string, plugin: ExecPlugin, known: Certificate | undefined): Ran => {
  const refuse = (what: string) => failed(plugin, `answered wrongly: ${what}`);
  const answer = parseObject(output);
  if (answer === undefined) throw refuse('no JSON object');
  if (answer.kind !== 'ExecCredential' || answer.apiVersion !== plugin.apiVersion) {
    throw refuse(`an ExecCredential of ${plugin.apiVersion} is wanted`);
  }
  const { status } = answer;
  if (typeof status !== 'object' || status === null) throw refuse('it has no status');
  const { token, clientCertificateData, clientKeyData, expirationTimestamp } = status as Record<
    string,
    unknown
  >;
  for (const value of [token, clientCertificateData, clientKeyData, expirationTimestamp]) {
    if (value !== undefined && value !== null && typeof value !== 'string')
      throw refuse('a field of status is not a string');
  }
  if (Boolean(clientCertificateData) !== Boolean(clientKeyData))
    throw refuse('a certificate and its key come together');
  if (!token && !clientCertificateData) throw refuse('it has neither token nor certificate');
  const expiresAt = expirationTimestamp
    ? Date.parse(expirationTimestamp as string)
    : Number.POSITIVE_INFINITY;
  if (Number.isNaN(expiresAt)) throw refuse('expirationTimestamp is no RFC 3339 time');
  const certificate = clientCertificateData
    ? keep(known, {
        cert: Buffer.from(clientCertificateData as string),
        key: Buffer.from(clientKeyData as string),
      })
    : undefined;
  const authorization = token
    ? bearer(token as string, `the token of the credential plugin "${plugin.command}"`)
    : undefined;
  return { credential: defined({ authorization, certificate }) as Credential, expiresAt };
};

const parseObject = (text: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // the reason would quote the output, and that is a secret
  }
};

const keep = (known: Certificate | undefined, fresh: Certificate): Certificate =>
  known?.cert.equals(fresh.cert) && known.key.equals(fresh.key) ? known : fresh;
