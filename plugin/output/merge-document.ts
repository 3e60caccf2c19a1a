// The types of `merge -o json|yaml`, version kubectl-seccomp/v1: fields are added, never renamed or removed.
import type { Document } from './document.ts';

export interface MergeResultDocument extends Document {
  readonly kind: 'MergeResult';
  readonly mode: 'union' | 'intersection';
  /** As they were named, or `FILE#NAME` where a file holds several. */
  readonly inputs: readonly string[];
  /** The whole file, as text: its numbers may be larger than a reader of JSON keeps. */
  readonly profile: string;
  readonly decisions: readonly MergeDecisionDocument[];
  readonly deviations: readonly MergeDeviationDocument[];
  /** Only where every input is a recording. */
  readonly seen?: { readonly of: number; readonly counts: Readonly<Record<string, number>> };
}

export interface MergeDecisionDocument {
  readonly kind: 'decided' | 'weaker';
  readonly message: string;
}

/** A call of which the result says something else than its inputs together. */
export interface MergeDeviationDocument extends CallDocument {
  readonly kind: 'wider' | 'narrower' | 'other' | 'stub' | 'undecided' | 'lost';
  readonly expected: OutcomeDocument;
  readonly actual: OutcomeDocument;
}

export interface MergeCheckDocument extends Document {
  readonly kind: 'MergeCheck';
  readonly base: string;
  readonly answer: 'superset' | 'not a superset' | 'unknown';
  readonly inputs: readonly MergeCheckInputDocument[];
}

export interface MergeCheckInputDocument {
  readonly file: string;
  /** Ways of calling by which this input lets something through and that the base does not cover at all. */
  readonly uncovered: readonly string[];
  /** What this input lets through and the base doesn't, by ways of calling that it covers. */
  readonly missing: readonly MissingCallDocument[];
  /** Calls of which nothing could be told: a tracer, an agent or libseccomp decides. */
  readonly unclear: readonly CallDocument[];
}

export interface MissingCallDocument extends CallDocument {
  /** Whatever the arguments are; otherwise `arguments` is an example. */
  readonly isAlways: boolean;
  readonly base: OutcomeDocument;
  readonly input: OutcomeDocument;
}

export interface CallDocument {
  /** A name, or a number where there is none. */
  readonly syscall: string;
  /** The way of calling, e.g. `SCMP_ARCH_X86_64`. */
  readonly architecture: string;
  /** Those that are not 0: `a0` to `a5`, in hexadecimal digits. */
  readonly arguments: Readonly<Record<string, string>>;
}

export interface OutcomeDocument {
  readonly action: string;
  readonly errno?: number;
}
