// Profile: the source with lint's findings in the margin, beside it what the chosen line decides, in plain words.
import type { EvaluationDocument } from '../../output/documents.ts';
import type { ExplanationDocument } from '../../output/explain-document.ts';
import type { LintDocument, ProblemDocument } from '../../output/lint-document.ts';
import { documentOf } from '../answers.ts';
import { fitLine, type Line, line, linesOf, span } from '../line.ts';
import { memoize } from '../memo.ts';
import type { Model } from '../model.ts';
import type { Place } from '../place.ts';
import { currentVisit, type Loaded, profileName, type State } from '../state.ts';
import { releaseAt } from '../status.ts';
import { colourSource } from '../syntax.ts';
import { explainCall, explainLine, explainWhole } from './profile-explained.ts';
import { evalWords } from './profile-words.ts';

type ProfilePlace = Extract<Place, { readonly screen: 'profile' }>;

/** Terminals narrower than this show source or explanation, and Tab changes over. */
const WIDE = 100;

export interface ProfileSubject {
  readonly revision: number;
  /** As verbs read it inside the UI. */
  readonly file: string;
}

/** Returns which content is shown; undefined while no record names one. */
export const profileSubject = (
  { fleet }: State,
  { bundle, path, revision }: ProfilePlace,
): ProfileSubject | undefined => {
  const number = revision ?? releaseAt(fleet.releases, bundle, undefined)?.revision;
  return number === undefined ? undefined : { revision: number, file: profileName(bundle, number, path) };
};

/** Draws a profile. */
export const profileModel = (state: State, place: ProfilePlace): Model => {
  const subject = profileSubject(state, place);
  const command = ['explain', place.path];
  const keys = [
    { key: 'Tab', what: state.size.columns < WIDE ? 'source or words' : 'next screen' },
    { key: 'n N', what: 'next rule, the one before' },
    { key: 'e', what: 'evaluate a call' },
    { key: 'p P', what: 'next finding, the one before' },
    { key: 'd', what: 'compare with the one before' },
    { key: 'u', what: 'who uses it' },
  ];
  const head = (text: string): readonly Line[] => [line(`${place.bundle}/${place.path}${text}`, 'title')];
  if (subject === undefined) {
    const isRead = state.fleet.synced.records;
    const text = isRead ? `Nothing is recorded of ${place.bundle}.` : 'Reading the records …';
    return { command, head: head(''), text: linesOf(text, 'dim'), keys };
  }
  const { file, revision } = subject;
  const loaded = state.profiles[file];
  const explanation = documentOf<ExplanationDocument>(state, explainWords(file));
  const lint = documentOf<LintDocument>(state, lintWords(file));
  const problems = lint.document?.files[0]?.problems ?? NO_PROBLEMS;
  const visit = currentVisit(state);
  const isWide = state.size.columns >= WIDE;
  const half = isWide ? Math.floor((state.size.columns - 3) / 2) : state.size.columns;
  const source = sourceLines(loaded, problems, half);
  const words = explanationLines(
    state,
    place,
    explanation,
    problems,
    isWide ? state.size.columns - half - 3 : half,
  );
  return {
    command,
    head: head(` of v${revision}${summarize(problems)}`),
    text: source,
    isCursorShown: true,
    ...(isWide ? { aside: { lines: words, width: half } } : visit.isBeside ? { beside: words } : {}),
    keys,
  };
};

const NO_PROBLEMS: readonly ProblemDocument[] = [];

/** What is asked to explain a profile; inside the UI only, where such a name can be read. */
export const explainWords = (file: string): readonly string[] => ['explain', file, '-o', 'json'];
/** What is asked to find its faults. */
export const lintWords = (file: string): readonly string[] => ['lint', file, '-o', 'json'];

const summarize = (problems: readonly ProblemDocument[]): string => {
  const count = (severity: string): number => problems.filter((one) => one.severity === severity).length;
  const [errors, warnings, notes] = [count('error'), count('warning'), count('note')];
  return problems.length === 0 ? '' : `   lint: ${errors} errors, ${warnings} warnings, ${notes} notes`;
};

const sourceLines = memoize(
  (
    loaded: Loaded<string> | undefined,
    problems: readonly ProblemDocument[],
    width: number,
  ): readonly Line[] => {
    if (loaded?.value === undefined)
      return linesOf(loaded?.error ?? 'Reading the profile …', loaded?.error === undefined ? 'dim' : 'bad');
    const lines = loaded.value.replace(/\r?\n$/, '').split(/\r\n|\n|\r/);
    const digits = String(lines.length).length;
    const marks = marginMarks(problems);
    return lines.map((text, index): Line => {
      const mark = marks.get(index + 1);
      return fitLine(
        [
          span(String(index + 1).padStart(digits), 'dim'),
          mark === undefined ? span('  ') : span(`${mark.letter} `, mark.tone),
          ...colourSource(text),
        ],
        width - 2,
      );
    });
  },
);

const MARKS = {
  error: { letter: 'E', tone: 'bad' },
  warning: { letter: 'W', tone: 'warn' },
  note: { letter: 'i', tone: 'dim' },
} as const;

/** The gravest finding of each line. */
const marginMarks = (problems: readonly ProblemDocument[]) => {
  const order = ['note', 'warning', 'error'];
  const sorted = problems.toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
  return new Map(sorted.map(({ line: at, severity }) => [at, MARKS[severity]]));
};

const explanationLines = (
  state: State,
  place: ProfilePlace,
  { document, error }: { readonly document?: ExplanationDocument; readonly error?: string },
  problems: readonly ProblemDocument[],
  width: number,
): readonly Line[] => {
  const { cursor } = currentVisit(state);
  const asked = evalWords(state, place);
  const evaluation = asked === undefined ? undefined : documentOf<EvaluationDocument>(state, asked.words);
  if (document === undefined) return linesOf(error ?? 'explaining …', error === undefined ? 'dim' : 'bad');
  return [
    ...(asked === undefined ? [] : explainCall(asked.call, evaluation ?? {}, width)),
    ...explainLine(document, problems, cursor + 1, width),
    ...explainWhole(document, width),
  ];
};
