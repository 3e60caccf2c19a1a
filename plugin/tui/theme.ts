// What tones look like, and the letter of each state: colour is never the only sign. Only the terminal's own sixteen
// colours are used, so that light and dark backgrounds, 256 colours and true colour all show what the user chose.
import type { Line, Tone } from './line.ts';

const CODES: Readonly<Record<Tone, string>> = {
  plain: '',
  good: '32',
  bad: '31',
  warn: '33',
  dim: '2',
  accent: '36',
  title: '1',
  selected: '7',
  changed: '1;35',
};

/** Without colour these are left: they are no colours, and every terminal has them. */
const PLAIN_CODES: Readonly<Partial<Record<Tone, string>>> = { title: '1', selected: '7' };

export interface Theme {
  readonly isColored: boolean;
}

/** Renders a line with escape sequences for its tones. */
export const paintLine = (spans: Line, { isColored }: Theme): string =>
  spans
    .map(({ text, tone }) => {
      const code = (isColored ? CODES[tone] : PLAIN_CODES[tone]) ?? '';
      return code === '' || text === '' ? text : `\u001b[${code}m${text}\u001b[0m`;
    })
    .join('');

export interface Mark {
  readonly letter: string;
  readonly tone: Tone;
}

const MARKS: Readonly<Record<string, Mark>> = {
  'in-sync': { letter: 'S', tone: 'good' },
  'other-digest': { letter: 'O', tone: 'warn' },
  missing: { letter: 'M', tone: 'bad' },
  pending: { letter: 'P', tone: 'warn' },
  failed: { letter: 'F', tone: 'bad' },
  unknown: { letter: 'U', tone: 'warn' },
  excluded: { letter: 'X', tone: 'dim' },
  drifted: { letter: 'D', tone: 'bad' },
  stale: { letter: 'T', tone: 'warn' },
  done: { letter: 'S', tone: 'good' },
  'up-to-date': { letter: 'S', tone: 'good' },
  running: { letter: 'R', tone: 'accent' },
  queued: { letter: 'Q', tone: 'dim' },
};

/** Returns letter and tone of a state. */
export const markOf = (state: string): Mark => MARKS[state] ?? { letter: '?', tone: 'warn' };
