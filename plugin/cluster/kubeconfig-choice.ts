// Kubeconfig and flags -> the one server and identity to use. Pure; the rules are those of client-go's
// DirectClientConfig, including which conflicts it refuses.
import { SeccompError } from '../../src/error.ts';
import type { ConnectOptions } from '../outside.ts';
import { defined, type Kubeconfig, type KubeconfigCluster, type KubeconfigUser } from './kubeconfig.ts';

/** The flags of kubectl's that say where to connect and as whom. */
export type ConnectionFlags = Pick<
  ConnectOptions,
  | 'kubeconfig'
  | 'context'
  | 'cluster'
  | 'user'
  | 'server'
  | 'token'
  | 'as'
  | 'asGroup'
  | 'asUid'
  | 'asUserExtra'
  | 'username'
  | 'password'
  | 'isCompressionDisabled'
  | 'proxyUrl'
  | 'kuberc'
  | 'certificateAuthority'
  | 'clientCertificate'
  | 'clientKey'
  | 'insecureSkipTlsVerify'
  | 'tlsServerName'
  | 'requestTimeoutMs'
>;

export interface Choice {
  /** For messages. */
  readonly context?: string;
  /** Absent: nothing names a server. */
  readonly server?: string;
  /** Absent: the context has none. */
  readonly namespace?: string;
  readonly cluster: KubeconfigCluster;
  readonly user: KubeconfigUser;
  /** As the kubeconfig calls the user; where there is something to write back to it. */
  readonly userName?: string;
}

/** Chooses context, cluster and user; throws SeccompError `config` where kubectl refuses. */
export const chooseConnection = (config: Kubeconfig, flags: ConnectionFlags): Choice => {
  const contextName = flags.context || config.currentContext;
  const context = contextName === undefined ? {} : config.contexts.get(contextName);
  if (context === undefined) {
    throw new SeccompError('config', `the context "${contextName}" does not exist`, {
      hint: `Name one of: ${listNames(config.contexts)}.`,
    });
  }
  const cluster = overrideCluster(pick(config.clusters, context.cluster, flags.cluster, 'cluster'), flags);
  const user = overrideUser(pick(config.users, context.user, flags.user, 'user'), flags);
  checkCluster(cluster, flags.cluster || context.cluster);
  checkUser(user, flags.user || context.user, isTls(cluster));
  return {
    cluster,
    user,
    ...defined({
      context: contextName,
      server: cluster.server,
      namespace: context.namespace,
      userName: user.authProvider && (flags.user || context.user),
    }),
  };
};

const listNames = (entries: ReadonlyMap<string, unknown>): string =>
  entries.size === 0 ? '(there are none)' : [...entries.keys()].map((name) => `"${name}"`).join(', ');

/** Only a name given as a flag must exist; kubectl takes a context's dangling reference for an empty entry. */
const pick = <T extends object>(
  entries: ReadonlyMap<string, T>,
  named: string | undefined,
  flag: string | undefined,
  what: string,
): T => {
  if (flag && !entries.has(flag)) {
    throw new SeccompError('config', `the ${what} "${flag}" does not exist`, {
      hint: `Name one of: ${listNames(entries)}.`,
    });
  }
  return entries.get(flag || named || '') ?? ({} as T);
};

const overrideCluster = (cluster: KubeconfigCluster, flags: ConnectionFlags): KubeconfigCluster => {
  const { certificateAuthority, certificateAuthorityData, isTlsVerifySkipped, tlsServerName, ...rest } =
    cluster;
  const trust =
    flags.insecureSkipTlsVerify || flags.certificateAuthority
      ? {
          isTlsVerifySkipped: flags.insecureSkipTlsVerify,
          certificateAuthority: flags.certificateAuthority || undefined,
        }
      : { isTlsVerifySkipped, certificateAuthority, certificateAuthorityData };
  return defined({
    ...rest,
    ...trust,
    server: flags.server || rest.server,
    proxyUrl: flags.proxyUrl || rest.proxyUrl,
    isCompressionDisabled: flags.isCompressionDisabled || rest.isCompressionDisabled,
    // Another server than the file's has another name in its certificate.
    tlsServerName: flags.tlsServerName || flags.server ? flags.tlsServerName || undefined : tlsServerName,
  });
};

