// `Controllers` in memory: objects with resource versions, strategic merge patches as far as bind sends them, pods and
// refusals that a test sets. Every call is noted.

import { SeccompError } from '../../src/error.ts';
import type { ControllerPage, ControllerRef, Controllers, Patched } from '../../src/workload/bind-ports.ts';
import { WORKLOAD_KINDS } from '../../src/workload/kinds.ts';
import type { ControllerObject, PodObject, PodTemplate } from '../../src/workload/objects.ts';

type Json = Record<string, unknown>;

export class FakeControllers implements Controllers {
  /** By `Kind namespace/name`. */
  readonly objects = new Map<string, ControllerObject>();
  readonly calls: string[] = [];
  /** What admission says to a pod. */
  podRefusal: { readonly message: string; readonly hint?: string } | undefined;
  /** What the API server says to a patch instead of taking it. */
  refusePatch: ((isDryRun: boolean) => Patched | undefined) | undefined;
  /** What happens to an object that was patched, such as its rollout. */
  onPatched: (object: ControllerObject) => ControllerObject = (object) => object;
  /** What a look at the pods finds. */
  pods: (look: number) => readonly PodObject[] | undefined = () => [];
  /** Pages beside those of the objects. */
  unread: readonly ControllerPage[] = [];
  #version = 1;
  #looks = 0;

  put(kind: string, object: ControllerObject): void {
    const { namespace = 'shop', name } = object.metadata ?? {};
    this.#version += 1;
    const metadata = { ...object.metadata, name, namespace, resourceVersion: String(this.#version) };
    this.objects.set(`${kind} ${namespace}/${name}`, { ...object, metadata } as ControllerObject);
  }

  get(kind: string, name: string, namespace = 'shop'): ControllerObject {
    const found = this.objects.get(`${kind} ${namespace}/${name}`);
    if (found === undefined) throw new SeccompError('api', `${kind.toLowerCase()} "${name}" not found`);
    return structuredClone(found);
  }

  async read({ kind, namespace, name }: ControllerRef): Promise<ControllerObject> {
    this.calls.push(`read ${kind.kind} ${namespace}/${name}`);
    return this.get(kind.kind, name, namespace);
  }

  async *list(namespace: string | undefined): AsyncGenerator<ControllerPage> {
    this.calls.push(`list ${namespace ?? '-A'}`);
    for (const of of [...WORKLOAD_KINDS, { group: '/api/v1', resource: 'pods', kind: 'Pod' }]) {
      const objects = [...this.objects].flatMap(([key, object]) =>
        key.startsWith(`${of.kind} ${namespace ?? ''}`) ? [structuredClone(object)] : [],
      );
      yield { kind: 'objects', of, objects };
    }
    yield* this.unread;
  }

  async patch(ref: ControllerRef, patch: object, { isDryRun }: { isDryRun: boolean }): Promise<Patched> {
    this.calls.push(`patch ${ref.kind.kind} ${ref.namespace}/${ref.name}${isDryRun ? ' (dry run)' : ''}`);
    const refused = this.refusePatch?.(isDryRun);
    if (refused) return refused;
    const before = this.get(ref.kind.kind, ref.name, ref.namespace) as Json;
    const { resourceVersion } = (patch as { metadata?: { resourceVersion?: string } }).metadata ?? {};
    if (resourceVersion !== (before.metadata as Json).resourceVersion) return { kind: 'changed' };
    const after = mergePatch(before, patch as Json) as ControllerObject;
    if (isDryRun) return { kind: 'patched', object: after };
    this.put(ref.kind.kind, this.onPatched(after));
    return { kind: 'patched', object: this.get(ref.kind.kind, ref.name, ref.namespace) };
  }

  async admitPod(namespace: string, _template: PodTemplate) {
    this.calls.push(`admitPod ${namespace}`);
    return this.podRefusal;
  }

  async readPods(): Promise<readonly PodObject[] | undefined> {
    this.#looks += 1;
    return this.pods(this.#looks);
  }
}

/** Applies a strategic merge patch: null removes, objects merge, containers merge by their names, other lists are replaced. */
export const mergePatch = (before: Json, patch: Json): Json => {
  const merged: Json = { ...before };
  for (const [key, value] of Object.entries(patch)) {
    const one = merged[key];
    if (value === null) delete merged[key];
    else if (Array.isArray(value) && (key === 'containers' || key === 'initContainers'))
      merged[key] = (one as Json[]).map((container) => {
        const change = (value as Json[]).find(({ name }) => name === container.name);
        return change === undefined ? container : mergePatch(container, change);
      });
    else if (isRecord(value)) merged[key] = mergePatch(isRecord(one) ? one : {}, value);
    else merged[key] = value;
  }
  return merged;
};

const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
