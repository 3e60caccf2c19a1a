// glibc from 2.34 on makes threads and processes by clone3, and falls back to clone where it is told ENOSYS. Any other
// refusal is final: programs of newer images then cannot make a thread.
import { nativeOf } from '../architectures.ts';
import { evaluate } from '../evaluate.ts';
import type { Report } from '../report.ts';
import { FILE_START } from '../report.ts';
import { filterFor, letsThrough, refuses } from './filters.ts';
import { createFindings } from './findings.ts';
import { spellOutcome } from './spell.ts';
import type { LintSubject } from './subject.ts';

/** What pthread_create of glibc asks of clone: CLONE_VM, CLONE_THREAD and the like. */
const THREAD = 0x003d_0f00n;

/** Checks that a filter that lets threads be made by clone answers clone3 so that programs fall back to it. */
export const checkClone3 = ({ source, facts }: LintSubject, report: Report): void => {
  const findings = createFindings();
  for (const one of facts) {
    const architecture = nativeOf(one.architecture);
    const runtimes = one.runtime === undefined ? (['runc', 'crun'] as const) : [one.runtime];
    for (const runtime of runtimes) {
      const filter = filterFor(source, { ...one, runtime });
      const say = (name: string, args: readonly bigint[]) => {
        const number = filter.parts.get(architecture)?.syscalls.get(name)?.number;
        return number === undefined ? undefined : evaluate(filter, { architecture, number, args });
      };
      const isSwapped = architecture === 'SCMP_ARCH_S390X';
      const clone = say('clone', isSwapped ? [0n, THREAD] : [THREAD]);
      const clone3 = say('clone3', []);
      if (clone === undefined || clone3 === undefined || !letsThrough(clone) || !refuses(clone3)) continue;
      if (clone3.outcome.errno === filter.enosys.errno) continue;
      const message = `clone3 is answered with ${spellOutcome(clone3.outcome)}: programs with glibc 2.34 or newer take that for final and cannot make threads`;
      const hint = `add a rule that answers clone3 with SCMP_ACT_ERRNO and "errnoRet": ${filter.enosys.errno} (ENOSYS): they then use clone`;
      const at = clone3.at ?? source.defaultAt ?? FILE_START;
      findings.add({ code: 'SP503', severity: 'warning', at, message, hint, where: runtime });
    }
  }
  findings.tell(report);
};
