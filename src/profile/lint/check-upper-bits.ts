// Refusals that a program passes by setting bits of an argument that the filter compares and the kernel ignores
// (as in CVE-2019-10063, where a filter compared all 64 bits of ioctl's second argument with TIOCSTI).
import { evaluate } from '../evaluate.ts';
import type { Report } from '../report.ts';
import { letsThrough, type Place, placesOf, type RuledCall, refuses, ruledCalls } from './filters.ts';
import { createFindings } from './findings.ts';
import { isCut } from './int-arguments.ts';
import { findArguments } from './satisfy.ts';
import { spellValue } from './spell.ts';
import type { LintSubject } from './subject.ts';

/** Checks that no refused call goes through once upper bits of an argument are set. */
export const checkUpperBits = (subject: LintSubject, report: Report): void => {
  const findings = createFindings();
  for (const place of placesOf(subject)) {
    if (place.part.bits === 32) continue;
    for (const call of ruledCalls(place.part)) {
      const passed = findPassed(place, call);
      if (passed === undefined) continue;
      const { index, value, at } = passed;
      const message = `a${index}=${spellValue(value)} is refused, but a${index}=${spellValue(value + UPPER)} goes through and means the same: the kernel looks at the lower 32 bits, this filter at all 64`;
      const hint = `test a${index} with SCMP_CMP_MASKED_EQ, "value": 4294967295 and the wanted value in "valueTwo", or allow single values with SCMP_CMP_EQ`;
      findings.add({ code: 'SP504', severity: 'warning', at, name: call.name, message, hint });
    }
  }
  findings.tell(report);
};

const UPPER = 2n ** 32n;

/** Rules beyond this many on one system call are not looked at. */
const MOST_RULES = 200;

const findPassed = ({ filter, architecture }: Place, { name, number, rules }: RuledCall) => {
  const fate = (args: readonly bigint[]) => evaluate(filter, { architecture, number, args });
  for (const { conditions, at } of rules.slice(0, MOST_RULES)) {
    for (const { index, value: limit } of conditions.filter((one) => isCut(name, one.index))) {
      // The rest of the rule is kept, so that a refusal under further conditions is found as well.
      const rest = findArguments(
        conditions.filter((one) => one.index !== index),
        64,
      );
      for (const value of [limit, limit + 1n, limit - 1n]) {
        if (rest === undefined || value < 0n || value >= UPPER) continue;
        const verdict = fate(rest.with(index, value));
        if (refuses(verdict) && letsThrough(fate(rest.with(index, value + UPPER))))
          return { index, value, at: verdict.by === 'rule' ? verdict.at! : at };
      }
    }
  }
  return undefined;
};
