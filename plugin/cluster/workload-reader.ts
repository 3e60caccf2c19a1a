// What an object of the API says about workloads: a controller's templates and its place between a workload and its pods.
// Holds what reading one object needs to know of others.
import { matchesSelector, type Selector } from '../../src/rollout/selector.ts';
import { hasSeccompAnnotation } from '../../src/workload/annotations.ts';
import type { Surroundings } from '../../src/workload/check-ports.ts';
import type { ConfinementFacts } from '../../src/workload/confinement.ts';
import {
  canMakePods,
  isStep,
  isTemplateRead,
  mayHavePods,
  type WorkloadKind,
} from '../../src/workload/kinds.ts';
import type { ControllerObject, PodObject, PodTemplate } from '../../src/workload/objects.ts';
import { controllerOf, type WorkloadName, workloadOf } from '../../src/workload/owner.ts';
import { type PodSeen, readPod, readTemplate, type TemplateSeen } from '../../src/workload/seen.ts';

/** What has ended is not sent at all. */
export const LIVE_PODS = 'status.phase!=Succeeded,status.phase!=Failed';

export const POD_KIND: WorkloadKind = { group: '/api/v1', resource: 'pods', kind: 'Pod' };

/** Returns the path of a kind's objects, in one namespace or in all. */
export const pathOf = ({ group, resource }: WorkloadKind, namespace: string | undefined): string => {
  const [plural = ''] = resource.split('.');
  return `${group}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${plural}`;
};

export class WorkloadReader {
  readonly #surroundings: Surroundings;
  readonly #selector: Selector;
  /** What controls the ReplicaSets and Jobs that may have pods, by their UIDs. */
  readonly #owners = new Map<string, WorkloadName>();
  /** Asked for only when something read needs them. */
  #areAnnotationsRead: boolean | undefined;
  #handlers: ReadonlyMap<string, string> | undefined;

  constructor(surroundings: Surroundings, selector: Selector) {
    this.#surroundings = surroundings;
    this.#selector = selector;
  }

  /** Returns what these objects' confinement depends on; asks the cluster where they are the first that need it. */
  async factsFor(objects: readonly PodTemplate[]): Promise<ConfinementFacts> {
    if (objects.some(({ spec }) => spec?.runtimeClassName !== undefined))
      this.#handlers ??= await this.#readHandlers();
    if (objects.some(({ metadata }) => hasSeccompAnnotation(metadata?.annotations ?? {})))
      this.#areAnnotationsRead ??= await this.#surroundings.readAreAnnotationsRead();
    return {
      areAnnotationsRead: this.#areAnnotationsRead ?? false,
      handlers: this.#handlers ?? new Map(),
    };
  }

  /** Reads a controller and remembers what its pods belong to; no template where another object says it, or makes no pods. */
  readController(
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

  /** Reads a pod; undefined for one that has ended. */
  readPod(object: PodObject, facts: ConfinementFacts): PodSeen | undefined {
    return readPod(object, this.#owners, facts);
  }

  /** Returns what an object between a workload and its pods belongs to; undefined for one that was not read. */
  ownerOf(uid: string): WorkloadName | undefined {
    return this.#owners.get(uid);
  }

  /** Forgets an object between a workload and its pods that is gone. */
  forget(uid: string): void {
    this.#owners.delete(uid);
  }

  /** Without the right to read RuntimeClasses their names must do. */
  async #readHandlers(): Promise<ReadonlyMap<string, string>> {
    const classes = await this.#surroundings.readRuntimeClasses();
    return new Map([...(classes ?? [])].map(([name, { handler }]) => [name, handler]));
  }
}

/** Returns the template that a controller makes pods of. */
export const templateOf = ({ spec }: ControllerObject): PodTemplate =>
  spec?.jobTemplate?.spec?.template ?? spec?.template ?? {};
