// The same frame for screen readers: words in an order that makes sense when they are read, nothing that only decorates.
import { frameOf } from './frame.ts';
import { type Line, lineText, span } from './line.ts';
import { modelOf } from './screen.ts';
import type { State } from './state.ts';

/** A table is read row by row, whatever would fit beside what; other words are as long as lines are read well. */
const WIDTHS = { table: 1000, text: 99 };

/** Returns the frame's lines without columns of blanks; what stands before a row is said. */
export const readAloud = (state: State): readonly Line[] =>
  frameOf(withRoom(state))
    .map((spans) => lineText(spans).replace(/ {2,}/g, ', ').replace(/, $/, '').trimEnd())
    .filter((text) => text !== '' && text !== ',')
    .map((text) => [span(sayMarks(text).replace(/^, /, ''))]);

const MARKS: Readonly<Record<string, string>> = { '>': 'selected', '*': 'changed', '+': 'marked' };

/** Says in words what stands before a row. */
const sayMarks = (text: string): string =>
  text.replace(/^(?:>[*+]?| [*+]),? ?/, (marks) => {
    const words = [...marks].flatMap((mark) => MARKS[mark] ?? []);
    return `${words.join(', ')}: `;
  });

/** Nothing is cut that only a narrow screen would cut, and nothing stands side by side. */
const withRoom = (state: State): State => {
  const { table } = modelOf(state);
  const columns = table === undefined ? WIDTHS.text : WIDTHS.table;
  return { ...state, size: { ...state.size, columns } };
};
