// Puts a task on its node and takes it away again: as a Job, or as a bare Pod of the same shape.
//
// The Job controller makes some twenty requests a second and needs six for a Job. Bare Pods need none of it; so that
// those of a killed client go all the same, they belong to an empty Job, which the cluster deletes after its time.
import type { V1Job, V1OwnerReference } from '@kubernetes/client-node';
import type { Reason } from '../../src/rollout/node.ts';
import type { Clock, NodeTask } from '../../src/rollout/ports.ts';
import { isRefusal, readDenial } from './admission.ts';
import { type Api, ApiError } from './api.ts';
import { type JobSettings, jobName, LEFTOVER_SECONDS, nodeJob, nodePod, ownerJob } from './node-job.ts';

export interface LauncherSettings {
  readonly api: Api;
  readonly clock: Clock;
  readonly job: JobSettings;
  readonly launch: 'job' | 'pod';
}

export interface Launcher {
  /** In flight, by the name of their Job or Pod. */
  readonly tasks: ReadonlyMap<string, NodeTask>;
  launch(task: NodeTask): Promise<Reason | undefined>;
  discard(task: NodeTask): Promise<void>;
  /** Removes what belonged to the run as a whole; its tasks have been discarded. */
  end(): Promise<void>;
}

interface Owner {
  readonly reference: V1OwnerReference;
  readonly madeAtMs: number;
}

/** An owner is used for so long, and outlives the last Pod that is given to it. */
const OWNER_USE_MS = LEFTOVER_SECONDS * 1000;

/** Of thousands of objects nobody reads what the server made of them. */
const UNREAD = { isMetadataOnly: true };

/** Creates the launcher of one process. */
export const createLauncher = ({ api, clock, job, launch }: LauncherSettings): Launcher => {
  const tasks = new Map<string, NodeTask>();
  const owners: Promise<Owner>[] = [];

  const makeOwner = async (task: NodeTask, number: number): Promise<Owner> => {
    const madeAtMs = clock.monotonic();
    const wanted = ownerJob(task, job, number);
    const made = await api.create<V1Job>(pathOf(job.namespace, 'jobs'), wanted).catch((thrown) => {
      if (!(thrown instanceof ApiError) || thrown.reason !== 'AlreadyExists') throw thrown;
      // As below: the answer to our own first try got lost.
      return api.get<V1Job>(pathOf(job.namespace, 'jobs', wanted.metadata?.name));
    });
    const { name = '', uid = '' } = made.metadata ?? {};
    return { reference: { apiVersion: 'batch/v1', kind: 'Job', name, uid }, madeAtMs };
  };

  /** One for all tasks of some minutes; the first task of each makes it. */
  const ownerFor = async (task: NodeTask): Promise<V1OwnerReference> => {
    const known = owners.at(-1);
    const isFresh = async () => known && clock.monotonic() - (await known).madeAtMs < OWNER_USE_MS;
    if (!(await isFresh()) && owners.at(-1) === known) {
      const next = makeOwner(task, owners.length + 1);
      owners.push(next);
      next.catch(() => owners.splice(owners.indexOf(next), 1));
    }
    return (await owners.at(-1)!).reference;
  };

  const create = async (task: NodeTask): Promise<void> => {
    if (launch === 'job') await api.create(pathOf(job.namespace, 'jobs'), nodeJob(task, job), UNREAD);
    else await api.create(pathOf(job.namespace, 'pods'), nodePod(task, job, await ownerFor(task)), UNREAD);
  };

  return {
    tasks,
    async launch(task) {
      const name = jobName(task);
      // Two nodes whose UIDs hash alike must not be told each other's news.
      const other = tasks.get(name)?.node.name ?? task.node.name;
      if (other !== task.node.name)
        return { code: 'api', message: `the Job ${name} of node ${other} has the same name` };
      tasks.set(name, task);
      try {
        await create(task);
        return undefined;
      } catch (thrown) {
        if (!(thrown instanceof ApiError) || !isRefusal(thrown)) throw thrown;
        // Nobody else makes this name: the answer to our own first try got lost.
        if (thrown.reason === 'AlreadyExists') return undefined;
        tasks.delete(name);
        return readDenial(thrown.message).reason;
      }
    },
    async discard(task) {
      const name = jobName(task);
      tasks.delete(name);
      await deleteObject(api, pathOf(job.namespace, launch === 'job' ? 'jobs' : 'pods', name));
    },
    async end() {
      const made = await Promise.allSettled(owners.splice(0));
      const names = made.flatMap((one) => (one.status === 'fulfilled' ? one.value.reference.name : []));
      await Promise.all(names.map((name) => deleteObject(api, pathOf(job.namespace, 'jobs', name))));
    },
  };
};

/** Returns the path of Jobs or Pods, or of one of them. */
export const pathOf = (namespace: string, resource: 'jobs' | 'pods', name?: string): string => {
  const group = resource === 'jobs' ? '/apis/batch/v1' : '/api/v1';
  return `${group}/namespaces/${namespace}/${resource}${name === undefined ? '' : `/${name}`}`;
};

/** Deletes an object with all that belongs to it; one that is gone is no error. */
export const deleteObject = async (api: Api, path: string): Promise<void> => {
  try {
    await api.delete(path, { propagationPolicy: 'Background' }, UNREAD);
  } catch (thrown) {
    if (!(thrown instanceof ApiError) || thrown.status !== 404) throw thrown;
  }
};
