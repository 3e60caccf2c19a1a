// Rules that change nothing: they say what the default says, or what another rule says already.
import type { Rule } from '../oci.ts';
import type { Report } from '../report.ts';
import { type FilterRule, isSame, type Outcome, outcomeOf } from '../resolve.ts';
import { type Place, placesOf, profileFor, ruledCalls, whereOf } from './filters.ts';
import { createFindings, type Findings } from './findings.ts';
import { implies } from './satisfy.ts';
import { spellOutcome, spellPlace } from './spell.ts';
import type { LintSubject } from './subject.ts';

/** Checks that every rule makes a difference. */
export const checkRedundant = (subject: LintSubject, report: Report): void => {
  const findings = createFindings();
  for (const place of placesOf(subject)) {
    const { rules } = profileFor(subject.source, place.facts);
    for (const rule of rules) {
      const outcome = outcomeOf(rule.action, rule.errnoRet);
      if (isSame(outcome, place.filter.fallback)) checkAgainstDefault(place, rule, outcome, findings);
    }
    if (place.isNative) checkRepeated(rules, place.filter.fallback, findings);
    for (const { name, rules: own } of ruledCalls(place.part)) checkImplied(place, name, own, findings);
  }
  findings.tell(report);
};

/** Runtimes leave such a rule out; where others on the call have conditions, it was meant as an exception from them. */
const checkAgainstDefault = (place: Place, rule: Rule, outcome: Outcome, findings: Findings): void => {
  const { syscalls, rules } = place.part;
  for (const name of rule.names) {
    const number = syscalls.get(name)?.number;
    const other = number === undefined ? undefined : rules.get(number)?.[0];
    const says = spellOutcome(outcome);
    if (other === undefined) {
      const message = `the default says ${says} as well, so the rule changes nothing`;
      findings.add({ code: 'SP315', severity: 'note', at: rule.at, name, message });
    } else {
      const message = `${says} is the default, and runtimes leave such a rule out: it is no exception from ${spellPlace(other.at)} (${spellOutcome(other.outcome)})`;
      findings.add({ code: 'SP314', severity: 'warning', at: rule.at, name, message, ...whereOf(place) });
    }
  }
};

/** Tells names that an earlier rule without conditions gives the same answer for. */
const checkRepeated = (rules: readonly Rule[], fallback: Outcome, findings: Findings): void => {
  const said = new Map<string, { outcome: Outcome; rule: Rule }>();
  for (const rule of rules) {
    const outcome = outcomeOf(rule.action, rule.errnoRet);
    if (isSame(outcome, fallback)) continue;
    for (const name of rule.names) {
      const before = said.get(name);
      if (before === undefined) {
        if (rule.args.length === 0) said.set(name, { outcome, rule });
      } else if (isSame(before.outcome, outcome) && before.rule !== rule) {
        const message = `${spellPlace(before.rule.at)} says ${spellOutcome(outcome)} already, so the rule changes nothing`;
        findings.add({ code: 'SP315', severity: 'note', at: rule.at, name, message });
      }
    }
  }
};

/** With more rules on one call than this, comparing each with each takes too long. */
const MOST_RULES = 100;

const checkImplied = (place: Place, name: string, rules: readonly FilterRule[], findings: Findings): void => {
  if (rules.length > MOST_RULES) return;
  for (const rule of rules) {
    const wider = rules.find(
      (other) =>
        other !== rule &&
        isSame(other.outcome, rule.outcome) &&
        implies(rule.conditions, other.conditions, place.part.bits) &&
        // Of two that are worth the same, the later one is told.
        (rules.indexOf(other) < rules.indexOf(rule) ||
          !implies(other.conditions, rule.conditions, place.part.bits)),
    );
    if (wider === undefined) continue;
    const message =
      wider.at === rule.at
        ? 'one of the alternatives in this rule covers another, which changes nothing'
        : `whatever meets these conditions meets those of ${spellPlace(wider.at)} too, with the same answer`;
    findings.add({ code: 'SP315', severity: 'note', at: rule.at, name, message, ...whereOf(place) });
  }
};
