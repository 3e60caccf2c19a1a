// What a profile lets through that the runtime's own default, RuntimeDefault in a pod, refuses: who writes a profile
// seldom means to have less protection than without it.
import { nativeOf } from '../architectures.ts';
import { type RuntimeDefault, runtimeDefaultOf } from '../builtins.ts';
import { type Change, compareFilters } from '../compare.ts';
import { engineOf, type KnownFacts } from '../facts.ts';
import type { SourceProfile } from '../oci.ts';
import type { Report } from '../report.ts';
import { FILE_START } from '../report.ts';
import { filterFor, letsThrough } from './filters.ts';
import { createFindings, type Findings, renderNames } from './findings.ts';
import { spellArguments } from './spell.ts';
import type { LintSubject } from './subject.ts';

/** Checks a profile against RuntimeDefault: what the nodes' engine has in its version, or in its newest where that is not known. */
export const checkWeaker = ({ source, facts }: LintSubject, report: Report): void => {
  const findings = createFindings();
  for (const [runtimeDefault, ones] of Map.groupBy(facts, (one) => runtimeDefaultOf(engineOf(one)))) {
    const wider = ones.flatMap((one) => {
      const changes = widerThan(runtimeDefault.source, source, one);
      tellByRule(changes, one, runtimeDefault, findings);
      return changes;
    });
    tellByDefault(source, wider, runtimeDefault.name, findings);
  }
  findings.tell(report);
};

/** Lists what goes through under `source` and not under RuntimeDefault, by the node's own way of calling first. */
const widerThan = (
  runtimeDefault: SourceProfile,
  source: SourceProfile,
  facts: KnownFacts,
): readonly Change[] => {
  // It is no file on the node: its conditions are decided by the engine itself.
  const before = filterFor(runtimeDefault, { ...facts, dialect: 'docker' });
  const { changes } = compareFilters(before, filterFor(source, facts), 'wider');
  return changes.filter(
    ({ name, architecture, after, before: { by } }) =>
      name !== undefined &&
      letsThrough(after) &&
      // A way of calling that RuntimeDefault does not cover is another matter.
      (by !== 'architecture' || architecture === nativeOf(facts.architecture)),
  );
};

/** Each rule's worst calls by themselves, with what they are a risk for; the others in a list. */
const tellByRule = (
  changes: readonly Change[],
  facts: KnownFacts,
  { version }: RuntimeDefault,
  findings: Findings,
): void => {
  const native = nativeOf(facts.architecture);
  const means = `goes through here, and not under RuntimeDefault (${engineOf(facts).name} ${version})`;
  for (const { architecture, name, risk, witness, isAlways, after } of changes) {
    if (after.by !== 'rule') continue;
    const where = architecture === native ? {} : { where: architecture };
    const at = after.at ?? FILE_START;
    const args = spellArguments(witness, []);
    const call = isAlways || args === '' ? means : `with ${args} ${means}`;
    findings.add({
      code: risk === undefined ? 'SP508' : 'SP507',
      severity: risk?.rank === 'dangerous' ? 'warning' : 'note',
      at,
      name: name!,
      message: risk === undefined ? call : `${call}: ${risk.sentence}`,
      ...where,
    });
  }
};

/** A default that lets calls through lets so many through that only the worst are named. */
const tellByDefault = (
  { defaultAction, defaultAt }: SourceProfile,
  changes: readonly Change[],
  name: string,
  findings: Findings,
): void => {
  const byDefault = changes.filter(({ after }) => after.by !== 'rule');
  if (byDefault.length === 0) return;
  const at = defaultAt ?? FILE_START;
  const named = new Set(byDefault.map((change) => change.name!));
  const worst = new Set(
    byDefault.filter(({ risk }) => risk?.rank === 'dangerous').map((change) => change.name!),
  );
  const message = `the default lets ${named.size} calls through that RuntimeDefault (${name}) refuses${worst.size === 0 ? '' : `, among them ${renderNames([...worst])}`}`;
  // A profile that logs is there to watch, and not to refuse.
  const severity = defaultAction === 'SCMP_ACT_LOG' || worst.size === 0 ? 'note' : 'warning';
  findings.add({ code: 'SP509', severity, at, message });
};
