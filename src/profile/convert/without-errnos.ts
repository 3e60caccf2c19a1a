// A profile without errnos that its target has no place for. Runtimes pass over rules that say what the default says, so
// that an errno less can wake up a rule, or put one to sleep: here each call keeps the rule that decided it.

import { ruleSetsOf } from '../merge/rule-set.ts';
import type { Profile, Rule } from '../oci.ts';
import { isSame, type Outcome, outcomeOf } from '../resolve.ts';

/** Drops the default's errno, and errnos of 0 in rules; what was refused is then refused with EPERM. */
export const withoutErrnos = ({ defaultErrnoRet, ...profile }: Profile): Profile => {
  const before = outcomeOf(profile.defaultAction, defaultErrnoRet);
  const after = outcomeOf(profile.defaultAction, undefined);
  const shrunk = ({ action, errnoRet }: Pick<Rule, 'action' | 'errnoRet'>): Outcome =>
    outcomeOf(action, errnoRet === 0 ? undefined : errnoRet);
  const settled = new Set(
    [...ruleSetsOf({ ...profile, ...(defaultErrnoRet !== undefined && { defaultErrnoRet }) })]
      .filter(([, { pieces }]) =>
        pieces.some(
          ({ conditions, outcome: { action, errno } }) =>
            conditions.length === 0 &&
            isSame(shrunk({ action, ...(errno !== undefined && { errnoRet: errno }) }), after),
        ),
      )
      .map(([name]) => name),
  );
  const rules = profile.rules.map((rule): Rule => {
    const { errnoRet, ...rest } = rule;
    // It was passed over, and goes on being so; its names still count for runc's ENOSYS stub.
    if (isSame(outcomeOf(rule.action, errnoRet), before)) return rest;
    const outcome = shrunk(rule);
    const names = isSame(outcome, after) ? rule.names : rule.names.filter((name) => !settled.has(name));
    return { ...rest, names, ...(errnoRet !== undefined && errnoRet !== 0 && { errnoRet }) };
  });
  return { ...profile, rules };
};
