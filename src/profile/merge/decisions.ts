// What a merge decided between inputs that say different things, in words.
import type { SeccompArchitecture } from '../architectures.ts';
import type { Profile } from '../oci.ts';
import type { Architecture } from '../prepared.ts';
import { isSame, type Outcome, outcomeOf } from '../resolve.ts';
import { callableOn } from './callable.ts';
import { coveredBy } from './merge-compiled.ts';
import type { MergeInput } from './merge-profiles.ts';
import type { MergeMode } from './openness.ts';
import { ruleSetsOf } from './rule-set.ts';

export interface Decision {
  /** `weaker`: the result may let through what no input does. */
  readonly kind: 'decided' | 'weaker';
  readonly message: string;
}

interface Compiled {
  readonly architecture: Architecture;
  readonly profiles: readonly Profile[];
}

/** Lists the decisions, each once. */
export const decisionsOf = (
  mode: MergeMode,
  inputs: readonly MergeInput[],
  compiled: readonly Compiled[],
  result: Profile,
): readonly Decision[] => {
  const labels = inputs.map(({ label }) => label);
  const all = [
    ...aboutDefault(labels, compiled[0]!.profiles, result),
    ...compiled.flatMap((one) => aboutArchitectures(mode, labels, one)),
    ...aboutErrnos(mode, compiled[0]!.profiles),
    ...aboutFlags(inputs, result),
  ];
  return [...new Map(all.map((one) => [one.message, one])).values()];
};

/** Renders an outcome as `ERRNO 1` or `ALLOW`. */
export const describeOutcome = ({ action, errno }: Outcome): string =>
  `${action.slice('SCMP_ACT_'.length)}${errno === undefined ? '' : ` ${errno}`}`;

const aboutDefault = (
  labels: readonly string[],
  profiles: readonly Profile[],
  result: Profile,
): readonly Decision[] => {
  const defaults = profiles.map(({ defaultAction, defaultErrnoRet }) =>
    outcomeOf(defaultAction, defaultErrnoRet),
  );
  if (defaults.every((one) => isSame(one, defaults[0]!))) return [];
  const each = defaults.map((one, at) => `${describeOutcome(one)} in ${quote(labels[at]!)}`).join(', ');
  const chosen = describeOutcome(outcomeOf(result.defaultAction, result.defaultErrnoRet));
  return [{ kind: 'decided', message: `the default action is ${each}: ${chosen} in the result` }];
};

const aboutArchitectures = (
  mode: MergeMode,
  labels: readonly string[],
  { architecture, profiles }: Compiled,
): readonly Decision[] =>
  callableOn(architecture).flatMap((name: SeccompArchitecture): readonly Decision[] => {
    const has = profiles.map((profile) => coveredBy(profile, architecture).has(name));
    if (has.every((one) => one === has[0])) return [];
    const who = (wanted: boolean): string =>
      labels
        .filter((_, at) => has[at] === wanted)
        .map(quote)
        .join(', ');
    return [
      mode === 'union'
        ? {
            kind: 'weaker',
            message: `${name} is covered by ${who(true)} alone: kept, and there the result also lets through what only ${who(false)} lets through elsewhere`,
          }
        : {
            kind: 'decided',
            message: `${name} is not covered by ${who(false)}, which kills whoever calls that way: left out`,
          },
    ];
  });

/** Tells of rules alone: an errno of the default is told with the default. */
const aboutErrnos = (mode: MergeMode, profiles: readonly Profile[]): readonly Decision[] => {
  const namesByErrnos = new Map<string, string[]>();
  const sets = profiles.map(ruleSetsOf);
  for (const name of new Set(sets.flatMap((one) => [...one.keys()]))) {
    const outcomes = sets.flatMap((one) => (one.get(name)?.pieces ?? []).map(({ outcome }) => outcome));
    const errnos = new Set(
      outcomes.flatMap(({ action, errno }) => (action === 'SCMP_ACT_ERRNO' ? [errno!] : [])),
    );
    const askers = sets.filter((one) =>
      one.get(name)?.pieces.some(({ outcome }) => outcome.action === 'SCMP_ACT_ERRNO'),
    );
    if (errnos.size < 2 || askers.length < 2) continue;
    const key = [...errnos].toSorted((a, b) => a - b).join(' and ');
    namesByErrnos.set(key, [...(namesByErrnos.get(key) ?? []), name]);
  }
  const which = mode === 'union' ? 'largest' : 'smallest';
  return [...namesByErrnos].map(([errnos, names]) => ({
    kind: 'decided',
    message: `${listNames(names)}: refused with errno ${errnos}; where both hold, the ${which} counts`,
  }));
};

const aboutFlags = (inputs: readonly MergeInput[], result: Profile): readonly Decision[] => {
  const spelt = inputs.map(({ source }) => [...source.flags].toSorted().join(', '));
  const isNotified = inputs.some(({ source }) => source.listenerPath !== undefined);
  return [
    ...(new Set(spelt).size === 1
      ? []
      : [
          {
            kind: 'decided' as const,
            message: `the inputs have different flags: ${result.flags.join(', ') || 'none'} in the result`,
          },
        ]),
    ...(isNotified && result.listenerPath === undefined
      ? [
          {
            kind: 'decided' as const,
            message: '"listenerPath" is left out, as no rule of the result notifies',
          },
        ]
      : []),
  ];
};

const MOST_NAMES = 8;

/** Renders names, cut to a readable number. */
export const listNames = (names: readonly string[]): string =>
  names.length > MOST_NAMES
    ? `${names.slice(0, MOST_NAMES).join(', ')} and ${names.length - MOST_NAMES} more`
    : names.join(', ');

const quote = (label: string): string => `"${label}"`;
