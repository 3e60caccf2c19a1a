// The help of a screen: its own keys, those of every screen, and how to come back to it from a shell.

import { EMPTY, fitLine, type Line, line, span, wrap } from './line.ts';
import type { Model } from './model.ts';
import { formatPlace, parsePlace } from './place.ts';
import { commandLines } from './screen.ts';
import { commandLine, currentVisit, type State } from './state.ts';

/** Keys that mean the same on every screen. */
export const COMMON_KEYS: readonly (readonly [string, string])[] = [
  ['↑ ↓ j k', 'move'],
  ['← → h l', 'choose a column'],
  ['PgUp PgDn', 'a page (Ctrl-B, Ctrl-F)'],
  ['g G', 'first, last (Home, End)'],
  ['Enter', 'open'],
  ['Esc', 'back'],
  ['Tab', 'next screen'],
  ['/', 'filter rows, search a text'],
  ['o', 'order by column'],
  [':', 'any verb or screen'],
  ['.', 'unmark what is new'],
  ['Ctrl-R', 'read again'],
  ['Ctrl-Z', 'back to the shell'],
  ['q', 'quit'],
];

/** Narrower than this the two lists stand one below the other. */
const WIDE = 64;

/** Draws the help: the screen's own keys, those of every screen, and the command that opens the UI there. */
export const helpLines = (state: State, model: Model): readonly Line[] => {
  const { columns } = state.size;
  const isWide = columns >= WIDE;
  const half = isWide ? Math.floor((columns - 2) / 2) : columns;
  const { place } = currentVisit(state);
  const own = [
    line(`Keys of ${place.screen}`, 'title'),
    ...keyList(
      model.keys
        .filter(({ isChange }) => !(isChange && state.isReadOnly))
        .map(({ key, what }) => [key, what]),
      half,
    ),
  ];
  const every = [line('Keys everywhere', 'title'), ...keyList(COMMON_KEYS, half)];
  return [
    ...(isWide ? besideEachOther(own, every, half) : [...own, EMPTY, ...every]),
    EMPTY,
    ...wayBack(state, columns),
  ];
};

/** Returns how many lines of the help there is no room for. */
export const helpOverflow = (state: State, model: Model): number =>
  Math.max(0, helpLines(state, model).length - (state.size.rows - 2 - commandLines(state, model).length));

const besideEachOther = (left: readonly Line[], right: readonly Line[], half: number): readonly Line[] =>
  Array.from({ length: Math.max(left.length, right.length) }, (_, index) => [
    ...fitLine(left[index] ?? EMPTY, half),
    span('  '),
    ...(right[index] ?? EMPTY),
  ]);

/** What a verb printed or would do has no address: its command line stands at the foot of the frame. */
const wayBack = (state: State, columns: number): readonly Line[] => {
  const address = formatPlace(currentVisit(state).place);
  if (parsePlace(address) === undefined) return [];
  return wrap(`Come back here: ${commandLine(state, ['ui', address])}`, columns, 'dim');
};

const keyList = (keys: readonly (readonly [string, string])[], width: number): readonly Line[] => {
  const before = Math.max(...keys.map(([key]) => key.length), 0) + 2;
  return keys.flatMap(([key, what]) =>
    wrap(what, width - before - 1).map((one, index) => [
      span((index === 0 ? key : '').padEnd(before), 'accent'),
      ...one,
    ]),
  );
};
