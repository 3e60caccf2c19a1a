// ConfigMaps of the operator of 2020: every key of one that is annotated holds a profile.
import { type DocumentNode, describe, memberOf, type ObjectNode } from '../document.ts';
import type { Report } from '../report.ts';

/** Marks a ConfigMap whose data are profiles (kubernetes-sigs/seccomp-operator v0.1.0). */
export const PROFILE_ANNOTATION = 'seccomp.security.kubernetes.io/profile';

export interface ConfigMapKey {
  readonly key: string;
  readonly text: string;
}

/** Says whether an object is a ConfigMap with profiles: annotated, or with something among its data that looks like one. */
export const holdsProfiles = (node: DocumentNode): node is ObjectNode => {
  const kind = memberOf(node, 'kind');
  if (kind?.kind !== 'string' || kind.value !== 'ConfigMap') return false;
  const data = memberOf(node, 'data');
  return isAnnotated(node) || (data?.kind === 'object' && data.members.some(({ value }) => isProfile(value)));
};

/** Returns the texts of a ConfigMap that are profiles: all of an annotated one, and otherwise what looks like one. */
export const readConfigMap = (node: ObjectNode, report: Report): readonly ConfigMapKey[] => {
  const data = memberOf(node, 'data');
  if (data?.kind !== 'object' || data.members.length === 0) {
    const got = data === undefined ? 'it is missing' : `got ${describe(data)}`;
    report.error('SP012', data ?? node, `wanted "data" with a profile under each key; ${got}`);
    return [];
  }
  const keys: ConfigMapKey[] = [];
  for (const { name, key, value } of data.members) {
    if (value.kind !== 'string')
      report.error('SP024', value, `wanted the text of a profile, got ${describe(value)}`);
    else if (isAnnotated(node) || isProfile(value)) keys.push({ key: name, text: value.value });
    else report.warning('SP014', key, 'left out: this does not look like a profile');
  }
  return keys;
};

const isAnnotated = (node: DocumentNode): boolean => {
  const mark = memberOf(memberOf(memberOf(node, 'metadata'), 'annotations'), PROFILE_ANNOTATION);
  return mark?.kind === 'string' && mark.value === 'true';
};

const isProfile = (node: DocumentNode): boolean =>
  node.kind === 'string' && node.value.includes('defaultAction');
