// Would it start here: joins pods and templates with the nodes that they could come to, the file that lies there and what
// the runtimes there make of its content. It reads, and changes nothing.
import { SeccompError } from '../error.ts';
import { parseLocalhostProfile } from '../protocol/layout.ts';
import type { Inspection } from '../protocol/report.ts';
import { hasSeccompAnnotation } from '../workload/annotations.ts';
import {
  type Check,
  type CheckSubject,
  type ContainerCheck,
  type LeftOut,
  type StartReason,
  worstOf,
} from '../workload/check.ts';
import type { RuntimeClassSeen, Surroundings } from '../workload/check-ports.ts';
import { type CheckedContainer, checkedContainersOf } from '../workload/checked-container.ts';
import { needsFile } from '../workload/confinement.ts';
import { readContents } from './check-content.ts';
import { type FileFound, findFile } from './check-file.ts';
import { contentJudge, type JudgeContent } from './check-judge.ts';
import { classesOf, scheduledSpec, whyNotHere } from './check-nodes.ts';
import type { CheckSettings } from './check-settings.ts';
import { contentsOf } from './contents.ts';
import type { NodeSeen } from './node.ts';
import type { Cluster } from './ports.ts';
import type { Release } from './release.ts';

export interface CheckPorts {
  readonly cluster: Pick<Cluster, 'readNodes' | 'readReleases' | 'readChunks'>;
  readonly surroundings: Surroundings;
}

/** Checks pods and templates against every node that they could come to. Throws only where nodes cannot be read. */
export const checkSubjects = async (
  subjects: readonly CheckSubject[],
  settings: CheckSettings,
  { cluster, surroundings }: CheckPorts,
): Promise<Check> => {
  const unread: { resource: string; message: string }[] = [];
  const [nodes, releases, around] = await Promise.all([
    cluster.readNodes({ selector: '' }),
    readReleases(cluster, unread),
    readSurroundings(subjects, surroundings),
  ]);
  const contents = releases && contentsOf(nodes, releases);
  const placed = subjects.map((subject) => place(subject, nodes, around));
  const asked = placed.flatMap((one) =>
    one.containers.flatMap((container) => one.nodes.map((node) => ({ one, container, node }))),
  );
  const files = new Map<string, FileFound>();
  const fileOf = (node: NodeSeen, { path }: CheckedContainer): FileFound => {
    const key = JSON.stringify([node.name, path]);
    const known = files.get(key);
    if (known) return known;
    const found = findFile(node, parseLocalhostProfile(path), contents, diskOf(node, settings));
    files.set(key, found);
    return found;
  };
  const wanted = asked
    .filter(({ container }) => isContentAsked(container))
    .flatMap(({ node, container }) => fileOf(node, container).contents);
  const read = await readContents(wanted, releases ?? [], cluster);
  const judge = contentJudge(read, settings);
  const containers = placed.flatMap((one): ContainerCheck[] =>
    one.containers.map((container) => ({
      subject: one.subject,
      container: { name: container.name, role: container.role },
      path: container.path,
      execs: container.execs,
      classes: classesOf(
        one.nodes.map((node) => ({
          node,
          reasons: reasonsFor(one, container, node, fileOf, judge),
        })),
      ),
    })),
  );
  const verdicts = containers.map(({ classes }) =>
    classes.length === 0 ? 'unknown' : worstOf(classes.map(({ verdict }) => verdict)),
  );
  return {
    verdict: worstOf(verdicts),
    isVerified: settings.disks !== undefined,
    containers,
    leftOut: placed.flatMap(({ leftOut }) => leftOut),
    unread: [...unread, ...read.unread],
  };
};

interface Around {
  readonly areAnnotationsRead: boolean;
  readonly classes: ReadonlyMap<string, RuntimeClassSeen> | undefined;
}

/** A subject with the nodes that it could come to. */
interface Placed {
  readonly subject: CheckSubject;
  readonly containers: readonly CheckedContainer[];
  readonly nodes: readonly NodeSeen[];
  readonly leftOut: readonly LeftOut[];
  /** Of its RuntimeClass; empty where it names none. */
  readonly handler: string;
  readonly isClassMissing: boolean;
}

