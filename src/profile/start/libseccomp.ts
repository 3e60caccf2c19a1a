// What libseccomp refuses of the rules that a runtime hands it (src/api.c, src/db.c), whichever runtime it is.
import { DEFAULT_ERRNO, MAX_ERRNO, takesErrno } from '../actions.ts';
import type { DecodedProfile, DecodedRule, Placed } from './decoded.ts';

/** Throws what `refuse` makes where libseccomp takes no such errno; the number is cut to 16 bits first. */
export const checkErrno = (
  action: Placed<string>,
  errno: Placed<bigint> | undefined,
  refuse: () => Error,
): void => {
  const isTooLarge = errno !== undefined && (errno.value & 0xffffn) > BigInt(MAX_ERRNO);
  if (isTooLarge && action.value === 'SCMP_ACT_ERRNO') throw refuse();
};

/** Says whether a rule says what the default says anyway, so that runtimes leave it out. */
export const isSameAsDefault = (rule: DecodedRule, profile: DecodedProfile): boolean =>
  spellOutcome(rule.action, rule.errnoRet) === spellOutcome(profile.defaultAction, profile.defaultErrnoRet);

const spellOutcome = ({ value }: Placed<string>, errno: Placed<bigint> | undefined): string => {
  if (value === 'SCMP_ACT_KILL') return 'SCMP_ACT_KILL_THREAD';
  const hasErrno = takesErrno(value as Parameters<typeof takesErrno>[0]);
  return hasErrno ? `${value} ${(errno?.value ?? BigInt(DEFAULT_ERRNO)) & 0xffffn}` : value;
};
