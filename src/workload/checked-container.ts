// The containers of a pod or template that name a localhost profile, with all of them that decides how they start.
import { type Confinement, type ConfinementFacts, confinementOf } from './confinement.ts';
import type { ContainerObject, HandlerObject, PodTemplate } from './objects.ts';
import type { ContainerRole } from './seen.ts';

export interface CheckedContainer {
  readonly name: string;
  readonly role: ContainerRole;
  /** Its `localhostProfile`. */
  readonly path: string;
  readonly confinement: Confinement;
  /** `allowPrivilegeEscalation: false`; a runtime then needs fewer calls under the filter. */
  readonly noNewPrivileges: boolean;
  /** What runs another program in the container, e.g. `livenessProbe`. */
  readonly execs: readonly string[];
  readonly object: ContainerObject;
}

/** Lists them in the order of the pod: init containers, containers, ephemeral ones. */
export const checkedContainersOf = (
  { metadata = {}, spec = {} }: PodTemplate,
  facts: ConfinementFacts,
): readonly CheckedContainer[] => {
  const read = (list: readonly ContainerObject[] | undefined, role: ContainerRole): CheckedContainer[] =>
    (list ?? []).flatMap((object) => {
      const confinement = confinementOf(spec, metadata.annotations ?? {}, object, facts);
      const { profile } = confinement;
      if (profile.kind !== 'localhost') return [];
      return {
        name: object.name,
        role: role === 'init' && object.restartPolicy === 'Always' ? 'sidecar' : role,
        path: profile.path,
        confinement,
        noNewPrivileges: object.securityContext?.allowPrivilegeEscalation === false,
        execs: execsOf(object),
        object,
      };
    });
  return [
    ...read(spec.initContainers, 'init'),
    ...read(spec.containers, 'container'),
    ...read(spec.ephemeralContainers, 'ephemeral'),
  ];
};

const execsOf = ({
  startupProbe,
  livenessProbe,
  readinessProbe,
  lifecycle = {},
}: ContainerObject): string[] => {
  const handlers: Readonly<Record<string, HandlerObject | undefined>> = {
    startupProbe,
    livenessProbe,
    readinessProbe,
    postStart: lifecycle.postStart,
    preStop: lifecycle.preStop,
  };
  return Object.entries(handlers).flatMap(([name, handler]) => (handler?.exec === undefined ? [] : [name]));
};