const place = (
  subject: CheckSubject,
  nodes: readonly NodeSeen[],
  { areAnnotationsRead, classes }: Around,
): Placed => {
  const { template, workload } = subject;
  const { runtimeClassName = '' } = template.spec ?? {};
  const runtimeClass = classes?.get(runtimeClassName);
  const handlers = new Map([...(classes ?? [])].map(([name, { handler }]) => [name, handler] as const));
  const spec = scheduledSpec(template.spec ?? {}, workload.kind, runtimeClass);
  const found = nodes.map((node) => ({ node, message: whyNotHere(spec, node) }));
  return {
    subject,
    containers: checkedContainersOf(template, { areAnnotationsRead, handlers }),
    nodes: found.flatMap(({ node, message }) => (message === undefined ? [node] : [])),
    leftOut: found.flatMap(({ node, message }) =>
      message === undefined ? [] : [{ subject, node: node.name, message }],
    ),
    // Where classes may not be read, their names must do.
    handler: runtimeClass?.handler ?? runtimeClassName,
    isClassMissing: runtimeClassName !== '' && classes !== undefined && runtimeClass === undefined,
  };
};

/** Where the disks were to be asked and this one did not answer, what labels claim is no answer either. */
const diskOf = ({ name }: NodeSeen, { disks }: CheckSettings): Inspection | 'unasked' | undefined =>
  disks && (disks.get(name)?.inspection ?? 'unasked');

const isContentAsked = ({ confinement }: CheckedContainer): boolean => confinement.notApplied === undefined;

const reasonsFor = (
  { subject, isClassMissing, handler }: Placed,
  container: CheckedContainer,
  node: NodeSeen,
  fileOf: (node: NodeSeen, container: CheckedContainer) => FileFound,
  judge: JudgeContent,
): readonly StartReason[] => {
  const { confinement, path } = container;
  const { runtimeClassName } = subject.template.spec ?? {};
  if (isClassMissing) {
    const message = `there is no RuntimeClass ${runtimeClassName}: the API server refuses the pod`;
    return [{ code: 'runtime-class', verdict: 'fails', message }];
  }
  const fault = faultOf(path);
  if (fault !== undefined) return [{ code: 'path', verdict: 'fails', message: fault }];
  const { notApplied } = confinement;
  const aside: StartReason[] =
    notApplied === undefined
      ? []
      : [{ code: 'not-applied', verdict: 'starts', message: `the profile is not applied: ${notApplied}` }];
  if (!needsFile(confinement)) return aside;
  const found = fileOf(node, container);
  const content = isContentAsked(container) ? judge(found, container, node, handler) : [];
  return [...found.reasons, ...content, ...aside];
};

/** Names what API validation says of a path (pkg/apis/core/validation, validateLocalhostProfile). */
const faultOf = (path: string): string | undefined => {
  if (path === '') return 'localhostProfile is empty: no container is created';
  if (path.startsWith('/') || path.split('/').includes('..'))
    return 'localhostProfile must be relative and without "..": the API server refuses the pod';
  return undefined;
};

const readReleases = async (
  cluster: Pick<Cluster, 'readReleases'>,
  unread: { resource: string; message: string }[],
): Promise<readonly Release[] | undefined> => {
  try {
    return await cluster.readReleases();
  } catch (thrown) {
    // Whoever may not read records still learns where a pod could come to.
    if (!(thrown instanceof SeccompError) || thrown.code !== 'api') throw thrown;
    unread.push({ resource: 'configmaps', message: thrown.message });
    return undefined;
  }
};

const readSurroundings = async (
  subjects: readonly CheckSubject[],
  surroundings: Surroundings,
): Promise<Around> => {
  const isClassAsked = subjects.some(({ template }) => template.spec?.runtimeClassName);
  const isVersionAsked = subjects.some(({ template }) =>
    hasSeccompAnnotation(template.metadata?.annotations ?? {}),
  );
  const [classes, areAnnotationsRead] = await Promise.all([
    isClassAsked ? surroundings.readRuntimeClasses() : undefined,
    isVersionAsked ? surroundings.readAreAnnotationsRead() : false,
  ]);
  return { classes, areAnnotationsRead };
};
