// Calls and outcomes of `merge`, as documents and in words.
import { describeOutcome as describe } from '../../src/profile/merge/decisions.ts';
import type { Outcome } from '../../src/profile/resolve.ts';
import type { CallDocument, OutcomeDocument } from './merge-document.ts';

interface AskedCall {
  readonly architecture: string;
  readonly number: number;
  readonly name?: string;
}

/** Returns a call as a document. */
export const callDocument = (
  { architecture, number, name }: AskedCall,
  args: readonly bigint[],
): CallDocument => ({
  syscall: name ?? String(number),
  architecture,
  arguments: Object.fromEntries(
    args.flatMap((value, index) => (value === 0n ? [] : [[`a${index}`, `0x${value.toString(16)}`]])),
  ),
});

/** Returns an outcome as a document. */
export const outcomeDocument = ({ action, errno }: Outcome): OutcomeDocument => ({
  action,
  ...(errno !== undefined && { errno }),
});

/** Renders a call as `clone(a0=0x10) on SCMP_ARCH_X86_64`. */
export const renderCall = ({ syscall, architecture, arguments: args }: CallDocument): string =>
  `${syscall}(${Object.entries(args)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ')}) on ${architecture}`;

/** Renders an outcome as `ERRNO 1`. */
export const describeOutcome = (outcome: OutcomeDocument): string => describe(outcome as Outcome);
