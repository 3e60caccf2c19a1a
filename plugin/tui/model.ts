// What every screen gives to be drawn, whatever it shows: a head, a table or a text, keys of its own, and the command
// that says the same.
import type { Line } from './line.ts';
import type { Table } from './table.ts';

/** Columns that a text is moved by at once. */
export const SIDEWAYS = 8;

export interface Model {
  /** The verb with the same content, without the program's name. */
  readonly command: readonly string[];
  /** Stands above and is never scrolled; short. */
  readonly head: readonly Line[];
  readonly table?: Table;
  /** The column that left and right choose; absent where they do nothing. */
  readonly columns?: { readonly from: number; readonly count: number };
  /** Instead of a table. */
  readonly text?: readonly Line[];
  /** The cursor is on a line of the text and is shown there; else the text as a whole moves. */
  readonly isCursorShown?: boolean;
  /** Of lines with a cursor: by how many columns the longest goes beyond the room, where the screen moves them itself. */
  readonly sideways?: number;
  /** Beside the text, which then is `width` wide. */
  readonly aside?: { readonly lines: readonly Line[]; readonly width: number };
  /** Instead of the text, where there is no room beside it; moved by itself. */
  readonly beside?: readonly Line[];
  /** Shown where there are no rows. */
  readonly empty?: string;
  /** Keys of this screen, for its help and its last line. */
  readonly keys: readonly Key[];
}

export interface Key {
  readonly key: string;
  readonly what: string;
  /** Changes something: not offered with --read-only. */
  readonly isChange?: boolean;
}
