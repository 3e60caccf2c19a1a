// What is wrong with a profile, and where. Checking returns all problems; it never throws on bad content.
import type { LintCode } from './lint/codes.ts';

/**
 * An `error` keeps the file from leaving this machine; a `warning` is shown and passed over; a `note` says what one
 * might not know, and is shown only where somebody asked what there is to say.
 */
export type Severity = 'error' | 'warning' | 'note';

/** What a problem says beyond its message. */
export interface Advice {
  /** How to mend this one, where there is more to say than the catalogue says of its code. */
  readonly hint?: string | undefined;
  /**
   * What mends it for sure: the file then means what runtimes take it for, or, where they refuse it, what nobody can
   * doubt was meant. Edits of one fix are made together or not at all.
   */
  readonly fix?: readonly Edit[] | undefined;
}

/** One replacement in the text of a file. */
export interface Edit {
  /** In UTF-16 code units from the start of the text. */
  readonly offset: number;
  /** Behind the last code unit that is replaced. */
  readonly end: number;
  readonly text: string;
}

export interface Problem extends Advice {
  /** Stable; `CODES` says what it stands for. */
  readonly code: LintCode;
  readonly severity: Severity;
  /** As the user named it. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 code units. */
  readonly column: number;
  /** Behind the last code unit, where what it is about ends on the same line. */
  readonly endColumn?: number;
  /** JSON path such as `$.syscalls[3].args[0].value`; `$` for the whole document. */
  readonly path: string;
  /** Quotes what was received and says what was wanted. */
  readonly message: string;
}

/** Writes a problem as `file:line:column: error: message [SP102]`, as compilers do: editors and CI systems link it. */
export const renderProblem = ({ file, line, column, severity, message, code }: Problem): string =>
  `${file}:${line}:${column}: ${severity}: ${message} [${code}]`;
