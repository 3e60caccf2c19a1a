// The call that a profile is asked about, as it is typed.
import { SYSCALL_NAMES } from '../../../src/profile/syscalls.ts';
import type { Place } from '../place.ts';
import { currentVisit, type State, wholeText } from '../state.ts';
import { fileInside } from '../words.ts';
import { profileSubject } from './profile.ts';

export interface AskedCall {
  readonly call: string;
  readonly words: readonly string[];
  /** What is no argument, or not whole yet. */
  readonly unread: readonly string[];
}

const NAMES = new Set(SYSCALL_NAMES);

/** Returns what is asked; undefined while no call is named. Arguments that are not whole yet are left out. */
export const evalWords = (
  state: State,
  place: Extract<Place, { readonly screen: 'profile' }>,
): AskedCall | undefined => {
  const call = state.prompt?.kind === 'eval' ? wholeText(state.prompt) : (currentVisit(state).call ?? '');
  const subject = profileSubject(state, place);
  const [syscall = '', ...args] = call.trim().split(/\s+/);
  if (subject === undefined || !(NAMES.has(syscall) || /^\d+$/.test(syscall))) return undefined;
  const whole = args.filter((one) => /^a[0-5]=-?(0x[0-9a-f]+|\d+)$/i.test(one));
  return {
    call: [syscall, ...whole].join(' '),
    unread: args.filter((one) => !whole.includes(one)),
    words: ['eval', fileInside(subject.file), syscall, ...whole, '-o', 'json'],
  };
};

/** Returns calls that a name which is not whole yet may become. */
export const callChoices = (typed: string): readonly string[] => {
  const name = typed.trimStart();
  if (name === '' || /\s/.test(name)) return [];
  const found = SYSCALL_NAMES.filter((one) => one.startsWith(name));
  return found.length === 1 && found[0] === name ? [] : found;
};
