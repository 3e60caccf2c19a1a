// The same frame for screen readers: words in an order that makes sense when they are read, nothing that only decorates.
import { frameOf } from './frame.ts';
import { type Line, lineText, span } from './line.ts';
import type { State } from './state.ts';

/** Returns the frame's lines without columns of blanks; the chosen row says that it is. */
export const readAloud = (state: State): readonly Line[] =>
  frameOf(state)
    .map((spans) => lineText(spans).replace(/ {2,}/g, ', ').replace(/, $/, '').trimEnd())
    .filter((text) => text !== '' && text !== ',')
    .map((text) => [
      span(
        text
          .replace(/^>\*?,? ?/, (mark) => (mark.includes('*') ? 'selected, changed: ' : 'selected: '))
          .replace(/^, /, ''),
      ),
    ]);
