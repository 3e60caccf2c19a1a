// Keys of the profile screen: from rule to rule, from finding to finding, and asking about a call.
import type { EvaluationDocument } from '../output/documents.ts';
import type { ExplanationDocument } from '../output/explain-document.ts';
import type { LintDocument } from '../output/lint-document.ts';
import { documentOf } from './answers.ts';
import { rulesOf } from './explained.ts';
import type { Press } from './keys.ts';
import { diffPlace, type Place } from './place.ts';
import type { Action } from './reduce.ts';
import { comparedWith } from './screens/bundle.ts';
import { explainWords, lintWords, profileSubject } from './screens/profile.ts';
import { evalWords } from './screens/profile-words.ts';
import { currentVisit, type State } from './state.ts';
import { releaseAt } from './status.ts';

type ProfilePlace = Extract<Place, { readonly screen: 'profile' }>;

/** Returns what a key press means on a profile. */
export const profileKeys = (
  state: State,
  place: ProfilePlace,
  press: Press,
): readonly Action[] | undefined => {
  const subject = profileSubject(state, place);
  const visit = currentVisit(state);
  if (subject === undefined) return undefined;
  const { file } = subject;
  if (press.name === 'tab') return [{ kind: 'change-over' }];
  switch (press.text) {
    case 'e':
      return [{ kind: 'prompt', prompt: { kind: 'eval', text: visit.call ?? '' } }];
    case 'n':
    case 'N': {
      const { document } = documentOf<ExplanationDocument>(state, explainWords(file));
      const lines = document === undefined ? [] : rulesOf(document).map(({ line }) => line);
      return goTo(lines, visit.cursor + 1, press.text === 'n');
    }
    case 'p':
    case 'P': {
      const { document } = documentOf<LintDocument>(state, lintWords(file));
      const lines = document?.files[0]?.problems.map(({ line }) => line) ?? [];
      return goTo(
        lines.toSorted((one, other) => one - other),
        visit.cursor + 1,
        press.text === 'p',
      );
    }
    case 'u':
      return [{ kind: 'open', place: { screen: 'workloads', target: `${place.bundle}/${place.path}` } }];
    case 'd':
      return compare(state, place, subject.revision);
    case 'f':
      // The file is typed next; the command screen and this one say the same.
      return [{ kind: 'prompt', prompt: { kind: 'command', text: `diff ${file} `, chosen: -1 } }];
    default:
      return undefined;
  }
};

const goTo = (lines: readonly number[], at: number, isForward: boolean): readonly Action[] => {
  const line = isForward
    ? (lines.find((one) => one > at) ?? lines[0])
    : (lines.findLast((one) => one < at) ?? lines.at(-1));
  return line === undefined ? [] : [{ kind: 'line', cursor: line - 1 }];
};

const compare = (state: State, { bundle, path }: ProfilePlace, revision: number): readonly Action[] => {
  const { releases } = state.fleet;
  const release = releaseAt(releases, bundle, revision);
  const before = comparedWith(releases, { screen: 'bundle', bundle, revision }, release);
  const isThere = before?.manifest?.profiles.some((profile) => profile.path === path);
  return before !== undefined && isThere
    ? [{ kind: 'open', place: diffPlace(bundle, path, before.revision, revision) }]
    : [{ kind: 'say', text: `no revision before v${revision} has another ${path}`, isError: true }];
};

/** Keeps the call that was typed, and goes to the line that decides it. */
export const submitCall = (state: State, text: string): readonly Action[] => {
  const { place } = currentVisit(state);
  if (place.screen !== 'profile') return [];
  const asked = evalWords(state, place);
  const document = asked && documentOf<EvaluationDocument>(state, asked.words).document;
  const line = document?.answers.find((answer) => answer.place !== undefined)?.place?.line;
  return [
    { kind: 'call', text },
    ...(line === undefined ? [] : [{ kind: 'line', cursor: line - 1 } as const]),
    ...(asked === undefined && text.trim() !== ''
      ? [{ kind: 'say', text: `"${text}" names no system call`, isError: true } as const]
      : []),
  ];
};
