// The complain twin of a profile: it refuses nothing, and logs what the profile refuses. What the profile lets through
// without a word stays as it is.
import { type Action, DEFAULT_ERRNO, takesErrno } from './actions.ts';
import { readErrno } from './errno.ts';
import type { SourceProfile, SourceRule } from './oci.ts';
import { whereOtherIsNot } from './rule-filter.ts';

/**
 * Makes the twin. TRACE and NOTIFY become LOG too: a twin must not wait for somebody who may refuse, nor for a listener
 * to be there.
 *
 * Three things no twin can change. A call by an architecture that the profile doesn't list kills: libseccomp has nothing
 * else for it. Where rules with conditions overlap, and libseccomp decides which one counts, the one that lets through
 * wins. And where a 32-bit architecture has calls as parts of `socketcall` or `ipc`, rules on a part and on the whole
 * are taken one by one.
 */
export const auditTwin = (source: SourceProfile): SourceProfile => {
  const { defaultErrnoRet: _, defaultErrnoName: __, listenerPath, listenerMetadata, ...rest } = source;
  const defaultAction = complain(source.defaultAction);
  return {
    ...rest,
    defaultAction,
    // The kernel takes this one only together with a listener.
    flags: source.flags.filter((flag) => flag !== 'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV'),
    rules: defaultAction === 'SCMP_ACT_LOG' ? allowing(source) : source.rules.map(complaining),
  };
};

const complain = (action: Action): Action => (action === 'SCMP_ACT_ALLOW' ? action : 'SCMP_ACT_LOG');

const complaining = ({ errnoRet: _, errnoName: __, ...rule }: SourceRule): SourceRule => ({
  ...rule,
  action: complain(rule.action),
});

/**
 * Returns the rules that let through. Runtimes pass over a rule that says what the default says: with LOG as default, a
 * refusal that became LOG would no longer win over a rule that lets the same call through. So that one loses the call.
 */
const allowing = (source: SourceProfile): SourceRule[] =>
  source.rules.flatMap((rule, at) => {
    if (rule.action !== 'SCMP_ACT_ALLOW') return [];
    const rivals = source.rules.filter(
      (other, place) => (place < at || !isUnconditional(rule)) && isEffectiveRefusal(other, source),
    );
    const groups = Map.groupBy(rule.names, (name) =>
      rivals.flatMap(({ names }, place) => (names.includes(name) ? [place] : [])).join(' '),
    );
    return [...groups].flatMap(([places, names]) => {
      const winners = places === '' ? [] : places.split(' ').map((place) => rivals[Number(place)]!);
      return winners.reduce<readonly SourceRule[]>(
        (rules, winner) => rules.flatMap((one) => whereOtherIsNot(one, winner)),
        [{ ...complaining(rule), names }],
      );
    });
  });

/** Says whether nothing beside a rule counts on the calls that it names. */
const isEffectiveRefusal = (rule: SourceRule, source: SourceProfile): boolean =>
  rule.action !== 'SCMP_ACT_ALLOW' && isUnconditional(rule) && !saysDefault(rule, source);

/** An argument under an empty mask always matches; where an index repeats, any one that matches suffices. */
const isUnconditional = ({ args }: SourceRule): boolean => {
  const isRepeated = new Set(args.map(({ index }) => index)).size < args.length;
  const matches = args.map(({ op, value }) => op === 'SCMP_CMP_MASKED_EQ' && value === 0n);
  return isRepeated ? matches.includes(true) : !matches.includes(false);
};

const saysDefault = (rule: SourceRule, source: SourceProfile): boolean =>
  spell(rule.action, rule.errnoRet, rule.errnoName) ===
  spell(source.defaultAction, source.defaultErrnoRet, source.defaultErrnoName);

const spell = (action: Action, number: number | undefined, name: string | undefined): string => {
  if (action === 'SCMP_ACT_KILL') return 'SCMP_ACT_KILL_THREAD';
  if (!takesErrno(action)) return action;
  const named = name === undefined ? undefined : readErrno(name, 'amd64');
  return `${action} ${typeof named === 'number' ? named : (number ?? DEFAULT_ERRNO)}`;
};
