// Turns what was thrown into what is shown and how the program exits; nowhere else are errors caught to be printed.
import { SeccompError } from '../src/error.ts';

export interface Failure {
  /** For stderr; not sanitized yet: it may quote text from files, nodes and the API. Empty: nothing to say. */
  readonly text: string;
  readonly exitCode: 1 | 2 | 130;
}

/** Describes an expected error by its message and hint, anything else as a bug with its stack. */
export const describeFailure = (thrown: unknown, version: string): Failure => {
  if (!(thrown instanceof SeccompError)) return { text: describeBug(thrown, version), exitCode: 1 };
  const hint = thrown.hint === undefined ? '' : `${thrown.hint}\n`;
  return { text: `error: ${thrown.message}\n${hint}`, exitCode: exitCodeOf(thrown) };
};

const exitCodeOf = ({ code }: SeccompError): Failure['exitCode'] => {
  if (code === 'usage') return 2;
  return code === 'interrupted' ? 130 : 1;
};

const describeBug = (thrown: unknown, version: string): string =>
  [
    `error: internal error: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    `This is a bug in kubectl-seccomp v${version}. Please report it to the project that this plugin came from, with`,
    'the command you ran and the lines below. It is safe to run the command again.',
    '',
    renderStack(thrown),
    '',
  ].join('\n');

const renderStack = (thrown: unknown): string => {
  if (!(thrown instanceof Error)) return '(no stack: what was thrown is not an Error)';
  const cause = thrown.cause === undefined ? '' : `\ncaused by: ${renderStack(thrown.cause)}`;
  return `${thrown.stack ?? thrown.message}${cause}`;
};
