// Rules with different answers to the same call. The order of the file does not decide between them: libseccomp sorts
// conditions by argument (src/db.c), and between two on the same argument by nothing that anybody promises.
import { EQUALITIES, evaluate, firstIndex } from '../evaluate.ts';
import type { Condition } from '../oci.ts';
import type { Report } from '../report.ts';
import { type FilterRule, isSame } from '../resolve.ts';
import { type Place, placesOf, type RuledCall, ruledCalls, whereOf } from './filters.ts';
import { createFindings, type Findings } from './findings.ts';
import { findArguments } from './satisfy.ts';
import { spellArguments, spellOutcome, spellPlace } from './spell.ts';
import type { LintSubject } from './subject.ts';

/** So many pairs of rules are compared; a profile with more has been made to keep its reader busy. */
const MOST_PAIRS = 200_000;

/** Checks that no call meets the conditions of two rules with different answers. */
export const checkOverlaps = (subject: LintSubject, report: Report): void => {
  const findings = createFindings();
  let left = MOST_PAIRS;
  for (const place of placesOf(subject)) {
    for (const call of ruledCalls(place.part)) {
      const count = (call.rules.length * (call.rules.length - 1)) / 2;
      if (count > left) tellUnlooked(place, call, findings);
      else checkCall(place, call, findings);
      left -= Math.min(count, left);
    }
  }
  findings.tell(report);
};

const tellUnlooked = (place: Place, { name, rules }: RuledCall, findings: Findings): void =>
  findings.add({
    code: 'SP312',
    severity: 'note',
    at: rules[0]!.at,
    name,
    message: 'too many rules to look for calls that meet the conditions of several',
    ...whereOf(place),
  });

const checkCall = (place: Place, call: RuledCall, findings: Findings): void => {
  for (const [index, later] of call.rules.entries()) {
    for (const earlier of call.rules.slice(0, index)) {
      if (isSame(earlier.outcome, later.outcome)) continue;
      const args = findArguments([...earlier.conditions, ...later.conditions], place.part.bits);
      if (args === undefined) continue;
      const message = describe(place, call, [earlier, later], args);
      findings.add({
        code: 'SP311',
        severity: 'warning',
        at: later.at,
        name: call.name,
        message,
        ...whereOf(place),
      });
      // One example for each rule is enough.
      break;
    }
  }
};

const describe = (
  { filter, architecture }: Place,
  { number, rules }: RuledCall,
  [earlier, later]: readonly [FilterRule, FilterRule],
  args: readonly bigint[],
): string => {
  const both = [...earlier.conditions, ...later.conditions];
  const answers = `${spellOutcome(later.outcome)} here and ${spellOutcome(earlier.outcome)} in ${spellPlace(earlier.at)}`;
  const meet = `${answers} both fit ${spellArguments(args, both)}`;
  const winner = firstIndex(earlier) > firstIndex(later) ? earlier : later;
  const isSorted =
    firstIndex(earlier) !== firstIndex(later) &&
    rules.every(({ conditions }) => conditions.every(isEquality));
  // A third rule may come before both.
  if (!isSorted || evaluate(filter, { architecture, number, args }).at !== winner.at)
    return `${meet}; which of them wins is libseccomp's choice, whatever the order in the file`;
  const which = winner === later ? 'this rule' : spellPlace(earlier.at);
  return `${meet}; whatever their order, libseccomp asks the one first whose lowest argument is the higher: ${which}`;
};

const isEquality = ({ op }: Condition): boolean => EQUALITIES.includes(op);
