// Opens the real cluster for `main.ts`: the API by kubectl's rules, and on it what the engine needs.
import { createHash } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { createAccess } from './cluster/access.ts';
import type { Api } from './cluster/api.ts';
import { namespaceOf, openApi } from './cluster/connection.ts';
import { createControllers } from './cluster/controllers.ts';
import { watchFleet } from './cluster/fleet-watch.ts';
import { readKubeconfig } from './cluster/kubeconfig-files.ts';
import { createKubernetesCluster } from './cluster/kubernetes-cluster.ts';
import { createProber } from './cluster/prober.ts';
import { createProfileObjects } from './cluster/profile-objects.ts';
import type { LogEntry } from './cluster/request-log.ts';
import { createSurroundings } from './cluster/surroundings.ts';
import { createSyncInstallation } from './cluster/sync-installation.ts';
import { createWorkloads } from './cluster/workloads.ts';
import { stopGrowing, withCollectedWatches, withSmallHeap } from './local-heap.ts';
import { allowsColor, paintWith } from './output/color.ts';
import { sanitizeLine } from './output/sanitize.ts';
import type { Connected, ConnectOptions, Outside } from './outside.ts';

/** Asks the API server for its version. */
export const readServerVersion = async (
  options: ConnectOptions,
  outside: Outside,
  processId: number,
): Promise<string> => {
  const api = await open(options, outside, processId);
  try {
    return (await api.get<{ gitVersion: string }>('/version')).gitVersion;
  } finally {
    api.close();
  }
};

type ConnectionOutside = Pick<
  Outside,
  'environment' | 'clock' | 'stdin' | 'stderr' | 'version' | 'noteWarning'
>;

const open = async (options: ConnectOptions, outside: ConnectionOutside, processId: number): Promise<Api> => {
  const { environment, clock, stdin, stderr, version } = outside;
  const paint = paintWith(allowsColor(stderr, environment));
  const onNotice = (text: string): void => {
    stderr.write(`${paint('yellow', 'Warning:')} ${sanitizeLine(text)}\n`);
  };
  const onWarning = (text: string): void => {
    if (options.areWarningsErrors) outside.noteWarning?.();
    onNotice(text);
  };
  const { verbosity = 0 } = options;
  const logging = verbosity >= FIRST_LOG_LEVEL ? await openLog(verbosity, outside, processId) : {};
  const api = await openApi(options, {
    ...{ environment, clock, stdin, stderr, version, onWarning, onNotice },
    ...logging,
  });
  if (options.isVersionMatched) {
    const { checkServerVersion } = await import('./local-kubectl-version.ts');
    await checkServerVersion(api, environment);
  }
  return api;
};

/** Below it kubectl's `-v` tells nothing of requests. */
const FIRST_LOG_LEVEL = 6;
/** On a terminal an entry takes the place of a line of progress, which is drawn again after it. */
const CLEAR_LINE = '\r\u001b[2K';

const openLog = async (
  level: number,
  { clock, stderr, environment }: ConnectionOutside,
  processId: number,
): Promise<Pick<Parameters<typeof openApi>[1], 'wrapTransport'>> => {
  const [{ logTransport }, { renderLogEntry }] = await Promise.all([
    import('./cluster/request-log.ts'),
    import('./output/log-entry.ts'),
  ]);
  const before = stderr.isTTY && environment.TERM !== 'dumb' ? CLEAR_LINE : '';
  const write = (entry: LogEntry): void => {
    const at = { nowMs: clock.now(), processId, source: 'kubectl-seccomp' };
    stderr.write(before + renderLogEntry(entry, at));
  };
  return { wrapTransport: (transport, server) => logTransport(transport, server, { level, clock, write }) };
};

/** Computes what names the program of this version in a Job. */
export const readProgramSha256 = async (): Promise<string> => {
  const { buildProgram } = await import('./release/build-program.ts');
  return createHash('sha256')
    .update(await buildProgram())
    .digest('hex');
};

/** Tells which context kubectl would take. */
export const readContext = async (
  { kubeconfig, context }: ConnectOptions,
  { environment }: Outside,
): Promise<string | undefined> =>
  context ?? ((await readKubeconfig(kubeconfig, environment)).currentContext || undefined);

/** Opens the cluster; nothing is sent yet. */
export const connect = async (
  options: ConnectOptions,
  outside: ConnectionOutside & Pick<Outside, 'signal'>,
  processId: number,
  /** For the lease; a Pod's user has a number and no name. */
  user = readUserName(outside),
): Promise<Connected> => {
  // In a build that module holds the finished program; from sources it makes it now.
  const { buildProgram } = await import('./release/build-program.ts');
  const [api, program] = await Promise.all([open(options, outside, processId), buildProgram()]);
  const holder = `${user}@${hostname()} (process ${processId})`;
  const { clock, signal, environment } = outside;
  const cluster = createKubernetesCluster({ api, clock, options, program, holder, signal });
  const watched = withCollectedWatches(api, clock);
  const currentNamespace = () => namespaceOf(options, environment);
  return Object.assign(cluster, {
    workloads: withSmallHeap(createWorkloads({ api: watched, currentNamespace, signal })),
    controllers: createControllers({ api, signal }),
    surroundings: createSurroundings({ api, signal }),
    prober: createProber({
      api,
      clock,
      token: cluster.token,
      image: options.image,
      timeoutMs: options.jobTimeoutMs,
    }),
    access: createAccess({ api, signal, installNamespace: options.installNamespace }),
    profileObjects: createProfileObjects({ api, signal }),
    clusterSync: createSyncInstallation({ api, clock, options, buildProgram: makeSyncProgram, signal }),
    watchFleet: (until: AbortSignal) => {
      stopGrowing();
      return watchFleet({ api: watched, ...options }, until);
    },
  });
};

const makeSyncProgram = async (): Promise<Uint8Array> =>
  (await import('./release/build-sync-program.ts')).buildSyncProgram();

const readUserName = ({ environment }: Pick<Outside, 'environment'>): string => {
  const { username, uid } = currentUser();
  // Bun takes the name from USER alone, and says `unknown` where that is not set.
  if (username !== 'unknown') return username;
  return environment.LOGNAME || (uid === 0 ? 'root' : `uid ${uid}`);
};

const currentUser = (): { readonly username: string; readonly uid: number } => {
  try {
    return userInfo();
  } catch {
    // A container may run under a number that no user has.
    return { username: 'somebody', uid: -1 };
  }
};
