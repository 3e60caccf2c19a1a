// The help of a screen: its own keys, those of every screen, and the command that says the same.

import { COMMON_KEYS } from './keys.ts';
import { EMPTY, fitLine, type Line, line, span, wrap } from './line.ts';
import type { Model } from './model.ts';
import { formatPlace } from './place.ts';
import { commandLine, currentVisit, type State } from './state.ts';

/** Draws the help: the screen's own keys at the left, those of every screen at the right. */
export const helpLines = (state: State, model: Model): readonly Line[] => {
  const { place } = currentVisit(state);
  const half = Math.floor((state.size.columns - 2) / 2);
  const own = model.keys
    .filter(({ isChange }) => !(isChange && state.isReadOnly))
    .flatMap(({ key, what }) => keyLines(key, what, half, OWN_KEYS));
  const left = [line(`Keys of ${place.screen}`, 'title'), ...own];
  const right = [
    line('Keys everywhere', 'title'),
    ...COMMON_KEYS.flatMap(([key, what]) => keyLines(key, what, half, EVERY_KEYS)),
  ];
  const length = Math.max(left.length, right.length);
  return [
    ...Array.from({ length }, (_, index) => [
      ...fitLine(left[index] ?? EMPTY, half),
      span('  '),
      ...(right[index] ?? EMPTY),
    ]),
    line(`Come back here: ${commandLine(state, ['ui', formatPlace(place)])}`, 'dim'),
  ];
};

const OWN_KEYS = 8;
const EVERY_KEYS = 16;

const keyLines = (key: string, what: string, width: number, before: number): readonly Line[] =>
  wrap(what, width - before - 1).map((one, index) => [
    span((index === 0 ? key : '').padEnd(before), 'accent'),
    ...one,
  ]);
