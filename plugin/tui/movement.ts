// Moving through rows and lines: the cursor stays on something, and what it is on stays in sight.
import { lineText, lineWidth } from './line.ts';
import { SIDEWAYS } from './model.ts';
import { columnsToMove, contentLength, hasCursor, modelOf, roomFor, shownText } from './screen.ts';
import { currentVisit, type State, type Visit } from './state.ts';

const change = (state: State, changes: Partial<Visit>): State => ({
  ...state,
  trail: [...state.trail.slice(0, -1), { ...currentVisit(state), ...changes }],
});

/** Moves the cursor by rows, pages, or to an end. */
export const moveCursor = (state: State, by: number | 'start' | 'end' | 'page-up' | 'page-down'): State => {
  const model = modelOf(state);
  const page = Math.max(1, roomFor(state, model) - 1);
  const visit = currentVisit(state);
  const steps = {
    start: Number.NEGATIVE_INFINITY,
    end: Number.POSITIVE_INFINITY,
    'page-up': -page,
    'page-down': page,
  };
  const step = typeof by === 'number' ? by : steps[by];
  const length = contentLength(state, model);
  if (!hasCursor(model)) {
    const lowest = Math.max(0, length - roomFor(state, model));
    return change(state, { top: Math.min(lowest, Math.max(0, visit.top + step)) });
  }
  return change(state, { cursor: Math.min(Math.max(0, length - 1), Math.max(0, visit.cursor + step)) });
};

/** Chooses another column, where columns can be chosen. */
export const moveColumn = (state: State, by: number): State => {
  const model = modelOf(state);
  const { columns } = model;
  const column = Math.max(0, currentVisit(state).column + by);
  if (columns !== undefined)
    return change(state, { column: Math.max(0, Math.min(columns.count - 1, column)) });
  if (model.table !== undefined)
    return change(state, { column: Math.min(columnsToMove(state, model), column) });
  if (hasCursor(model)) {
    // Those that stay to the left are counted too.
    const beyond = (model.sideways ?? 0) + currentVisit(state).column * SIDEWAYS;
    return change(state, { column: Math.min(Math.max(0, Math.ceil(beyond / SIDEWAYS)), column) });
  }
  // A text is moved sideways as far as its longest line goes.
  const widest = Math.max(0, ...shownText(model).map(lineWidth));
  const last = Math.max(0, Math.ceil((widest - state.size.columns) / SIDEWAYS));
  return change(state, { column: Math.min(last, column) });
};

/** Brings the cursor back to something that is there, and what it is on into sight. */
export const scrollIntoView = (state: State): State => {
  const model = modelOf(state);
  const length = contentLength(state, model);
  const visit = currentVisit(state);
  // What is still being read will be there again: the cursor waits where it was.
  const cursor = length === 0 ? visit.cursor : Math.max(0, Math.min(visit.cursor, length - 1));
  const room = roomFor(state, model, cursor);
  const lowest = Math.max(0, Math.min(visit.top, length - room));
  if (!hasCursor(model)) return lowest === visit.top ? state : change(state, { top: lowest });
  const top = cursor < lowest ? cursor : length > 0 && cursor >= lowest + room ? cursor - room + 1 : lowest;
  return cursor === visit.cursor && top === visit.top ? state : change(state, { cursor, top });
};

/** Looks for the text that is searched for, from a line on and round the end, and goes there. */
export const seek = (state: State, from: number, step: 1 | -1): State => {
  const model = modelOf(state);
  const wanted = currentVisit(state).filter.toLowerCase();
  if (model.table !== undefined || wanted === '') return state;
  const lines = shownText(model).map((one) => lineText(one).toLowerCase());
  const order = lines.map((_, index) => (from + step * index + lines.length * 2) % lines.length);
  const found = order.find((at) => lines[at]!.includes(wanted));
  if (found === undefined) return state;
  return change(state, hasCursor(model) ? { cursor: found } : { top: found });
};
