// Collects what is wrong with one file. Offsets become lines and columns here, and only here.
import { type Located, renderPath } from './document.ts';
import type { LintCode } from './lint/codes.ts';
import type { Advice, Problem, Severity } from './problem.ts';

/** So many problems are told one by one; a file with more is not a profile, and nobody reads on. */
export const MAX_PROBLEMS = 1000;

type Tell = (code: LintCode, at: Located, message: string, more?: Advice) => void;

export interface Report {
  /** The file's text, for fixes. */
  readonly text: string;
  readonly error: Tell;
  readonly warning: Tell;
  readonly note: Tell;
  hasErrors(): boolean;
  /** Returns the problems in the order of the file, each once; beyond `MAX_PROBLEMS` a last one counts the rest. */
  problems(): readonly Problem[];
}

/** Where a problem with a whole file stands. */
export const FILE_START: Located = { offset: 0, path: undefined };

interface Found {
  readonly code: LintCode;
  readonly severity: Severity;
  readonly at: Located;
  readonly message: string;
  readonly more: Advice;
}

/** Creates an empty report on `file`, whose content is `text`. */
export const createReport = (file: string, text: string): Report => {
  const found: Found[] = [];
  const seen = new Set<string>();
  let hasErrors = false;
  const tell =
    (severity: Severity): Tell =>
    (code, at, message, more = {}) => {
      if (severity === 'error') hasErrors = true;
      // A rule that is wrong on several architectures is wrong once.
      const identity = `${at.offset} ${severity} ${message}`;
      if (seen.has(identity)) return;
      seen.add(identity);
      found.push({ code, severity, at, message, more });
    };
  return {
    text,
    error: tell('error'),
    warning: tell('warning'),
    note: tell('note'),
    hasErrors: () => hasErrors,
    problems: () => {
      const sorted = found.toSorted((a, b) => a.at.offset - b.at.offset);
      const told = sorted.slice(0, MAX_PROBLEMS);
      const lines = lineStarts(text);
      const problems = told.map((one) => place(one, file, lines));
      if (told.length === sorted.length) return problems;
      const { line, column } = problems.at(-1)!;
      const severity = hasErrors ? 'error' : 'warning';
      const message = `and ${sorted.length - told.length} more problems in this file`;
      return [...problems, { code: 'SP009', severity, file, line, column, path: '$', message }];
    },
  };
};

const place = (
  { code, severity, at, message, more }: Found,
  file: string,
  lines: readonly number[],
): Problem => {
  const line = lineAt(lines, at.offset);
  const start = lines[line]!;
  const isOneLine = at.end !== undefined && at.end > at.offset && lineAt(lines, at.end) === line;
  return {
    code,
    severity,
    file,
    line: line + 1,
    column: at.offset - start + 1,
    ...(isOneLine && { endColumn: at.end! - start + 1 }),
    path: renderPath(at.path),
    message,
    ...(more.hint !== undefined && { hint: more.hint }),
    ...(more.fix !== undefined && { fix: more.fix }),
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
