// Profile: the source with lint's findings in the margin, beside it what the chosen line decides, in plain words.
import type { EvaluationDocument } from '../../output/documents.ts';
import type { ExplanationDocument } from '../../output/explain-document.ts';
import type { LintDocument, ProblemDocument } from '../../output/lint-document.ts';
import { plural } from '../../output/rollout-result.ts';
import { documentOf } from '../answers.ts';
import {
  dropColumns,
  type Line,
  line,
  linesOf,
  lineWidth,
  type Span,
  span,
  wrap,
  wrapLines,
} from '../line.ts';
import { memoize } from '../memo.ts';
import { type Model, SIDEWAYS } from '../model.ts';
import type { Place } from '../place.ts';
import { currentVisit, type Loaded, profileName, type State } from '../state.ts';
import { releaseAt, unknownYet } from '../status.ts';
import { colourSource } from '../syntax.ts';
import { fileInside } from '../words.ts';
import { explainCall, explainLine, explainWhole } from './profile-explained.ts';
import { type AskedCall, evalWords } from './profile-words.ts';

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
  const visit = currentVisit(state);
  const { columns } = state.size;
  const isWide = columns >= WIDE;
  const keys = [
    { key: 'Tab', what: visit.isBeside ? 'the source' : isWide ? 'all the words' : 'what it does' },
    { key: 'n N', what: 'next rule' },
    { key: 'e', what: 'ask about a call' },
    { key: 'p P', what: 'next finding' },
    { key: 'd', what: 'what changed' },
    { key: 'f', what: 'compare with a file' },
    { key: 'u', what: 'who uses it' },
  ];
  const title = `${place.bundle}/${place.path}`;
  if (subject === undefined) {
    const why = unknownYet(state.fleet, 'records') ?? `Nothing is recorded of ${place.bundle}.`;
    return {
      command: ['status', place.bundle],
      head: [line(title, 'title')],
      text: linesOf(why, 'dim'),
      keys,
    };
  }
  const { file, revision } = subject;
  const loaded = state.profiles[file];
  const explanation = documentOf<ExplanationDocument>(state, explainWords(file));
  const { document: lint } = documentOf<LintDocument>(state, lintWords(file));
  const problems = lint?.files[0]?.problems ?? NO_PROBLEMS;
  const half = Math.floor((columns - 3) / 2);
  const isBeside = isWide && !visit.isBeside;
  const words = explanationLines(state, explanation, problems, isBeside ? columns - half - 3 : columns);
  const source = sourceLines(loaded, problems, visit.column * SIDEWAYS);
  const asked = evalWords(state, place);
  return {
    command: asked === undefined ? ['explain', file] : ['eval', file, ...asked.call.split(' ')],
    head: [
      [span(title, 'title'), span(` of v${revision}`), ...summarize(lint && problems)],
      ...callLines(state, asked, columns),
    ],
    text: source,
    isCursorShown: true,
    sideways: widestOf(source) - (isBeside ? half : columns) + 2,
    ...(isBeside ? { aside: { lines: words, width: half } } : visit.isBeside ? { beside: words } : {}),
    keys,
  };
};

const widestOf = memoize((lines: readonly Line[]): number => Math.max(0, ...lines.map(lineWidth)));

/** What becomes of the call that is asked about stands above, where it is seen beside source and words alike. */
const callLines = (state: State, asked: AskedCall | undefined, width: number): readonly Line[] => {
  if (asked === undefined)
    return state.prompt?.kind === 'eval'
      ? wrap('A system call, and arguments where they matter, such as: clone a0=0x10000000', width, 'dim')
      : [];
  const told = documentOf<EvaluationDocument>(state, asked.words);
  return [
    ...explainCall(asked.call, told, width),
    ...(asked.unread.length === 0
      ? []
      : wrap(`left out: ${asked.unread.join(' ')}; arguments are a0=NUMBER to a5=NUMBER`, width, 'warn')),
  ];
};

const NO_PROBLEMS: readonly ProblemDocument[] = [];

/** What is asked to explain a profile. */
export const explainWords = (file: string): readonly string[] => ['explain', fileInside(file), '-o', 'json'];
/** What is asked to find its faults. */
export const lintWords = (file: string): readonly string[] => ['lint', fileInside(file), '-o', 'json'];

const summarize = (problems: readonly ProblemDocument[] | undefined): Line => {
  if (problems === undefined) return [];
  if (problems.length === 0) return line('  lint finds nothing', 'good');
  return (['error', 'warning', 'note'] as const).flatMap((severity): Span[] => {
    const count = problems.filter((one) => one.severity === severity).length;
    const { letter, tone } = MARKS[severity];
    return count === 0 ? [] : [span(`  ${letter} `, tone), span(plural(count, severity))];
  });
};

const sourceLines = memoize(
  (
    loaded: Loaded<string> | undefined,
    problems: readonly ProblemDocument[],
    hidden: number,
  ): readonly Line[] => {
    if (loaded?.value === undefined)
      return linesOf(loaded?.error ?? 'Reading the profile …', loaded?.error === undefined ? 'dim' : 'bad');
    const lines = loaded.value.replace(/\r?\n$/, '').split(/\r\n|\n|\r/);
    const digits = String(lines.length).length;
    const marks = marginMarks(problems);
    return lines.map((text, index): Line => {
      const mark = marks.get(index + 1);
      return [
        span(String(index + 1).padStart(digits), 'dim'),
        mark === undefined ? span('  ') : span(`${mark.letter} `, mark.tone),
        ...dropColumns(colourSource(text), hidden),
      ];
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
  { document, error }: { readonly document?: ExplanationDocument; readonly error?: string },
  problems: readonly ProblemDocument[],
  width: number,
): readonly Line[] => {
  const { cursor } = currentVisit(state);
  if (document === undefined)
    return wrapLines(error ?? 'explaining …', width, error === undefined ? 'dim' : 'bad');
  return [...explainLine(document, problems, cursor + 1, width), ...explainWhole(document, width)];
};
