// Names that libseccomp on a node does not know: runtimes pass over them without a word.
import type { SeccompArchitecture } from '../architectures.ts';
import { quote } from '../document.ts';
import type { KnownFacts } from '../facts.ts';
import type { Rule } from '../oci.ts';
import type { Report } from '../report.ts';
import { nearest } from '../suggest.ts';
import { LIBSECCOMP_VERSIONS, SYSCALL_NAMES, syscallsOf } from '../syscalls.ts';
import { filterFor, profileFor } from './filters.ts';
import { createFindings, type Finding, renderNames } from './findings.ts';
import type { LintSubject } from './subject.ts';

const KNOWN: ReadonlySet<string> = new Set(SYSCALL_NAMES);

/** Comparing a name with all that there are takes long; who slips more often reads no suggestions. */
const MOST_SUGGESTIONS = 100;

/** Checks that every name is a system call that the nodes know. */
export const checkNames = (subject: LintSubject, report: Report): void => {
  let left = MOST_SUGGESTIONS;
  for (const { names, at } of subject.source.rules) {
    for (const name of new Set(names)) {
      // What does not even look like a name was told when the file was read.
      if (KNOWN.has(name) || !/^[a-z0-9_]+$/.test(name)) continue;
      const meant = left > 0 ? nearest(name, SYSCALL_NAMES) : undefined;
      left -= 1;
      const message = `${quote(name)} is no system call of any architecture; runtimes pass over it`;
      report.warning('SP202', at, meant === undefined ? message : `${message}; did you mean ${meant}?`);
    }
  }
  checkElsewhere(subject, report);
  checkLate(subject, report);
};

/** Tells names that no architecture of any of the filters has. */
const checkElsewhere = ({ source, facts }: LintSubject, report: Report): void => {
  const parts = facts.flatMap((one) => [...filterFor(source, one).parts.keys()]);
  const found = new Set(parts.flatMap((one) => [...syscallsOf(one, LIBSECCOMP_VERSIONS.at(-1)!).keys()]));
  const rules = new Set(facts.flatMap((one) => profileFor(source, one).rules.map(({ at }) => at)));
  for (const { names, at } of source.rules) {
    const absent = names.filter((name) => KNOWN.has(name) && !found.has(name));
    if (absent.length === 0 || !rules.has(at)) continue;
    const message = `${renderNames([...new Set(absent)])}: on no architecture of these nodes, so that runtimes pass over it`;
    report.note('SP216', at, message);
  }
};

/** Tells names that an older libseccomp does not know, by the version that came to know them. */
const checkLate = ({ source, facts }: LintSubject, report: Report): void => {
  const findings = createFindings();
  for (const one of facts) {
    const { parts, fallback } = filterFor(source, { ...one, libseccomp: LIBSECCOMP_VERSIONS.at(-1)! });
    const isPermissive = fallback.action === 'SCMP_ACT_ALLOW' || fallback.action === 'SCMP_ACT_LOG';
    const oldest = one.libseccomp ?? LIBSECCOMP_VERSIONS[0]!;
    for (const rule of profileFor(source, one).rules) {
      for (const name of rule.names) {
        const since = sinceOf(name, [...parts.keys()]);
        if (since === undefined || LIBSECCOMP_VERSIONS.indexOf(oldest) >= LIBSECCOMP_VERSIONS.indexOf(since))
          continue;
        findings.add(tellLate(name, rule, since, one, isPermissive));
      }
    }
  }
  findings.tell(report);
};

/** Returns the version of libseccomp that first knows a name on any of the architectures, unless the first of all does. */
const sinceOf = (name: string, parts: readonly SeccompArchitecture[]): string | undefined => {
  const since = LIBSECCOMP_VERSIONS.findIndex((version) =>
    parts.some((part) => syscallsOf(part, version).has(name)),
  );
  return since > 0 ? LIBSECCOMP_VERSIONS[since] : undefined;
};

const tellLate = (
  name: string,
  { action, at }: Rule,
  since: string,
  { libseccomp }: KnownFacts,
  isPermissive: boolean,
): Finding => {
  const isHole = isPermissive && action !== 'SCMP_ACT_ALLOW' && action !== 'SCMP_ACT_LOG';
  const who = libseccomp === undefined ? `libseccomp before ${since}` : `libseccomp ${libseccomp}`;
  const effect = isHole ? 'the call goes through there' : 'the default applies there';
  const message = `unknown to ${who}, so runtimes pass over it and ${effect}`;
  return { code: 'SP217', severity: isHole ? 'warning' : 'note', at, name, message };
};
