// What is wrong with a profile, and where. Checking returns all problems; it never throws on bad content.

/** An `error` keeps the file from leaving this machine; a `warning` is shown and passed over. */
export type Severity = 'error' | 'warning';

export interface Problem {
  readonly severity: Severity;
  /** As the user named it. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 code units. */
  readonly column: number;
  /** JSON path such as `$.syscalls[3].args[0].value`; `$` for the whole document. */
  readonly path: string;
  /** Quotes what was received and says what was wanted. */
  readonly message: string;
}

/** Writes a problem as `file:line:column: message`, the form that editors and CI systems link. */
export const renderProblem = (problem: Problem): string =>
  `${problem.file}:${problem.line}:${problem.column}: ${problem.severity === 'warning' ? 'warning: ' : ''}${problem.message}`;