const overrideUser = (user: KubeconfigUser, flags: ConnectionFlags): KubeconfigUser => {
  const { token, tokenFile, clientCertificate, clientCertificateData, clientKey, clientKeyData, ...rest } =
    user;
  return defined({
    ...rest,
    // kubectl 1.37 would go on using the file's tokenFile; here a flag means what it says.
    ...(flags.token ? { token: flags.token } : { token, tokenFile }),
    ...(flags.clientCertificate
      ? { clientCertificate: flags.clientCertificate }
      : { clientCertificate, clientCertificateData }),
    ...(flags.clientKey ? { clientKey: flags.clientKey } : { clientKey, clientKeyData }),
    username: flags.username || rest.username,
    password: flags.password || rest.password,
    as: flags.as || rest.as,
    asUid: flags.asUid || rest.asUid,
    asGroups: flags.asGroup?.length ? flags.asGroup : rest.asGroups,
    asUserExtra: flags.asUserExtra ? { ...rest.asUserExtra, ...flags.asUserExtra } : rest.asUserExtra,
  });
};

/** A pod's own server, which no cluster names, has TLS. */
const isTls = ({ server }: KubeconfigCluster): boolean => !server || /^https:/i.test(server);

const checkCluster = (cluster: KubeconfigCluster, name: string | undefined): void => {
  const refuse = (message: string) => new SeccompError('config', `cluster "${name ?? ''}": ${message}`);
  if (cluster.certificateAuthority && cluster.certificateAuthorityData) {
    throw refuse('both certificate-authority and certificate-authority-data are given; keep one');
  }
  // Where there is no TLS there is nothing to trust: kubectl then doesn't mind.
  if (
    isTls(cluster) &&
    cluster.isTlsVerifySkipped &&
    (cluster.certificateAuthority || cluster.certificateAuthorityData)
  ) {
    throw refuse(
      'a certificate authority is given, and insecure-skip-tls-verify says not to use it; keep one',
    );
  }
};

const checkUser = (user: KubeconfigUser, name: string | undefined, hasTls: boolean): void => {
  const refuse = (message: string, hint?: string) =>
    new SeccompError('config', `user "${name ?? ''}": ${message}`, hint === undefined ? {} : { hint });
  if (user.clientCertificate || user.clientCertificateData) {
    if (user.clientCertificate && user.clientCertificateData) {
      throw refuse('both client-certificate and client-certificate-data are given; keep one');
    }
    if (user.clientKey && user.clientKeyData)
      throw refuse('both client-key and client-key-data are given; keep one');
    if (!user.clientKey && !user.clientKeyData) throw refuse('a client certificate is given, but no key');
  }
  if ((user.token || (hasTls && user.tokenFile)) && (user.username || user.password))
    throw refuse('both a token and a password are given; keep one');
  if (user.exec && user.authProvider !== undefined)
    throw refuse('both exec and auth-provider are given; keep one');
  if (user.exec && !user.exec.command) throw refuse('exec has no command');
  // Without TLS the plugin is not run, and any version will do.
  const versions = hasTls ? /^client\.authentication\.k8s\.io\/(v1|v1beta1)$/ : /./;
  if (user.exec && !versions.test(user.exec.apiVersion)) {
    throw refuse(
      `exec has the apiVersion "${user.exec.apiVersion}"; client.authentication.k8s.io/v1 or …/v1beta1 is wanted`,
      'Write the kubeconfig again with a newer version of the tool that made it.',
    );
  }
  if (!user.as && (user.asUid || user.asGroups?.length || user.asUserExtra)) {
    throw refuse(
      'a uid, groups or extra fields to impersonate are given, but no user',
      'Name the user with --as.',
    );
  }
};
