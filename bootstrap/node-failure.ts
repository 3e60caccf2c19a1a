// Why the work on this node failed, with the code that the report carries; and the one place where anything thrown
// becomes one.
import { SeccompError } from '../src/error.ts';
import type { NodeErrorCode } from '../src/protocol/report.ts';
import { hasCode } from './disk.ts';

export class NodeFailure extends Error {
  readonly code: NodeErrorCode;

  constructor(code: NodeErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'NodeFailure';
    this.code = code;
  }
}

/** Maps anything thrown to what the report says; what nobody expected is `internal`, a bug. */
export const failureOf = (error: unknown): NodeFailure => {
  if (error instanceof NodeFailure) return error;
  if (error instanceof SeccompError) {
    const code =
      error.code === 'bundle' ? 'bundle' : error.code === 'interrupted' ? 'interrupted' : 'request';
    return new NodeFailure(code, error.message, error);
  }
  const message = error instanceof Error ? error.message : String(error);
  if (hasCode(error, 'ENOSPC', 'EDQUOT')) return new NodeFailure('no-space', message, error);
  if (hasCode(error, 'EROFS')) return new NodeFailure('read-only', message, error);
  if (hasCode(error, 'EACCES', 'EPERM')) return new NodeFailure('permission', message, error);
  if (error instanceof Error && 'syscall' in error) return new NodeFailure('disk', message, error);
  const stack = error instanceof Error ? (error.stack ?? message) : message;
  return new NodeFailure('internal', stack, error);
};
