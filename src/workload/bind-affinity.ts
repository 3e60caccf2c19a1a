// The required node affinity that keeps a pod off nodes which do not have its profile.

interface Requirement {
  readonly key?: string;
  readonly operator?: string;
  readonly values?: readonly string[];
}

interface Term {
  readonly matchExpressions?: readonly Requirement[];
  readonly matchFields?: readonly Requirement[];
}

interface Affinity {
  readonly nodeAffinity?: {
    readonly requiredDuringSchedulingIgnoredDuringExecution?: {
      readonly nodeSelectorTerms?: readonly Term[];
    };
  };
}

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';

/** Returns the keys of the labels that any alternative wants to exist. */
export const requiredLabels = (affinity: unknown): string[] => [
  ...new Set(
    termsOf(affinity).flatMap(({ matchExpressions = [] }) =>
      matchExpressions.filter(isExistence).map(({ key = '' }) => key),
    ),
  ),
];

/**
 * Returns the affinity with some `Exists` requirements more and some less; what is left empty goes. Terms are
 * alternatives, so each gets the requirement.
 */
export const changeRequirements = (
  affinity: unknown,
  { added, removed }: { readonly added: readonly string[]; readonly removed: readonly string[] },
): unknown => {
  const terms = termsOf(affinity);
  const without = terms.map((term) => withoutLabels(term, removed, terms.length === 1));
  const left = without.filter((term) => Object.keys(term).length > 0 || terms.length > 1);
  const wanted = added.length > 0 && left.length === 0 ? [{}] : left;
  return withTerms(
    affinity as Affinity | undefined,
    wanted.map((term) => withLabels(term, added)),
  );
};

const termsOf = (affinity: unknown): readonly Term[] =>
  (affinity as Affinity | undefined)?.nodeAffinity?.[REQUIRED]?.nodeSelectorTerms ?? [];

const isExistence = ({ operator }: Requirement): boolean => operator === 'Exists';

/** An alternative that would be left empty matches no node any more, so it is left as it is. */
const withoutLabels = (term: Term, removed: readonly string[], isOnly: boolean): Term => {
  const { matchExpressions, ...others } = term;
  if (matchExpressions === undefined) return term;
  const left = matchExpressions.filter((one) => !(isExistence(one) && removed.includes(one.key ?? '')));
  if (left.length > 0) return { ...term, matchExpressions: left };
  return isOnly || Object.keys(others).length > 0 ? others : term;
};

const withLabels = (term: Term, added: readonly string[]): Term => {
  const { matchExpressions = [] } = term;
  const missing = added.filter((key) => !matchExpressions.some((one) => isExistence(one) && one.key === key));
  if (missing.length === 0) return term;
  const requirements = missing.map((key): Requirement => ({ key, operator: 'Exists' }));
  return { ...term, matchExpressions: [...matchExpressions, ...requirements] };
};

const withTerms = (affinity: Affinity | undefined, terms: readonly Term[]): unknown => {
  if (terms.length > 0)
    return {
      ...affinity,
      nodeAffinity: {
        ...affinity?.nodeAffinity,
        [REQUIRED]: { ...affinity?.nodeAffinity?.[REQUIRED], nodeSelectorTerms: terms },
      },
    };
  if (affinity?.nodeAffinity?.[REQUIRED] === undefined) return affinity;
  const { [REQUIRED]: _, ...nodeAffinity } = affinity.nodeAffinity;
  const { nodeAffinity: __, ...others } = affinity;
  if (Object.keys(nodeAffinity).length > 0) return { ...others, nodeAffinity };
  return Object.keys(others).length > 0 ? others : undefined;
};
