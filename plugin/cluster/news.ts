// Follows one run's Jobs by three shared watches (Jobs, Pods, Events), folds them per Job and tells what is new.
// However many nodes: three connections, and only Jobs that somebody waits for are kept in memory.
import type { CoreV1Event, V1Job, V1Pod } from '@kubernetes/client-node';
import { Channel } from '../../src/rollout/channel.ts';
import type { Clock, NodeTask, TaskNews } from '../../src/rollout/ports.ts';
import type { Api, WatchEvent } from './api.ts';
import { hasEnded, type JobView, readJobStatus } from './job-status.ts';
import { RUN_LABEL } from './labels.ts';

export interface NewsSettings {
  readonly api: Api;
  readonly namespace: string;
  readonly clock: Clock;
  /** Tasks in flight by the name of their Job or bare Pod; entries come and go while we watch. */
  readonly tasks: ReadonlyMap<string, NodeTask>;
  /** Told the Pod of each Job. */
  readonly onPod: (jobName: string, podName: string) => void;
}

interface Folded {
  job?: V1Job;
  readonly pods: Map<string, V1Pod>;
  readonly events: Map<string, CoreV1Event>;
  told?: string;
  isSettling: boolean;
  isSettled: boolean;
}

/** After a Job's verdict its Pod's last words are waited for so long. */
const SETTLE_MS = 3_000;

/** Yields news until the signal aborts; throws when a watch cannot go on. */
export async function* followRun(
  settings: NewsSettings,
  run: string,
  signal: AbortSignal,
): AsyncGenerator<TaskNews> {
  const { api, namespace, clock, tasks, onPod } = settings;
  const channel = new Channel<TaskNews>();
  const folded = new Map<string, Folded>();
  const over = new AbortController();
  const stop = () => over.abort();
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop);

  const fold = (jobName: string): Folded | undefined => {
    if (!tasks.has(jobName)) {
      folded.delete(jobName);
      return undefined;
    }
    const known = folded.get(jobName);
    if (known) return known.told === 'end' ? undefined : known;
    const fresh: Folded = { pods: new Map(), events: new Map(), isSettling: false, isSettled: false };
    folded.set(jobName, fresh);
    return fresh;
  };

  const tell = (jobName: string): void => {
    const state = folded.get(jobName);
    const node = tasks.get(jobName)?.node.name;
    if (!state || node === undefined || state.told === 'end') return;
    const status = readJobStatus(viewOf(state));
    if (!status) {
      if (hasEnded(state.job) && !state.isSettling) {
        state.isSettling = true;
        void clock.sleep(SETTLE_MS, over.signal).then(() => {
          state.isSettled = true;
          tell(jobName);
        });
      }
      return;
    }
    const words = status.kind === 'waiting' ? `${status.reason.code} ${status.reason.message}` : 'end';
    if (words === state.told) return;
    state.told = words;
    if (words === 'end') release(state);
    channel.push({ ...status, node });
  };

  const pump = async <T>(
    path: string,
    selector: { labelSelector?: string; fieldSelector?: string },
    take: (event: WatchEvent<T> & { object: T }) => void,
  ) => {
    for await (const event of api.watch<T>(path, { ...selector, signal: over.signal }))
      if (event.kind === 'set' || event.kind === 'deleted') take(event);
  };

  const labelSelector = `${RUN_LABEL}=${run}`;
  const pumps = [
    pump<V1Job>(`/apis/batch/v1/namespaces/${namespace}/jobs`, { labelSelector }, ({ kind, object }) => {
      const name = object.metadata?.name ?? '';
      const state = fold(name);
      if (!state) return;
      // A Job that somebody else deleted has failed for us; its last state is kept so that this can be said.
      state.job = kind === 'deleted' ? withDeletion(object) : object;
      tell(name);
    }),
    pump<V1Pod>(`/api/v1/namespaces/${namespace}/pods`, { labelSelector }, ({ kind, object }) => {
      const name = object.metadata?.name ?? '';
      // Also one that is no longer waited for: what is known of it must go.
      const isBare = tasks.has(name) || folded.has(name);
      const ofJob = object.metadata?.ownerReferences?.find(({ kind }) => kind === 'Job')?.name ?? '';
      const owner = isBare ? name : ofJob;
      const state = fold(owner);
      if (!state) return;
      state.pods.set(name, object);
      onPod(owner, name);
      // Its last state may hold the report; only then it is forgotten.
      tell(owner);
      if (kind === 'deleted') {
        state.pods.delete(name);
        // No Job will say that nothing more comes.
        if (isBare) state.job = withDeletion({});
        tell(owner);
      }
    }),
    // Selected by type: the install namespace's normal events are several for each node.
    pump<CoreV1Event>(
      `/api/v1/namespaces/${namespace}/events`,
      { fieldSelector: 'type=Warning' },
      ({ kind, object }) => {
        const { kind: about, name = '' } = object.involvedObject;
        const ofPod = tasks.has(name) ? name : name.slice(0, name.lastIndexOf('-'));
        const jobName = about === 'Job' ? name : about === 'Pod' ? ofPod : '';
        const state = kind === 'deleted' ? undefined : fold(jobName);
        if (!state) return;
        const id = object.metadata?.name ?? '';
        state.events.delete(id);
        state.events.set(id, object);
        tell(jobName);
      },
    ),
  ];
  const pumping = Promise.all(pumps).finally(() => {
    over.abort();
    channel.close();
  });
  pumping.catch(() => {});
  try {
    yield* channel;
    if (!signal.aborted) await pumping;
  } finally {
    over.abort();
    signal.removeEventListener('abort', stop);
    await pumping.catch(() => {});
  }
}

/** Objects of thousands of Jobs would add up; what comes after the end changes nothing. */
const release = (state: Folded): void => {
  delete state.job;
  state.pods.clear();
  state.events.clear();
};

const viewOf = ({ job, pods, events, isSettled }: Folded): JobView => ({
  ...(job && { job }),
  pods: [...pods.values()],
  events: [...events.values()],
  isSettled,
});

const withDeletion = (job: V1Job): V1Job => {
  if (hasEnded(job)) return job;
  const message = 'the Job was deleted before it ended';
  const condition = { type: 'Failed', status: 'True', reason: 'Deleted', message };
  return { ...job, status: { ...job.status, conditions: [...(job.status?.conditions ?? []), condition] } };
};
