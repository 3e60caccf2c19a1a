// The fields of Kubernetes objects that tell which profile a container runs under, as the API server sends them
// (core/v1, apps/v1, batch/v1). Everything may be absent.
import type { PlacementSpec } from './placement.ts';

export interface Metadata {
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
}

export interface OwnerReference {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
}

export interface SeccompProfileField {
  readonly type?: string;
  readonly localhostProfile?: string;
}

export interface ContainerObject {
  readonly name: string;
  readonly image?: string;
  /** On an init container, `Always` makes it a sidecar. */
  readonly restartPolicy?: string;
  readonly securityContext?: {
    readonly privileged?: boolean;
    readonly allowPrivilegeEscalation?: boolean;
    readonly seccompProfile?: SeccompProfileField;
  };
  readonly livenessProbe?: HandlerObject;
  readonly readinessProbe?: HandlerObject;
  readonly startupProbe?: HandlerObject;
  readonly lifecycle?: { readonly postStart?: HandlerObject; readonly preStop?: HandlerObject };
}

/** What a probe or a hook does; `exec` runs a program in the container. */
export interface HandlerObject {
  readonly exec?: object;
}

export interface PodSpec extends PlacementSpec {
  readonly runtimeClassName?: string;
  readonly os?: { readonly name?: string };
  readonly securityContext?: { readonly seccompProfile?: SeccompProfileField };
  readonly containers?: readonly ContainerObject[];
  readonly initContainers?: readonly ContainerObject[];
  readonly ephemeralContainers?: readonly ContainerObject[];
}

export interface TerminatedState {
  readonly exitCode?: number;
  readonly reason?: string;
  readonly message?: string;
  /** By the node's clock, RFC 3339 to the second; 1970 where the runtime could not start it. */
  readonly startedAt?: string;
  readonly finishedAt?: string;
}

export interface ContainerStatus {
  readonly name: string;
  readonly state?: {
    readonly running?: { readonly startedAt?: string };
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly terminated?: TerminatedState;
  };
  readonly lastState?: { readonly terminated?: TerminatedState };
}

export interface PodObject {
  readonly metadata?: Metadata;
  readonly spec?: PodSpec;
  readonly status?: {
    readonly phase?: string;
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly ephemeralContainerStatuses?: readonly ContainerStatus[];
  };
}

export interface PodTemplate {
  readonly metadata?: Metadata;
  readonly spec?: PodSpec;
}

/** Deployment, StatefulSet, DaemonSet, ReplicaSet, ReplicationController, Job or CronJob. */
export interface ControllerObject {
  readonly metadata?: Metadata;
  readonly spec?: {
    readonly replicas?: number;
    readonly template?: PodTemplate;
    /** Of a CronJob. */
    readonly jobTemplate?: { readonly spec?: { readonly template?: PodTemplate } };
  };
  readonly status?: {
    readonly replicas?: number;
    readonly conditions?: readonly { readonly type?: string; readonly status?: string }[];
  };
}
