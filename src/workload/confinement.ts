// Which seccomp profile one container runs under, by what its pod or template says: the fields, the old annotations
// where they still count, and the cases in which no profile is applied whatever is written.
import { annotatedProfile } from './annotations.ts';
import type { ContainerObject, PodSpec, SeccompProfileField } from './objects.ts';
import { isSandbox } from './sandbox.ts';

export type Profile =
  | { readonly kind: 'localhost'; readonly path: string }
  | { readonly kind: 'runtime-default' }
  | { readonly kind: 'unconfined' }
  /** Nothing is set: Unconfined, unless the node's kubelet has `seccompDefault`, which no API object tells. */
  | { readonly kind: 'none' };

export type ProfileSource =
  | 'container'
  | 'pod'
  | 'container-annotation'
  | 'pod-annotation'
  /** Nothing is set. */
  | 'default';

/**
 * Why no profile is applied: containerd and CRI-O give a privileged container none and do not read its file; behind a
 * sandbox (gVisor, Kata) the file is read, but what the container calls is no kernel of the node.
 */
export type NotApplied = 'privileged' | 'sandbox' | 'windows';

export interface Confinement {
  readonly profile: Profile;
  readonly source: ProfileSource;
  readonly notApplied?: NotApplied;
  /** What an old annotation asks for in vain, because this API server does not read it any more. */
  readonly ignoredAnnotation?: Profile;
}

/** What must be known beside the pod. */
export interface ConfinementFacts {
  /**
   * Kubernetes 1.27 and later ignore the annotations; up to 1.26 the API server copies them into the fields of a Pod
   * that is created (and up to 1.24 kubelets read them too), so that there they count in a template.
   */
  readonly areAnnotationsRead: boolean;
  /** Handler by RuntimeClass name, as far as it could be read. */
  readonly handlers: ReadonlyMap<string, string>;
}

/** Returns the confinement of one container. Precedence as in the kubelet: container before pod, field before annotation. */
export const confinementOf = (
  spec: PodSpec,
  annotations: Readonly<Record<string, string>>,
  container: ContainerObject,
  facts: ConfinementFacts,
): Confinement => {
  const notApplied = whyNotApplied(spec, container, facts.handlers);
  return { ...chosenProfile(spec, annotations, container, facts), ...(notApplied && { notApplied }) };
};

/** Tells whether a runtime opens the profile's file when it creates this container: without it, it does not start. */
export const needsFile = ({ profile, notApplied }: Confinement): boolean =>
  profile.kind === 'localhost' && notApplied !== 'privileged' && notApplied !== 'windows';

/** Tells whether nothing filters the container's system calls, as far as the API can tell. */
export const isUnconfined = ({ profile, notApplied }: Confinement): boolean =>
  notApplied === undefined
    ? profile.kind === 'unconfined' || profile.kind === 'none'
    : notApplied === 'privileged';

const chosenProfile = (
  spec: PodSpec,
  annotations: Readonly<Record<string, string>>,
  container: ContainerObject,
  { areAnnotationsRead }: ConfinementFacts,
): Omit<Confinement, 'notApplied'> => {
  const ofContainer = fieldProfile(container.securityContext?.seccompProfile);
  if (ofContainer) return { profile: ofContainer, source: 'container' };
  const annotated = annotatedProfile(annotations, container.name);
  const ofPod = fieldProfile(spec.securityContext?.seccompProfile);
  // A container's annotation beats the pod's field, as the kubelets had it that still read annotations.
  if (areAnnotationsRead && annotated.ofContainer)
    return { profile: annotated.ofContainer, source: 'container-annotation' };
  const ignored = areAnnotationsRead
    ? undefined
    : (annotated.ofContainer ?? (ofPod ? undefined : annotated.ofPod));
  const also = ignored && { ignoredAnnotation: ignored };
  if (ofPod) return { profile: ofPod, source: 'pod', ...also };
  if (areAnnotationsRead && annotated.ofPod) return { profile: annotated.ofPod, source: 'pod-annotation' };
  return { profile: { kind: 'none' }, source: 'default', ...also };
};

const fieldProfile = (field: SeccompProfileField | undefined): Profile | undefined => {
  switch (field?.type) {
    case 'Localhost':
      return { kind: 'localhost', path: field.localhostProfile ?? '' };
    case 'RuntimeDefault':
      return { kind: 'runtime-default' };
    case 'Unconfined':
      return { kind: 'unconfined' };
    default:
      return undefined;
  }
};

const whyNotApplied = (
  { os, nodeSelector, runtimeClassName }: PodSpec,
  { securityContext }: ContainerObject,
  handlers: ReadonlyMap<string, string>,
): NotApplied | undefined => {
  if (os?.name === 'windows' || nodeSelector?.['kubernetes.io/os'] === 'windows') return 'windows';
  if (securityContext?.privileged === true) return 'privileged';
  if (runtimeClassName !== undefined && isSandbox(handlers.get(runtimeClassName) ?? runtimeClassName))
    return 'sandbox';
  return undefined;
};
