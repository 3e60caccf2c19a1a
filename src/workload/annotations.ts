// The annotations by which profiles were named before Kubernetes 1.19 (k8s.io/api, core/v1/annotation_key_constants.go).
import type { Profile } from './confinement.ts';

export const POD_KEY = 'seccomp.security.alpha.kubernetes.io/pod';
export const CONTAINER_PREFIX = 'container.seccomp.security.alpha.kubernetes.io/';

export interface AnnotatedProfiles {
  readonly ofContainer?: Profile;
  readonly ofPod?: Profile;
}

/** Tells whether any annotation speaks of seccomp. */
export const hasSeccompAnnotation = (annotations: Readonly<Record<string, string>>): boolean =>
  Object.keys(annotations).some((key) => key === POD_KEY || key.startsWith(CONTAINER_PREFIX));

/** Reads what the annotations say of a container; a value that no kubelet knew is left out. */
export const annotatedProfile = (
  annotations: Readonly<Record<string, string>>,
  container: string,
): AnnotatedProfiles => {
  const ofContainer = parseValue(annotations[`${CONTAINER_PREFIX}${container}`]);
  const ofPod = parseValue(annotations[POD_KEY]);
  return { ...(ofContainer && { ofContainer }), ...(ofPod && { ofPod }) };
};

const parseValue = (value: string | undefined): Profile | undefined => {
  if (value === 'unconfined') return { kind: 'unconfined' };
  if (value === 'runtime/default' || value === 'docker/default') return { kind: 'runtime-default' };
  const [, path] = /^localhost\/(.+)$/s.exec(value ?? '') ?? [];
  return path === undefined ? undefined : { kind: 'localhost', path };
};
