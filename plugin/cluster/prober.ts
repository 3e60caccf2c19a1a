// Runs probes: creates the Pod, looks at it until its fate is known, and deletes it whatever happens. The Pod's own
// deadline ends it where this process is killed, and a later probe in the same namespace then sweeps it up.
import type { CoreV1Event, V1Pod } from '@kubernetes/client-node';
import type { Clock } from '../../src/rollout/ports.ts';
import type { ProbeFate, ProbeRequest, Prober } from '../../src/workload/probe.ts';
import { isRefusal, readDenial } from './admission.ts';
import { type Api, ApiError } from './api.ts';
import { selectComponent } from './labels.ts';
import { type ProbeSettings, probePod } from './probe-pod.ts';
import { readProbe } from './probe-status.ts';

export interface ProberSettings extends ProbeSettings {
  readonly api: Api;
  readonly clock: Clock;
  /** Random for each process: names its Pods unlike any other's. */
  readonly token: string;
}

const LOOK_INTERVAL_MS = 500;
/** The kubelet looks at its containers once a second: what still runs after this has really begun. */
const SETTLING_MS = 2_000;
/** The scheduler has had its say by then; room that others make later is not waited for. */
const SCHEDULING_MS = 20_000;
/** Far more than any probe may live, by the API server's clock. */
const LEFTOVER_MS = 2 * 60 * 60 * 1000;

/** Makes the port; nothing is sent yet. */
export const createProber = (settings: ProberSettings): Prober => {
  let count = 0;
  const swept = new Set<string>();
  return {
    async probe(request, signal) {
      count += 1;
      const name = `seccomp-probe-${settings.token}-${count}`;
      const place = `/api/v1/namespaces/${request.namespace}/pods`;
      if (signal.aborted) return unknown('interrupted', '');
      let isRefused = false;
      try {
        const created = await create(settings, request, place, name);
        isRefused = 'start' in created;
        if ('start' in created) return created;
        if (!swept.has(request.namespace)) {
          swept.add(request.namespace);
          await sweep(settings.api, place, created, signal);
        }
        return await follow(settings, request, `${place}/${name}`, signal);
      } finally {
        if (!isRefused) await remove(settings.api, `${place}/${name}`);
      }
    },
  };
};

const unknown = (reason: string, message: string): ProbeFate => ({ start: 'unknown', reason, message });

const create = async (
  { api, ...settings }: ProberSettings,
  request: ProbeRequest,
  place: string,
  name: string,
): Promise<V1Pod | ProbeFate> => {
  try {
    // Without the signal: what may have been created must be deleted, so it is known first.
    return await api.create<V1Pod>(place, probePod(request, name, settings));
  } catch (thrown) {
    if (!(thrown instanceof ApiError) || !isRefusal(thrown)) throw thrown;
    const { code } = readDenial(thrown.message).reason;
    return unknown(code, thrown.message);
  }
};

const follow = async (
  { api, clock, timeoutMs }: ProberSettings,
  { isExecAsked, namespace }: ProbeRequest,
  path: string,
  signal: AbortSignal,
): Promise<ProbeFate> => {
  const begun = clock.monotonic();
  let runningSince: number | undefined;
  let last = unknown('timeout', 'nothing was heard of it');
  while (!signal.aborted) {
    const pod = await readPod(api, path, signal);
    if (pod === undefined) return unknown('deleted', 'somebody else deleted the pod');
    const isRunning = pod.status?.containerStatuses?.[0]?.state?.running !== undefined;
    const events = isExecAsked && isRunning ? await readEvents(api, namespace, pod, signal) : [];
    const view = readProbe(pod, events, isExecAsked);
    const nowMs = clock.monotonic();
    if (view.kind === 'settled') return view.fate;
    if (view.kind === 'running') {
      runningSince ??= nowMs;
      if (nowMs - runningSince >= SETTLING_MS) return { start: 'started', reason: '', message: '' };
    } else {
      last = unknown(view.reason || 'timeout', view.message);
      if (view.isUnscheduled && nowMs - begun >= SCHEDULING_MS) return last;
    }
    if (nowMs - begun >= timeoutMs)
      return isRunning ? { start: 'started', reason: last.reason, message: last.message } : last;
    await clock.sleep(LOOK_INTERVAL_MS, signal);
  }
  return unknown('interrupted', '');
};

const readPod = async (api: Api, path: string, signal: AbortSignal): Promise<V1Pod | undefined> => {
  try {
    return await api.get<V1Pod>(path, { signal });
  } catch (thrown) {
    if (thrown instanceof ApiError && thrown.status === 404) return undefined;
    throw thrown;
  }
};

const readEvents = async (
  api: Api,
  namespace: string,
  { metadata }: V1Pod,
  signal: AbortSignal,
): Promise<readonly CoreV1Event[]> => {
  const found: CoreV1Event[] = [];
  const fieldSelector = `involvedObject.kind=Pod,involvedObject.name=${metadata?.name}`;
  const pages = api.list<CoreV1Event>(`/api/v1/namespaces/${namespace}/events`, { fieldSelector, signal });
  for await (const page of pages) found.push(...page);
  return found;
};

/** Deletes what killed processes left, by the API server's own clock. It is a favour: a failure is none of a probe's. */
const sweep = async (api: Api, place: string, { metadata }: V1Pod, signal: AbortSignal): Promise<void> => {
  const nowMs = new Date(metadata?.creationTimestamp ?? 0).getTime();
  try {
    for await (const pods of api.list<V1Pod>(place, { labelSelector: selectComponent('probe'), signal }))
      for (const { metadata: old } of pods)
        if (nowMs - new Date(old?.creationTimestamp ?? nowMs).getTime() > LEFTOVER_MS)
          await remove(api, `${place}/${old?.name}`);
  } catch (thrown) {
    if (!(thrown instanceof ApiError)) throw thrown;
  }
};

const remove = async (api: Api, path: string): Promise<void> => {
  try {
    await api.delete(path, {});
  } catch (thrown) {
    if (!(thrown instanceof ApiError) || thrown.status !== 404) throw thrown;
  }
};
