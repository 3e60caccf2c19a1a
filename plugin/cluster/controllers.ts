// Reads and patches the objects that make pods, for `bind`. What the API server refuses is told in its own words.
import type { WorkloadChoice } from '../../src/workload/bind-names.ts';
import type { ControllerPage, ControllerRef, Controllers, Patched } from '../../src/workload/bind-ports.ts';
import { WORKLOAD_KINDS } from '../../src/workload/kinds.ts';
import type { ControllerObject, PodObject, PodTemplate } from '../../src/workload/objects.ts';
import { readDenial } from './admission.ts';
import { type Api, ApiError } from './api.ts';

export interface ControllersSettings {
  readonly api: Api;
  /** Ends reads; a patch that was sent is waited for, so that it is known what became of it. */
  readonly signal: AbortSignal;
}

/** Bare pods cannot be changed, but are worth naming. */
const PODS: WorkloadChoice['kind'] = { group: '/api/v1', resource: 'pods', kind: 'Pod' };
const FIELD_MANAGER = 'kubectl-seccomp';

/** Makes the port; nothing is sent yet. */
export const createControllers = ({ api, signal }: ControllersSettings): Controllers => ({
  read: (ref) => api.get<ControllerObject>(pathOf(ref), { signal }),

  async *list(namespace) {
    for (const kind of [...WORKLOAD_KINDS, PODS]) yield* listKind(api, kind, namespace, signal);
  },

  patch: async (ref, patch, { isDryRun }): Promise<Patched> => {
    try {
      const query = { fieldManager: FIELD_MANAGER };
      const options = { type: 'strategic', query, isDryRun } as const;
      return { kind: 'patched', object: await api.patch<ControllerObject>(pathOf(ref), patch, options) };
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) throw thrown;
      if (thrown.status === 409) return { kind: 'changed' };
      if (thrown.status >= 500 || thrown.status === 429) throw thrown;
      return refusal(thrown);
    }
  },

  admitPod: async (namespace, template) => {
    const metadata = { ...template.metadata, generateName: 'kubectl-seccomp-bind-', namespace };
    const pod = { apiVersion: 'v1', kind: 'Pod', ...template, metadata };
    try {
      await api.create(`/api/v1/namespaces/${namespace}/pods`, pod, { isDryRun: true, signal });
      return undefined;
    } catch (thrown) {
      if (!(thrown instanceof ApiError) || thrown.status >= 500 || thrown.status === 429) throw thrown;
      const { reason, isFinal } = readDenial(thrown.message);
      // Whoever may change workloads need not be allowed to make pods; and the quota has room once an old pod goes.
      return reason.code === 'forbidden' || !isFinal ? undefined : refusal(thrown);
    }
  },

  readPods: async (namespace, { spec }) => {
    const labelSelector = renderSelector((spec as { selector?: unknown } | undefined)?.selector);
    if (labelSelector === undefined) return undefined;
    const pods: PodObject[] = [];
    try {
      const path = `/api/v1/namespaces/${namespace}/pods`;
      for await (const page of api.list<PodObject>(path, { labelSelector, signal })) pods.push(...page);
    } catch (thrown) {
      if (thrown instanceof ApiError && thrown.status === 403) return undefined;
      throw thrown;
    }
    return pods;
  },
});

const pathOf = ({ kind, namespace, name }: ControllerRef): string =>
  `${kind.group}/namespaces/${namespace}/${pluralOf(kind)}/${name}`;

const pluralOf = ({ resource }: WorkloadChoice['kind']): string => resource.split('.', 1)[0] ?? resource;

const refusal = ({ message, hint }: ApiError) => ({
  kind: 'refused' as const,
  message,
  ...(hint !== undefined && { hint }),
});

async function* listKind(
  api: Api,
  kind: WorkloadChoice['kind'],
  namespace: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<ControllerPage> {
  const scope = namespace === undefined ? '' : `/namespaces/${namespace}`;
  try {
    const path = `${kind.group}${scope}/${pluralOf(kind)}`;
    for await (const objects of api.list<ControllerObject>(path, { signal }))
      yield { kind: 'objects', of: kind, objects: objects.map((object) => readBare(kind, object)) };
  } catch (thrown) {
    if (!(thrown instanceof ApiError) || (thrown.status !== 403 && thrown.status !== 404)) throw thrown;
    if (thrown.status === 403) yield { kind: 'unread', resource: kind.resource, message: thrown.message };
  }
}

/** A pod is its own template. */
const readBare = ({ kind }: WorkloadChoice['kind'], object: ControllerObject): ControllerObject => {
  if (kind !== 'Pod') return object;
  const { metadata, spec } = object as PodTemplate;
  return { ...(metadata && { metadata }), spec: { template: { ...(spec && { spec }) } } };
};

/** Renders a selector as the API server takes it in a query; a ReplicationController's has no `matchLabels`. */
const renderSelector = (selector: unknown): string | undefined => {
  if (typeof selector !== 'object' || selector === null) return undefined;
  const { matchLabels, matchExpressions } = selector as {
    matchLabels?: Readonly<Record<string, string>>;
    matchExpressions?: readonly { key: string; operator: string; values?: readonly string[] }[];
  };
  const isPlain = matchLabels === undefined && matchExpressions === undefined;
  const labels = isPlain ? (selector as Readonly<Record<string, string>>) : (matchLabels ?? {});
  const requirements = (matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    if (operator === 'Exists') return key;
    if (operator === 'DoesNotExist') return `!${key}`;
    return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`;
  });
  return [...Object.entries(labels).map(([key, value]) => `${key}=${value}`), ...requirements].join(',');
};
