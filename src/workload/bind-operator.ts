// Templates that name the folder of the Seccomp Operator of 2020, and where its ConfigMaps' profiles are now.
import { parseLocalhostProfile } from '../protocol/layout.ts';
import { annotatedProfile } from './annotations.ts';
import { type ProfilePlace, readPlace } from './bind-place.ts';
import { containerPlaces, type Wish } from './bind-plan.ts';
import type { PodTemplate, SeccompProfileField } from './objects.ts';

/**
 * Returns the new path for every place that names `operator/<namespace>/<configmap>/<key>`, by a field or, where no
 * field stands, by an annotation.
 */
export const wishesFromOperator = (template: PodTemplate): Wish[] =>
  [{ at: 'pod' as const }, ...containerPlaces(template)].flatMap((place): Wish[] => {
    const path = pathAt(template, place);
    const named = path === undefined ? undefined : parseLocalhostProfile(path);
    if (named?.kind !== 'operator' || named.path.split('/').length !== 3) return [];
    return [{ place, profile: { type: 'Localhost', localhostProfile: named.path } }];
  });

const pathAt = (template: PodTemplate, place: ProfilePlace): string | undefined => {
  const field = readPlace(template, place) as SeccompProfileField | undefined;
  if (field !== undefined) return field.localhostProfile;
  const annotations = template.metadata?.annotations ?? {};
  const { ofContainer, ofPod } = annotatedProfile(annotations, place.at === 'container' ? place.name : '');
  const profile = place.at === 'container' ? ofContainer : ofPod;
  return profile?.kind === 'localhost' ? profile.path : undefined;
};
