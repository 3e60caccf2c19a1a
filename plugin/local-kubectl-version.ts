// `--match-server-version`: the API server against the kubectl that runs this plugin, as kubectl compares itself.
import { spawn } from 'node:child_process';
import { SeccompError } from '../src/error.ts';
import type { Api } from './cluster/api.ts';
import type { Outside } from './outside.ts';

interface Version {
  readonly gitVersion?: string;
  readonly gitCommit?: string;
  readonly gitTreeState?: string;
}

const ASK_WITHIN_MS = 10_000;

/** Throws SeccompError `api` where the two differ, and `config` where there is no kubectl to compare with. */
export const checkServerVersion = async (api: Api, environment: Outside['environment']): Promise<void> => {
  const [server, client] = await Promise.all([api.get<Version>('/version'), readKubectlVersion(environment)]);
  const isSame = (['gitVersion', 'gitCommit', 'gitTreeState'] as const).every(
    (field) => (server[field] ?? '') === (client[field] ?? ''),
  );
  if (isSame) return;
  throw new SeccompError(
    'api',
    `server version (${render(server)}) differs from client version (${render(client)})`,
  );
};

const render = ({ gitVersion, gitCommit, gitTreeState }: Version): string =>
  [gitVersion, gitCommit, gitTreeState].filter(Boolean).join(', ');

const readKubectlVersion = async (environment: Outside['environment']): Promise<Version> => {
  // kubectl says where it lies since 1.37.
  const kubectl = environment.KUBECTL_PATH || 'kubectl';
  try {
    const stdout = await run(kubectl, ['version', '--client', '--output=json'], environment);
    return (JSON.parse(stdout) as { readonly clientVersion: Version }).clientVersion;
  } catch (cause) {
    throw new SeccompError('config', `--match-server-version: "${kubectl}" does not tell its version`, {
      hint: 'Put kubectl on the PATH, or leave the flag out.',
      cause,
    });
  }
};

const run = (file: string, args: readonly string[], environment: Outside['environment']): Promise<string> => {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = spawn(file, args, {
    // A program that is several in one, such as k3s, goes by the name it is called.
    argv0: 'kubectl',
    // A kuberc may change what `version` prints.
    env: { ...environment, KUBERC: 'off' },
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: ASK_WITHIN_MS,
    windowsHide: true,
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    said += piece;
  });
  child.on('error', reject);
  child.on('close', () => resolve(said));
  return promise;
};
