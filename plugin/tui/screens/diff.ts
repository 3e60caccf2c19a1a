// Diff: what two revisions of a profile do, side by side by meaning: which calls have another outcome, and by which lines.
import type { ChangeDocument, DiffDocument } from '../../output/diff-document.ts';
import { type ChangeGroup, groupChanges } from '../../output/diff-groups.ts';
import { documentOf } from '../answers.ts';
import { EMPTY, fitLine, type Line, line, linesOf, span, type Tone, wrap } from '../line.ts';
import { memoize } from '../memo.ts';
import type { Model } from '../model.ts';
import type { Place } from '../place.ts';
import { profileName, type State } from '../state.ts';

type DiffPlace = Extract<Place, { readonly screen: 'diff' }>;

/** Returns what is asked for the screen. */
export const diffWords = ({ bundle, path, before, after }: DiffPlace): readonly string[] => [
  'diff',
  profileName(bundle, before, path),
  profileName(bundle, after, path),
  ...['-o', 'json'],
];

/** Draws the comparison. */
export const diffModel = (state: State, place: DiffPlace): Model => {
  const words = diffWords(place);
  const { document, error } = documentOf<DiffDocument>(state, words);
  const { before, after, path, bundle } = place;
  return {
    // The files are named as they are where they are kept.
    command: ['diff', `BEFORE/${path}`, `AFTER/${path}`],
    head: [
      [
        span(`${bundle}/${path}`, 'title'),
        span(`  v${before} against v${after}`),
        ...(document === undefined
          ? []
          : [
              span(
                `  ${document.answer === 'same' ? 'they do the same' : document.answer}`,
                document.answer === 'same' ? 'good' : 'warn',
              ),
            ]),
      ],
    ],
    text:
      document === undefined
        ? linesOf(error ?? 'comparing …', error === undefined ? 'dim' : 'bad')
        : diffLines(document, state.size.columns, before, after),
    keys: [{ key: 'x', what: 'the other way round' }],
  };
};

const KINDS: readonly (readonly [ChangeDocument['kind'], string, Tone])[] = [
  ['wider', '+ newly let through', 'bad'],
  ['narrower', '- no longer let through', 'good'],
  ['other', '~ otherwise refused', 'warn'],
  ['undecided', '? libseccomp decides', 'warn'],
];

const diffLines = memoize(
  (document: DiffDocument, columns: number, before: number, after: number): readonly Line[] => {
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
    const titles = [beside([span(`v${before}`, 'title')], [span(`v${after}`, 'title')], half)];
    const all = [...titles, ...settings, ...ways, ...groups];
    return all.length === 1 ? [...all, line('No call has another outcome.', 'good')] : all;
  },
);

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
