// Settles a check by short pods: for each container and class of nodes one, on a node that is Ready. Containers that start
// alike share one.
import { type Check, type ClassVerdict, type ContainerCheck, worstOf } from '../workload/check.ts';
import type { ContainerObject, PodSpec } from '../workload/objects.ts';
import { type ProbeFate, type ProbeRequest, type Prober, probeRequestOf, settle } from '../workload/probe.ts';
import { tolerationsOf } from './check-nodes.ts';

/** Pods at a time: they are small, and each is on a node of its own kind. */
const AT_ONCE = 4;

/** What is settled without a pod: none would be created, or it would show nothing of the profile. */
const PLAIN: readonly string[] = ['path', 'runtime-class'];

interface Question {
  readonly check: ContainerCheck;
  readonly verdict: ClassVerdict;
  readonly request: ProbeRequest;
}

/** Starts the pods and returns the check with what they showed; `onProbe` is told of each before it is started. */
export const probeCheck = async (
  check: Check,
  {
    prober,
    signal,
    onProbe,
  }: {
    readonly prober: Prober;
    readonly signal: AbortSignal;
    readonly onProbe: (request: ProbeRequest) => void;
  },
): Promise<Check> => {
  const questions = check.containers.flatMap(questionsOf);
  const fates = new Map<string, ProbeFate>();
  const left = [...new Map(questions.map(({ request }) => [keyOf(request), request])).entries()];
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next && !signal.aborted; next = left.shift()) {
      const [key, request] = next;
      onProbe(request);
      fates.set(key, await prober.probe(request, signal));
    }
  };
  // One that fails must not leave the pods of the others behind: each is waited for.
  const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, work));
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
  const settled = new Map(
    questions.flatMap(({ verdict, request }) => {
      const fate = fates.get(keyOf(request));
      return fate ? [[verdict, settleClass(verdict, fate, request)] as const] : [];
    }),
  );
  const containers = check.containers.map((one) => ({
    ...one,
    classes: one.classes.map((verdict) => settled.get(verdict) ?? verdict),
  }));
  const verdicts = containers.map(({ classes }) =>
    classes.length === 0 ? 'unknown' : worstOf(classes.map(({ verdict }) => verdict)),
  );
  return { ...check, containers, verdict: worstOf(verdicts) };
};

const keyOf = (request: ProbeRequest): string => JSON.stringify(request);

const settleClass = (verdict: ClassVerdict, fate: ProbeFate, request: ProbeRequest): ClassVerdict => {
  const reasons = settle(verdict.reasons, fate, request.isExecAsked);
  return { ...verdict, reasons, verdict: worstOf(reasons.map((one) => one.verdict)), probedOn: request.node };
};

const questionsOf = (check: ContainerCheck): readonly Question[] => {
  const { subject, container, path, execs } = check;
  const { spec = {} } = subject.template;
  const object = containersOf(spec).find(({ name }) => name === container.name);
  if (object === undefined || object.securityContext?.privileged === true) return [];
  return check.classes.flatMap((verdict): Question[] => {
    const { readyNode, reasons } = verdict;
    if (readyNode === undefined || reasons.some(({ code }) => PLAIN.includes(code))) return [];
    const request = probeRequestOf(subject.namespace, readyNode, {
      spec: { ...spec, tolerations: probeTolerations(spec, subject.workload.kind) },
      container: object,
      localhostProfile: path,
      isExecAsked: execs.length > 0,
    });
    return [{ check, verdict, request }];
  });
};

/** A pod that names its node comes there past taints; a probe has the scheduler in its way. */
const probeTolerations = (spec: PodSpec, kind: string): NonNullable<PodSpec['tolerations']> => [
  ...tolerationsOf(spec, kind),
  ...(spec.nodeName ? [{ operator: 'Exists', effect: 'NoSchedule' }] : []),
];

const containersOf = ({
  initContainers,
  containers,
  ephemeralContainers,
}: PodSpec): readonly ContainerObject[] =>
  [initContainers, containers, ephemeralContainers].flatMap((list) => list ?? []);
