// What one pod says about a content that has just come to its node. Times are the node's own, to the second.
import { parseLocalhostProfile } from '../protocol/layout.ts';
import { confinementOf, needsFile } from '../workload/confinement.ts';
import type { ContainerObject, ContainerStatus, PodObject, TerminatedState } from '../workload/objects.ts';
import type { FailingContainer, Health, HealthQuestion } from './health.ts';
import { digest16 } from './names.ts';

/** Nobody has been looked at yet. */
export const NO_HEALTH: Health = { using: 0, started: 0, waiting: 0, failing: [] };

/** Adds what a pod's containers say. */
export const addPod = (health: Health, pod: PodObject, question: HealthQuestion): Health => {
  const since = question.nodes.get(pod.spec?.nodeName ?? '');
  if (since === undefined) return health;
  return containersOf(pod)
    .filter((container) => usesContent(pod, container, question))
    .reduce(
      (sum, container) => addVerdict(sum, pod, container, judge(pod, container, since, question)),
      health,
    );
};

/** Leaves out what failed in the same way before the change, by its identity: the new content is not to blame. */
export const withoutEarlier = (health: Health, earlier: ReadonlySet<string>): Health => ({
  ...health,
  failing: health.failing.filter((one) => !earlier.has(identifyFailing(one))),
});

/** Returns what tells a failing container, and the way in which it fails, from others. */
export const identifyFailing = ({ namespace, pod, container, reason }: FailingContainer): string =>
  `${namespace}/${pod}/${container}/${reason}`;

const containersOf = ({ spec = {} }: PodObject): readonly ContainerObject[] =>
  [spec.initContainers, spec.containers, spec.ephemeralContainers].flatMap((list) => list ?? []);

const usesContent = (
  { spec = {}, metadata = {} }: PodObject,
  container: ContainerObject,
  { bundle, digest }: HealthQuestion,
): boolean => {
  const facts = { areAnnotationsRead: false, handlers: new Map<string, string>() };
  const confinement = confinementOf(spec, metadata.annotations ?? {}, container, facts);
  if (!needsFile(confinement) || confinement.profile.kind !== 'localhost') return false;
  const named = parseLocalhostProfile(confinement.profile.path);
  if (named.kind === 'linked') return named.bundle === bundle;
  return named.kind === 'pinned' && named.bundle === bundle && named.digest16 === digest16(digest);
};

type Verdict =
  | { readonly kind: 'started' | 'waiting' | 'unchanged' }
  | { readonly kind: 'failing'; readonly reason: string; readonly message: string };

const UNCHANGED: Verdict = { kind: 'unchanged' };
const WAITING: Verdict = { kind: 'waiting' };

const judge = (
  pod: PodObject,
  container: ContainerObject,
  since: number,
  question: HealthQuestion,
): Verdict => {
  const { state = {}, lastState = {} } = statusOf(pod, container.name) ?? {};
  const { running, waiting, terminated } = state;
  const ended = terminated ?? lastState.terminated;
  const failure = ended && judgeEnd(ended, waiting?.reason, since);
  if (failure?.kind === 'failing') return failure;
  if (running) return isAfter(running.startedAt, since) ? { kind: 'started' } : UNCHANGED;
  if (terminated) return failure ?? UNCHANGED;
  switch (waiting?.reason) {
    case 'CreateContainerError':
      return judgeCreation(waiting.message ?? '', question);
    case 'RunContainerError':
    case 'CrashLoopBackOff':
      // It ended before the content came: the kubelet has yet to try again.
      return WAITING;
    default:
      return UNCHANGED;
  }
};

/** The runtime never started it: its time is the one at which that was given up. */
const NEVER_STARTED = ['StartError', 'ContainerCannotRun'];

const judgeEnd = (
  { exitCode, reason = '', message = '', startedAt, finishedAt }: TerminatedState,
  waitingReason: string | undefined,
  since: number,
): Verdict | undefined => {
  const hasStarted = !NEVER_STARTED.includes(reason);
  if (!isAfter(hasStarted ? startedAt : finishedAt, since)) return undefined;
  if (exitCode === 0) return { kind: 'started' };
  const words = message === '' ? `exit code ${exitCode}` : message;
  return {
    kind: 'failing',
    reason: hasStarted ? (waitingReason ?? (reason || 'Error')) : reason,
    message: words,
  };
};

/** containerd: `cannot load seccomp profile "…"`; CRI-O: `unable to load local profile "…"`; both with the errno's words. */
const MISSING_FILE = /profile "[^"]*\/seccomp\/[^/"]+\/([^"]+)".*no such file/;

// The condition has no time. A file that has come in the meantime cannot be what is missing any more, and what `apply`
// ships can be decoded: both are words of a try before it.
const judgeCreation = (message: string, { paths }: HealthQuestion): Verdict => {
  const [, missing] = MISSING_FILE.exec(message) ?? [];
  if (missing !== undefined && paths.has(missing)) return WAITING;
  if (/decoding seccomp profile failed/.test(message)) return WAITING;
  return { kind: 'failing', reason: 'CreateContainerError', message };
};

const statusOf = ({ status = {} }: PodObject, name: string): ContainerStatus | undefined =>
  [status.containerStatuses, status.initContainerStatuses, status.ephemeralContainerStatuses]
    .flatMap((list) => list ?? [])
    .find((one) => one.name === name);

/** Within one second nobody can tell which came first; that is no evidence. */
const isAfter = (time: string | undefined, since: number): boolean =>
  time !== undefined && Date.parse(time) > since;

const addVerdict = (
  health: Health,
  { metadata = {}, spec = {} }: PodObject,
  { name }: ContainerObject,
  verdict: Verdict,
): Health => {
  const using = health.using + 1;
  switch (verdict.kind) {
    case 'started':
      return { ...health, using, started: health.started + 1 };
    case 'waiting':
      return { ...health, using, waiting: health.waiting + 1 };
    case 'failing': {
      const { reason, message } = verdict;
      const where = { namespace: metadata.namespace ?? '', pod: metadata.name ?? '', container: name };
      const failing = { ...where, node: spec.nodeName ?? '', reason, message };
      return { ...health, using, failing: [...health.failing, failing] };
    }
    default:
      return { ...health, using };
  }
};
