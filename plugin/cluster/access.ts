// Asks the API server what the user may do. The rules of all places come in one request each; only what they do not
// grant is asked one by one, because an authorizer by webhook does not list its rules.
import { type Access, nameInRight, namespaceOfRight, type Right } from '../../src/rollout/rights.ts';
import type { Api } from './api.ts';

interface Settings {
  readonly api: Api;
  readonly installNamespace: string;
  readonly signal: AbortSignal;
}

interface RulesReview {
  readonly status?: { readonly resourceRules?: readonly ResourceRule[] };
}

/** Of SelfSubjectRulesReview; `*` stands for all, and so does the absence of names. */
interface ResourceRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
}

interface AccessReview {
  readonly status?: { readonly allowed?: boolean };
}

const GROUP = '/apis/authorization.k8s.io/v1';
/**
 * The review of rules wants a namespace. No namespace can have this name, so no RoleBinding lies in it: what holds here
 * holds in the whole cluster.
 */
const NOWHERE = 'in.no.namespace';

/** Makes the port; nothing is sent yet. */
export const createAccess = ({ api, installNamespace, signal }: Settings): Access => {
  const ask = async <T>(kind: string, path: string, spec: object): Promise<T | undefined> => {
    try {
      const body = { apiVersion: 'authorization.k8s.io/v1', kind, spec };
      return await api.create<T>(`${GROUP}/${path}`, body, { signal });
    } catch {
      signal.throwIfAborted();
      // Who may not even ask learns it from the first request that is refused.
      return undefined;
    }
  };
  const rulesIn = async (namespace: string): Promise<readonly ResourceRule[]> => {
    const spec = { namespace };
    const review = await ask<RulesReview>('SelfSubjectRulesReview', 'selfsubjectrulesreviews', spec);
    return review?.status?.resourceRules ?? [];
  };
  const isRefused = async (right: Right): Promise<boolean> => {
    const { group, verb } = right;
    const [resource, subresource] = right.resource.split('/');
    const name = nameInRight(right, installNamespace);
    // A Namespace is asked for as one of the objects in it.
    const namespace = name ?? namespaceOfRight(right, installNamespace);
    const resourceAttributes = {
      group,
      resource,
      verb,
      ...(subresource !== undefined && { subresource }),
      ...(namespace !== undefined && { namespace }),
      ...(name !== undefined && { name }),
    };
    const review = await ask<AccessReview>('SelfSubjectAccessReview', 'selfsubjectaccessreviews', {
      resourceAttributes,
    });
    return review?.status?.allowed === false;
  };
  return {
    async findMissing(rights) {
      const placeOf = (right: Right): string => namespaceOfRight(right, installNamespace) ?? NOWHERE;
      const places = [...new Set(rights.map(placeOf))];
      const rules = new Map(
        await Promise.all(places.map(async (place) => [place, await rulesIn(place)] as const)),
      );
      const doubtful = rights.filter(
        (right) => !isGranted(right, nameInRight(right, installNamespace), rules.get(placeOf(right)) ?? []),
      );
      const answers = await Promise.all(doubtful.map(isRefused));
      return doubtful.filter((_, index) => answers[index]);
    },
  };
};

const isGranted = (
  { group, resource, verb }: Right,
  name: string | undefined,
  rules: readonly ResourceRule[],
): boolean =>
  rules.some(
    ({ verbs, apiGroups = [], resources = [], resourceNames = [] }) =>
      (resourceNames.length === 0 || (name !== undefined && resourceNames.includes(name))) &&
      has(verbs, verb) &&
      has(apiGroups, group) &&
      (has(resources, resource) || resources.includes(`*/${resource.split('/')[1]}`)),
  );

const has = (words: readonly string[], wanted: string): boolean =>
  words.includes(wanted) || words.includes('*');
