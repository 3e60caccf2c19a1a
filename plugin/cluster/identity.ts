// Who we are to the API server: the kubeconfig's user -> Credentials, each kind where kubectl would take it.
import { SeccompError } from '../../src/error.ts';
import type { Outside } from '../outside.ts';
import { type Credential, type Credentials, openCredentials, readDataOrFile } from './credentials.ts';
import { openExecCredentials } from './credentials-exec.ts';
import type { ConnectionFlags } from './kubeconfig-choice.ts';
import { listKubeconfigPaths, readKubeconfig } from './kubeconfig-files.ts';
import type { Target } from './kubeconfig-target.ts';
import { findKuberc, readPluginPolicy } from './kuberc.ts';
import { checkPolicy, permitPlugin } from './plugin-policy.ts';
import { openWire } from './wire.ts';

type IdentityOutside = Pick<Outside, 'environment' | 'clock' | 'stderr'> & {
  readonly stdin: { readonly isTTY?: boolean };
  readonly onNotice?: (text: string) => void;
};

/** Opens the identity that a target's user has; throws SeccompError `config`. */
export const openIdentity = async (
  target: Target,
  flags: ConnectionFlags,
  outside: IdentityOutside,
): Promise<Credentials> => {
  const { clock, environment, onNotice = () => {} } = outside;
  const {
    exec,
    authProvider,
    token,
    tokenFile,
    username,
    password,
    clientCertificate,
    clientCertificateData,
  } = target.user;
  // To kubectl a file that somebody names must be good, even where nothing depends on it.
  const policy =
    exec || findKuberc(flags.kuberc, environment)?.isNamed
      ? await readPluginPolicy(flags.kuberc, environment, onNotice)
      : undefined;
  const fixed = await openCredentials(target.user, clock); // which wants its files to be there, even for nothing
  // Threat: over plain HTTP everybody on the way can read the credentials. kubectl sends none either.
  if (target.server.protocol === 'http:') return openCredentials({}, clock);
  if (exec && policy) checkPolicy(policy);
  if (authProvider) {
    const provider = await openProvider(target, flags, await fixed.current(), outside);
    return token || tokenFile || username || password ? fixed : provider;
  }
  // As to kubectl, a plugin is only there for who has nothing else.
  if (!exec || token || tokenFile || username || password || clientCertificate || clientCertificateData) {
    return fixed;
  }
  return openExecCredentials(exec, target.server, target.cluster, {
    ...outside,
    isInteractive: outside.stdin.isTTY ?? false,
    ...(policy && { permit: (command: string) => permitPlugin(policy, command, environment) }),
  });
};

/** Kinds that kubectl had once; its own words. */
const REMOVED: Readonly<Record<string, readonly [message: string, hint: string]>> = {
  gcp: [
    'The gcp auth plugin has been removed.',
    'Please use the "gke-gcloud-auth-plugin" kubectl/client-go credential plugin instead.',
  ],
  azure: [
    'The azure auth plugin has been removed.',
    'Please use the https://github.com/Azure/kubelogin kubectl/client-go credential plugin instead.',
  ],
};

const openProvider = async (
  target: Target,
  flags: ConnectionFlags,
  fixed: Credential,
  { environment, clock }: IdentityOutside,
): Promise<Credentials> => {
  const { name, config } = target.user.authProvider!;
  if (Object.hasOwn(REMOVED, name)) {
    const [message, hint] = REMOVED[name]!;
    throw new SeccompError('config', message, { hint });
  }
  if (name !== 'oidc')
    throw new SeccompError('config', `no Auth Provider found for name "${name}"`, {
      hint: 'Use an exec credential plugin, or pass --token.',
    });
  const { openOidcCredentials } = await import('./credentials-oidc.ts');
  const { writeProviderValues } = await import('./kubeconfig-write.ts');
  const authority = await readDataOrFile(
    config['idp-certificate-authority-data'],
    config['idp-certificate-authority'],
    'idp-certificate-authority',
  );
  const trust = { isVerifySkipped: false, ...(authority !== undefined && { authority }) };
  const source = `the auth-provider of ${target.source}`;
  const userName = target.userName ?? '';
  return openOidcCredentials(config, fixed, {
    clock,
    open: (server) =>
      openWire({ server, source, name: 'the OpenID provider', cluster: {} }, trust, { environment, clock }),
    readConfig: async () =>
      (await readKubeconfig(flags.kubeconfig, environment)).users.get(userName)?.authProvider?.config,
    writeValues: (values) =>
      writeProviderValues(listKubeconfigPaths(flags.kubeconfig, environment), userName, values, clock),
  });
};
