// What a document is, by what stands in it and never by its file's name.
import { type DocumentNode, memberOf, type ObjectNode, quote } from './document.ts';
import { PROFILE_FIELDS } from './read-profile.ts';
import { DOCKER_RULE_FIELDS } from './read-rule.ts';
import { nearest } from './suggest.ts';

export type Detected =
  | { readonly kind: 'oci' | 'docker'; readonly node: ObjectNode }
  | { readonly kind: 'spo'; readonly node: ObjectNode }
  | { readonly kind: 'list'; readonly items: readonly DocumentNode[] }
  /** `message` says what it looks like instead. */
  | { readonly kind: 'other'; readonly message: string };

const SPO_VERSIONS: readonly string[] = [
  ...['v1', 'v1beta1', 'v1alpha2', 'v1alpha1'].map(
    (version) => `security-profiles-operator.x-k8s.io/${version}`,
  ),
  'seccomp-operator.x-k8s.io/v1alpha1',
];

const other = (message: string): Detected => ({ kind: 'other', message });

/** Recognises a document: a profile of some format, or what else. */
export const detect = (node: DocumentNode): Detected => {
  if (node.kind !== 'object') {
    const what = node.kind === 'array' ? 'a list' : `a single ${node.kind}`;
    return other(`this holds ${what}; wanted a seccomp profile, which is an object with "defaultAction"`);
  }
  const kind = memberOf(node, 'kind');
  const version = memberOf(node, 'apiVersion');
  if (kind?.kind === 'string' && version?.kind === 'string')
    return detectKubernetes(node, kind.value, version.value);
  const isProfile = node.members.some(({ name }) => nearest(name, PROFILE_FIELDS) !== undefined);
  if (!isProfile && node.members.length > 0) return other(describeStranger(node));
  return { kind: hasDockerField(node) ? 'docker' : 'oci', node };
};

const detectKubernetes = (node: ObjectNode, kind: string, version: string): Detected => {
  const items = memberOf(node, 'items');
  if ((kind === 'List' || kind === 'SeccompProfileList') && items?.kind === 'array')
    return { kind: 'list', items: items.items };
  if (kind === 'SeccompProfile') {
    if (SPO_VERSIONS.includes(version)) return { kind: 'spo', node };
    return other(
      `a SeccompProfile of the apiVersion ${quote(version)}, which is not read here; wanted one of ${SPO_VERSIONS.join(', ')}`,
    );
  }
  if (kind === 'ConfigMap') {
    return other(
      'a ConfigMap, not a seccomp profile; put each profile among its data into a file of its own',
    );
  }
  return other(
    `a Kubernetes object of the kind ${quote(kind)}; wanted a seccomp profile or a SeccompProfile`,
  );
};

const describeStranger = (node: ObjectNode): string => {
  const linux = memberOf(node, 'linux');
  if (memberOf(node, 'ociVersion') !== undefined || memberOf(linux, 'seccomp') !== undefined) {
    return "a container's whole OCI config.json, not a seccomp profile; save what stands in it at $.linux.seccomp";
  }
  const isFirecracker = node.members.some(
    ({ value }) => memberOf(value, 'filter_action') ?? memberOf(value, 'default_action'),
  );
  if (isFirecracker)
    return "a filter in the format of Firecracker's seccompiler; no container runtime reads it";
  return 'this is no seccomp profile: it has none of the fields "defaultAction", "syscalls" and the like';
};

/** A file with any field that only Docker or containers/common read was written for them. */
const hasDockerField = (node: ObjectNode): boolean => {
  if (memberOf(node, 'archMap') !== undefined || memberOf(node, 'defaultErrno') !== undefined) return true;
  const rules = memberOf(node, 'syscalls');
  if (rules?.kind !== 'array') return false;
  return rules.items.some(
    (rule) => rule.kind === 'object' && rule.members.some(({ name }) => DOCKER_RULE_FIELDS.includes(name)),
  );
};
