// Keys while something is being typed: a filter, a command line, a call to evaluate, a confirmation.
import { SeccompError } from '../../src/error.ts';
import { actionsOfLine, commandChoices } from './commands.ts';
import type { Press } from './keys.ts';
import { submitCall } from './profile-keys.ts';
import type { Action } from './reduce.ts';
import { modelOf } from './screen.ts';
import { callChoices } from './screens/profile-words.ts';
import { currentVisit, type Prompt, type State, wholeText } from './state.ts';
import { confirmedWords } from './words.ts';

/** Returns what a key press does to the prompt. */
export const promptKeys = (state: State, prompt: Prompt, press: Press): readonly Action[] => {
  // A choice that Tab has shown is what is typed on from.
  const typed = { ...prompt, ...typedText(state, prompt) };
  const { text, after = '' } = typed;
  switch (press.name) {
    case 'escape':
      return cancel(prompt);
    case 'return':
      return submit(state, prompt);
    case 'backspace':
      if (text + after === '') return cancel(prompt);
      return retype(typed, withoutLast(text));
    case 'tab':
    case 'down':
      return choose(state, prompt, 1);
    case 'backtab':
    case 'up':
      return choose(state, prompt, -1);
    case 'left':
      return retype(typed, withoutLast(text), text.slice(withoutLast(text).length) + after);
    case 'right': {
      const [next = ''] = after;
      return retype(typed, text + next, after.slice(next.length));
    }
    case 'home':
      return retype(typed, '', text + after);
    case 'end':
      return retype(typed, text + after, '');
  }
  if (!press.isControl) return press.text === '' ? [] : retype(typed, text + press.text);
  switch (press.text) {
    case 'a':
      return retype(typed, '', text + after);
    case 'e':
      return retype(typed, text + after, '');
    case 'k':
      return retype(typed, text, '');
    case 'u':
      return retype(typed, '');
    case 'w':
      return retype(typed, text.replace(/\S*\s*$/, ''));
    default:
      return [];
  }
};

/** Returns what stands left and right of the cursor: of a command what Tab has chosen, else what was typed. */
export const typedText = (
  state: State,
  prompt: Prompt,
): { readonly text: string; readonly after?: string } => {
  const { text, after } = prompt;
  const chosen =
    prompt.kind === 'command' && prompt.chosen >= 0
      ? commandChoices(state, wholeText(prompt))[prompt.chosen]
      : undefined;
  if (chosen !== undefined) return { text: chosen.line, after: '' };
  return { text, ...(after !== undefined && { after }) };
};

const withoutLast = (text: string): string => [...text].slice(0, -1).join('');

const retype = (prompt: Prompt, text: string, after = prompt.after ?? ''): readonly Action[] => {
  const next: Prompt =
    prompt.kind === 'command' ? { ...prompt, text, after, chosen: -1 } : { ...prompt, text, after };
  const prompted: Action = { kind: 'prompt', prompt: next };
  const isSame = wholeText(next) === wholeText(prompt);
  return next.kind === 'filter' && !isSame ? [prompted, { kind: 'filter', text: text + after }] : [prompted];
};

const cancel = (prompt: Prompt): readonly Action[] => [
  { kind: 'prompt', prompt: undefined },
  ...(prompt.kind === 'filter' ? [{ kind: 'filter', text: prompt.before } as const] : []),
];

/** Tab goes through what the line may become; in a text that is searched, to the next place. */
const choose = (state: State, prompt: Prompt, step: 1 | -1): readonly Action[] => {
  switch (prompt.kind) {
    case 'filter':
      if (modelOf(state).table === undefined) return [{ kind: 'seek', by: step }];
      return [
        { kind: 'prompt', prompt: undefined },
        { kind: 'move', by: step },
      ];
    case 'eval':
      return retype(prompt, commonStart(callChoices(wholeText(prompt)), wholeText(prompt)), '');
    case 'command': {
      const choices = commandChoices(state, wholeText(prompt));
      if (choices.length === 0) return [];
      const chosen = (Math.max(prompt.chosen, step === 1 ? -1 : 0) + step + choices.length) % choices.length;
      return [{ kind: 'prompt', prompt: { ...prompt, chosen } }];
    }
    case 'confirm':
      return [];
  }
};

/** What all choices begin with; without any, what was typed. */
const commonStart = (choices: readonly string[], typed: string): string => {
  const [first, ...others] = choices;
  if (first === undefined) return typed;
  let length = first.length;
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length -= 1;
  return first.slice(0, length);
};

const submit = (state: State, prompt: Prompt): readonly Action[] => {
  const close: Action = { kind: 'prompt', prompt: undefined };
  switch (prompt.kind) {
    case 'filter':
      return [close];
    case 'eval':
      return [close, ...submitCall(state, wholeText(prompt))];
    case 'confirm':
      return confirm(state, wholeText(prompt), prompt.wanted);
    case 'command': {
      const whole = wholeText(prompt);
      const choice = prompt.chosen < 0 ? undefined : commandChoices(state, whole)[prompt.chosen];
      // A verb wants arguments, and a screen may: they are typed next.
      if (choice !== undefined && /[ /]$/.test(choice.line))
        return [{ kind: 'prompt', prompt: { kind: 'command', text: choice.line, chosen: -1 } }];
      return [close, ...attempt(() => actionsOfLine(state, choice?.line ?? whole))];
    }
  }
};

const confirm = (state: State, typed: string, wanted: string): readonly Action[] => {
  const { place } = currentVisit(state);
  const close: Action = { kind: 'prompt', prompt: undefined };
  if (place.screen !== 'preview') return [close];
  if (typed.trim() === wanted) return [close, { kind: 'run', words: confirmedWords(place.words) }];
  const text = `"${typed}" is not "${wanted}": nothing was done`;
  return [close, { kind: 'say', text, isError: true }];
};

const attempt = (work: () => readonly Action[]): readonly Action[] => {
  try {
    return work();
  } catch (thrown) {
    if (!(thrown instanceof SeccompError)) throw thrown;
    const text = thrown.hint === undefined ? thrown.message : `${thrown.message}. ${thrown.hint}`;
    return [{ kind: 'say', text, isError: true }];
  }
};
