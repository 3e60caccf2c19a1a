// Which places of a template are meant, and what must be said about them: a bind that could have no effect is refused.
import { SeccompError } from '../error.ts';
import { wishesFromOperator } from './bind-operator.ts';
import { type ProfilePlace, readPlace } from './bind-place.ts';
import { containerPlaces, shadowingContainers, type Wish } from './bind-plan.ts';
import type { ContainerObject, PodTemplate, SeccompProfileField } from './objects.ts';

/** The pod, or one container by its name; throws SeccompError where a profile there would not be applied. */
export const choosePlace = (template: PodTemplate, container: string | undefined): ProfilePlace => {
  const places = containerPlaces(template);
  if (container !== undefined) {
    const place = places.find(({ name }) => name === container);
    if (place) return place;
    throw new SeccompError('usage', `there is no container "${container}"`, {
      hint: `There is ${places.map(({ name }) => name).join(', ')}.`,
    });
  }
  const shadowing = shadowingContainers(template);
  if (places.length > 0 && shadowing.length === places.length)
    throw new SeccompError(
      'usage',
      `every container has a profile of its own, which the pod's would not change: ${renderOwn(template, shadowing)}`,
      { hint: 'Name one with -c.' },
    );
  return { at: 'pod' };
};

/** Returns what moves a template off the old operator's folder; throws where nothing in it is named. */
export const chooseMoves = (template: PodTemplate): Wish[] => {
  const wishes = wishesFromOperator(template);
  if (wishes.length > 0) return wishes;
  throw new SeccompError(
    'usage',
    'nothing here names operator/<namespace>/<configmap>/<key>: a PROFILE is wanted',
  );
};

/** Returns what somebody should know of a plan that is carried out all the same. */
export const remarksOn = (template: PodTemplate, wishes: readonly Wish[]): string[] => {
  const places = containerPlaces(template);
  const remarks: string[] = [];
  const shadowing = shadowingContainers(template);
  const isPodMeant = wishes.some(({ place }) => place.at === 'pod');
  const left = shadowing.filter(
    ({ name }) => !wishes.some(({ place }) => place.at === 'container' && place.name === name),
  );
  if (isPodMeant && left.length > 0)
    remarks.push(`a container keeps the profile of its own: ${renderOwn(template, left)} (-c binds it)`);
  const isMeant = ({ name }: { name: string }) =>
    wishes.some(({ place }) =>
      place.at === 'pod' ? !shadowing.some((one) => one.name === name) : place.name === name,
    );
  const privileged = places.filter(isMeant).filter(({ list, name }) => {
    const container = template.spec?.[list]?.find((one: ContainerObject) => one.name === name);
    return container?.securityContext?.privileged === true;
  });
  if (privileged.length > 0)
    remarks.push(
      `no profile is applied to a privileged container: ${privileged.map(({ name }) => name).join(', ')}`,
    );
  return remarks;
};

const renderOwn = (template: PodTemplate, places: readonly (ProfilePlace & { at: 'container' })[]): string =>
  places
    .map((place) => {
      const field = readPlace(template, place) as SeccompProfileField;
      return `${place.name} (${field.localhostProfile ?? field.type})`;
    })
    .join(', ');
