// How far a workload has come with its new template, by the rules of `kubectl rollout status`
// (k8s.io/kubectl/pkg/polymorphichelpers/rollout_status.go), and what it is waited for.
import type { ControllerObject } from './objects.ts';

/** The fields of apps/v1 that tell it, as the API server sends them. */
interface RolledObject {
  readonly metadata?: { readonly generation?: number };
  readonly spec?: {
    readonly replicas?: number;
    readonly paused?: boolean;
    readonly suspend?: boolean;
    readonly updateStrategy?: {
      readonly type?: string;
      readonly rollingUpdate?: { readonly partition?: number };
    };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
    readonly currentRevision?: string;
    readonly updateRevision?: string;
    readonly desiredNumberScheduled?: number;
    readonly updatedNumberScheduled?: number;
    readonly numberAvailable?: number;
    readonly conditions?: readonly {
      readonly type?: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
  };
}

export type RolloutState =
  /** Nothing replaces the pods that there are. */
  | { readonly kind: 'none'; readonly message: string }
  | { readonly kind: 'going'; readonly message: string }
  | { readonly kind: 'done'; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string };

/** Judges an object as read after its template was changed. */
export const judgeRollout = (kind: string, object: ControllerObject): RolloutState => {
  const rolled = object as RolledObject;
  switch (kind) {
    case 'CronJob':
      return none('the next Job that it makes has the new template; those that run keep theirs');
    case 'ReplicaSet':
    case 'ReplicationController':
      return none('pods that there are keep the old template until something deletes them');
    case 'Deployment':
      return rolled.spec?.paused === true
        ? none('it is paused: `kubectl rollout resume` starts the rollout')
        : judgeDeployment(rolled);
    case 'DaemonSet':
      return isOnDelete(rolled) ? none(ON_DELETE) : judgeDaemonSet(rolled);
    default:
      return isOnDelete(rolled) ? none(ON_DELETE) : judgeStatefulSet(rolled);
  }
};

const ON_DELETE = 'its update strategy is OnDelete: a pod gets the new template when it is deleted';

const none = (message: string): RolloutState => ({ kind: 'none', message });
const going = (message: string): RolloutState => ({ kind: 'going', message });
const done = (message: string): RolloutState => ({ kind: 'done', message });

const isOnDelete = ({ spec }: RolledObject): boolean => spec?.updateStrategy?.type === 'OnDelete';

const isUnseen = ({ metadata, status }: RolledObject): boolean =>
  (metadata?.generation ?? 0) > (status?.observedGeneration ?? 0);
const UNSEEN = 'the controller has yet to see the change';

const judgeDeployment = (object: RolledObject): RolloutState => {
  if (isUnseen(object)) return going(UNSEEN);
  const { spec = {}, status = {} } = object;
  const late = status.conditions?.find(
    ({ type, reason }) => type === 'Progressing' && reason === 'ProgressDeadlineExceeded',
  );
  if (late) return { kind: 'failed', message: late.message ?? 'it exceeded its progress deadline' };
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
  const wanted = spec.replicas ?? 1;
  if (updatedReplicas < wanted) return going(`${updatedReplicas} of ${wanted} pods are updated`);
  if (replicas > updatedReplicas) return going(`old pods still to end: ${replicas - updatedReplicas}`);
  if (availableReplicas < updatedReplicas)
    return going(`${availableReplicas} of ${updatedReplicas} updated pods are available`);
  return done(`${updatedReplicas} of ${wanted} pods run under the new template`);
};

const judgeDaemonSet = (object: RolledObject): RolloutState => {
  if (isUnseen(object)) return going(UNSEEN);
  const { desiredNumberScheduled = 0, updatedNumberScheduled = 0, numberAvailable = 0 } = object.status ?? {};
  if (updatedNumberScheduled < desiredNumberScheduled)
    return going(`${updatedNumberScheduled} of ${desiredNumberScheduled} pods are updated`);
  if (numberAvailable < desiredNumberScheduled)
    return going(`${numberAvailable} of ${desiredNumberScheduled} updated pods are available`);
  return done(`${updatedNumberScheduled} of ${desiredNumberScheduled} pods run under the new template`);
};

const judgeStatefulSet = (object: RolledObject): RolloutState => {
  if (isUnseen(object)) return going(UNSEEN);
  const { spec = {}, status = {} } = object;
  const { readyReplicas = 0, updatedReplicas = 0, updateRevision, currentRevision } = status;
  const wanted = spec.replicas ?? 1;
  const partition = spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  const updating = Math.max(0, wanted - partition);
  if (readyReplicas < wanted) return going(`${readyReplicas} of ${wanted} pods are ready`);
  if (partition > 0 && updatedReplicas >= updating)
    return done(
      `${updatedReplicas} of ${wanted} pods run under the new template; its partition holds back the others`,
    );
  if (updatedReplicas < updating || (partition === 0 && updateRevision !== currentRevision))
    return going(`${updatedReplicas} of ${updating} pods are updated`);
  return done(`${updatedReplicas} of ${wanted} pods run under the new template`);
};
