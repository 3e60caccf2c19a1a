// The one system call that seccomp does not get to see.

import { evaluate } from '../evaluate.ts';
import type { Report } from '../report.ts';
import { placesOf, refuses } from './filters.ts';
import { createFindings } from './findings.ts';
import type { LintSubject } from './subject.ts';

/** Checks that nobody relies on refusing uretprobe, which x86_64 kernels from about 6.14 on run past every filter. */
export const checkUretprobe = (subject: LintSubject, report: Report): void => {
  const findings = createFindings();
  for (const { filter, architecture, part } of placesOf(subject)) {
    const number = part.syscalls.get('uretprobe')?.number;
    if (number === undefined || architecture !== 'SCMP_ARCH_X86_64') continue;
    const verdict = evaluate(filter, { architecture, number, args: [] });
    if (verdict.by !== 'rule' || !refuses(verdict)) continue;
    const message =
      'kernels from about 6.14 on run uretprobe past every filter, so this refuses nothing there';
    findings.add({ code: 'SP511', severity: 'note', at: verdict.at!, message });
  }
  findings.tell(report);
};
