// What must be read of a cluster to know who uses which profile. `plugin/cluster/workloads.ts` implements it.
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

export interface Workloads {
  /** Finds the namespace of the kubeconfig's context. */
  currentNamespace(): Promise<string>;
  /** Yields pods and templates page by page; throws only where the cluster cannot be reached at all. */
  read(query: WorkloadQuery): AsyncIterable<WorkloadPage>;
}
