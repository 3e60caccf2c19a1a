// What an operation tells about its success. A failure is thrown.
import type { Inspection, Outcome } from '../src/protocol/report.ts';

export interface Done {
  readonly outcome: Exclude<Outcome, 'failed'>;
  readonly digest?: string;
  readonly previousDigest?: string;
  readonly revision?: number;
  readonly profiles?: number;
  readonly bytes?: number;
  readonly pruned?: number;
  readonly generations?: readonly string[];
  readonly inspection?: Inspection;
}

/** How often a run starts over because another one changed what it had looked at. */
export const MAXIMUM_ATTEMPTS = 16;
