// The document of `bind -o json|yaml`, version kubectl-seccomp/v1, and how it is built.

import type { PodFailure } from '../../src/workload/bind-failures.ts';
import { renderWorkload, type WorkloadChoice } from '../../src/workload/bind-names.ts';
import type { Change } from '../../src/workload/bind-place.ts';
import { renderPlace } from '../../src/workload/bind-undo.ts';
import { API_VERSION, type Document } from './document.ts';

/** What became of one workload. */
export type BindAction =
  | 'bound'
  | 'restored'
  /** It stood so already. */
  | 'unchanged'
  /** Nothing was changed: `message` says why. */
  | 'refused';

export interface BoundWorkload {
  /** Absent for one in a file. */
  readonly namespace?: string;
  readonly workload: WorkloadChoice;
  readonly action: BindAction;
  readonly changes: readonly Change[];
  readonly message?: string;
  readonly rollout?: RolloutDocument;
}

export interface BindDocument extends Document {
  readonly kind: 'BindResult';
  /** `none`, `client` or `server`: whether anything was changed at all. */
  readonly dryRun: string;
  /** The file that was edited. */
  readonly file?: string;
  readonly workloads: readonly BoundWorkloadDocument[];
  /** What could not be read, so that workloads may be missing. */
  readonly unread: readonly { readonly resource: string; readonly message: string }[];
}

export interface BoundWorkloadDocument {
  readonly namespace?: string;
  readonly kind: string;
  readonly name: string;
  readonly action: BindAction;
  readonly changes: readonly ChangeDocument[];
  readonly message?: string;
  readonly rollout?: RolloutDocument;
}

export interface ChangeDocument {
  /** Below the pod template, e.g. `spec.containers[main].securityContext.seccompProfile`. */
  readonly path: string;
  /** Absent: nothing stood there. */
  readonly before?: unknown;
  /** Absent: nothing stands there now. */
  readonly after?: unknown;
}

export interface RolloutDocument {
  /** `none`: nothing replaces the pods that there are; `unfinished`: it was not waited for any longer. */
  readonly state: 'done' | 'failed' | 'none' | 'unfinished';
  readonly message: string;
  readonly failures: readonly PodFailure[];
}

/** Builds the document. */
export const bindDocument = (
  workloads: readonly BoundWorkload[],
  { dryRun, file, unread }: Pick<BindDocument, 'dryRun' | 'file' | 'unread'>,
): BindDocument => ({
  apiVersion: API_VERSION,
  kind: 'BindResult',
  dryRun,
  ...(file !== undefined && { file }),
  workloads: workloads.map(({ workload, changes, namespace, action, message, rollout }) => ({
    ...(namespace !== undefined && { namespace }),
    kind: workload.kind.kind,
    name: workload.name,
    action,
    changes: changes.map(({ place, before, after }) => ({
      path: renderPlace(place),
      ...(before !== undefined && { before }),
      ...(after !== undefined && { after }),
    })),
    ...(message !== undefined && { message }),
    ...(rollout !== undefined && { rollout }),
  })),
  unread,
});

/** Names a workload for people, with its namespace where it has one. */
export const nameOf = ({ workload, namespace }: Pick<BoundWorkload, 'workload' | 'namespace'>): string =>
  `${renderWorkload(workload)}${namespace === undefined ? '' : ` -n ${namespace}`}`;
