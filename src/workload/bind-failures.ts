// Why pods of a new template do not run: the kubelet's and the runtime's words, and what they mean for a profile.
import { isSame } from './bind-patch.ts';
import { type Change, readPlace } from './bind-place.ts';
import type { ContainerStatus, PodObject } from './objects.ts';

export interface PodFailure {
  readonly pod: string;
  readonly node?: string;
  readonly container?: string;
  /** The kubelet's or scheduler's word, e.g. `CreateContainerError`. */
  readonly reason: string;
  readonly message: string;
  /** What it means for the profile; absent where the words do not tell. */
  readonly meaning?: string;
  /** False for what may well go away by itself: an image that is pulled again, a node that is waited for. */
  readonly isStart: boolean;
}

/** Tells whether a pod was made from the template that the changes led to. */
export const isOfNewTemplate = (pod: PodObject, changes: readonly Change[]): boolean =>
  // Of a pod's annotations and affinity others write too: admission and the DaemonSet controller.
  changes
    .filter(({ place }) => place.at === 'pod' || place.at === 'container')
    .every(({ place, after }) => isSame(readPlace(pod, place), after));

/** Returns what keeps a pod's containers from running; nothing while they are on their way. */
export const failuresOf = ({ metadata = {}, spec = {}, status = {} }: PodObject): PodFailure[] => {
  const where = { pod: metadata.name ?? '', ...(spec.nodeName !== undefined && { node: spec.nodeName }) };
  const { conditions = [] } = status as { conditions?: readonly Condition[] };
  const unscheduled = conditions.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  if (unscheduled) {
    const { reason = 'Unschedulable', message = '' } = unscheduled;
    return [{ ...where, reason, message, isStart: false }];
  }
  return [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].flatMap(
    (container) => {
      const failure = failureOf(container);
      return failure === undefined ? [] : [{ ...where, container: container.name, ...failure }];
    },
  );
};

interface Condition {
  readonly type?: string;
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
}

const NEVER_CREATED = ['CreateContainerError', 'RunContainerError', 'CreateContainerConfigError'];
const NEVER_STARTED = ['StartError', 'ContainerCannotRun'];
const IMAGE = ['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull'];

const failureOf = ({
  state = {},
  lastState = {},
}: ContainerStatus): Omit<PodFailure, 'pod' | 'node'> | undefined => {
  const { waiting, terminated } = state;
  const ended = terminated ?? lastState.terminated;
  if (waiting?.reason !== undefined && IMAGE.includes(waiting.reason))
    return { reason: waiting.reason, message: waiting.message ?? '', isStart: false };
  if (ended && NEVER_STARTED.includes(ended.reason ?? ''))
    return described(ended.reason ?? '', ended.message ?? '');
  if (waiting?.reason !== undefined && NEVER_CREATED.includes(waiting.reason))
    return described(waiting.reason, waiting.message ?? '');
  if (waiting?.reason !== 'CrashLoopBackOff') return undefined;
  const { exitCode, message = '' } = ended ?? {};
  return described(waiting.reason, message === '' ? `exit code ${exitCode}` : message, exitCode);
};

const described = (reason: string, message: string, exitCode?: number): Omit<PodFailure, 'pod' | 'node'> => {
  const meaning = readMeaning(message, exitCode);
  return { reason, message, ...(meaning !== undefined && { meaning }), isStart: true };
};

/** The words of containerd and CRI-O (at creation), of runc and crun (at the start); the first that match count. */
const MEANINGS: readonly (readonly [RegExp, string])[] = [
  [
    /(cannot load seccomp profile|unable to load local profile).*no such file/s,
    'the profile is not on that node',
  ],
  [/decoding seccomp profile failed|unable to load local profile/, 'the runtime cannot read the profile'],
  [
    /is not a valid (action|arch|operator) for seccomp/,
    'this version of the runtime does not know a word of the profile',
  ],
  [/fstatfs .*(not permitted|not implemented)/s, 'the profile refuses fstatfs, which the runtime needs'],
  [/thread-self" component is not overmounted/, 'the profile refuses statx, which the runtime needs'],
  [
    /readdirent .*(not permitted|not implemented)/s,
    'the profile refuses getdents64, which the runtime needs',
  ],
  [/futexwakeup/, 'the profile refuses futex, which the runtime needs'],
  [/close log pipe/, 'the profile refuses close, which the runtime needs'],
  [/unable to setup user/, 'the profile refuses setuid, setgid or setgroups, which the runtime needs'],
  [/unable to apply caps/, 'the profile refuses capset, which the runtime needs'],
  [/cannot start an already running container/, 'the profile refuses write, which the runtime needs'],
  [/exec fifo/, 'the profile refuses a call that the runtime needs, such as openat'],
  [
    /cannot start a stopped process|container process is already dead|read from the init process/,
    'the profile refuses calls that the runtime needs',
  ],
  [/exec container process [^:]+: Operation not permitted/, 'the profile refuses execve'],
];

/** 128 + SIGSYS. */
const KILLED_BY_FILTER = 159;

const readMeaning = (message: string, exitCode: number | undefined): string | undefined => {
  const known = MEANINGS.find(([pattern]) => pattern.test(message))?.[1];
  if (known !== undefined) return known;
  if (exitCode === KILLED_BY_FILTER)
    return 'the filter killed it (SIGSYS): the profile does not allow a call that it makes';
  return exitCode === 1 || exitCode === 255
    ? 'where its log says "exec …: operation not permitted", the profile refuses execve'
    : undefined;
};
