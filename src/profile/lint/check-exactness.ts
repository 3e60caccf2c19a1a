// Rules that libseccomp does not always keep apart: what it makes of them may be another filter than the file says.
import { EQUALITIES, isExact } from '../evaluate.ts';
import type { Report } from '../report.ts';
import { placesOf, ruledCalls, whereOf } from './filters.ts';
import { createFindings } from './findings.ts';
import type { LintSubject } from './subject.ts';

/** Checks that no system call has a mixture of conditions that libseccomp is known to get wrong (up to 2.6.1). */
export const checkExactness = (subject: LintSubject, report: Report): void => {
  const findings = createFindings();
  for (const place of placesOf(subject)) {
    // Those that the architecture does not have match nothing, but may be refused all the same.
    const absent = [...place.part.absent].map(([name, rules]) => ({ name, rules }));
    for (const { name, rules } of [...ruledCalls(place.part), ...absent]) {
      if (isExact(rules)) continue;
      const operators = new Set(
        rules
          .flatMap(({ conditions }) => conditions.map(({ op }) => op))
          .filter((op) => !EQUALITIES.includes(op)),
      );
      const named = [...operators].map((op) => op.slice('SCMP_CMP_'.length)).join(', ');
      // The first rule alone would be exact: what follows it makes the mixture.
      const message = `several rules whose conditions use ${named}: libseccomp may answer by the wrong one or by the default, or refuse them`;
      findings.add({
        code: 'SP313',
        severity: 'warning',
        at: rules[1]!.at,
        name,
        message,
        ...whereOf(place),
      });
    }
  }
  findings.tell(report);
};
