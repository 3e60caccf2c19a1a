// Collects what is wrong with one file. Offsets become lines and columns here, and only here.
import { type Located, renderPath } from './document.ts';
import type { Problem, Severity } from './problem.ts';

/** So many problems are told one by one; a file with more is not a profile, and nobody reads on. */
export const MAX_PROBLEMS = 1000;

export interface Report {
  error(at: Located, message: string): void;
  warning(at: Located, message: string): void;
  hasErrors(): boolean;
  /** Returns the problems in the order of the file, each once; beyond `MAX_PROBLEMS` a last one counts the rest. */
  problems(): readonly Problem[];
}

/** Where a problem with a whole file stands. */
export const FILE_START: Located = { offset: 0, path: undefined };

/** Creates an empty report on `file`, whose content is `text`. */
export const createReport = (file: string, text: string): Report => {
  const found: { severity: Severity; at: Located; message: string }[] = [];
  const seen = new Set<string>();
  let hasErrors = false;
  const add = (severity: Severity, at: Located, message: string): void => {
    if (severity === 'error') hasErrors = true;
    // A rule that is wrong on several architectures is wrong once.
    const identity = `${at.offset} ${severity} ${message}`;
    if (seen.has(identity)) return;
    seen.add(identity);
    found.push({ severity, at, message });
  };
  return {
    error: (at, message) => add('error', at, message),
    warning: (at, message) => add('warning', at, message),
    hasErrors: () => hasErrors,
    problems: () => {
      const sorted = found.toSorted((a, b) => a.at.offset - b.at.offset);
      const told = sorted.slice(0, MAX_PROBLEMS);
      const lines = lineStarts(text);
      const problems = told.map(({ severity, at, message }): Problem => {
        const line = lineAt(lines, at.offset);
        const column = at.offset - lines[line]! + 1;
        return { severity, file, line: line + 1, column, path: renderPath(at.path), message };
      });
      if (told.length === sorted.length) return problems;
      const severity = hasErrors ? 'error' : 'warning';
      const message = `and ${sorted.length - told.length} more problems in this file`;
      return [...problems, { ...problems.at(-1)!, severity, path: '$', message }];
    },
  };
};

/** Returns where an offset lies for people: line and column, both from 1. */
export const placeOf = (text: string, offset: number): { readonly line: number; readonly column: number } => {
  const lines = lineStarts(text);
  const line = lineAt(lines, offset);
  return { line: line + 1, column: offset - lines[line]! + 1 };
};

/** Returns the offset at which each line begins; a line ends with LF, CR or CRLF. */
const lineStarts = (text: string): readonly number[] => {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|\n|\r/g)) starts.push(match.index + match[0].length);
  return starts;
};

/** Returns the 0-based line that `offset` lies in, by binary search. */
const lineAt = (starts: readonly number[], offset: number): number => {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
};
