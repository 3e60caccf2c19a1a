// The calls that a runtime makes itself once the filter is loaded: where the profile refuses one, no container starts.
// Which calls these are depends on the runtime, its version, and whether the filter is loaded before privileges are
// dropped.
import type { Report } from '../report.ts';
import { type Lack, missingToStart } from '../start/missing.ts';
import { placeOf, spellNeeded, spellRuntime, tellMost, waysOf } from './lacks.ts';
import type { LintSubject } from './subject.ts';

/** Checks that containers start under the profile, for everything that the runtime may be. */
export const checkStart = (subject: LintSubject, report: Report): void => {
  for (const said of tellMost(subject, missingToStart)) {
    const { facts, runtime, lacks, calls, certainty } = said;
    const isExecution = calls.every(({ name }) => name === 'execve');
    const what = isExecution
      ? 'containers start and end at once, since their program needs'
      : `${certainty === 'may' ? 'containers may not start' : 'no container starts'}, since ${spellRuntime(runtime)} itself needs`;
    const message = `${what} ${spellNeeded(said)}${spellShown(lacks)}`;
    const isAlways = lacks.length === waysOf(said);
    // Where nobody said which runtime it is, there may be one that was not asked about.
    const severity =
      certainty === 'may' ? 'note' : isAlways && facts.runtime !== undefined ? 'error' : 'warning';
    report[severity](isExecution ? 'SP602' : 'SP601', placeOf(said, subject), message);
  }
};

/** Says what the user will read, where that is one thing. */
const spellShown = (lacks: readonly Lack[]): string => {
  const texts = new Set(lacks.map(({ message }) => message));
  const [text] = texts;
  if (texts.size !== 1 || text === undefined || text === '') return '';
  return `; what shows is ${JSON.stringify(text.replace(/ $/, ' …'))}`;
};
