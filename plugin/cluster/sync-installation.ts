// Installs, reads and removes the sync that runs inside the cluster.
import { createHash } from 'node:crypto';
import type { V1ConfigMap, V1CronJob, V1ObjectMeta } from '@kubernetes/client-node';
import { SeccompError } from '../../src/error.ts';
import { PROGRAM_FILE } from '../../src/protocol/loader.ts';
import { SYNC_NAME } from '../../src/rollout/names.ts';
import type { Clock } from '../../src/rollout/ports.ts';
import type { ClusterSync, ConnectOptions } from '../outside.ts';
import { type Api, ApiError } from './api.ts';
import { ensureContent } from './content.ts';
import { isOurs, objectLabels, selectComponent } from './labels.ts';
import { ensureNamespace } from './namespace.ts';
import { type SyncObject, syncObjects, syncPlaces, syncProgramName } from './sync-objects.ts';

export interface SyncInstallationSettings {
  readonly api: Api;
  readonly clock: Clock;
  readonly options: ConnectOptions;
  /** Makes the program, one CommonJS file; asked only to install. */
  readonly buildProgram: () => Promise<Uint8Array>;
  readonly signal: AbortSignal;
}

interface SyncPlace {
  readonly api: Api;
  readonly clock: Clock;
  readonly namespace: string;
  readonly signal: AbortSignal;
}

/** The CronJob controller names its Jobs by the minute; an earlier one may hang on a node that died. */
const lastJobName = (startedAt: Date | string = ''): string =>
  `${SYNC_NAME}-${new Date(startedAt).getTime() / 60_000}`;

/** How long a pass that is at work may take to clean up behind itself. */
const GONE_DEADLINE_MS = 60_000;

/** Makes the port; nothing is sent yet. */
export const createSyncInstallation = (settings: SyncInstallationSettings): ClusterSync => {
  const { api, options, signal } = settings;
  const namespace = options.installNamespace;
  const cronJobs = `/apis/batch/v1/namespaces/${namespace}/cronjobs`;
  return {
    async read() {
      const found = await getOurs<V1CronJob>(api, `${cronJobs}/${SYNC_NAME}`, signal);
      if (!found) return undefined;
      const { spec, status } = found;
      return {
        schedule: spec?.schedule ?? '',
        isSuspended: spec?.suspend ?? false,
        isRunning: (status?.active ?? []).some(({ name }) => name === lastJobName(status?.lastScheduleTime)),
        ...(status?.lastScheduleTime && { lastStartedAt: String(status.lastScheduleTime) }),
        ...(status?.lastSuccessfulTime && { lastSucceededAt: String(status.lastSuccessfulTime) }),
      };
    },

    async install(order) {
      const program = await settings.buildProgram();
      const programSha256 = createHash('sha256').update(program).digest('hex');
      await ensureNamespace({ api, namespace, signal });
      const content = {
        name: syncProgramName(programSha256),
        key: PROGRAM_FILE,
        bytes: program,
        labels: objectLabels('sync'),
      };
      await ensureContent({ api, namespace, signal }, content);
      const { startupTaint, isPruning } = order;
      const objects = syncObjects({
        ...options,
        namespace,
        programSha256,
        isPruning,
        ...(startupTaint !== undefined && { startupTaint }),
        order: JSON.stringify(order),
      });
      for (const one of objects) await putObject(api, one, signal);
      await removePrograms({ api, clock: settings.clock, namespace, signal }, content.name);
    },

    remove: () => removeSync({ api, clock: settings.clock, namespace, signal }),
  };
};

/** Removes all of the sync inside the cluster; says whether there was anything. */
export const removeSync = async (place: SyncPlace): Promise<boolean> => {
  const { api, namespace, signal } = place;
  // The program is made first and removed last: without it there is nothing else, and no further right is needed.
  const cronJobs = `/apis/batch/v1/namespaces/${namespace}/cronjobs`;
  const found = [...(await listOwn(place, programsIn(namespace))), ...(await listOwn(place, cronJobs))];
  if (found.length === 0) return false;
  for (const { path, name } of syncPlaces(namespace)) {
    const one = `${path}/${name}`;
    if (!(await getOurs(api, one, signal))) continue;
    // A pass that is at work needs its rights until it has cleaned up: its Pods go first, and are waited for.
    const propagationPolicy = path === cronJobs ? 'Foreground' : 'Background';
    await api.delete(one, { propagationPolicy }).catch(ignoreAbsent);
    if (path === cronJobs) await untilGone(place, one);
  }
  await removePrograms(place);
  return true;
};

const programsIn = (namespace: string): string => `/api/v1/namespaces/${namespace}/configmaps`;

const listOwn = async ({ api, signal }: SyncPlace, path: string): Promise<string[]> => {
  const names: string[] = [];
  const selection = { labelSelector: selectComponent('sync'), isMetadataOnly: true, signal };
  for await (const page of api.list<V1ConfigMap | V1CronJob>(path, selection))
    names.push(...page.map(({ metadata }) => metadata?.name ?? ''));
  return names;
};

/** Reads an object; undefined where there is none, or none of ours. */
const getOurs = async <T extends { readonly metadata?: V1ObjectMeta }>(
  api: Api,
  path: string,
  signal?: AbortSignal,
): Promise<T | undefined> => {
  try {
    const found = await api.get<T>(path, signal ? { signal } : {});
    return isOurs(found.metadata?.labels) ? found : undefined;
  } catch (thrown) {
    if (thrown instanceof ApiError && thrown.status === 404) return undefined;
    throw thrown;
  }
};

/** Creates an object or replaces ours; throws `conflict` where somebody else has made one of that name. */
const putObject = async (api: Api, { path, object }: SyncObject, signal: AbortSignal): Promise<void> => {
  try {
    await api.create(path, object, { signal });
  } catch (thrown) {
    if (!(thrown instanceof ApiError) || thrown.reason !== 'AlreadyExists') throw thrown;
    const place = `${path}/${object.metadata?.name}`;
    const found = await getOurs<SyncObject['object']>(api, place, signal);
    // Threat: rights that somebody else has written would be ours from then on.
    if (!found)
      throw new SeccompError('conflict', `${place} exists, and kubectl-seccomp did not make it`, {
        hint: 'remove it, or install under another --install-namespace',
      });
    const { resourceVersion = '' } = found.metadata ?? {};
    await api.replace(place, { ...object, metadata: { ...object.metadata, resourceVersion } }, { signal });
  }
};

/** Removes the programs, but for the one that is named. */
const removePrograms = async (place: SyncPlace, kept?: string): Promise<void> => {
  const path = programsIn(place.namespace);
  for (const name of await listOwn(place, path))
    if (name !== kept) await place.api.delete(`${path}/${name}`).catch(ignoreAbsent);
};

const untilGone = async ({ api, clock, signal }: SyncPlace, path: string): Promise<void> => {
  const end = clock.monotonic() + GONE_DEADLINE_MS;
  while (!signal.aborted && clock.monotonic() < end && (await getOurs(api, path)))
    await clock.sleep(500, signal);
};

const ignoreAbsent = (thrown: unknown): void => {
  if (!(thrown instanceof ApiError) || thrown.status !== 404) throw thrown;
};
