// Conditions that mean something else where arguments have 32 bits: libseccomp cuts values to that width.
import type { Condition, Rule } from '../oci.ts';
import type { Report } from '../report.ts';
import { placesOf, profileFor } from './filters.ts';
import { createFindings } from './findings.ts';
import { spellCondition, spellValue } from './spell.ts';
import type { LintSubject } from './subject.ts';

/** Checks that no condition loses bits on an architecture of 32 bits that the filter covers. */
export const checkWidth = (subject: LintSubject, report: Report): void => {
  const findings = createFindings();
  for (const place of placesOf(subject)) {
    if (place.part.bits === 64) continue;
    for (const rule of profileFor(subject.source, place.facts).rules) {
      if (!rule.names.some((name) => place.part.syscalls.has(name))) continue;
      for (const condition of cutOnes(rule)) {
        const message = `${spellCondition(condition)} does not fit into 32 bits; there it is taken for ${spellCondition(cut(condition))}`;
        const hint = `leave 32-bit architectures out of the file, or write a value below ${spellValue(2n ** 32n)}`;
        findings.add({
          code: 'SP411',
          severity: 'warning',
          at: rule.at,
          message,
          hint,
          where: place.architecture,
        });
      }
    }
  }
  findings.tell(report);
};

/** A mask may be wider: arguments have no bits there, so only bits of the datum are missed. */
const cutOnes = ({ args }: Rule): readonly Condition[] =>
  args.filter(
    ({ op, value, valueTwo }) => (op === 'SCMP_CMP_MASKED_EQ' ? valueTwo & value : value) >= 2n ** 32n,
  );

const cut = (condition: Condition): Condition => ({
  ...condition,
  value: BigInt.asUintN(32, condition.value),
  valueTwo: BigInt.asUintN(32, condition.valueTwo),
});
