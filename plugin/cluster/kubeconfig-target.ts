// From the flags and the environment to the one server to talk to: kubeconfig where it names one, else the service
// account of the pod that we run in.
import { readFile } from 'node:fs/promises';
import { SeccompError } from '../../src/error.ts';
import { defined, type KubeconfigCluster, type KubeconfigUser } from './kubeconfig.ts';
import { type ConnectionFlags, chooseConnection } from './kubeconfig-choice.ts';
import { type Environment, readKubeconfig } from './kubeconfig-files.ts';

/** Where a pod finds its service account. */
const SERVICE_ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

export interface Target {
  readonly server: URL;
  /** For messages: `context "x"`, or where else the address is from. */
  readonly source: string;
  readonly namespace: string;
  readonly cluster: KubeconfigCluster;
  readonly user: KubeconfigUser;
  /** As the kubeconfig calls the user; where there is something to write back to it. */
  readonly userName?: string;
}

/** Finds the server and identity that kubectl would use; throws SeccompError `config`. `accountFolder` is for tests. */
export const readTarget = async (
  flags: ConnectionFlags,
  environment: Environment,
  accountFolder = SERVICE_ACCOUNT_FOLDER,
): Promise<Target> => {
  const choice = chooseConnection(await readKubeconfig(flags.kubeconfig, environment), flags);
  if (choice.server !== undefined) {
    return {
      server: parseServer(choice.server),
      source: flags.server ? 'the flag --server' : `context "${choice.context ?? ''}"`,
      namespace: choice.namespace ?? 'default',
      cluster: choice.cluster,
      user: choice.user,
      ...defined({ userName: choice.userName }),
    };
  }
  if (choice.context !== undefined) {
    throw new SeccompError('config', `the context "${choice.context}" names no cluster that has a server`, {
      hint: 'Give its cluster a server in the kubeconfig file, or pass --cluster or --server.',
    });
  }
  const account = await readServiceAccount(environment, accountFolder);
  if (account === undefined) {
    throw new SeccompError('config', 'no cluster is configured', {
      hint: 'Set the variable KUBECONFIG, pass --kubeconfig FILE, or choose a context with `kubectl config use-context`.',
    });
  }
  const { tokenFile, certificateAuthority, ...server } = account;
  return {
    ...server,
    source: "this pod's service account",
    cluster: { ...defined({ certificateAuthority }), ...choice.cluster },
    user: choice.user.token ? choice.user : { ...choice.user, tokenFile },
  };
};

interface ServiceAccount {
  readonly server: URL;
  readonly namespace: string;
  readonly tokenFile: string;
  readonly certificateAuthority: string;
}

const readServiceAccount = async (
  environment: Environment,
  folder: string,
): Promise<ServiceAccount | undefined> => {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = environment;
  const tokenFile = `${folder}/token`;
  if (!host || !port || !(await readIfThere(tokenFile))) return undefined;
  return {
    server: parseServer(`https://${host.includes(':') ? `[${host}]` : host}:${port}`),
    namespace: environment.POD_NAMESPACE || (await readIfThere(`${folder}/namespace`))?.trim() || 'default',
    tokenFile,
    certificateAuthority: `${folder}/ca.crt`,
  };
};

const readIfThere = (path: string): Promise<string | undefined> =>
  readFile(path, 'utf8').catch(() => undefined);

/** Without a scheme kubectl speaks plain HTTP, as the port 8080 of old; so do we. */
const parseServer = (text: string): URL => {
  const hasScheme = /^[a-z]+:\/\//i.test(text);
  const url = URL.parse(hasScheme ? text : `http://${text}`);
  const isHostAlone = !hasScheme && url?.pathname === '/';
  if (url === null || !(isHostAlone || (hasScheme && /^https?:$/.test(url.protocol)))) {
    throw new SeccompError('config', `"${text}" is no address of a server`, {
      hint: 'Write it as https://HOST:PORT.',
    });
  }
  // Threat: a user name and password in an address end up in messages and process lists.
  if (url.username !== '' || url.password !== '') {
    throw new SeccompError(
      'config',
      `the server's address at ${url.host} must not contain a user name or password`,
    );
  }
  return url;
};
