// What binding needs of the outside. `plugin/cluster/controllers.ts` implements it on Kubernetes, tests in memory.
import type { WorkloadChoice } from './bind-names.ts';
import type { ControllerObject, PodObject, PodTemplate } from './objects.ts';

export interface ControllerRef extends WorkloadChoice {
  readonly namespace: string;
}

/** A page of what makes pods, or of bare pods and Jobs, which cannot be changed. */
export type ControllerPage =
  | {
      readonly kind: 'objects';
      readonly of: WorkloadChoice['kind'];
      readonly objects: readonly ControllerObject[];
    }
  | { readonly kind: 'unread'; readonly resource: string; readonly message: string };

/** What the API server said to a patch. */
export type Patched =
  | { readonly kind: 'patched'; readonly object: ControllerObject }
  /** It is not the version any more that the patch is for. Nothing was changed. */
  | { readonly kind: 'changed' }
  | { readonly kind: 'refused'; readonly message: string; readonly hint?: string };

export interface Controllers {
  /** Reads one object; throws SeccompError where it is not there or may not be read. */
  read(ref: ControllerRef): Promise<ControllerObject>;
  /** Yields every object that has a pod template, Jobs too, then bare pods; without a namespace, of all. */
  list(namespace: string | undefined): AsyncIterable<ControllerPage>;
  /** Sends a strategic merge patch, which holds for one resourceVersion only where the object says one. */
  patch(ref: ControllerRef, patch: object, options: { readonly isDryRun: boolean }): Promise<Patched>;
  /**
   * Asks what admission would say to a pod of a template: the workload itself is not refused for what its pods are.
   * Returns why it would be refused; undefined too where that may not be asked.
   */
  admitPod(
    namespace: string,
    template: PodTemplate,
  ): Promise<{ readonly message: string; readonly hint?: string } | undefined>;
  /** Reads the pods that a workload's selector finds; undefined where they may not be read. */
  readPods(namespace: string, object: ControllerObject): Promise<readonly PodObject[] | undefined>;
}
