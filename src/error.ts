// The one expected error. Whatever is thrown and is not a SeccompError is a bug and is shown with its stack.

/** What kind of failure it is; `plugin/failure.ts` maps `usage` to exit code 2 and the rest to 1. */
export type ErrorCode =
  | 'usage' // the command line asks for something that makes no sense
  | 'file' // a file of the user's cannot be read or written
  | 'profile' // a profile has an error
  | 'bundle' // a bundle or its manifest is not what it must be
  | 'protocol' // a request, report or record is malformed or of an unknown version
  | 'config' // kubeconfig or credentials
  | 'api' // the API server refused or cannot be reached
  | 'conflict' // somebody else is at work, or something foreign is in the way
  | 'node' // the node's disk refused
  | 'interrupted'; // Ctrl-C or SIGTERM

export interface ErrorDetails {
  /** What the user can do about it, one sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
}

export class SeccompError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'SeccompError';
    this.code = code;
    this.hint = details.hint;
  }
}
