// Refusals that a program passes by another call that does the same, in profiles that let through what they don't name.
import { evaluate, type Verdict } from '../evaluate.ts';
import type { Report } from '../report.ts';
import { letsThrough, type Place, placesOf, refuses, whereOf } from './filters.ts';
import { createFindings, type Findings, renderNames } from './findings.ts';
import { SIBLINGS } from './siblings.ts';
import type { LintSubject } from './subject.ts';

/** Checks that a deny-list refuses all calls that do what a refused one does. */
export const checkSiblings = (subject: LintSubject, report: Report): void => {
  const findings = createFindings();
  for (const place of placesOf(subject)) {
    const { action } = place.filter.fallback;
    if (action === 'SCMP_ACT_ALLOW' || action === 'SCMP_ACT_LOG') checkPlace(place, findings);
  }
  findings.tell(report);
};

const checkPlace = (place: Place, findings: Findings): void => {
  for (const [name, others] of SIBLINGS) {
    const verdict = verdictOf(place, name);
    if (verdict === undefined || verdict.by !== 'rule' || !refuses(verdict)) continue;
    const open = others.filter((other) => {
      const sibling = verdictOf(place, other);
      // A rule that lets one of them through was written by somebody who thought of it.
      return sibling !== undefined && sibling.by === 'default' && letsThrough(sibling);
    });
    if (open.length === 0) continue;
    const message = `refused, but a program can do the same by ${renderNames(open)}, which ${open.length === 1 ? 'goes' : 'go'} through`;
    findings.add({ code: 'SP505', severity: 'warning', at: verdict.at!, name, message, ...whereOf(place) });
  }
};

/** What happens to a call whatever its arguments; undefined where that depends, or where there is no such call. */
const verdictOf = ({ filter, architecture, part }: Place, name: string): Verdict | undefined => {
  const number = part.syscalls.get(name)?.number;
  if (number === undefined) return undefined;
  const rules = part.rules.get(number) ?? [];
  return rules.some(({ conditions }) => conditions.length > 0)
    ? undefined
    : evaluate(filter, { architecture, number, args: [] });
};
