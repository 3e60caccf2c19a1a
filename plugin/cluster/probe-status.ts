// What a probe's Pod has come to, from its status and its Events. Pure; the words are the kubelet's and the runtimes'.
import type {
  CoreV1Event,
  V1ContainerState,
  V1ContainerStateTerminated,
  V1Pod,
} from '@kubernetes/client-node';
import type { ProbeFate } from '../../src/workload/probe.ts';
import { readPodFailure, readScheduling, readWaiting } from './pod-status.ts';

/** What is known so far. */
export type ProbeView =
  /** Nothing more will come. */
  | { readonly kind: 'settled'; readonly fate: ProbeFate }
  /** It runs; one more look later shows whether it goes on. */
  | { readonly kind: 'running' }
  /** `reason` says what it waits for. */
  | {
      readonly kind: 'waiting';
      readonly reason: string;
      readonly message: string;
      readonly isUnscheduled: boolean;
    };

/** Reads the Pod. */
export const readProbe = (pod: V1Pod, events: readonly CoreV1Event[], isExecAsked: boolean): ProbeView => {
  const status = pod.status?.containerStatuses?.[0];
  const { running, terminated, waiting } = (status?.state ?? {}) as V1ContainerState;
  if (terminated) return settled(readEnd(terminated));
  const failure = readPodFailure(pod);
  if (failure) return settled({ start: 'unknown', reason: failure.code, message: failure.message });
  if (running) return isExecAsked ? readExec(status?.started === true, events) : { kind: 'running' };
  const scheduling = readScheduling(pod);
  if (scheduling)
    return { kind: 'waiting', reason: scheduling.code, message: scheduling.message, isUnscheduled: true };
  const { reason = '', message = '' } = waiting ?? {};
  if (isOfRuntime(reason, message)) return settled({ start: 'failed', reason, message });
  // What it says of the user or of files that it wants is not about the profile.
  if (reason === 'CreateContainerConfigError') return settled({ start: 'unknown', reason, message });
  const known = waiting && readWaiting(waiting, pod.spec?.containers[0]?.image ?? '');
  if (known?.isFinal) return settled({ start: 'unknown', reason, message: known.reason.message });
  return { kind: 'waiting', reason, message: known?.reason.message ?? message, isUnscheduled: false };
};

const settled = (fate: ProbeFate): ProbeView => ({ kind: 'settled', fate });

/** CRI-O calls the runtime when it creates a container; containerd only opens and decodes the file then. */
const isOfRuntime = (reason: string, message: string): boolean =>
  (reason === 'CreateContainerError' || reason === 'RunContainerError') &&
  /seccomp|OCI runtime|runtime create failed|container create failed/i.test(message);

/** Signals by which a filter ends a process: SIGSYS, and SIGSEGV of a runtime or loader that cannot go on. */
const KILLED: readonly number[] = [128 + 31, 128 + 11];

const readEnd = ({ reason = '', message = '', exitCode, signal }: V1ContainerStateTerminated): ProbeFate => {
  if (reason === 'StartError' || reason === 'ContainerCannotRun') {
    // The image has no such program: that is about the probe, not about the profile.
    const isImage = /executable file not found|exec: "[^"]*": stat [^:]*: no such file/.test(message);
    return { start: isImage ? 'unknown' : 'failed', reason, message };
  }
  const said = message.trim();
  // The runtime's last words: it could not become the program.
  if (/^exec (container process )?\S.*: /m.test(said))
    return { start: 'failed', reason: `exit code ${exitCode}`, message: said };
  if (KILLED.includes(exitCode) || signal === 31)
    return { start: 'killed', reason: `exit code ${exitCode}`, message: said };
  if (exitCode === 137 && reason !== 'OOMKilled')
    return { start: 'unknown', reason: reason || 'killed', message: said };
  return { start: 'started', reason: `it ended with exit code ${exitCode}`, message: said };
};

const readExec = (hasPassed: boolean, events: readonly CoreV1Event[]): ProbeView => {
  if (hasPassed) return settled({ start: 'started', exec: 'works', reason: '', message: '' });
  const unhealthy = events.filter(({ reason }) => reason === 'Unhealthy').map(({ message = '' }) => message);
  // `errored`: the runtime could not run it; `failed`: it ran, and did not like what it found.
  const errored = unhealthy.find(
    (message) => /errored/i.test(message) && !/timed? ?out|deadline exceeded/i.test(message),
  );
  if (errored !== undefined)
    return settled({ start: 'started', exec: 'fails', reason: 'Unhealthy', message: errored });
  const failed = unhealthy.find((message) => /failed/i.test(message));
  if (failed !== undefined)
    return settled({ start: 'started', exec: 'works', reason: 'Unhealthy', message: failed });
  return {
    kind: 'waiting',
    reason: 'exec',
    message: 'the exec probe has not been answered',
    isUnscheduled: false,
  };
};
