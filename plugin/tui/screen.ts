// Which function draws which place, and what every list has in common: the rows in sight, and the chosen one.
import { layOut } from './columns.ts';
import { fitLine, type Line, line, lineText, span, type Tone, wrap } from './line.ts';
import type { Model } from './model.ts';
import { formatPlace } from './place.ts';
import { bundleModel } from './screens/bundle.ts';
import { bundlesModel } from './screens/bundles.ts';
import { commandModel } from './screens/command.ts';
import { diffModel } from './screens/diff.ts';
import { filesModel } from './screens/files.ts';
import { fleetModel } from './screens/fleet.ts';
import { historyModel } from './screens/history.ts';
import { nodeModel } from './screens/node.ts';
import { previewModel } from './screens/preview.ts';
import { profileModel } from './screens/profile.ts';
import { rolloutModel } from './screens/rollout.ts';
import { workloadsModel } from './screens/workloads.ts';
import { commandLine, currentVisit, type State } from './state.ts';
import { arrangeRows, type Row } from './table.ts';

/** Returns what the current place shows. */
export const modelOf = (state: State): Model => {
  const { place } = currentVisit(state);
  switch (place.screen) {
    case 'fleet':
      return fleetModel(state);
    case 'bundles':
      return bundlesModel(state);
    case 'bundle':
      return bundleModel(state, place);
    case 'profile':
      return profileModel(state, place);
    case 'node':
      return nodeModel(state, place);
    case 'workloads':
      return workloadsModel(state, place);
    case 'history':
      return historyModel(state, place);
    case 'diff':
      return diffModel(state, place);
    case 'rollout':
      return rolloutModel(state);
    case 'command':
      return commandModel(state, place);
    case 'files':
      return filesModel(state, place);
    case 'preview':
      return previewModel(state, place);
  }
};

/** Lines around the content: the breadcrumb, the command that says the same, and the last line. */
const FRAME_ROWS = 3;

const COMMAND_ROWS = 3;

/** Returns the command that says the same; in few rows, or where it is very long, its end is cut. */
export const commandLines = (state: State, model: Model): readonly Line[] => {
  const { columns, rows } = state.size;
  const text = commandLine(state, model.command);
  const lines = wrap(text, columns, 'dim');
  return rows < 16 || lines.length > COMMAND_ROWS ? [fitLine(line(text, 'dim'), columns)] : lines;
};

/** Before each row: the cursor, and what is new. Both are seen without colour. */
export const GUTTER = 2;

/** Returns the width that a table has: beside its rows, and before the sign that there are more columns. */
export const tableWidth = ({ size }: State): number => size.columns - GUTTER - 1;

/** Of the head, however low the terminal is, this much of the content is left in sight. */
const CONTENT_ROWS = 4;

/** Returns the head, or as much of it as leaves room for the content. */
export const headLines = ({ size }: State, { head }: Model): readonly Line[] =>
  head.slice(0, Math.max(1, size.rows - FRAME_ROWS - CONTENT_ROWS));

/** Returns what stands below the content: the chosen row's words as a whole, and why nothing is live any more. */
export const footLines = (
  state: State,
  model: Model,
  cursor = currentVisit(state).cursor,
): readonly Line[] => {
  const { size, fleet } = state;
  const most = Math.max(1, Math.floor(size.rows / 6));
  const detail = model.table === undefined ? undefined : shownRows(state, model)[cursor]?.detail;
  const losses = new Set([fleet.lost.nodes, fleet.lost.records, ...fleet.damaged.slice(0, 1)]);
  const lost = [...losses].flatMap((one) =>
    one === undefined ? [] : shorten(one, size.columns, most, 'bad'),
  );
  return [
    ...(detail === undefined ? [] : shorten(detail, size.columns, most, 'plain')),
    ...lost.slice(0, most),
  ];
};

const shorten = (text: string, width: number, most: number, tone: Tone): readonly Line[] => {
  const lines = wrap(text, width - 1, tone);
  if (lines.length <= most) return lines;
  return [...lines.slice(0, most - 1), [span(`${lineText(lines[most - 1]!)}…`, tone)]];
};

/** Returns how many rows or lines of the content are in sight while the cursor is where it is, or at another row. */
export const roomFor = (state: State, model: Model, cursor?: number): number => {
  const around =
    FRAME_ROWS -
    1 +
    commandLines(state, model).length +
    headLines(state, model).length +
    (model.table ? 1 : 0);
  return Math.max(1, state.size.rows - around - footLines(state, model, cursor).length);
};

/** Returns how many columns of a table can be moved away to the left. */
export const columnsToMove = (state: State, { table }: Model): number => {
  const count = table?.columns.length ?? 0;
  if (table === undefined) return 0;
  const from = Array.from({ length: count }, (_, index) => index);
  return from.find((one) => !layOut(table, tableWidth(state), undefined, one).isMoreRight) ?? 0;
};

/** Returns the rows after filter and order. */
export const shownRows = (state: State, model: Model): readonly Row[] => {
  const { filter, order } = currentVisit(state);
  return model.table === undefined ? [] : arrangeRows(model.table, filter, order);
};

/** Returns the lines of a screen without a table. */
export const shownText = ({ text, beside, empty }: Model): readonly Line[] =>
  beside ?? text ?? [line(empty ?? '', 'dim')];

/** Returns how many rows, or lines of the text, there are to move through. */
export const contentLength = (state: State, model: Model): number =>
  model.table !== undefined ? shownRows(state, model).length : shownText(model).length;

/** Tells whether a cursor is on rows or lines; without one the text itself moves. */
export const hasCursor = (model: Model): boolean =>
  model.table !== undefined || (model.isCursorShown === true && model.beside === undefined);

/** Returns the row that the cursor is on. */
export const selectedRow = (state: State): Row | undefined => {
  const model = modelOf(state);
  return shownRows(state, model)[currentVisit(state).cursor];
};

/** Names what is shown for what is remembered of it: a place grouped otherwise has other rows. */
export const lookKey = (state: State): string =>
  [
    formatPlace(currentVisit(state).place),
    // The next rollout is another one.
    ...(currentVisit(state).place.screen === 'rollout' ? [String(state.run?.id)] : []),
    ...(modelOf(state).table?.columns.map(({ title }) => title) ?? []),
  ].join(' ');
