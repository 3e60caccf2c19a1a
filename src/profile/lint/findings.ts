// Gathers what a check finds on several architectures and system calls, so that one fault of a rule is told once.
import type { Located } from '../document.ts';
import type { Report } from '../report.ts';
import type { LintCode } from './codes.ts';

export interface Finding {
  readonly code: LintCode;
  readonly severity: 'error' | 'warning' | 'note';
  readonly at: Located;
  /** The system calls that it is about, where the message begins with them. */
  readonly name?: string;
  /** What follows the names, or the whole message. */
  readonly message: string;
  readonly hint?: string;
  /** Where it holds, where that is not everywhere that matters: such as `SCMP_ARCH_X86`. */
  readonly where?: string;
}

export interface Findings {
  add(finding: Finding): void;
  /** Reports what was found, in the order in which it was. */
  tell(report: Report): void;
}

/** Creates an empty collection. */
export const createFindings = (): Findings => {
  const found = new Map<string, { first: Finding; names: Set<string>; wheres: Set<string | undefined> }>();
  return {
    add: (finding) => {
      const { code, severity, at, message, name, where } = finding;
      const key = JSON.stringify([code, severity, at.offset, message, name === undefined]);
      const group = found.get(key) ?? { first: finding, names: new Set(), wheres: new Set() };
      found.set(key, group);
      if (name !== undefined) group.names.add(name);
      group.wheres.add(where);
    },
    tell: (report) => {
      for (const { first, names, wheres } of found.values()) {
        const { code, severity, at, message, hint } = first;
        const on = wheres.has(undefined) ? '' : ` (on ${[...wheres].join(', ')})`;
        const about = names.size === 0 ? '' : `${renderNames([...names])}: `;
        report[severity](code, at, `${about}${message}${on}`, hint === undefined ? {} : { hint });
      }
    },
  };
};

const MOST_NAMES = 6;

/** Renders names of system calls for a sentence, the first few of many. */
export const renderNames = (names: readonly string[]): string =>
  names.length > MOST_NAMES + 1
    ? `${names.slice(0, MOST_NAMES).join(', ')} and ${names.length - MOST_NAMES} more`
    : names.join(', ');
