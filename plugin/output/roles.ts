// What `rbac` prints: the install namespace, a ClusterRole and Roles with exactly the rights that were asked for, and
// bindings for whoever is to have them.
import { installNamespaceObject } from '../../src/rollout/install-namespace.ts';
import { namespaceOfRight, type Right, rulesOf } from '../../src/rollout/rights.ts';

export interface Subject {
  readonly kind: 'User' | 'Group' | 'ServiceAccount';
  readonly name: string;
  /** Of a ServiceAccount. */
  readonly namespace?: string;
}

/** A Kubernetes object. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

interface RolesWanted {
  /** Of every role and binding. */
  readonly name: string;
  readonly rights: readonly Right[];
  readonly subjects: readonly Subject[];
  readonly installNamespace: string;
}

const RBAC = 'rbac.authorization.k8s.io';

/** Builds the objects, in an order in which they can be created. */
export const roleManifests = ({ name, rights, subjects, installNamespace }: RolesWanted): Manifest[] => {
  const places = Map.groupBy(rights, (right) => namespaceOfRight(right, installNamespace));
  // The cluster first, then the namespaces by name.
  const sorted = [...places].toSorted(([one = ''], [other = '']) => (one < other ? -1 : 1));
  return [
    ...(places.has(installNamespace) ? [installNamespaceObject(installNamespace)] : []),
    ...sorted.flatMap(([namespace, within]) => {
      const kind = namespace === undefined ? 'ClusterRole' : 'Role';
      const metadata = { name, ...(namespace !== undefined && { namespace }) };
      return [
        { apiVersion: `${RBAC}/v1`, kind, metadata, rules: rulesOf(within, installNamespace) },
        ...(subjects.length === 0
          ? []
          : [
              {
                apiVersion: `${RBAC}/v1`,
                kind: `${kind}Binding`,
                metadata,
                roleRef: { apiGroup: RBAC, kind, name },
                subjects: subjects.map(describeSubject),
              },
            ]),
      ];
    }),
  ];
};

const describeSubject = ({ kind, name, namespace }: Subject) =>
  kind === 'ServiceAccount' ? { kind, name, namespace } : { apiGroup: RBAC, kind, name };
