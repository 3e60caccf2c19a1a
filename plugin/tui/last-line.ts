// The foot of a frame: what is being typed and what it may become, a message, or the keys of the screen.
import { sanitizeLine } from '../output/sanitize.ts';
import { commandChoices } from './commands.ts';
import { helpOverflow } from './help.ts';
import { fitEnd, fitLine, type Line, line, lineWidth, type Span, span, spread } from './line.ts';
import type { Model } from './model.ts';
import { typedText } from './prompt-keys.ts';
import { callChoices } from './screens/profile-words.ts';
import { type State, wholeText } from './state.ts';
import { textWidth } from './width.ts';

const CHOICES = 8;

/** Draws what a line that is typed may become. */
export const choiceLines = (state: State): readonly Line[] => {
  const { prompt } = state;
  if (prompt?.kind === 'eval') {
    const calls = callChoices(wholeText(prompt));
    return calls.length === 0 ? [] : [line(calls.join('  '), 'dim')];
  }
  if (prompt?.kind !== 'command') return [];
  const choices = commandChoices(state, wholeText(prompt));
  const count = Math.min(CHOICES, Math.floor((state.size.rows - 3) / 2));
  const from = Math.max(0, Math.min(prompt.chosen - count + 1, choices.length - count));
  const shown = choices.slice(from, from + count);
  const widest = Math.max(0, ...shown.map(({ line: one }) => textWidth(sanitizeLine(one))));
  return shown.map(({ line: one, what }, index) => {
    const isChosen = from + index === prompt.chosen;
    return [
      span(isChosen ? '> ' : '  '),
      ...fitLine(line(one, isChosen ? 'selected' : 'accent'), widest),
      span('  '),
      span(what, 'dim'),
    ];
  });
};

const PROMPTS = { filter: '/', command: ':', eval: 'call: ', confirm: '' } as const;

/** Draws the last line: what is being typed, else a message, else the screen's keys. */
export const lastLine = (state: State, model: Model): Line => {
  const { prompt, message, size, fleet, isHelp } = state;
  if (prompt !== undefined) {
    const before = prompt.kind === 'confirm' ? `type ${prompt.wanted} to do it: ` : PROMPTS[prompt.kind];
    const { text, after = '' } = typedText(state, prompt);
    const [under = ' '] = after;
    const typed = [span(text), span(under, 'selected'), span(after.slice(under.length))];
    return [span(before, 'accent'), ...fitCursor(typed, size.columns - textWidth(before))];
  }
  if (message !== undefined) return line(message.text, message.isError ? 'bad' : 'accent');
  if (isHelp)
    return line(
      helpOverflow(state, model) > 0 ? '↑↓ more, any other key goes back' : 'any key goes back',
      'dim',
    );
  const isLost = Object.values(fleet.lost).some((one) => one !== undefined);
  const right: Line = [
    ...(isLost ? [span('Ctrl-R', 'accent'), span(' tries again  ', 'dim')] : []),
    ...[span('?', 'accent'), span(' help', 'dim')],
  ];
  return spread(keyHints(state, model, size.columns - lineWidth(right) - 1), right, size.columns);
};

/** Where not all of it fits, what is left of the cursor gives way: the cursor is always in sight. */
const fitCursor = ([text, under, after]: readonly Span[], width: number): Line => {
  const left = fitEnd([text!, under!], Math.min(width, lineWidth([text!, under!])));
  return fitLine([...left, after!], width);
};

/** As many keys as there is room for, none of them cut; the help has them all. */
const keyHints = ({ isReadOnly }: State, model: Model, width: number): Line => {
  const hints = model.keys
    .filter(({ isChange }) => !(isChange && isReadOnly))
    .map(({ key, what }): Line => [span(key, 'accent'), span(` ${what}  `, 'dim')]);
  let left = width;
  const shown: Line[] = [];
  for (const [index, hint] of hints.entries()) {
    const needed = lineWidth(hint) + (index + 1 === hints.length ? -2 : 1);
    if (needed > left) return [...shown.flat(), span('…', 'dim')];
    shown.push(hint);
    left -= lineWidth(hint);
  }
  return shown.flat();
};
