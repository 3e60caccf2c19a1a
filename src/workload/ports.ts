// What must be read of a cluster to know who uses which profile. `plugin/cluster/workloads.ts` implements it.
import type { WorkloadRows } from './rows.ts';
import type { PodSeen, TemplateSeen } from './seen.ts';

export interface WorkloadQuery {
  /** Absent: all namespaces. */
  readonly namespace?: string;
  /** Label selector that pods match, or the pods that a template would make; '' for all. */
  readonly selector: string;
}

/** Templates come before pods. What `read` yields is to be folded and forgotten. */
export type WorkloadPage =
  | { readonly kind: 'templates'; readonly templates: readonly TemplateSeen[] }
  | { readonly kind: 'pods'; readonly pods: readonly PodSeen[] }
  /** A kind of objects that may not be read, e.g. `cronjobs.batch`, and the API server's words. */
  | { readonly kind: 'unread'; readonly resource: string; readonly message: string };

/** Who runs with what at this moment. */
export interface WorkloadsNow extends WorkloadRows {
  /** All there is has been told. */
  readonly isWhole: boolean;
  /** Why it is not up to date. */
  readonly lost?: string;
}

export interface Workloads {
  /** Finds the namespace of the kubeconfig's context. */
  currentNamespace(): Promise<string>;
  /** Yields pods and templates page by page; throws only where the cluster cannot be reached at all. */
  read(query: WorkloadQuery): AsyncIterable<WorkloadPage>;
  /**
   * Yields all there is, again whenever something has changed since the last was taken, until the signal aborts; rows
   * that have not changed are the same objects. Whoever takes them slowly gets fewer.
   */
  watch(query: Pick<WorkloadQuery, 'namespace'>, signal: AbortSignal): AsyncIterable<WorkloadsNow>;
}
