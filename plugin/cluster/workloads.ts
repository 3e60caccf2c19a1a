// Reads who runs under which profile: the objects that make pods, then the pods, page by page. What may not be read is
// told and passed over: who may see one namespace only still gets an answer about that.
import { parseSelector } from '../../src/rollout/selector.ts';
import { WORKLOAD_KINDS, type WorkloadKind } from '../../src/workload/kinds.ts';
import type { ControllerObject, PodObject } from '../../src/workload/objects.ts';
import type { WorkloadPage, WorkloadQuery, Workloads } from '../../src/workload/ports.ts';
import { type Api, ApiError } from './api.ts';
import { createSurroundings } from './surroundings.ts';
import { LIVE_PODS, POD_KIND, pathOf, templateOf, WorkloadReader } from './workload-reader.ts';
import { watchWorkloads } from './workloads-watch.ts';

export interface WorkloadsSettings {
  readonly api: Api;
  /** Finds the namespace that the kubeconfig's context names. */
  readonly currentNamespace: () => Promise<string>;
  readonly signal: AbortSignal;
}

/** Makes the port; nothing is sent yet. */
export const createWorkloads = (settings: WorkloadsSettings): Workloads => ({
  currentNamespace: settings.currentNamespace,
  read: (query) => new Reading(settings, query).pages(),
  watch: (query, signal) => watchWorkloads(settings.api, query, signal),
});

class Reading {
  readonly #api: Api;
  readonly #signal: AbortSignal;
  readonly #namespace: string | undefined;
  readonly #labelSelector: string;
  readonly #reader: WorkloadReader;

  constructor({ api, signal }: WorkloadsSettings, { namespace, selector }: WorkloadQuery) {
    this.#api = api;
    this.#signal = signal;
    this.#namespace = namespace;
    this.#labelSelector = selector;
    this.#reader = new WorkloadReader(createSurroundings({ api, signal }), parseSelector(selector));
  }

  async *pages(): AsyncGenerator<WorkloadPage> {
    const reader = this.#reader;
    for (const kind of WORKLOAD_KINDS)
      yield* this.#readKind<ControllerObject>(kind, '', async (objects) => {
        const facts = await reader.factsFor(objects.map(templateOf));
        return {
          kind: 'templates',
          templates: objects.flatMap((one) => reader.readController(kind, one, facts)),
        };
      });
    yield* this.#readKind<PodObject>(POD_KIND, LIVE_PODS, async (objects) => {
      const facts = await reader.factsFor(objects);
      return { kind: 'pods', pods: objects.flatMap((one) => reader.readPod(one, facts) ?? []) };
    });
  }

  async *#readKind<T>(
    kind: WorkloadKind,
    fieldSelector: string,
    read: (objects: readonly T[]) => Promise<WorkloadPage>,
  ): AsyncGenerator<WorkloadPage> {
    const options = {
      signal: this.#signal,
      ...(fieldSelector && { fieldSelector, labelSelector: this.#labelSelector }),
    };
    try {
      for await (const page of this.#api.list<T>(pathOf(kind, this.#namespace), options))
        yield await read(page);
    } catch (thrown) {
      if (!(thrown instanceof ApiError) || (thrown.status !== 403 && thrown.status !== 404)) throw thrown;
      // An API server that does not know a kind has no object of it.
      if (thrown.status === 403) yield { kind: 'unread', resource: kind.resource, message: thrown.message };
    }
  }
}
