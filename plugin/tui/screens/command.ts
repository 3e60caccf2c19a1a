// What a verb printed, as it printed it.
import { type Line, linesOf, wrapLines } from '../line.ts';
import { memoize } from '../memo.ts';
import type { Model } from '../model.ts';
import type { Place } from '../place.ts';
import type { Answer } from '../port.ts';
import { askKey, type State } from '../state.ts';

/** Draws a verb's output. */
export const commandModel = (
  state: State,
  { words }: Extract<Place, { readonly screen: 'command' }>,
): Model => {
  const answer = state.asked[askKey(words)]?.answer;
  return {
    command: words,
    head: [],
    text: answer === undefined ? linesOf('…', 'dim') : outputLines(answer, state.size.columns),
    keys: [{ key: 'Ctrl-R', what: 'run again' }],
  };
};

/** Shows what went to stdout, then what went to stderr, then how it ended. */
export const outputLines = memoize(({ stdout, stderr, exitCode }: Answer, width: number): readonly Line[] => [
  // Tables keep their columns: they are moved sideways.
  ...(stdout === '' ? [] : linesOf(stdout)),
  ...(stderr === '' ? [] : wrapLines(stderr, width, exitCode === 0 ? 'dim' : 'bad')),
  ...(exitCode === 0 ? [] : linesOf(`exit code ${exitCode}`, 'dim')),
]);
