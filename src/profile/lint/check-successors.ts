// Allow-lists that name a call which an architecture doesn't have, and not the one that programs make there instead.
import { nativeOf } from '../architectures.ts';
import { evaluate } from '../evaluate.ts';
import type { Report } from '../report.ts';
import { filterFor, profileFor, refuses } from './filters.ts';
import { renderNames } from './findings.ts';
import { SUCCESSORS } from './siblings.ts';
import type { LintSubject } from './subject.ts';

/** Checks that what an allow-list allows is allowed by the names of newer architectures too. */
export const checkSuccessors = ({ source, facts }: LintSubject, report: Report): void => {
  for (const one of facts) {
    const architecture = nativeOf(one.architecture);
    const filter = filterFor(source, one);
    const { syscalls } = filter.parts.get(architecture)!;
    const numberOf = (name: string): number | undefined => syscalls.get(name)?.number;
    const isRefused = (name: string): boolean => {
      const number = numberOf(name);
      return number === undefined || refuses(evaluate(filter, { architecture, number, args: [] }));
    };
    for (const { names, action, at } of profileFor(source, one).rules) {
      if (action !== 'SCMP_ACT_ALLOW' && action !== 'SCMP_ACT_LOG') continue;
      const missing = [...new Set(names)].filter((name) => {
        const others = SUCCESSORS.get(name) ?? [];
        return numberOf(name) === undefined && others.length > 0 && others.every(isRefused);
      });
      if (missing.length === 0) continue;
      const others = new Set(
        missing.map((name) => SUCCESSORS.get(name)!.find((other) => numberOf(other) !== undefined)!),
      );
      const message = `${one.architecture} does not have ${renderNames(missing)}; what programs make there instead is refused: ${renderNames([...others])}`;
      report.note('SP506', at, message, {
        hint: `allow them as well if the profile is for ${one.architecture}`,
      });
    }
  }
};
