// Rules that were read without an error and that libseccomp can't put together all the same: a lint for what is beyond
// conditions that are spelt alike.

import { quote } from '../document.ts';
import type { Report } from '../report.ts';
import { outcomeOf } from '../resolve.ts';
import { findClash } from '../start/clash.ts';
import { LIBSECCOMP_VERSIONS } from '../syscalls.ts';
import { profileFor } from './filters.ts';
import type { LintSubject } from './subject.ts';

/** Reports the first rule, on each kind of node, that keeps containers from starting because of an earlier one. */
export const checkLoad = ({ source, facts }: LintSubject, report: Report): void => {
  for (const one of facts) {
    const profile = profileFor(source, one);
    const ruled = { ...profile, fallback: outcomeOf(profile.defaultAction, profile.defaultErrnoRet) };
    for (const libseccomp of one.libseccomp === undefined ? LIBSECCOMP_VERSIONS : [one.libseccomp]) {
      const clash = findClash(ruled, one.architecture, libseccomp);
      if (clash === undefined) continue;
      const { at } = profile.rules[clash.rule]!;
      const on = `${quote(clash.name)}: an earlier rule`;
      if (clash.isSure) {
        report.error(
          'SP303',
          at,
          `${on} begins with the same test and answers otherwise; no container starts`,
        );
      } else {
        const what = 'shares tests other than equality with this one';
        report.warning('SP313', at, `${on} ${what}; libseccomp may refuse both, or never come to an end`);
      }
    }
  }
};
