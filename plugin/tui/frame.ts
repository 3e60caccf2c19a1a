// The whole frame as lines: breadcrumb, head, titles, rows or text, and a last line that is help, a prompt or a message.
// Exactly as many lines as the terminal has rows, each exactly as wide. Pure.
import { layOut, layOutCells, layOutTitles } from './columns.ts';
import { helpLines } from './help.ts';
import { choiceLines, lastLine } from './last-line.ts';
import { dropColumns, EMPTY, fitLine, highlight, type Line, line, lineText, span, wrap } from './line.ts';
import { isChanged } from './looks.ts';
import { type Model, SIDEWAYS } from './model.ts';
import {
  commandLines,
  footLines,
  hasCursor,
  headLines,
  lookKey,
  modelOf,
  roomFor,
  shownRows,
  shownText,
  tableWidth,
} from './screen.ts';
import { currentVisit, type State } from './state.ts';
import { topLine } from './top-line.ts';

/** Narrower or lower than this nothing can be laid out. */
const LEAST = { columns: 40, rows: 8 };

/** Draws the state. */
export const frameOf = (state: State): readonly Line[] => {
  const { columns, rows } = state.size;
  if (columns < LEAST.columns || rows < LEAST.rows)
    return fill([line(`${columns}×${rows} is too small: 80×24 is enough`)], rows, columns);
  const model = modelOf(state);
  const choices = choiceLines(state);
  const foot = state.isHelp ? [] : footLines(state, model);
  const body = state.isHelp ? helpLines(state, model).slice(state.helpTop) : bodyLines(state, model);
  const command = commandLines(state, model);
  const room = rows - 2 - command.length;
  const shown = [...fill(body, room - foot.length, columns), ...fill(foot, foot.length, columns)];
  return [
    fitLine(topLine(state), columns),
    ...shown.slice(0, room - choices.length),
    ...choices.map((one) => fitLine(one, columns)),
    ...command.map((one) => fitLine(one, columns)),
    fitLine(lastLine(state, model), columns),
  ];
};

const fill = (lines: readonly Line[], count: number, width: number): readonly Line[] =>
  Array.from({ length: Math.max(0, count) }, (_, index) => fitLine(lines[index] ?? EMPTY, width));

const bodyLines = (state: State, model: Model): readonly Line[] => [
  ...headLines(state, model),
  ...contentLines(state, model),
];

const contentLines = (state: State, model: Model): readonly Line[] => {
  if (model.table !== undefined) return tableLines(state, model);
  const { top, cursor, column, filter } = currentVisit(state);
  const room = roomFor(state, model);
  const lines = shownText(model)
    .slice(top, top + room)
    .map((one) => highlight(one, filter));
  if (!hasCursor(model)) return lines.map((one) => dropColumns(one, column * SIDEWAYS));
  const marked = lines.map((one, index): Line => {
    const isHere = top + index === cursor;
    return [span(isHere ? '> ' : '  ', isHere ? 'changed' : 'plain'), ...one];
  });
  const { aside } = model;
  if (aside === undefined) return marked;
  const isMore = aside.lines.length > room;
  return Array.from({ length: room }, (_, index) => [
    ...fitLine(marked[index] ?? EMPTY, aside.width),
    span(' │ ', 'dim'),
    ...(isMore && index === room - 1
      ? line('… Tab shows all of it', 'accent')
      : (aside.lines[index] ?? EMPTY)),
  ]);
};

const tableLines = (state: State, model: Model): readonly Line[] => {
  const { table, columns } = model;
  if (table === undefined) return [];
  const rows = shownRows(state, model);
  const { cursor, top, order, column, filter, marked } = currentVisit(state);
  const width = tableWidth(state);
  const chosen = columns === undefined || columns.count === 0 ? undefined : columns.from + column;
  const layout = layOut(table, width, chosen, chosen === undefined ? column : 0);
  const titles = [
    span(layout.isMoreLeft ? '‹ ' : '  ', 'accent'),
    ...layOutTitles(table, layout, order, chosen),
    ...(layout.isMoreRight ? [span('›', 'accent')] : []),
  ];
  if (rows.length === 0) {
    const nothing = filter === '' ? (model.empty ?? 'Nothing.') : `Nothing matches ${filter}.`;
    return [titles, ...wrap(`  ${nothing}`, state.size.columns, 'dim')];
  }
  const look = state.looks[lookKey(state)];
  const shown = rows.slice(top, top + roomFor(state, model)).map((row, index): Line => {
    const isSelected = top + index === cursor;
    const isNews = isChanged(look, row, table.columns);
    const cells = row.isSpanning ? (row.cells[0] ?? EMPTY) : layOutCells(row.cells, layout);
    const mark = row.key === marked ? '+' : isNews ? '*' : ' ';
    const gutter = span(`${isSelected ? '>' : ' '}${mark}`, isNews ? 'changed' : 'plain');
    return [gutter, ...(isSelected ? select(fitLine(cells, width + 1)) : cells)];
  });
  return [titles, ...shown];
};

/** Of the chosen row every piece is shown alike: letters keep their meaning, colours would fight with the bar. */
const select = (cells: Line): Line => [{ text: lineText(cells), tone: 'selected' }];
