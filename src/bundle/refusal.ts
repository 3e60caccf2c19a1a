// How this room says no: one error code, and text from the archive quoted short.
import { SeccompError } from '../error.ts';

const MAXIMUM_QUOTED_LENGTH = 80;

/** Makes the error that refuses a bundle; the caller throws it. */
export const refusal = (message: string, hint?: string, cause?: unknown): SeccompError =>
  new SeccompError('bundle', message, {
    ...(hint === undefined ? {} : { hint }),
    ...(cause === undefined ? {} : { cause }),
  });

/** Renders a value of unknown shape for a message; never deep, so that nesting cannot exhaust the stack. */
export const quote = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') {
    const isLong = value.length > MAXIMUM_QUOTED_LENGTH;
    return JSON.stringify(isLong ? `${value.slice(0, MAXIMUM_QUOTED_LENGTH)}…` : value);
  }
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
};
