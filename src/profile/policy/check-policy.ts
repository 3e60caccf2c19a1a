// A profile against a policy. What counts is what the profile does on the nodes that are asked about, not how it is
// written: a forbidden call is found however it comes to go through.
import { nativeOf, type SeccompArchitecture } from '../architectures.ts';
import { architecturesFor } from '../compile.ts';
import type { LintSubject } from '../lint/subject.ts';
import { FILE_START, type Report } from '../report.ts';
import { type EffectiveFilter, readAs, resolve } from '../resolve.ts';
import { LIBSECCOMP_VERSIONS } from '../syscalls.ts';
import { type Passage, passageOf } from './passage.ts';
import { matchesPath, type Policy, type PolicyRule } from './policy.ts';

/** Reports every breach of the policy's rules for the path that a profile has in its bundle. */
export const checkPolicy = (policy: Policy, path: string, subject: LintSubject, report: Report): void => {
  for (const rule of policy.rules) {
    if (rule.paths.length > 0 && !rule.paths.some((pattern) => matchesPath(pattern, path))) continue;
    checkActions(rule, subject, report);
    checkArchitectures(rule, subject, report);
    checkPassages(rule, subject, report);
  }
};

const becauseOf = ({ reason }: PolicyRule): string => (reason === undefined ? '' : `: ${reason}`);

const checkActions = (rule: PolicyRule, { source, node }: LintSubject, report: Report): void => {
  const { defaultActions, actions } = rule;
  if (defaultActions !== undefined && !defaultActions.includes(source.defaultAction)) {
    const wanted = defaultActions.length === 0 ? 'none' : defaultActions.join(', ');
    const message = `the policy allows ${wanted} as default action, not ${source.defaultAction}`;
    report.error('SP801', source.defaultAt ?? node, `${message}${becauseOf(rule)}`);
  }
  for (const { action, at } of source.rules) {
    if (actions === undefined || actions.includes(action)) continue;
    report.error('SP802', at, `the policy does not allow the action ${action}${becauseOf(rule)}`);
  }
};

const checkArchitectures = (rule: PolicyRule, { source, node, facts }: LintSubject, report: Report): void => {
  for (const one of facts) {
    const listed = architecturesFor(readAs(source, one.dialect), one.architecture).map(({ name }) => name);
    const covered = [nativeOf(one.architecture), ...listed];
    const missing = (rule.requiredArchitectures ?? []).filter((name) => !covered.includes(name));
    if (missing.length === 0) continue;
    const message = `the policy requires ${missing.join(', ')}, which the filter does not cover on ${one.architecture}`;
    report.error('SP805', node, `${message}${becauseOf(rule)}`);
  }
};

interface Breach {
  readonly code: 'SP803' | 'SP804';
  readonly says: string;
}

const checkPassages = (rule: PolicyRule, { source, node, facts }: LintSubject, report: Report): void => {
  const breaches = new Map<string, Breach & { readonly at: Passage['at']; readonly names: Set<string> }>();
  for (const one of facts) {
    for (const runtime of one.runtime === undefined ? (['runc', 'crun'] as const) : [one.runtime]) {
      // The newest libseccomp knows the most names, and so lets the most through by them.
      const libseccomp = one.libseccomp ?? LIBSECCOMP_VERSIONS.at(-1)!;
      const filter = resolve(source, { ...one, runtime, libseccomp });
      for (const [architecture, name] of asked(rule, filter)) {
        const passage = passageOf(filter, architecture, name);
        if (passage === undefined) continue;
        for (const { code, says } of breachesOf(rule, name, passage)) {
          const where = architecture === nativeOf(one.architecture) ? '' : ` (on ${architecture})`;
          const key = JSON.stringify([code, says, where, passage.at?.offset]);
          const known = breaches.get(key) ?? {
            code,
            says: `${says}${where}`,
            at: passage.at,
            names: new Set(),
          };
          breaches.set(key, known);
          known.names.add(name);
        }
      }
    }
  }
  for (const { code, says, at, names } of breaches.values())
    report.error(code, at ?? node ?? FILE_START, `${renderNames(names)}: ${says}${becauseOf(rule)}`);
};

/** Lists the system calls that a rule asks about, on every architecture of a filter. */
function* asked(
  { allowedSyscalls, forbiddenSyscalls = [], conditionalSyscalls = [] }: PolicyRule,
  { parts }: EffectiveFilter,
): Generator<readonly [SeccompArchitecture, string]> {
  for (const [architecture, { syscalls }] of parts) {
    const names =
      allowedSyscalls === undefined ? [...forbiddenSyscalls, ...conditionalSyscalls] : syscalls.keys();
    for (const name of new Set(names)) yield [architecture, name];
  }
}

const breachesOf = (
  { allowedSyscalls, forbiddenSyscalls = [], conditionalSyscalls = [] }: PolicyRule,
  name: string,
  { how }: Passage,
): readonly Breach[] => {
  if (how === 'never') return [];
  const when = how === 'always' ? 'goes through' : 'goes through under conditions';
  if (forbiddenSyscalls.includes(name)) return [{ code: 'SP803', says: `${when}, which the policy forbids` }];
  if (conditionalSyscalls.includes(name)) {
    const says = 'goes through whatever its arguments, which the policy allows only under conditions';
    return how === 'always' ? [{ code: 'SP804', says }] : [];
  }
  if (allowedSyscalls === undefined || allowedSyscalls.includes(name)) return [];
  return [{ code: 'SP803', says: `${when}, which the policy does not allow` }];
};

const MOST_NAMES = 8;

const renderNames = (names: ReadonlySet<string>): string => {
  const shown = [...names].slice(0, MOST_NAMES).join(', ');
  return names.size > MOST_NAMES ? `${shown} and ${names.size - MOST_NAMES} more` : shown;
};
