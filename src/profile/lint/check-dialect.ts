// Fields that the reader of the file on a node passes over, and what the profile becomes without them. A bundle is
// compiled, so that nothing is lost: this is about files that lie on a node as they are.
import { whyDropped } from '../compile.ts';
import type { KnownFacts } from '../facts.ts';
import type { Rule } from '../oci.ts';
import type { Report } from '../report.ts';
import { FILE_START } from '../report.ts';
import { isSame, outcomeOf } from '../resolve.ts';
import { riskOf } from '../risks.ts';
import { filterFor, profileFor } from './filters.ts';
import { createFindings, type Findings, renderNames } from './findings.ts';
import { spellOutcome } from './spell.ts';
import type { LintSubject } from './subject.ts';

/** Checks that the reader of the file reads all that it says. */
export const checkDialect = (subject: LintSubject, report: Report): void => {
  const findings = createFindings();
  for (const facts of subject.facts) {
    if (facts.dialect === 'docker') continue;
    checkConditional(subject, facts, findings);
    if (facts.dialect === 'containerd') {
      checkSingular(subject, findings);
      checkErrnos(subject, facts, findings);
    }
  }
  findings.tell(report);
};

const READERS = { containerd: 'containerd', 'cri-o': 'CRI-O', docker: 'Docker' } as const;

/** Tells rules that stay although the conditions on the node or the container say that they are to be left out. */
const checkConditional = ({ source }: LintSubject, facts: KnownFacts, findings: Findings): void => {
  const wanted = new Set(profileFor(source, { ...facts, dialect: 'docker' }).rules.map(({ at }) => at));
  const kept = new Set(profileFor(source, facts).rules.map(({ at }) => at));
  const isClosed = !isPermissive(source.defaultAction);
  const parts = [...filterFor(source, facts).parts.values()];
  for (const rule of source.rules) {
    // What the node does not have is passed over anyway.
    const names = rule.names.filter((name) => parts.some(({ syscalls }) => syscalls.has(name)));
    if (wanted.has(rule.at) || !kept.has(rule.at) || names.length === 0) continue;
    const options = { ...facts, architectures: [facts.architecture] };
    const words = whyDropped(rule, facts.architecture, options)?.words ?? '';
    const outcome = spellOutcome(outcomeOf(rule.action, rule.errnoRet));
    const message = `${READERS[facts.dialect]} passes ${quoteField(words)} over: ${outcome} of ${renderNames(riskiest(names))} holds all the same`;
    const isWeaker = isClosed && isPermissive(rule.action);
    findings.add({
      code: facts.dialect === 'containerd' ? 'SP215' : 'SP218',
      severity: isWeaker ? 'error' : 'warning',
      at: rule.at,
      message,
    });
  }
};

/** Turns `includes.caps CAP_BPF` into `"includes.caps" (CAP_BPF)`. */
const quoteField = (words: string): string => words.replace(/^(\S+) (.*)$/, '"$1" ($2)');

const isPermissive = (action: Rule['action']): boolean =>
  action === 'SCMP_ACT_ALLOW' || action === 'SCMP_ACT_LOG';

/** Orders the names of a rule by what they would do to a node, so that the worst is read first. */
const riskiest = (names: readonly string[]): readonly string[] => {
  const rank = (name: string): number => ['dangerous', 'notable', undefined].indexOf(riskOf(name)?.rank);
  return [...new Set(names)].toSorted((a, b) => rank(a) - rank(b));
};

/** Tells what becomes of rules that only have the single "name". */
const checkSingular = ({ source }: LintSubject, findings: Findings): void => {
  const singular = source.rules.filter(({ isSingular }) => isSingular === true);
  const [first] = singular;
  if (first === undefined) return;
  const isAll = singular.length === source.rules.length;
  const rest = isPermissive(source.defaultAction)
    ? `${isAll ? 'nothing' : 'none of these calls'} is refused`
    : `${isAll ? 'nothing is allowed, and no container starts' : 'none of these calls is allowed by them'}`;
  const count = singular.length === 1 ? 'this rule does' : `${singular.length} rules of this file do`;
  const message = `containerd passes the single "name" over, so ${count} nothing: ${rest}`;
  findings.add({
    code: 'SP215',
    severity: 'error',
    at: first.at,
    message,
    hint: 'write "names": ["…"] instead',
  });
};

/** Tells errnos by name, instead of which the number counts, or EPERM. */
const checkErrnos = ({ source }: LintSubject, facts: KnownFacts, findings: Findings): void => {
  const ours = profileFor(source, { ...facts, dialect: 'docker' });
  const theirs = profileFor(source, facts);
  const wanted = new Map(ours.rules.map((rule) => [rule.at, outcomeOf(rule.action, rule.errnoRet)]));
  for (const rule of theirs.rules) {
    const outcome = outcomeOf(rule.action, rule.errnoRet);
    const meant = wanted.get(rule.at);
    if (meant === undefined || isSame(meant, outcome)) continue;
    const message = `containerd passes the string "errno" over: ${spellOutcome(outcome)} instead of ${spellOutcome(meant)}`;
    findings.add({
      code: 'SP215',
      severity: 'warning',
      at: rule.at,
      message,
      hint: 'write the number as "errnoRet"',
    });
  }
  const [meant, outcome] = [ours, theirs].map((one) => outcomeOf(one.defaultAction, one.defaultErrnoRet));
  if (isSame(meant!, outcome!)) return;
  const message = `containerd passes "defaultErrno" over: ${spellOutcome(outcome!)} instead of ${spellOutcome(meant!)}`;
  const at = source.defaultAt ?? FILE_START;
  findings.add({
    code: 'SP215',
    severity: 'warning',
    at,
    message,
    hint: 'write the number as "defaultErrnoRet"',
  });
};
