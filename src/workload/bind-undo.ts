// The way back: what every bind of ours replaced is kept in one annotation of the workload, the newest last, and is
// only put back where still stands what we put there.
import { SeccompError } from '../error.ts';
import { isSame } from './bind-patch.ts';
import { type Change, hasPlace, type Place, readPlace, revertChanges } from './bind-place.ts';
import type { ControllerObject, PodTemplate } from './objects.ts';

/** On the workload, not on its template: it starts no rollout. */
export const UNDO_ANNOTATION = 'kubectl-seccomp/bound-over';
/** Older ones go; a history is what the workload's own is for. */
const MAXIMUM_STEPS = 10;

interface Memory {
  readonly version: 1;
  readonly steps: readonly (readonly Change[])[];
}

/** Returns the annotation with one more bind; it replaces what was there. */
export const rememberChanges = ({ metadata }: ControllerObject, changes: readonly Change[]): string => {
  const text = metadata?.annotations?.[UNDO_ANNOTATION];
  const steps = text === undefined ? [] : readSteps(text);
  return render([...steps, changes].slice(-MAXIMUM_STEPS));
};

export interface Undo {
  /** For showing it; what makes the template is `template`. */
  readonly changes: readonly Change[];
  readonly template: PodTemplate;
  /** The annotation without that bind; undefined once nothing is left. */
  readonly annotation: string | undefined;
}

/**
 * Plans the way back over the newest bind. Throws `conflict` where somebody else has changed since what we had set,
 * unless forced: then what is still there is put back all the same.
 */
export const planUndo = ({ metadata }: ControllerObject, template: PodTemplate, isForced: boolean): Undo => {
  const text = metadata?.annotations?.[UNDO_ANNOTATION];
  const steps = text === undefined ? [] : readSteps(text);
  const last = steps.at(-1);
  if (last === undefined)
    throw new SeccompError(
      'conflict',
      'there is nothing to undo: bind has changed nothing here, or it was undone',
    );
  const foreign = last.filter(({ place, after }) => !isSame(readPlace(template, place), after));
  if (foreign.length > 0 && !isForced)
    throw new SeccompError(
      'conflict',
      `somebody has changed since what bind had set: ${foreign.map(({ place }) => renderPlace(place)).join(', ')}`,
      { hint: '--force puts back what stood before bind all the same.' },
    );
  const left = steps.slice(0, -1);
  return {
    changes: last.filter(({ place }) => hasPlace(template, place)).map((change) => invert(template, change)),
    template: revertChanges(template, last),
    annotation: left.length === 0 ? undefined : render(left),
  };
};

/** What an undo changes, as a change of its own: for showing it, and for the template as it will be. */
const invert = (template: PodTemplate, { place, before }: Change): Change => {
  const current = readPlace(template, place);
  return {
    place,
    ...(current !== undefined && { before: current }),
    ...(before !== undefined && { after: before }),
  };
};

/** Names a place as a path below the template. */
export const renderPlace = (place: Place): string => {
  switch (place.at) {
    case 'pod':
      return 'spec.securityContext.seccompProfile';
    case 'container':
      return `spec.${place.list}[${place.name}].securityContext.seccompProfile`;
    case 'annotation':
      return `metadata.annotations[${place.key}]`;
    case 'affinity':
      return 'spec.affinity';
  }
};

const render = (steps: Memory['steps']): string => JSON.stringify({ version: 1, steps } satisfies Memory);

/** Threat: everybody who may edit the workload may have written it; only places that bind changes are taken from it. */
const readSteps = (text: string): Memory['steps'] => {
  const memory = parseJson(text) as Partial<Memory> | undefined;
  const isReadable =
    memory?.version === 1 &&
    Array.isArray(memory.steps) &&
    memory.steps.every((step) => Array.isArray(step) && step.every(isChange));
  if (isReadable) return memory.steps ?? [];
  throw new SeccompError('conflict', `the annotation ${UNDO_ANNOTATION} is not what bind writes`, {
    hint: 'Remove it to bind anew; what stood before is then not remembered.',
  });
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const isChange = (value: unknown): value is Change => {
  const place = (value as { place?: Partial<Record<string, unknown>> } | null)?.place;
  switch (place?.at) {
    case 'pod':
    case 'affinity':
      return true;
    case 'container':
      return (
        typeof place.name === 'string' && (place.list === 'containers' || place.list === 'initContainers')
      );
    case 'annotation':
      return typeof place.key === 'string' && place.key.includes('seccomp.security.alpha.kubernetes.io/');
    default:
      return false;
  }
};
