// The whole frame as lines: breadcrumb, head, titles, rows or text, and a last line that is help, a prompt or a message.
// Exactly as many lines as the terminal has rows, each exactly as wide. Pure.
import { commandChoices } from './commands.ts';
import { helpLines } from './help.ts';
import { dropColumns, EMPTY, fitLine, type Line, line, type Span, span, spread } from './line.ts';
import { isChanged } from './looks.ts';
import type { Model } from './model.ts';
import { formatPlace } from './place.ts';
import { hasCursor, lookKey, modelOf, roomFor, SIDEWAYS, shownRows, shownText } from './screen.ts';
import { commandLine, currentVisit, type State } from './state.ts';
import { layOut, layOutCells, layOutTitles } from './table.ts';

/** Before each row: the cursor, and what is new. Both are seen without colour. */
const GUTTER = 2;

/** Narrower or lower than this nothing can be laid out. */
const LEAST = { columns: 40, rows: 8 };

/** Draws the state. */
export const frameOf = (state: State): readonly Line[] => {
  const { columns, rows } = state.size;
  if (columns < LEAST.columns || rows < LEAST.rows)
    return fill([line(`${columns}×${rows} is too small: 80×24 is enough`)], rows, columns);
  const model = modelOf(state);
  const body = state.isHelp ? helpLines(state, model) : [...model.head, ...contentLines(state, model)];
  const choices = choiceLines(state);
  const room = rows - 3 - choices.length;
  return [
    fitLine(topLine(state), columns),
    ...fill(body, room, columns),
    ...choices.map((one) => fitLine(one, columns)),
    fitLine(line(commandLine(state, model.command), 'dim'), columns),
    fitLine(lastLine(state, model), columns),
  ];
};

const fill = (lines: readonly Line[], count: number, width: number): readonly Line[] =>
  Array.from({ length: Math.max(0, count) }, (_, index) => fitLine(lines[index] ?? EMPTY, width));

const topLine = (state: State): Line => {
  const { trail, size, context, fleet, isReadOnly, run } = state;
  const crumbs = trail.flatMap(({ place, filter }, index): Span[] => [
    ...(index > 0 ? [span(' › ', 'dim')] : []),
    span(formatPlace(place), index + 1 === trail.length ? 'title' : 'dim'),
    ...(filter === '' ? [] : [span(` /${filter}`, 'accent')]),
  ]);
  const losses = Object.values(fleet.lost).filter((one) => one !== undefined);
  const isAtWork = run !== undefined && run.endedMs === undefined;
  const isReading = !fleet.synced.nodes || !fleet.synced.records;
  const right: Line = [
    ...(isAtWork ? [span(`${run.words[0]} at work  `, 'accent')] : []),
    ...(isReadOnly ? [span('read-only  ', 'warn')] : []),
    ...(context === undefined ? [] : [span(context, 'dim'), span('  ')]),
    losses.length > 0 ? span('NOT LIVE', 'bad') : isReading ? span('reading', 'warn') : span('live', 'good'),
  ];
  return spread(shorten(crumbs, size.columns - 24), right, size.columns);
};

/** Of a long trail the end matters. */
const shorten = (crumbs: Line, width: number): Line => {
  let kept = crumbs;
  while (kept.length > 1 && kept.reduce((sum, { text }) => sum + text.length, 0) > width)
    kept = kept.slice(1);
  return kept.length < crumbs.length && kept.length > 1 ? [span('…', 'dim'), ...kept] : kept;
};

const contentLines = (state: State, model: Model): readonly Line[] => {
  if (model.table !== undefined) return tableLines(state, model);
  const { top, cursor, column } = currentVisit(state);
  const room = roomFor(state, model);
  const lines = shownText(model).slice(top, top + room);
  if (!hasCursor(model)) return lines.map((one) => dropColumns(one, column * SIDEWAYS));
  const marked = lines.map((one, index): Line => {
    const isHere = top + index === cursor;
    return [span(isHere ? '> ' : '  ', isHere ? 'changed' : 'plain'), ...one];
  });
  const { aside } = model;
  if (aside === undefined) return marked;
  return Array.from({ length: room }, (_, index) => [
    ...fitLine(marked[index] ?? EMPTY, aside.width),
    span(' │ ', 'dim'),
    ...(aside.lines[index] ?? EMPTY),
  ]);
};

