// Opens the real cluster for `main.ts`: the API by kubectl's rules, and on it what the engine needs.
import { hostname, userInfo } from 'node:os';
import type { Api } from './cluster/api.ts';
import { namespaceOf, openApi } from './cluster/connection.ts';
import { createKubernetesCluster } from './cluster/kubernetes-cluster.ts';
import { createWorkloads } from './cluster/workloads.ts';
import { allowsColor, paintWith } from './output/color.ts';
import { sanitizeLine } from './output/sanitize.ts';
import type { Connected, ConnectOptions, Outside } from './outside.ts';

/** Asks the API server for its version. */
export const readServerVersion = async (options: ConnectOptions, outside: Outside): Promise<string> => {
  const api = await open(options, outside);
  try {
    return (await api.get<{ gitVersion: string }>('/version')).gitVersion;
  } finally {
    api.close();
  }
};

const open = (options: ConnectOptions, outside: Outside): Promise<Api> => {
  const { environment, clock, stdin, stderr, version } = outside;
  const paint = paintWith(allowsColor(stderr, environment));
  const onWarning = (text: string): void => {
    stderr.write(`${paint('yellow', 'Warning:')} ${sanitizeLine(text)}\n`);
  };
  return openApi(options, { environment, clock, stdin, stderr, version, onWarning });
};

/** Opens the cluster; nothing is sent yet. */
export const connect = async (
  options: ConnectOptions,
  outside: Outside,
  processId: number,
): Promise<Connected> => {
  // In a build that module holds the finished program; from sources it makes it now.
  const { buildProgram } = await import('./release/build-program.ts');
  const [api, program] = await Promise.all([open(options, outside), buildProgram()]);
  const holder = `${readUserName()}@${hostname()} (process ${processId})`;
  const { clock, signal, environment } = outside;
  const cluster = createKubernetesCluster({ api, clock, options, program, holder, signal });
  const currentNamespace = () => namespaceOf(options, environment);
  return Object.assign(cluster, { workloads: createWorkloads({ api, currentNamespace, signal }) });
};

const readUserName = (): string => {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that no user has.
    return 'somebody';
  }
};
