// System calls that some architectures make through socketcall or ipc: their arguments then lie in memory, where no
// filter sees them, and conditions fall away.
import type { Report } from '../report.ts';
import { isSame, outcomeOf } from '../resolve.ts';
import { placesOf, profileFor, whereOf } from './filters.ts';
import { createFindings } from './findings.ts';
import { spellOutcome } from './spell.ts';
import type { LintSubject } from './subject.ts';

/** Checks that no conditions are lost because a call can be made through socketcall or ipc. */
export const checkParts = (subject: LintSubject, report: Report): void => {
  const findings = createFindings();
  for (const place of placesOf(subject)) {
    const { rules } = profileFor(subject.source, place.facts);
    for (const rule of rules) {
      const outcome = outcomeOf(rule.action, rule.errnoRet);
      if (rule.args.length === 0 || isSame(outcome, place.filter.fallback)) continue;
      for (const name of rule.names) {
        const through = place.part.syscalls.get(name)?.part?.of;
        if (through === undefined) continue;
        const message = `through ${through} no filter sees the arguments: ${spellOutcome(outcome)} there, whatever they are`;
        findings.add({ code: 'SP412', severity: 'note', at: rule.at, name, message, ...whereOf(place) });
      }
    }
  }
  findings.tell(report);
};
