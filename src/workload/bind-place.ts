// The places of a pod template that say under which profile its containers run, and on which nodes: read and written
// without touching anything else. Objects are never changed; a written one is a new one.
import type { ContainerObject, PodSpec, PodTemplate, SeccompProfileField } from './objects.ts';

export type ContainerList = 'containers' | 'initContainers';

/** Where a profile is set. */
export type ProfilePlace =
  | { readonly at: 'pod' }
  | { readonly at: 'container'; readonly list: ContainerList; readonly name: string };

export type Place =
  | ProfilePlace
  /** Of the template: the old way to name a profile. */
  | { readonly at: 'annotation'; readonly key: string }
  | { readonly at: 'affinity' };

/** JSON as it stands at a place; undefined: nothing stands there. */
export type Value = unknown;

export interface Change {
  readonly place: Place;
  readonly before?: Value;
  readonly after?: Value;
  /** The object that holds the value (a security context, the annotations) comes with it, so that it goes with it. */
  readonly isParentNew?: true;
}

type Context = Readonly<Record<string, unknown>> & { readonly seccompProfile?: SeccompProfileField };

/** Returns what stands at a place. A container that is not there holds nothing. */
export const readPlace = ({ metadata, spec }: PodTemplate, place: Place): Value => {
  switch (place.at) {
    case 'pod':
      return spec?.securityContext?.seccompProfile;
    case 'container':
      return findContainer(spec, place)?.securityContext?.seccompProfile;
    case 'annotation':
      return metadata?.annotations?.[place.key];
    case 'affinity':
      return spec?.affinity;
  }
};

/** Tells whether the place exists at all: a container may have been renamed or removed. */
export const hasPlace = ({ spec }: PodTemplate, place: Place): boolean =>
  place.at !== 'container' || findContainer(spec, place) !== undefined;

/** Tells whether the object is there that would hold the value. */
export const hasParent = ({ metadata, spec }: PodTemplate, place: Place): boolean => {
  switch (place.at) {
    case 'pod':
      return spec?.securityContext !== undefined;
    case 'container':
      return findContainer(spec, place)?.securityContext !== undefined;
    case 'annotation':
      return metadata?.annotations !== undefined;
    case 'affinity':
      return true;
  }
};

/** Writes every change's `after`. */
export const applyChanges = (template: PodTemplate, changes: readonly Change[]): PodTemplate =>
  changes.reduce((written, { place, after }) => writePlace(written, place, after, false), template);

/** Writes what stood before every change; the last first, so that each finds what it left. */
export const revertChanges = (template: PodTemplate, changes: readonly Change[]): PodTemplate =>
  changes
    .toReversed()
    .reduce(
      (written, { place, before, isParentNew }) =>
        hasPlace(written, place) ? writePlace(written, place, before, isParentNew === true) : written,
      template,
    );

const writePlace = (
  template: PodTemplate,
  place: Place,
  value: Value,
  isParentRemoved: boolean,
): PodTemplate => {
  const { metadata, spec = {} } = template;
  switch (place.at) {
    case 'pod':
      return { ...template, spec: withContext(spec, value, isParentRemoved) };
    case 'container': {
      const list = (spec[place.list] ?? []).map((container) =>
        container.name === place.name ? withContext(container, value, isParentRemoved) : container,
      );
      return { ...template, spec: { ...spec, [place.list]: list } };
    }
    case 'annotation': {
      const annotations = withMember(metadata?.annotations ?? {}, place.key, value);
      return {
        ...template,
        metadata: withParent(metadata ?? {}, 'annotations', annotations, isParentRemoved),
      };
    }
    case 'affinity':
      return { ...template, spec: withMember(spec, 'affinity', value) };
  }
};

const withContext = <T extends PodSpec | ContainerObject>(owner: T, value: Value, isRemoved: boolean): T => {
  const context: Context = { ...owner.securityContext };
  return withParent(owner, 'securityContext', withMember(context, 'seccompProfile', value), isRemoved);
};

const withParent = <T extends object>(owner: T, key: string, parent: object, isRemoved: boolean): T =>
  withMember(owner, key, isRemoved && Object.keys(parent).length === 0 ? undefined : parent);

const withMember = <T extends object>(owner: T, key: string, value: Value): T => {
  const { [key]: _, ...others } = owner as Record<string, unknown>;
  if (value === undefined) return others as T;
  // A member that was there keeps its place among the others.
  return { ...owner, [key]: value };
};

const findContainer = (
  spec: PodSpec | undefined,
  { list, name }: ProfilePlace & { at: 'container' },
): ContainerObject | undefined => spec?.[list]?.find((container) => container.name === name);
