// Keys while something is being typed: a filter, a command line, a call to evaluate, a confirmation.
import { SeccompError } from '../../src/error.ts';
import { actionsOfLine, commandChoices } from './commands.ts';
import type { Press } from './keys.ts';
import { submitCall } from './profile-keys.ts';
import type { Action } from './reduce.ts';
import { currentVisit, type Prompt, type State } from './state.ts';
import { confirmedWords } from './words.ts';

/** Returns what a key press does to the prompt. */
export const promptKeys = (state: State, prompt: Prompt, press: Press): readonly Action[] => {
  switch (press.name) {
    case 'escape':
      return cancel(prompt);
    case 'return':
      return submit(state, prompt);
    case 'backspace':
      return prompt.text === '' ? cancel(prompt) : retype(prompt, [...prompt.text].slice(0, -1).join(''));
    case 'tab':
    case 'down':
      return choose(state, prompt, 1);
    case 'backtab':
    case 'up':
      return choose(state, prompt, -1);
  }
  if (press.isControl)
    return press.text === 'u'
      ? retype(prompt, '')
      : press.text === 'w'
        ? retype(prompt, prompt.text.replace(/\S*\s*$/, ''))
        : [];
  return press.text === '' ? [] : retype(prompt, prompt.text + press.text);
};

const retype = (prompt: Prompt, text: string): readonly Action[] => {
  const next: Action = {
    kind: 'prompt',
    prompt: prompt.kind === 'command' ? { ...prompt, text, chosen: -1 } : { ...prompt, text },
  };
  return prompt.kind === 'filter' ? [next, { kind: 'filter', text }] : [next];
};

const cancel = (prompt: Prompt): readonly Action[] => [
  { kind: 'prompt', prompt: undefined },
  ...(prompt.kind === 'filter' ? [{ kind: 'filter', text: prompt.before } as const] : []),
];

/** Tab goes through what the line may become. */
const choose = (state: State, prompt: Prompt, step: 1 | -1): readonly Action[] => {
  if (prompt.kind === 'filter')
    return [
      { kind: 'prompt', prompt: undefined },
      { kind: 'move', by: step },
    ];
  if (prompt.kind !== 'command') return [];
  const choices = commandChoices(state, prompt.text);
  if (choices.length === 0) return [];
  const chosen = (Math.max(prompt.chosen, step === 1 ? -1 : 0) + step + choices.length) % choices.length;
  return [{ kind: 'prompt', prompt: { ...prompt, chosen } }];
};

const submit = (state: State, prompt: Prompt): readonly Action[] => {
  const close: Action = { kind: 'prompt', prompt: undefined };
  switch (prompt.kind) {
    case 'filter':
      return [close];
    case 'eval':
      return [close, ...submitCall(state, prompt.text)];
    case 'confirm':
      return confirm(state, prompt.text, prompt.wanted);
    case 'command': {
      const choice = prompt.chosen < 0 ? undefined : commandChoices(state, prompt.text)[prompt.chosen];
      // A verb wants arguments, and a screen may: they are typed next.
      if (choice !== undefined && /[ /]$/.test(choice.line))
        return [{ kind: 'prompt', prompt: { kind: 'command', text: choice.line, chosen: -1 } }];
      return [close, ...attempt(() => actionsOfLine(state, choice?.line ?? prompt.text))];
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
