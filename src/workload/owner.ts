// From a pod to the workload that people know it by: a Deployment's pods belong to its ReplicaSets.
import { isOwnKind } from './kinds.ts';
import type { Metadata, OwnerReference } from './objects.ts';

export interface WorkloadName {
  /** e.g. `Deployment`, or `Pod` for one that nothing controls. */
  readonly kind: string;
  readonly name: string;
  /** API group of a kind that is not Kubernetes' own, e.g. `argoproj.io`: its own template is not read. */
  readonly group?: string;
}

/** By UID: what controls the objects between, i.e. ReplicaSets and Jobs. */
export type Owners = ReadonlyMap<string, WorkloadName>;

/** Returns who controls an object; undefined for one that stands by itself. */
export const controllerOf = ({ ownerReferences }: Metadata): OwnerReference | undefined =>
  ownerReferences?.find(({ controller }) => controller === true);

/** Returns the workload at the top of the chain, as far as `owners` knows it. A static pod's owner is its Node: it stands by itself. */
export const workloadOf = (metadata: Metadata, kind: string, owners: Owners): WorkloadName => {
  const controller = controllerOf(metadata);
  if (controller === undefined || controller.kind === 'Node') return { kind, name: metadata.name ?? '' };
  return owners.get(controller.uid) ?? nameOwner(controller);
};

const nameOwner = ({ apiVersion = '', kind, name }: OwnerReference): WorkloadName =>
  apiVersion === '' || isOwnKind(apiVersion, kind)
    ? { kind, name }
    : { kind, name, group: apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '' };
