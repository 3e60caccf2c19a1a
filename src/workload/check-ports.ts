// What `check` needs to know of a cluster beside nodes and records. `plugin/cluster/surroundings.ts` implements it.
import type { Toleration } from './placement.ts';

export interface RuntimeClassSeen {
  readonly handler: string;
  /** What admission adds to the pods that name it. */
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly Toleration[];
}

export interface Surroundings {
  /** By name; undefined where they may not be read. */
  readRuntimeClasses(): Promise<ReadonlyMap<string, RuntimeClassSeen> | undefined>;
  /** Tells whether this API server still copies the old annotations into fields. */
  readAreAnnotationsRead(): Promise<boolean>;
}
