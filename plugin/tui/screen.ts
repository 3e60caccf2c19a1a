// Which function draws which place, and what every list has in common: the rows in sight, and the chosen one.
import { type Line, line } from './line.ts';
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
import { currentVisit, type State } from './state.ts';
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

/** Columns that a text is moved by. */
export const SIDEWAYS = 8;

/** Returns how many rows or lines of the content are in sight. */
export const roomFor = (state: State, model: Model): number =>
  Math.max(1, state.size.rows - FRAME_ROWS - model.head.length - (model.table ? 1 : 0));

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
