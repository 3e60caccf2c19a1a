// What binding changes in a pod template: the profile's field, the old annotations that would win over it or disagree
// with it, and the affinity for nodes that have the file.
import { parseGenerationName, parseLocalhostProfile } from '../protocol/layout.ts';
import { CONTAINER_PREFIX, POD_KEY } from './annotations.ts';
import { changeRequirements, requiredLabels } from './bind-affinity.ts';
import { isSame } from './bind-patch.ts';
import {
  applyChanges,
  type Change,
  type ContainerList,
  hasParent,
  type Place,
  type ProfilePlace,
  readPlace,
  type Value,
} from './bind-place.ts';
import type { PodTemplate, SeccompProfileField } from './objects.ts';

/** A profile for a place. */
export interface Wish {
  readonly place: ProfilePlace;
  readonly profile: SeccompProfileField;
}

/** Labels of ours on nodes, as an affinity names them. */
export interface NodeLabels {
  readonly prefix: string;
  /** Without prefix: what the pods shall require. */
  readonly required: readonly string[];
}

/** Returns what must be changed, in the order of the template's places; nothing where it stands so already. */
export const planBind = (
  template: PodTemplate,
  wishes: readonly Wish[],
  labels: NodeLabels,
): readonly Change[] => {
  const fields = wishes.flatMap(({ place, profile }) => changeAt(template, place, profile));
  const annotations = wishes.flatMap(({ place }) => removeAnnotations(template, place, wishes));
  const bound = applyChanges(template, [...annotations, ...fields]);
  return [...annotations, ...fields, ...changeAffinity(template, bound, labels)];
};

/** Returns the change that sets a place to a value; none where it has that value. */
export const changeAt = (template: PodTemplate, place: Place, after: Value): Change[] => {
  const before = readPlace(template, place);
  if (isSame(before, after)) return [];
  return [
    {
      place,
      ...(before !== undefined && { before }),
      ...(after !== undefined && { after }),
      ...(!hasParent(template, place) && { isParentNew: true as const }),
    },
  ];
};

/** Every container and init container of a template. */
export const containerPlaces = ({ spec = {} }: PodTemplate): (ProfilePlace & { at: 'container' })[] =>
  (['initContainers', 'containers'] as const).flatMap((list: ContainerList) =>
    (spec[list] ?? []).map(({ name }) => ({ at: 'container' as const, list, name })),
  );

/** Returns the containers to which the pod's profile does not apply, because they have one of their own. */
export const shadowingContainers = (template: PodTemplate): (ProfilePlace & { at: 'container' })[] =>
  containerPlaces(template).filter((place) => readPlace(template, place) !== undefined);

/**
 * Threat: up to Kubernetes 1.26 an annotation beats a field that is set above it, and a pod whose annotation and field
 * disagree is refused; later ones ignore it, so that it only misleads. A container that has a field of its own keeps
 * its annotation with it, until that container is bound.
 */
const removeAnnotations = (
  template: PodTemplate,
  place: ProfilePlace,
  wishes: readonly Wish[],
): readonly Change[] => {
  const remove = (key: string): Change[] => changeAt(template, { at: 'annotation', key }, undefined);
  if (place.at === 'container') return remove(`${CONTAINER_PREFIX}${place.name}`);
  const isWished = (name: string) =>
    wishes.some((wish) => wish.place.at === 'container' && wish.place.name === name);
  const followers = containerPlaces(template).filter(
    (container) => readPlace(template, container) === undefined && !isWished(container.name),
  );
  return [POD_KEY, ...followers.map(({ name }) => `${CONTAINER_PREFIX}${name}`)].flatMap(remove);
};

/** A requirement of a bundle that is bound anew goes unless a container still names what it is about. */
const changeAffinity = (
  before: PodTemplate,
  after: PodTemplate,
  { prefix, required }: NodeLabels,
): Change[] => {
  const affinity = before.spec?.affinity;
  const still = labelsNamed(after);
  const touched = new Set([...labelsNamed(before).map(bundleOf), ...still.map(bundleOf)]);
  const stale = requiredLabels(affinity)
    .filter((key) => key.startsWith(prefix))
    .map((key) => key.slice(prefix.length))
    .filter((label) => touched.has(bundleOf(label)) && !still.includes(label));
  const withPrefix = (label: string) => `${prefix}${label}`;
  const wanted = { added: required.map(withPrefix), removed: stale.map(withPrefix) };
  return changeAt(before, { at: 'affinity' }, changeRequirements(affinity, wanted));
};

/** Returns the labels that nodes with a template's profiles have: `web`, or `web.<digest16>` of a pinned one. */
const labelsNamed = (template: PodTemplate): string[] =>
  [{ at: 'pod' as const }, ...containerPlaces(template)].flatMap((place) => {
    const field = readPlace(template, place) as SeccompProfileField | undefined;
    return field?.type === 'Localhost' ? (nodeLabelOf(field.localhostProfile ?? '') ?? []) : [];
  });

/** Returns the label (without prefix) of nodes that have what a path names; undefined for what no bundle holds. */
export const nodeLabelOf = (localhostProfile: string): string | undefined => {
  const named = parseLocalhostProfile(localhostProfile);
  if (named.kind === 'linked') return named.bundle;
  return named.kind === 'pinned' ? `${named.bundle}.${named.digest16}` : undefined;
};

const bundleOf = (label: string): string => parseGenerationName(label.replace('.', '@'))?.bundle ?? label;
