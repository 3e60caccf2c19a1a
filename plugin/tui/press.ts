// What Ink tells of a key, in the words of keys.ts.
import type { Key } from 'ink';
import type { Press } from './keys.ts';

const NAMES = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'page-up'],
  ['pageDown', 'page-down'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'return'],
  ['escape', 'escape'],
  ['backspace', 'backspace'],
  ['delete', 'backspace'],
] as const;

/** Returns the presses that one input is: over a slow line, and from a paste, several keys arrive at once. */
export const pressOf = (input: string, key: Key): readonly Press[] => {
  const isControl = key.ctrl;
  if (key.tab) return [{ name: key.shift ? 'backtab' : 'tab', text: '', isControl }];
  const name = NAMES.find(([field]) => key[field])?.[1];
  if (name !== undefined) return [{ name, text: '', isControl }];
  if (input === '') return [];
  // Over a slow line Escape and the next key arrive as one, which looks like Alt.
  const before: readonly Press[] = key.meta ? [{ name: 'escape', text: '', isControl: false }] : [];
  return [...before, ...[...input].map((text) => pressOfCharacter(text, isControl))];
};

const pressOfCharacter = (text: string, isControl: boolean): Press => {
  if (text === '\r' || text === '\n') return { name: 'return', text: '', isControl };
  if (text === '\t') return { name: 'tab', text: '', isControl };
  if (text === '\u007f' || text === '\b') return { name: 'backspace', text: '', isControl };
  return { text, isControl };
};
