// Filters of which no rule counts, because libseccomp forgets to look at the number of the call (lost-rules.ts).
import type { Report } from '../report.ts';
import { placesOf, whereOf } from './filters.ts';
import { createFindings } from './findings.ts';
import { spellOutcome } from './spell.ts';
import type { LintSubject } from './subject.ts';

/** Checks that the rules of every architecture count at all. */
export const checkLostRules = (subject: LintSubject, report: Report): void => {
  const findings = createFindings();
  // runc has libseccomp build filters of many rules in another way, which is not at fault.
  const facts = subject.facts.flatMap((one) =>
    (one.runtime === undefined ? (['runc', 'crun'] as const) : [one.runtime]).map((runtime) => ({
      ...one,
      runtime,
    })),
  );
  for (const place of placesOf({ ...subject, facts })) {
    const { lost } = place.part;
    if (lost === undefined) continue;
    const by = `libseccomp asks for ${lost.name} first, which ${place.isNative ? place.architecture : 'the architecture'} does not have, and then never looks at the number of a call`;
    const effect = `no rule counts there and every call gets the default (${spellOutcome(place.filter.fallback)})`;
    findings.add({
      code: 'SP318',
      severity: lost.isSure && place.isNative ? 'error' : 'warning',
      at: lost.at,
      message: `${by}: ${lost.isSure ? '' : 'it may be that '}${effect}`,
      ...whereOf(place),
    });
  }
  findings.tell(report);
};
