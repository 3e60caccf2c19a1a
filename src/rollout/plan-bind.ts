// From what was asked to the changes of one workload, with what is known of nodes and records.
import { SeccompError } from '../error.ts';
import { type ImageName, placesOfImage } from '../workload/bind-images.ts';
import { templateOf, withTemplate } from '../workload/bind-patch.ts';
import { applyChanges, type Change } from '../workload/bind-place.ts';
import { nodeLabelOf, planBind, type Wish } from '../workload/bind-plan.ts';
import { planUndo, rememberChanges, UNDO_ANNOTATION } from '../workload/bind-undo.ts';
import { chooseMoves, choosePlace, remarksOn } from '../workload/bind-wishes.ts';
import type { ControllerObject, PodTemplate, SeccompProfileField } from '../workload/objects.ts';
import { fieldOf, type ProfileChoice, pinChoice, type Rolled, refuseUnheld } from './bound-profile.ts';
import { eligibleNodes } from './usage.ts';

export interface BindRequest {
  readonly deed:
    | { readonly kind: 'profile'; readonly choice: ProfileChoice }
    | { readonly kind: 'from-operator' }
    | { readonly kind: 'undo' };
  /** Only the containers that run it. */
  readonly image?: ImageName;
  readonly container?: string;
  readonly isPinned: boolean;
  readonly digest?: string;
  readonly isNodeRequired: boolean;
  readonly isForced: boolean;
  /** Of the nodes' labels. */
  readonly labelPrefix: string;
}

export interface BindPlan {
  readonly before: ControllerObject;
  /** The object as it shall be; what stood before is remembered in it. */
  readonly after: ControllerObject;
  readonly template: PodTemplate;
  readonly changes: readonly Change[];
  readonly remarks: readonly string[];
}

/** Plans one workload; throws SeccompError where it cannot be bound. Without `rolled` nothing is looked up. */
export const planWorkload = (
  object: ControllerObject,
  request: BindRequest,
  rolled: Rolled | undefined,
): BindPlan => {
  const template = templateOf(object);
  if (request.deed.kind === 'undo') {
    const undo = planUndo(object, template, request.isForced);
    const after = withAnnotation(withTemplate(object, undo.template), undo.annotation);
    return { before: object, after, template: undo.template, changes: undo.changes, remarks: [] };
  }
  const wishes = wishesOf(template, request, rolled);
  if (rolled && !request.isForced)
    for (const { profile } of wishes)
      if (profile.localhostProfile !== undefined) refuseUnheld(profile.localhostProfile, rolled);
  const required = request.isNodeRequired ? wishes.flatMap(({ profile }) => labelOf(profile)) : [];
  const changes = planBind(template, wishes, {
    prefix: request.labelPrefix,
    required: [...new Set(required)],
  });
  const bound = applyChanges(template, changes);
  const after =
    changes.length === 0
      ? object
      : withAnnotation(withTemplate(object, bound), rememberChanges(object, changes));
  return {
    before: object,
    after,
    template: bound,
    changes,
    remarks: [
      ...remarksOn(template, wishes),
      ...(changes.some(isAffinity) && required.length > 0 ? [AUTOSCALER] : []),
    ],
  };
};

const isAffinity = ({ place }: Change): boolean => place.at === 'affinity';

/** The cluster autoscaler judges a group that has no node by the labels that its template states. */
const AUTOSCALER =
  'an autoscaler does not start nodes for these pods from a group that has none, unless the group states the label that they require';

const wishesOf = (template: PodTemplate, request: BindRequest, rolled: Rolled | undefined): Wish[] => {
  const { deed } = request;
  const wishes =
    deed.kind === 'profile'
      ? placesOf(template, request).map(
          (place): Wish => ({ place, profile: resolve(deed.choice, template, request, rolled) }),
        )
      : chooseMoves(template);
  if (deed.kind !== 'from-operator' || !request.isPinned) return wishes;
  return wishes.map(({ place, profile: { localhostProfile = '' } }) => {
    const [bundle = '', ...rest] = localhostProfile.split('/');
    const choice: ProfileChoice = { kind: 'linked', bundle, path: rest.join('/') };
    return { place, profile: resolve(choice, template, request, rolled) };
  });
};

const placesOf = (template: PodTemplate, { image, container }: BindRequest) =>
  image === undefined ? [choosePlace(template, container)] : placesOfImage(template, image);

const resolve = (
  choice: ProfileChoice,
  template: PodTemplate,
  { isPinned, digest }: BindRequest,
  rolled: Rolled | undefined,
): SeccompProfileField => {
  const plain = isPinned ? undefined : fieldOf(choice);
  if (plain) return plain;
  const { nodes = [], releases = [] } = rolled ?? {};
  const eligible = eligibleNodes(nodes, template.spec ?? {});
  return pinChoice(choice, { eligible, releases, ...(digest !== undefined && { digest }) });
};

const labelOf = ({ type, localhostProfile = '' }: SeccompProfileField): string[] => {
  const label = nodeLabelOf(localhostProfile);
  if (label !== undefined) return [label];
  throw new SeccompError('usage', `--require-node: no node has to have anything for ${type}`);
};

const withAnnotation = (object: ControllerObject, value: string | undefined): ControllerObject => {
  const { [UNDO_ANNOTATION]: _, ...others } = object.metadata?.annotations ?? {};
  const annotations = { ...others, ...(value !== undefined && { [UNDO_ANNOTATION]: value }) };
  return { ...object, metadata: { ...object.metadata, annotations } };
};
