// The fold from pods and templates to one row for each container of each workload. It keeps a few dozen bytes for each
// pod, and one copy of what many pods say alike.
import type { Confinement, Profile } from './confinement.ts';
import type { WorkloadName } from './owner.ts';
import type { WorkloadPage } from './ports.ts';
import type {
  ContainerRole,
  ContainerSeen,
  Placement,
  PodContainerSeen,
  PodSeen,
  RunState,
  TemplateSeen,
} from './seen.ts';

export interface PodUse {
  readonly name: string;
  readonly node?: string;
  readonly state: RunState;
  /** When the running container was started, milliseconds since the epoch by the node's clock, to the second. */
  readonly startedAtMs?: number;
  readonly reason?: string;
}

export interface WorkloadRow {
  readonly namespace: string;
  readonly workload: WorkloadName;
  readonly container: { readonly name: string; readonly role: ContainerRole };
  readonly confinement: Confinement;
  /** Which nodes the template asks for; absent where no template says this, e.g. for bare pods and old ReplicaSets. */
  readonly template?: { readonly placement: Placement };
  /** That run or are to run; those that have ended are not counted. */
  readonly pods: readonly PodUse[];
}

export interface WorkloadRows {
  readonly rows: readonly WorkloadRow[];
  readonly unread: readonly { readonly resource: string; readonly message: string }[];
}

interface OpenRow extends Omit<WorkloadRow, 'template' | 'pods'> {
  template?: WorkloadRow['template'];
  readonly pods: PodUse[];
}

/** Folds all pages; only containers that `isWanted` are kept. Sorted by namespace, workload and container. */
export const foldWorkloads = async (
  pages: AsyncIterable<WorkloadPage>,
  isWanted: (confinement: Confinement) => boolean = () => true,
): Promise<WorkloadRows> => {
  const rows = new Map<string, OpenRow>();
  const unread: { resource: string; message: string }[] = [];
  const words = new Map<string, string>();
  /** One copy of a text that thousands of pods repeat. */
  const share = (text: string): string => {
    const known = words.get(text);
    if (known !== undefined) return known;
    words.set(text, text);
    return text;
  };
  const rowOf = (seen: PodSeen | TemplateSeen, container: ContainerSeen): OpenRow => {
    const key = keyOf(seen, container);
    const known = rows.get(key);
    if (known) return known;
    const { name, role, confinement } = container;
    const { namespace, workload } = seen;
    const row: OpenRow = { namespace, workload, container: { name, role }, confinement, pods: [] };
    rows.set(key, row);
    return row;
  };
  for await (const page of pages) {
    if (page.kind === 'unread') unread.push({ resource: page.resource, message: page.message });
    else if (page.kind === 'templates') {
      for (const template of page.templates)
        for (const container of template.containers)
          if (isWanted(container.confinement))
            rowOf(template, container).template = { placement: template.placement };
    } else
      for (const pod of page.pods)
        for (const container of pod.containers) {
          if (!isWanted(container.confinement)) continue;
          rowOf(pod, container).pods.push(foldPod(pod, container, share));
        }
  }
  return {
    rows: [...rows].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row),
    unread,
  };
};

/** Returns what a row keeps of a pod; `share` returns one copy of what many pods say alike. */
export const foldPod = (
  pod: PodSeen,
  container: PodContainerSeen,
  share: (text: string) => string,
): PodUse => {
  const startedAtMs = Date.parse(container.startedAt ?? '');
  return {
    name: pod.name,
    state: container.state,
    ...(pod.node !== undefined && { node: share(pod.node) }),
    ...(!Number.isNaN(startedAtMs) && { startedAtMs }),
    ...(container.reason !== undefined && { reason: share(container.reason) }),
  };
};

/** Names the row that a container belongs to. NUL sorts before every character that names have, so that the keys sort as the names do. */
export const keyOf = (
  { namespace, workload }: PodSeen | TemplateSeen,
  { name, role, confinement }: ContainerSeen,
): string =>
  [
    namespace,
    workload.kind,
    workload.name,
    role === 'container' ? '1' : role === 'ephemeral' ? '2' : '0',
    name,
    renderKey(confinement.profile),
    confinement.notApplied ?? '',
    confinement.ignoredAnnotation ? renderKey(confinement.ignoredAnnotation) : '',
  ].join('\0');

const renderKey = (profile: Profile): string =>
  profile.kind === 'localhost' ? `localhost ${profile.path}` : profile.kind;
