// What a verb printed, as it printed it.
import { type Line, linesOf, type Tone, wrapLines } from '../line.ts';
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
    text:
      answer === undefined ? linesOf('…', 'dim') : outputLines(answer, state.size.columns, isProse(words)),
    keys: [{ key: 'Ctrl-R', what: 'run again' }],
  };
};

const toneOf = (text: string, exitCode: Answer['exitCode']): Tone =>
  /\bwarning:/i.test(text) ? 'warn' : exitCode === 0 ? 'dim' : 'bad';

/** Verbs that print sentences, which are read in whole lines; others print tables. */
const PROSE = new Set(['lint', 'explain', 'eval', 'diff', 'check', 'help']);

const isProse = ([verb = '', ...rest]: readonly string[]): boolean =>
  PROSE.has(verb) && !rest.some((word) => /^(-o|--output)/.test(word));

/** Shows what went to stdout, then what went to stderr, then how it ended. */
export const outputLines = memoize(
  ({ stdout, stderr, exitCode }: Answer, width: number, isWrapped = false): readonly Line[] => [
    // Tables keep their columns: they are moved sideways.
    ...(stdout === '' ? [] : isWrapped ? wrapLines(stdout, width) : linesOf(stdout)),
    ...(stderr === ''
      ? []
      : stderr
          .trimEnd()
          .split('\n')
          .flatMap((one) => wrapLines(one, width, toneOf(one, exitCode)))),
    ...(exitCode === 0 ? [] : linesOf(`exit code ${exitCode}`, 'dim')),
  ],
);
