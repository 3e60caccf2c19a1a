// Conditions that are always or never true, each by itself or as alternatives of one rule.
import type { Condition } from '../oci.ts';
import type { Report } from '../report.ts';
import { coversAll, findArguments } from './satisfy.ts';
import { spellCondition } from './spell.ts';
import type { LintSubject } from './subject.ts';

/** Checks that every condition distinguishes calls. */
export const checkConditions = ({ source }: LintSubject, report: Report): void => {
  for (const { args, at } of source.rules) {
    const isRepeated = new Set(args.map(({ index }) => index)).size < args.length;
    for (const condition of args) {
      const spelt = spellCondition(condition);
      // A mask of 0 was told when the file was read.
      if (isEmptyMask(condition)) continue;
      if (coversAll([condition], 64)) report.warning('SP316', at, `${spelt} holds for every call`);
      else if (findArguments([condition], 64) === undefined)
        report.warning(
          'SP317',
          at,
          `${spelt} holds for no call${isRepeated ? '' : ', so this rule does nothing'}`,
        );
    }
    const alternatives = args.filter((one) => !isEmptyMask(one) && !coversAll([one], 64));
    if (isRepeated && alternatives.length > 1 && coversAll(alternatives, 64)) {
      const spelt = alternatives.map(spellCondition).join(' or ');
      const message = `${spelt}: as alternatives, which they are since an argument is tested twice, they hold for every call`;
      report.warning('SP316', at, message);
    }
  }
};

const isEmptyMask = ({ op, value }: Condition): boolean => op === 'SCMP_CMP_MASKED_EQ' && value === 0n;
