// Reads who runs under which profile: the objects that make pods, then the pods, page by page. What may not be read is
// told and passed over: who may see one namespace only still gets an answer about that.
import { matchesSelector, parseSelector, type Selector } from '../../src/rollout/selector.ts';
import { hasSeccompAnnotation } from '../../src/workload/annotations.ts';
import type { Surroundings } from '../../src/workload/check-ports.ts';
import type { ConfinementFacts } from '../../src/workload/confinement.ts';
import {
  canMakePods,
  isStep,
  isTemplateRead,
  mayHavePods,
  WORKLOAD_KINDS,
  type WorkloadKind,
} from '../../src/workload/kinds.ts';
import type { ControllerObject, PodObject, PodTemplate } from '../../src/workload/objects.ts';
import { controllerOf, type WorkloadName, workloadOf } from '../../src/workload/owner.ts';
import type { WorkloadPage, WorkloadQuery, Workloads } from '../../src/workload/ports.ts';
import { readPod, readTemplate, type TemplateSeen } from '../../src/workload/seen.ts';
import { type Api, ApiError } from './api.ts';
import { createSurroundings } from './surroundings.ts';

export interface WorkloadsSettings {
  readonly api: Api;
  /** Finds the namespace that the kubeconfig's context names. */
  readonly currentNamespace: () => Promise<string>;
  readonly signal: AbortSignal;
}

/** What has ended is not sent at all. */
const LIVE_PODS = 'status.phase!=Succeeded,status.phase!=Failed';

/** Makes the port; nothing is sent yet. */
export const createWorkloads = (settings: WorkloadsSettings): Workloads => ({
  currentNamespace: settings.currentNamespace,
  read: (query) => new Reading(settings, query).pages(),
});

class Reading {
  readonly #api: Api;
  readonly #signal: AbortSignal;
  readonly #surroundings: Surroundings;
  readonly #namespace: string | undefined;
  readonly #labelSelector: string;
  readonly #selector: Selector;
  /** What controls the ReplicaSets and Jobs that may have pods, by their UIDs. */
  readonly #owners = new Map<string, WorkloadName>();
  /** Asked for only when something read needs them. */
  #areAnnotationsRead: boolean | undefined;
  #handlers: ReadonlyMap<string, string> | undefined;

  constructor({ api, signal }: WorkloadsSettings, { namespace, selector }: WorkloadQuery) {
    this.#api = api;
    this.#signal = signal;
    this.#surroundings = createSurroundings({ api, signal });
    this.#namespace = namespace;
    this.#labelSelector = selector;
    this.#selector = parseSelector(selector);
  }

  async *pages(): AsyncGenerator<WorkloadPage> {
    for (const kind of WORKLOAD_KINDS)
      yield* this.#readKind<ControllerObject>(kind, '', async (objects) => {
        const facts = await this.#factsFor(objects.map(templateOf));
        return {
          kind: 'templates',
          templates: objects.flatMap((one) => this.#readController(kind, one, facts)),
        };
      });
    const pods = { group: '/api/v1', resource: 'pods', kind: 'Pod' };
    yield* this.#readKind<PodObject>(pods, LIVE_PODS, async (objects) => {
      const facts = await this.#factsFor(objects);
      return { kind: 'pods', pods: objects.flatMap((one) => readPod(one, this.#owners, facts) ?? []) };
    });
  }

  async *#readKind<T>(
    { group, resource }: WorkloadKind,
    fieldSelector: string,
    read: (objects: readonly T[]) => Promise<WorkloadPage>,
  ): AsyncGenerator<WorkloadPage> {
    const [plural = ''] = resource.split('.');
    const scope = this.#namespace === undefined ? '' : `/namespaces/${this.#namespace}`;
    const options = {
      signal: this.#signal,
      ...(fieldSelector && { fieldSelector, labelSelector: this.#labelSelector }),
    };
    try {
      for await (const page of this.#api.list<T>(`${group}${scope}/${plural}`, options))
        yield await read(page);
    } catch (thrown) {
      if (!(thrown instanceof ApiError) || (thrown.status !== 403 && thrown.status !== 404)) throw thrown;
      // An API server that does not know a kind has no object of it.
      if (thrown.status === 403) yield { kind: 'unread', resource, message: thrown.message };
    }
  }

  #readController(
    { kind }: WorkloadKind,
    object: ControllerObject,
    facts: ConfinementFacts,
  ): readonly TemplateSeen[] {
    const { metadata = {} } = object;
    const controller = isStep(kind) ? controllerOf(metadata) : undefined;
    if (controller && !mayHavePods(object)) return [];
    const workload = controller
      ? workloadOf(metadata, kind, this.#owners)
      : { kind, name: metadata.name ?? '' };
    if (controller && metadata.uid !== undefined) this.#owners.set(metadata.uid, workload);
    const isSaidElsewhere = controller !== undefined && isTemplateRead(controller.kind);
    if (isSaidElsewhere || !canMakePods(kind, object)) return [];
    // What a workload's own labels are says nothing of its pods.
    if (!matchesSelector(this.#selector, templateOf(object).metadata?.labels ?? {})) return [];
    return [readTemplate(object, workload, facts)];
  }

  async #factsFor(objects: readonly PodTemplate[]): Promise<ConfinementFacts> {
    if (objects.some(({ spec }) => spec?.runtimeClassName !== undefined))
      this.#handlers ??= await this.#readHandlers();
    if (objects.some(({ metadata }) => hasSeccompAnnotation(metadata?.annotations ?? {})))
      this.#areAnnotationsRead ??= await this.#surroundings.readAreAnnotationsRead();
    return {
      areAnnotationsRead: this.#areAnnotationsRead ?? false,
      handlers: this.#handlers ?? new Map(),
    };
  }

  /** Without the right to read RuntimeClasses their names must do. */
  async #readHandlers(): Promise<ReadonlyMap<string, string>> {
    const classes = await this.#surroundings.readRuntimeClasses();
    return new Map([...(classes ?? [])].map(([name, { handler }]) => [name, handler]));
  }
}

const templateOf = ({ spec }: ControllerObject): PodTemplate =>
  spec?.jobTemplate?.spec?.template ?? spec?.template ?? {};
