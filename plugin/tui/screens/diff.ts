// Diff: what two revisions of a profile do, side by side by meaning: which calls have another outcome, and by which lines.
import type { ChangeDocument, DiffDocument } from '../../output/diff-document.ts';
import { type ChangeGroup, groupChanges } from '../../output/diff-groups.ts';
import { documentOf } from '../answers.ts';
import { EMPTY, fitLine, type Line, line, type Span, span, type Tone, wrap, wrapLines } from '../line.ts';
import { memoize } from '../memo.ts';
import type { Model } from '../model.ts';
import type { Place } from '../place.ts';
import type { State } from '../state.ts';
import { fileInside } from '../words.ts';

type DiffPlace = Extract<Place, { readonly screen: 'diff' }>;

/** Returns what is asked for the screen. */
export const diffWords = ({ before, after }: DiffPlace): readonly string[] => [
  ...['diff', fileInside(before), fileInside(after)],
  ...['-o', 'json'],
];

/** Draws the comparison. */
export const diffModel = (state: State, place: DiffPlace): Model => {
  const words = diffWords(place);
  const { document, error } = documentOf<DiffDocument>(state, words);
  const { before, after } = place;
  const half = Math.floor((state.size.columns - 3) / 2);
  const titles = beside([span(before, 'title')], [span(after, 'title')], half);
  return {
    command: ['diff', before, after],
    head: document === undefined ? [titles] : [answerLine(document), titles],
    text:
      document === undefined
        ? wrapLines(error ?? 'comparing …', state.size.columns, error === undefined ? 'dim' : 'bad')
        : diffLines(document, state.size.columns),
    keys: [{ key: 'x', what: 'the other way round' }],
  };
};

const KINDS: readonly (readonly [ChangeDocument['kind'], string, Tone])[] = [
  ['wider', '+ newly let through', 'bad'],
  ['narrower', '- no longer let through', 'good'],
  ['other', '~ otherwise refused', 'warn'],
  ['undecided', '? libseccomp decides', 'warn'],
];

const answerLine = ({ answer, changes }: DiffDocument): Line => {
  if (answer === 'same') return line('They do the same.', 'good');
  const counts = KINDS.flatMap(([kind, title, tone]): Span[] => {
    const calls = new Set(
      changes.filter((one) => one.kind === kind).map(({ syscall, number }) => syscall ?? number),
    );
    const [sign = '', ...words] = title.split(' ');
    return calls.size === 0 ? [] : [span(`  ${sign}${calls.size}`, tone), span(` ${words.join(' ')}`, 'dim')];
  });
  return [span(answer === 'differs' ? 'They differ:' : 'Nobody can tell:', 'warn'), ...counts];
};

const diffLines = memoize((document: DiffDocument, columns: number): readonly Line[] => {
  const half = Math.floor((columns - 3) / 2);
  const settings = document.settings.flatMap(({ name, before: old, after: now }) =>
    pair(`${name}: ${old}`, `${name}: ${now}`, half),
  );
  const groups = KINDS.flatMap(([kind, title, tone]) => {
    const found = groupChanges(document, kind);
    return found.length === 0
      ? []
      : [line(title, tone), ...found.flatMap((one) => groupLines(one, columns, half))];
  });
  const ways = [
    ...document.addedArchitectures.map((one) => line(`+ ${one} is covered now`, 'warn')),
    ...document.removedArchitectures.map((one) => line(`- ${one} is no longer covered`, 'warn')),
  ];
  const all = [...settings, ...ways, ...groups];
  return all.length === 0 ? [line('No call has another outcome.', 'good')] : all;
});

const groupLines = (
  { calls, change, places, risk, isExample }: ChangeGroup,
  columns: number,
  half: number,
): readonly Line[] => {
  const [outcomes = '', ...scope] = change.split(', ');
  const [old = '', now = ''] = outcomes.split(' -> ');
  const about = [...(isExample ? ['for example'] : []), ...scope].join(', ');
  return [
    ...wrap(`${calls.join('  ')}${about === '' ? '' : ` (${about})`}`, columns - 2, 'accent').map(
      (one): Line => [span('  '), ...one],
    ),
    ...(risk === undefined
      ? []
      : wrap(`! ${risk.sentence}`, columns - 4, 'bad').map((one): Line => [span('    '), ...one])),
    ...pair(`  ${old}  ${shortPlace(places[0])}`, `  ${now}  ${shortPlace(places[1])}`, half),
    EMPTY,
  ];
};

/** `web@v1/nginx.json:7:5` is line 7 of what stands on that side. */
const shortPlace = (place: string | undefined): string =>
  (place ?? '').replace(/\S+?:(\d+):\d+/g, 'line $1').replace(/^[^ ]+\/[^ ]*$/, 'the file');

const pair = (left: string, right: string, half: number): readonly Line[] => {
  const [one, other] = [wrap(left, half), wrap(right, half)];
  return Array.from({ length: Math.max(one.length, other.length) }, (_, index) =>
    beside(one[index] ?? EMPTY, other[index] ?? EMPTY, half),
  );
};

const beside = (left: Line, right: Line, half: number): Line => [
  ...fitLine(left, half),
  span(' │ ', 'dim'),
  ...right,
];
