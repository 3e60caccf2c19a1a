// Which workloads of a cluster a bind is about: the one that was named, or all that run an image.
import { SeccompError } from '../../src/error.ts';
import { type ImageName, placesOfImage } from '../../src/workload/bind-images.ts';
import { BINDABLE_KINDS, renderWorkload, type WorkloadChoice } from '../../src/workload/bind-names.ts';
import { templateOf } from '../../src/workload/bind-patch.ts';
import type { ControllerRef, Controllers } from '../../src/workload/bind-ports.ts';
import { canMakePods } from '../../src/workload/kinds.ts';
import type { ControllerObject } from '../../src/workload/objects.ts';
import { controllerOf } from '../../src/workload/owner.ts';

export interface Target {
  readonly ref: ControllerRef;
  readonly object: ControllerObject;
}

export interface Targets {
  readonly targets: readonly Target[];
  /** What somebody should know, a line each. */
  readonly remarks: readonly string[];
  readonly unread: readonly { readonly resource: string; readonly message: string }[];
}

/** Reads the workload; throws SeccompError for one that something else makes and would change back. */
export const findOne = async (
  workload: WorkloadChoice,
  namespace: string,
  controllers: Controllers,
): Promise<Targets> => {
  const ref = { ...workload, namespace };
  const object = await controllers.read(ref);
  const owner = controllerOf(object.metadata ?? {});
  if (owner && workload.kind.kind === 'ReplicaSet')
    throw new SeccompError(
      'usage',
      `${renderWorkload(workload)} is a step of ${owner.kind} ${owner.name}, which would make another one`,
      { hint: `Bind ${owner.kind.toLowerCase()}/${owner.name} instead.` },
    );
  const remarks = owner
    ? [`${renderWorkload(workload)} is made by ${owner.kind} ${owner.name}, which may change it back`]
    : [];
  return { targets: [{ ref, object }], remarks, unread: [] };
};

/** Finds every workload with a container that runs the image; what cannot be changed is remarked on. */
export const findByImage = async (
  image: ImageName,
  namespace: string | undefined,
  controllers: Controllers,
): Promise<Targets> => {
  const targets: Target[] = [];
  const fixed: string[] = [];
  const unread: { resource: string; message: string }[] = [];
  for await (const page of controllers.list(namespace)) {
    if (page.kind === 'unread') {
      unread.push({ resource: page.resource, message: page.message });
      continue;
    }
    for (const object of page.objects) {
      const { metadata = {} } = object;
      if (controllerOf(metadata) || !canMakePods(page.of.kind, object)) continue;
      if (placesOfImage(templateOf(object), image).length === 0) continue;
      const ref = { kind: page.of, name: metadata.name ?? '', namespace: metadata.namespace ?? '' };
      if (BINDABLE_KINDS.some(({ kind }) => kind === page.of.kind)) targets.push({ ref, object });
      else fixed.push(`${renderWorkload(ref)} -n ${ref.namespace}`);
    }
  }
  const remarks = fixed.map(
    (name) => `${name} runs the image too, but its profile cannot be changed any more`,
  );
  return { targets, remarks, unread };
};
