// The kinds of objects that make pods, and which of them still can.
import type { ControllerObject } from './objects.ts';

export interface WorkloadKind {
  /** As kubectl names it, e.g. `cronjobs.batch`. */
  readonly resource: string;
  readonly kind: string;
  /** The path of the API group and version, e.g. `/apis/batch/v1`. */
  readonly group: string;
}

const kind = (group: string, resource: string, name: string): WorkloadKind => {
  const [, , groupName] = group.split('/');
  const isCore = group === '/api/v1';
  return { group, kind: name, resource: isCore ? resource : `${resource}.${groupName}` };
};

/** What stands between a workload and its pods is read as the others: one that nothing owns is a workload of its own. */
export const WORKLOAD_KINDS: readonly WorkloadKind[] = [
  kind('/apis/apps/v1', 'deployments', 'Deployment'),
  kind('/apis/apps/v1', 'statefulsets', 'StatefulSet'),
  kind('/apis/apps/v1', 'daemonsets', 'DaemonSet'),
  kind('/apis/apps/v1', 'replicasets', 'ReplicaSet'),
  kind('/api/v1', 'replicationcontrollers', 'ReplicationController'),
  kind('/apis/batch/v1', 'cronjobs', 'CronJob'),
  kind('/apis/batch/v1', 'jobs', 'Job'),
];

/**
 * Tells whether objects of this kind, where something controls them, are only steps of it: a Deployment's ReplicaSets, a
 * CronJob's Jobs, and those of kinds that we do not know (an Argo Rollout's ReplicaSets).
 */
export const isStep = (name: string): boolean => name === 'ReplicaSet' || name === 'Job';

/** Tells whether the template of what controls a step is read by itself. */
export const isTemplateRead = (ownerKind: string): boolean =>
  WORKLOAD_KINDS.some((one) => one.kind === ownerKind);

/** Tells whether Kubernetes itself makes pods of a kind, in whatever version: others have kinds of the same names. */
export const isOwnKind = (apiVersion: string, name: string): boolean => {
  const groupOf = (path: string): string => /^(?:\/apis\/)?([^/]+)\/[^/]+$/.exec(path)?.[1] ?? '';
  return WORKLOAD_KINDS.some(
    ({ kind: own, group }) =>
      own === name && (group === '/api/v1' ? '' : groupOf(group)) === groupOf(apiVersion),
  );
};

/** Tells whether an object can still make pods: not a Job that has ended. */
export const canMakePods = (name: string, { status }: ControllerObject): boolean =>
  name !== 'Job' ||
  !(status?.conditions ?? []).some(
    (condition) =>
      condition.status === 'True' && (condition.type === 'Complete' || condition.type === 'Failed'),
  );

/** Tells whether pods of it may exist: an old ReplicaSet without any need not be remembered. */
export const mayHavePods = ({ spec, status }: ControllerObject): boolean =>
  (spec?.replicas ?? 1) > 0 || (status?.replicas ?? 0) > 0;
