// Whether a filter lets a system call through, over all its arguments.
import type { SeccompArchitecture } from '../architectures.ts';
import type { Located } from '../document.ts';
import type { EffectiveFilter, FilterPart, FilterRule, Outcome } from '../resolve.ts';

export interface Passage {
  /** `always`: whatever the arguments; `sometimes`: it depends on them, or on who is asked through NOTIFY or TRACE. */
  readonly how: 'always' | 'sometimes' | 'never';
  /** The rule or the default that lets it through. */
  readonly at?: Located;
}

/** Says whether a system call goes through a filter on one of its architectures; undefined where there is no such call. */
export const passageOf = (
  filter: EffectiveFilter,
  architecture: SeccompArchitecture,
  name: string,
): Passage | undefined => {
  const part = filter.parts.get(architecture);
  const place = part?.syscalls.get(name);
  if (part === undefined || place === undefined) return undefined;
  const whole = place.part && part.syscalls.get(place.part.of)?.number;
  const ways: (readonly FilterRule[])[] = [];
  if (place.number !== undefined && !isStubbed(part, place.number))
    ways.push(part.rules.get(place.number) ?? []);
  if (place.part !== undefined && whole !== undefined && !isStubbed(part, whole)) {
    ways.push(rulesOnPart(part.rules.get(whole) ?? [], BigInt(place.part.index)));
  }
  const passages = ways.map((rules) => passageThrough(rules, filter));
  return (
    passages.find(({ how }) => how === 'always') ??
    passages.find(({ how }) => how === 'sometimes') ?? { how: 'never' }
  );
};

const isStubbed = ({ stubAbove }: FilterPart, number: number): boolean =>
  stubAbove !== undefined && number > stubAbove;

/** Leaves of the rules on socketcall or ipc those on one part, which argument 0 names. */
const rulesOnPart = (rules: readonly FilterRule[], index: bigint): readonly FilterRule[] =>
  rules.flatMap((rule) => {
    const others = rule.conditions.filter((one) => one.index !== 0);
    const first = rule.conditions.filter((one) => one.index === 0);
    const isOther = first.some(({ op, value }) => op === 'SCMP_CMP_EQ' && value !== index);
    const isThis = first.every(({ op, value }) => op === 'SCMP_CMP_EQ' && value === index);
    if (isOther) return [];
    return [isThis ? { ...rule, conditions: others } : rule];
  });

const passageThrough = (rules: readonly FilterRule[], { fallback, fallbackAt }: EffectiveFilter): Passage => {
  const answers = [
    ...rules.map(({ outcome, conditions, at }) => ({ outcome, at, isSure: conditions.length === 0 })),
    { outcome: fallback, at: fallbackAt, isSure: true },
  ];
  // What stands behind an answer without conditions is never asked.
  const asked = answers.slice(0, answers.findIndex(({ isSure }) => isSure) + 1);
  const passing = asked.find(({ outcome }) => mayPass(outcome));
  if (passing === undefined) return { how: 'never' };
  const how = asked.every(({ outcome }) => PASSING.includes(outcome.action)) ? 'always' : 'sometimes';
  return { how, ...(passing.at !== undefined && { at: passing.at }) };
};

const PASSING: readonly string[] = ['SCMP_ACT_ALLOW', 'SCMP_ACT_LOG'];

/** A tracer or an agent may let a call through too. */
const mayPass = ({ action }: Outcome): boolean =>
  [...PASSING, 'SCMP_ACT_TRACE', 'SCMP_ACT_NOTIFY'].includes(action);
