// Which key does what: a key press and the state give actions. Pure. Keys of single screens are in screen-keys.ts.
import { helpOverflow } from './help.ts';
import type { Place } from './place.ts';
import { promptKeys } from './prompt-keys.ts';
import type { Action } from './reduce.ts';
import { modelOf, selectedRow } from './screen.ts';
import { screenKeys } from './screen-keys.ts';
import { currentVisit, type State } from './state.ts';

/** A key as terminals send it; `name` for those without a character. */
export interface Press {
  readonly name?:
    | ('up' | 'down' | 'left' | 'right' | 'page-up' | 'page-down' | 'home' | 'end')
    | ('return' | 'escape' | 'tab' | 'backtab' | 'backspace');
  readonly text: string;
  readonly isControl: boolean;
}

/** Screens that Tab goes through. */
const ROUND: readonly Place[] = [
  { screen: 'fleet' },
  { screen: 'bundles' },
  { screen: 'workloads' },
  { screen: 'rollout' },
];

/** Returns what a key press means now; nothing for a key without a meaning. */
export const actionsOf = (state: State, press: Press): readonly Action[] => {
  if (press.isControl && press.text === 'c') return interrupt(state);
  if (state.prompt !== undefined) return promptKeys(state, state.prompt, press);
  if (state.isHelp) return helpKeys(state, press);
  return screenKeys(state, press) ?? commonKeys(state, press);
};

/** Help that is longer than the terminal is read on; any other key goes back. */
const helpKeys = (state: State, { name, text }: Press): readonly Action[] => {
  const most = helpOverflow(state, modelOf(state));
  const page = Math.max(1, state.size.rows - 4);
  const steps: Readonly<Record<string, number>> = {
    ...{ down: 1, j: 1, up: -1, k: -1 },
    ...{ 'page-down': page, ' ': page, 'page-up': -page, home: -most, g: -most, end: most, G: most },
  };
  const step = steps[name ?? text];
  if (most === 0 || step === undefined) return [{ kind: 'help', isOpen: false }];
  return [{ kind: 'help', isOpen: true, top: Math.max(0, Math.min(most, state.helpTop + step)) }];
};

/** What runs is stopped before the UI itself is left. */
const interrupt = ({ run }: State): readonly Action[] => {
  const isAtWork = run !== undefined && run.endedMs === undefined && !run.isStopping;
  return isAtWork ? [{ kind: 'stop' }] : [{ kind: 'leave' }];
};

/** A rollout that stands still in the middle would lose its lease. */
const suspend = ({ run }: State): readonly Action[] =>
  run !== undefined && run.endedMs === undefined
    ? [{ kind: 'say', text: `${run.words[0]} is at work: p pauses it, s stops it`, isError: true }]
    : [{ kind: 'suspend' }];

const commonKeys = (state: State, { name, text, isControl }: Press): readonly Action[] => {
  const visit = currentVisit(state);
  if (isControl)
    switch (text) {
      case 'f':
      case 'd':
        return [{ kind: 'move', by: 'page-down' }];
      case 'b':
      case 'u':
        return [{ kind: 'move', by: 'page-up' }];
      case 'r':
        return [{ kind: 'refresh' }];
      case 'z':
        return suspend(state);
      default:
        return [];
    }
  switch (name) {
    case 'up':
      return [{ kind: 'move', by: -1 }];
    case 'down':
      return [{ kind: 'move', by: 1 }];
    case 'left':
      return [{ kind: 'move-column', by: -1 }];
    case 'right':
      return [{ kind: 'move-column', by: 1 }];
    case 'page-up':
    case 'page-down':
      return [{ kind: 'move', by: name }];
    case 'home':
      return [{ kind: 'move', by: 'start' }];
    case 'end':
      return [{ kind: 'move', by: 'end' }];
    case 'return': {
      const place = selectedRow(state)?.opens;
      return place === undefined ? [] : [{ kind: 'open', place }];
    }
    case 'escape':
      return visit.filter === '' ? [{ kind: 'back' }] : [{ kind: 'filter', text: '' }];
    case 'tab':
      return [{ kind: 'open', place: nextInRound(visit.place, 1), how: 'alone' }];
    case 'backtab':
      return [{ kind: 'open', place: nextInRound(visit.place, -1), how: 'alone' }];
    case 'backspace':
      return [{ kind: 'back' }];
  }
  switch (text) {
    case 'k':
      return [{ kind: 'move', by: -1 }];
    case 'j':
      return [{ kind: 'move', by: 1 }];
    case 'h':
      return [{ kind: 'move-column', by: -1 }];
    case 'l':
      return [{ kind: 'move-column', by: 1 }];
    case 'g':
      return [{ kind: 'move', by: 'start' }];
    case 'G':
      return [{ kind: 'move', by: 'end' }];
    case '/':
      return [{ kind: 'prompt', prompt: { kind: 'filter', text: visit.filter, before: visit.filter } }];
    case ':':
      return [{ kind: 'prompt', prompt: { kind: 'command', text: '', chosen: -1 } }];
    case '?':
      return [{ kind: 'help', isOpen: true }];
    case 'o':
      return [{ kind: 'order' }];
    case '.':
      return [{ kind: 'look' }];
    case 'q':
      return [{ kind: 'leave' }];
    default:
      return [];
  }
};

const nextInRound = ({ screen }: Place, step: 1 | -1): Place => {
  const at = ROUND.findIndex((place) => place.screen === screen);
  return ROUND[(at + step + ROUND.length) % ROUND.length] ?? { screen: 'fleet' };
};
