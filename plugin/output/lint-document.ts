// `lint -o json|yaml`: everything that was said of the files, and what each code stands for.
import { CODES, type LintCode } from '../../src/profile/lint/codes.ts';
import type { Problem, Severity } from '../../src/profile/problem.ts';
import { API_VERSION, type Document } from './document.ts';

export interface LintDocument extends Document {
  readonly kind: 'LintResult';
  /** `found`: at least one error or warning. */
  readonly answer: 'clean' | 'found';
  /** Of what is left after `--fix`. */
  readonly summary: {
    readonly files: number;
    readonly errors: number;
    readonly warnings: number;
    readonly notes: number;
    /** Could be mended by `--fix`. */
    readonly fixable: number;
    /** Were mended by `--fix`. */
    readonly fixed: number;
  };
  readonly files: readonly LintedFileDocument[];
  /** The codes that occur, by themselves. */
  readonly codes: Readonly<Record<string, CodeDocument>>;
}

export interface LintedFileDocument {
  readonly file: string;
  readonly problems: readonly ProblemDocument[];
  /** Places are those before the file was mended. */
  readonly fixed: readonly ProblemDocument[];
}

export interface ProblemDocument {
  /** Stable, such as `SP102`. */
  readonly code: string;
  readonly severity: Severity;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
  /** Behind its last character, where that stands on the same line. */
  readonly endColumn?: number;
  /** Such as `$.syscalls[3].action`. */
  readonly path: string;
  readonly message: string;
  /** How to mend this one, where that is not what is said of the code. */
  readonly hint?: string;
  /** Says whether `--fix` mends it. */
  readonly fixable: boolean;
}

export interface CodeDocument {
  readonly name: string;
  readonly why: string;
  readonly mend: string;
}

/** What lint found in one file, and what it mended before that. */
export interface LintedFile {
  readonly file: string;
  readonly problems: readonly Problem[];
  readonly fixed: readonly Problem[];
}

/** Builds the document of what was found. */
export const lintDocument = (files: readonly LintedFile[]): LintDocument => {
  const problems = files.flatMap((one) => one.problems);
  const fixed = files.flatMap((one) => one.fixed);
  const count = (severity: Severity): number => problems.filter((one) => one.severity === severity).length;
  const [errors, warnings] = [count('error'), count('warning')];
  const codes = [...new Set([...problems, ...fixed].map(({ code }) => code))].toSorted();
  return {
    apiVersion: API_VERSION,
    kind: 'LintResult',
    answer: errors + warnings > 0 ? 'found' : 'clean',
    summary: {
      files: files.length,
      errors,
      warnings,
      notes: count('note'),
      fixable: problems.filter(({ fix }) => fix !== undefined).length,
      fixed: fixed.length,
    },
    files: files.map((one) => ({
      file: one.file,
      problems: one.problems.map(problemDocument),
      fixed: one.fixed.map(problemDocument),
    })),
    codes: Object.fromEntries(codes.map((code) => [code, codeDocument(code)])),
  };
};

const problemDocument = ({ code, severity, line, column, endColumn, path, message, hint, fix }: Problem) => ({
  code,
  severity,
  line,
  column,
  ...(endColumn !== undefined && { endColumn }),
  path,
  message,
  ...(hint !== undefined && { hint }),
  fixable: fix !== undefined,
});

const codeDocument = (code: LintCode): CodeDocument => {
  const { name, why, mend } = CODES[code];
  return { name, why, mend };
};
