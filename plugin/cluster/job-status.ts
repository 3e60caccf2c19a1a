// What a Job, its Pods and their Events say together -> what became of the node. Pure. Why a node failed stands in
// three places: Pod Security, webhooks and quotas never let a Pod be, the kubelet speaks through the Pod, and mounts
// fail in Events only.
import type { CoreV1Event, V1ContainerStatus, V1Job, V1Pod } from '@kubernetes/client-node';
import { parseReport } from '../../src/protocol/parse-report.ts';
import type { Report } from '../../src/protocol/report.ts';
import type { Reason, ReasonCode } from '../../src/rollout/node.ts';
import { readDenial } from './admission.ts';
import { readPodFailure, readScheduling, readSlowPull, readTermination, readWaiting } from './pod-status.ts';

export interface JobView {
  readonly job?: V1Job;
  readonly pods: readonly V1Pod[];
  /** Of the Job and its Pods, in the order they were seen. */
  readonly events: readonly CoreV1Event[];
  /** True when the Job ended a while ago: nothing more will come of its Pods. */
  readonly isSettled: boolean;
}

export type JobStatus =
  | { readonly kind: 'waiting'; readonly reason: Reason }
  | { readonly kind: 'reported'; readonly report: Report }
  | { readonly kind: 'failed'; readonly reason: Reason };

/** Reads what is known; undefined while all goes its way. */
export const readJobStatus = (view: JobView): JobStatus | undefined => {
  const pod = view.pods.at(-1);
  const container = pod?.status?.containerStatuses?.[0];
  return (
    readTerminated(container) ??
    readFailedPod(pod) ??
    readEndedJob(view, pod, container) ??
    (pod ? readWaitingPod(pod, container, view.events) : readRefusedPod(view))
  );
};

/** Tells whether the Job has a verdict, be it that its Pods are only about to end. */
export const hasEnded = (job: V1Job | undefined): boolean => endOf(job) !== undefined;

const failed = (reason: Reason): JobStatus => ({ kind: 'failed', reason });

const readTerminated = (container: V1ContainerStatus | undefined): JobStatus | undefined => {
  const terminated = container?.state?.terminated;
  if (!terminated) return undefined;
  try {
    return { kind: 'reported', report: parseReport(terminated.message ?? '') };
  } catch (thrown) {
    const problem = thrown instanceof Error ? thrown.message : String(thrown);
    return failed(readTermination(terminated, problem));
  }
};

const readFailedPod = (pod: V1Pod | undefined): JobStatus | undefined => {
  const reason = pod && readPodFailure(pod);
  return reason && failed(reason);
};

/** FailureTarget and SuccessCriteriaMet come before Failed and Complete, while Pods are still ending. */
const endOf = (job: V1Job | undefined) =>
  job?.status?.conditions?.find(
    ({ type, status }) =>
      status === 'True' && ['Failed', 'FailureTarget', 'Complete', 'SuccessCriteriaMet'].includes(type),
  );

const readEndedJob = (
  { job, isSettled }: JobView,
  pod: V1Pod | undefined,
  container: V1ContainerStatus | undefined,
): JobStatus | undefined => {
  const end = endOf(job);
  if (!end) return undefined;
  if (end.reason === 'DeadlineExceeded') {
    const seconds = job?.spec?.activeDeadlineSeconds ?? 0;
    // A registry that does not answer shows as no error at all: the sandbox stands, and nothing comes of it.
    if (pod && container?.state?.waiting && hasSandbox(pod))
      return failed(readSlowPull(container.image, seconds));
    const message = `the Job did not end within ${seconds} s`;
    return failed({ code: 'timeout', message, hint: '--timeout waits longer' });
  }
  // The Pod's own words may be on their way: two watches keep no order between them.
  if (!isSettled) return undefined;
  if (end.type === 'Complete' || end.type === 'SuccessCriteriaMet')
    return failed({
      code: 'program',
      message: 'the Job ended, but its Pod was gone before its report was read',
    });
  return failed({
    code: 'evicted',
    message: 'the Pod was deleted before it reported',
    hint: 'run the same command again',
  });
};

const readWaitingPod = (
  pod: V1Pod,
  container: V1ContainerStatus | undefined,
  events: readonly CoreV1Event[],
): JobStatus | undefined => {
  const scheduling = readScheduling(pod);
  if (scheduling) return { kind: 'waiting', reason: scheduling };
  if (container?.state?.running) return undefined;
  const waiting = container?.state?.waiting;
  const problem = waiting && readWaiting(waiting, container.image);
  if (problem) return { kind: problem.isFinal ? 'failed' : 'waiting', reason: problem.reason };
  return readMounts(pod, events);
};

/** Told since Kubernetes 1.29. */
const hasSandbox = ({ status }: V1Pod): boolean =>
  status?.conditions?.some(({ type, status }) => type === 'PodReadyToStartContainers' && status === 'True') ??
  false;

const MOUNT_EVENTS: Readonly<Record<string, ReasonCode>> = {
  FailedMount: 'mount',
  FailedAttachVolume: 'mount',
  FailedCreatePodSandBox: 'container',
};

const readMounts = (pod: V1Pod, events: readonly CoreV1Event[]): JobStatus | undefined => {
  // Once the sandbox stands all volumes are mounted, and what events say of them is past.
  const event = events.findLast(({ reason }) => reason !== undefined && Object.hasOwn(MOUNT_EVENTS, reason));
  const code = event?.reason === undefined ? undefined : MOUNT_EVENTS[event.reason];
  if (hasSandbox(pod) || !code) return undefined;
  return { kind: 'waiting', reason: { code, message: event?.message ?? '' } };
};

const readRefusedPod = ({ job, events }: JobView): JobStatus | undefined => {
  const event = events.findLast(({ reason }) => reason === 'FailedCreate');
  if (event) {
    // `Error creating: ` is the Job controller's; what follows are the API server's words.
    const { reason, isFinal } = readDenial((event.message ?? '').replace(/^Error creating: /, ''));
    return { kind: isFinal ? 'failed' : 'waiting', reason };
  }
  if (!job?.spec?.suspend) return undefined;
  const message = 'the Job was suspended by somebody else (a queue such as Kueue?)';
  return { kind: 'waiting', reason: { code: 'admission', message } };
};
