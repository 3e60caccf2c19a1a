// Revisions as people write them: `3`, `v3`, and with their bundle `web@v3`.
import { SeccompError } from '../../src/error.ts';

/** Parses the value of a flag; throws SeccompError `usage` for anything but a number from 1. */
export const parseRevision = (given: string | string[], flag: string): number => {
  const value = (Array.isArray(given) ? given.at(-1) : given) ?? '';
  const [, digits] = /^v?([1-9]\d{0,8})$/.exec(value) ?? [];
  if (digits !== undefined) return Number(digits);
  throw new SeccompError('usage', `${flag}: "${value}" is not a revision such as 3`);
};
