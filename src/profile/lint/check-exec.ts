// The calls that a runtime makes under the filter to run another program in a container, as `kubectl exec` and exec probes
// have it do. A container that starts and cannot be looked into, or whose probes always fail, is a riddle on a live system.
import type { Report } from '../report.ts';
import { type Lack, missingToExec, missingToStart } from '../start/missing.ts';
import { placeOf, spellNeeded, spellRuntime, tellMost } from './lacks.ts';
import type { LintSubject } from './subject.ts';

/** Checks that other programs can be run in containers that do start under the profile. */
export const checkExec = (subject: LintSubject, report: Report): void => {
  const asked = tellMost(subject, (filter, question) => {
    const toStart = missingToStart(filter, question);
    return missingToExec(filter, question).flatMap((lack) => beyond(lack, toStart) ?? []);
  });
  for (const said of asked) {
    const { certainty, runtime } = said;
    const what = `kubectl exec and exec probes ${certainty === 'may' ? 'may fail' : 'fail'}, since ${spellRuntime(runtime)} then needs`;
    report[certainty === 'may' ? 'note' : 'warning'](
      'SP603',
      placeOf(said, subject),
      `${what} ${spellNeeded(said)}`,
    );
  }
};

/** Returns what is lacking beyond what keeps the container from starting; nothing where none would start. */
const beyond = (lack: Lack, toStart: readonly Lack[]): Lack | undefined => {
  const start = toStart.find(
    ({ runtime, noNewPrivileges }) =>
      runtime.version === lack.runtime.version && noNewPrivileges === lack.noNewPrivileges,
  );
  if (start?.certainty === 'refused') return undefined;
  const calls = lack.calls.filter(({ name }) => !start?.calls.some((one) => one.name === name));
  if (calls.length === 0) return undefined;
  const isSure = calls.some(({ certainty }) => certainty === 'refused');
  return { ...lack, calls, certainty: isSure ? 'refused' : 'may' };
};
