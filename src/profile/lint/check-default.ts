// Profiles that let through what they do not name, and so every system call that kernels will have one day.
import type { Report } from '../report.ts';
import { FILE_START } from '../report.ts';
import { filterFor } from './filters.ts';
import type { LintSubject } from './subject.ts';

/** Checks that a profile refuses anything at all, and what is to be known where it refuses only what it names. */
export const checkDefault = ({ source, facts }: LintSubject, report: Report): void => {
  const { defaultAction, defaultAt } = source;
  if (defaultAction !== 'SCMP_ACT_ALLOW' && defaultAction !== 'SCMP_ACT_LOG') return;
  const does = defaultAction === 'SCMP_ACT_ALLOW' ? 'lets through' : 'only logs';
  const hasRules = facts.some((one) =>
    [...filterFor(source, one).parts.values()].some(({ rules }) => rules.size > 0),
  );
  const message = hasRules
    ? `the profile ${does} what it does not name, calls that newer kernels add among it`
    : `the profile ${does} everything: no rule of it refuses a call`;
  report.note('SP510', defaultAt ?? FILE_START, message);
};
