// What single parts of a Pod's status mean, in our words. Pure; the words are the kubelet's and the scheduler's.
import type { V1ContainerStateTerminated, V1ContainerStateWaiting, V1Pod } from '@kubernetes/client-node';
import type { Reason, ReasonCode } from '../../src/rollout/node.ts';

const IMAGE_HINT = '--image names another image, --image-pull-secret a Secret in the install namespace';

/** Reads a container that ended without a readable report; `problem` says what was wrong with it. */
export const readTermination = (
  { reason, message, exitCode, signal }: V1ContainerStateTerminated,
  problem: string,
): Reason => {
  if (reason === 'OOMKilled')
    return {
      code: 'out-of-memory',
      message: 'the program was killed because it used more memory than the Job allows',
    };
  const said = message?.trim() ?? '';
  if (reason === 'StartError' || reason === 'ContainerCannotRun')
    return {
      code: 'container',
      message: `the container could not be started: ${said}`,
      hint: 'the image must hold node, version 22 or later; --image names another one',
    };
  if (exitCode === 137) {
    const message = 'the program was killed (exit code 137) before it reported';
    return { code: 'program', message, hint: 'the node may be short of memory' };
  }
  if (exitCode === 0 && said === '')
    return { code: 'program', message: 'the program ended without a report' };
  const end = signal ? `signal ${signal}` : `exit code ${exitCode}`;
  return {
    code: 'program',
    message: said === '' ? `${end} without a report` : `${end}: ${said} (${problem})`,
  };
};

const POD_REASONS: Readonly<Record<string, ReasonCode>> = {
  Evicted: 'evicted',
  Preempting: 'evicted',
  Shutdown: 'evicted',
  Terminated: 'evicted',
  NodeShutdown: 'evicted',
  NodeLost: 'node-gone',
  OutOfpods: 'node-full',
  OutOfcpu: 'unschedulable',
  OutOfmemory: 'unschedulable',
  'OutOfephemeral-storage': 'unschedulable',
  NodeAffinity: 'node-gone',
  DeadlineExceeded: 'timeout',
  AppArmor: 'permission',
  UnexpectedAdmissionError: 'admission',
};

/** Reads a Pod that failed as a whole, whatever its container did. */
export const readPodFailure = ({ status }: V1Pod): Reason | undefined => {
  if (status?.phase !== 'Failed') return undefined;
  const disruption = status.conditions?.find(
    ({ type, status }) => type === 'DisruptionTarget' && status === 'True',
  );
  const { reason } = status;
  const message = status.message || disruption?.message || reason || 'the Pod failed';
  if (reason !== undefined && Object.hasOwn(POD_REASONS, reason))
    return { code: POD_REASONS[reason] ?? 'program', message };
  if (disruption) return { code: disruption.reason === 'DeletionByPodGC' ? 'node-gone' : 'evicted', message };
  // Refused by the kubelet for a reason we do not know; a container that ran is read before.
  return {
    code: reason === undefined ? 'program' : 'admission',
    message: reason ? `${reason}: ${message}` : message,
  };
};

/** Reads why the scheduler has not placed the Pod; undefined when it has, or has not tried. */
export const readScheduling = ({ spec, status }: V1Pod): Reason | undefined => {
  if (spec?.nodeName) return undefined;
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status !== 'False') return undefined;
  const message = scheduled.message ?? scheduled.reason ?? 'not scheduled';
  if (/Too many pods/.test(message))
    return {
      code: 'node-full',
      message,
      hint: 'the node runs as many Pods as it may; --priority-class can make room',
    };
  // The Pod fits one node only, so this is said of every other one; said alone, that one does not exist.
  const isOnlyAffinity =
    /\d+ node\(s\) didn't (match Pod's node affinity|satisfy plugin\(s\) \[NodeAffinity\])/.test(message);
  const others = message
    .replace(/preemption:.*$/s, '')
    .replace(/^[^:]*:/, '')
    .split(',')
    .filter((part) => part.trim() !== '' && !/NodeAffinity|node affinity/.test(part));
  if (isOnlyAffinity && others.join('').replace(/[\s.]/g, '') === '')
    return { code: 'node-gone', message: `the Node does not exist any more: ${message}` };
  return { code: 'unschedulable', message };
};

const FINAL_IMAGE_REASONS = new Set(['InvalidImageName', 'ErrImageNeverPull']);
const IMAGE_REASONS = new Set([
  ...FINAL_IMAGE_REASONS,
  'ErrImagePull',
  'ImagePullBackOff',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
]);
const CONTAINER_REASONS = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
]);

/** Reads why a container does not start; undefined while it is on its way. */
export const readWaiting = (
  { reason, message }: V1ContainerStateWaiting,
  image: string,
): { readonly reason: Reason; readonly isFinal: boolean } | undefined => {
  if (reason === undefined) return undefined;
  if (IMAGE_REASONS.has(reason)) {
    // The back-off's message repeats the first error on newer kubelets only; the image's name is always told.
    const said = message?.includes(image) ? message : `${image}: ${message ?? reason}`;
    const why: Reason = { code: 'image-pull', message: said, hint: IMAGE_HINT };
    return { reason: why, isFinal: FINAL_IMAGE_REASONS.has(reason) };
  }
  if (CONTAINER_REASONS.has(reason))
    return { reason: { code: 'container', message: `${reason}: ${message ?? ''}` }, isFinal: false };
  return undefined;
};

/** Describes a container that had not come to anything when the time was up. */
export const readSlowPull = (image: string, seconds: number): Reason => ({
  code: 'image-pull',
  message: `the image ${image} was not pulled within ${seconds} s`,
  hint: `the registry may be slow or out of reach: --timeout waits longer, ${IMAGE_HINT}`,
});