const tableLines = (state: State, model: Model): readonly Line[] => {
  const { table, columns } = model;
  if (table === undefined) return [];
  const rows = shownRows(state, model);
  const { cursor, top, order, column, filter, marked } = currentVisit(state);
  const widths = layOut(table, state.size.columns - GUTTER);
  const chosen = columns === undefined || columns.count === 0 ? undefined : columns.from + column;
  const titles = [span(' '.repeat(GUTTER)), ...layOutTitles(table, widths, order, chosen)];
  if (rows.length === 0) {
    const nothing = filter === '' ? (model.empty ?? 'Nothing.') : `Nothing matches ${filter}.`;
    return [titles, line(`  ${nothing}`, 'dim')];
  }
  const look = state.looks[lookKey(state)];
  const shown = rows.slice(top, top + roomFor(state, model)).map((row, index): Line => {
    const isSelected = top + index === cursor;
    const isNews = isChanged(look, row, table.columns);
    const cells = layOutCells(row.cells, widths);
    const mark = row.key === marked ? '+' : isNews ? '*' : ' ';
    const gutter = span(`${isSelected ? '>' : ' '}${mark}`, isNews ? 'changed' : 'plain');
    return isSelected ? [gutter, ...select(cells)] : [gutter, ...cells];
  });
  return [titles, ...shown];
};

/** Of the chosen row every piece is shown alike: letters keep their meaning, colours would fight with the bar. */
const select = (cells: Line): Line => [{ text: cells.map(({ text }) => text).join(''), tone: 'selected' }];

const CHOICES = 8;

const choiceLines = (state: State): readonly Line[] => {
  const { prompt } = state;
  if (prompt?.kind !== 'command') return [];
  const choices = commandChoices(state, prompt.text);
  const from = Math.max(0, Math.min(prompt.chosen - CHOICES + 1, choices.length - CHOICES));
  const widest = Math.max(0, ...choices.map(({ line: one }) => one.length));
  return choices.slice(from, from + CHOICES).map(({ line: one, what }, index) => {
    const isChosen = from + index === prompt.chosen;
    return [
      span(isChosen ? '> ' : '  '),
      span(one.padEnd(widest + 2), isChosen ? 'selected' : 'accent'),
      span(what, 'dim'),
    ];
  });
};

const PROMPTS = { filter: '/', command: ':', eval: 'call: ', confirm: '' } as const;

const lastLine = (state: State, model: Model): Line => {
  const { prompt, message, size, fleet, isHelp, isReadOnly } = state;
  if (prompt !== undefined) {
    const before = prompt.kind === 'confirm' ? `type ${prompt.wanted} to do it: ` : PROMPTS[prompt.kind];
    return [span(before, 'accent'), span(prompt.text), span(' ', 'selected')];
  }
  if (message !== undefined) return line(message.text, message.isError ? 'bad' : 'accent');
  if (isHelp) return line('any key goes back', 'dim');
  const loss = Object.values(fleet.lost).find((one) => one !== undefined) ?? fleet.damaged[0];
  const keys = model.keys
    .filter(({ isChange }) => !(isChange && isReadOnly))
    .flatMap(({ key, what }): Span[] => [span(key, 'accent'), span(` ${what}  `, 'dim')]);
  return loss === undefined
    ? spread(keys, [span('?', 'accent'), span(' help', 'dim')], size.columns)
    : spread(line(loss, 'bad'), [span('Ctrl-R', 'accent'), span(' tries again', 'dim')], size.columns);
};
