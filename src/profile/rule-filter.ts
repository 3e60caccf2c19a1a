// The conditions of a rule, includes and excludes, as something to reckon with.
import { isAtLeast } from './kernel-version.ts';
import type { RuleFilter, SourceRule } from './oci.ts';
import type { KernelVersion } from './prepared.ts';

type Conditions = Pick<SourceRule, 'includes' | 'excludes'>;

/** Returns copies of a rule that together are there wherever the rule is and `other` isn't. */
export const whereOtherIsNot = (
  rule: SourceRule,
  { includes, excludes }: Conditions,
): readonly SourceRule[] => {
  // Each of the other's conditions fails in one copy.
  const copies: Conditions[] = [
    ...includes.capabilities.map((name) => excluding(rule, { capabilities: [name] })),
    ...excludes.capabilities.map((name) => including(rule, { capabilities: [name] })),
    ...(includes.architectures.length > 0
      ? [excluding(rule, { architectures: includes.architectures })]
      : []),
    ...(excludes.architectures.length > 0
      ? [including(rule, { architectures: excludes.architectures })]
      : []),
    ...(includes.minimumKernel ? [excluding(rule, { minimumKernel: includes.minimumKernel })] : []),
    ...(excludes.minimumKernel ? [including(rule, { minimumKernel: excludes.minimumKernel })] : []),
  ];
  const possible = copies.filter(isPossible).map((copy) => ({ ...rule, ...copy }));
  const spelled = spell(rule);
  return possible.some((copy) => spell(copy) === spelled) ? [rule] : possible;
};

const excluding = ({ includes, excludes }: Conditions, more: Partial<RuleFilter>): Conditions => ({
  includes,
  excludes: {
    capabilities: union(excludes.capabilities, more.capabilities),
    architectures: union(excludes.architectures, more.architectures),
    ...kernel(excludes.minimumKernel, more.minimumKernel, (a, b) => isAtLeast(b, a)),
  },
});

const including = ({ includes, excludes }: Conditions, more: Partial<RuleFilter>): Conditions => ({
  includes: {
    capabilities: union(includes.capabilities, more.capabilities),
    architectures: narrowed(includes.architectures, more.architectures),
    ...kernel(includes.minimumKernel, more.minimumKernel, isAtLeast),
  },
  excludes,
});

const union = (ours: readonly string[], more: readonly string[] = []): readonly string[] => [
  ...new Set([...ours, ...more]),
];

/** An empty list includes every architecture; one that nothing is left of, none. */
const NO_ARCHITECTURE = 'none';
const narrowed = (ours: readonly string[], more: readonly string[] | undefined): readonly string[] => {
  if (more === undefined) return ours;
  if (ours.length === 0) return more;
  const both = ours.filter((name) => more.includes(name));
  return both.length === 0 ? [NO_ARCHITECTURE] : both;
};

const kernel = (
  ours: KernelVersion | undefined,
  more: KernelVersion | undefined,
  isStricter: (a: KernelVersion, b: KernelVersion) => boolean,
): { readonly minimumKernel?: KernelVersion } => {
  const [first, second] = [ours, more].filter((one) => one !== undefined);
  if (first === undefined) return {};
  return { minimumKernel: second === undefined || isStricter(first, second) ? first : second };
};

const isPossible = ({ includes, excludes }: Conditions): boolean =>
  !includes.capabilities.some((name) => excludes.capabilities.includes(name)) &&
  !includes.architectures.includes(NO_ARCHITECTURE) &&
  (includes.architectures.length === 0 ||
    includes.architectures.some((name) => !excludes.architectures.includes(name))) &&
  (includes.minimumKernel === undefined ||
    excludes.minimumKernel === undefined ||
    !isAtLeast(includes.minimumKernel, excludes.minimumKernel));

const spell = ({ includes, excludes }: Conditions): string =>
  JSON.stringify(
    [includes, excludes].map(({ capabilities, architectures, minimumKernel }) => [
      [...capabilities].sort(),
      [...architectures].sort(),
      minimumKernel?.major,
      minimumKernel?.minor,
    ]),
  );
