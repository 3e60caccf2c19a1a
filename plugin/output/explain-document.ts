// `explain` for programs: what becomes of every system call under a profile, and what that means.
import type { ArgumentsDocument } from './call-arguments.ts';
import type { Document } from './document.ts';
import type { DecisionDocument, OutcomeDocument, PlaceDocument } from './verdict.ts';

export interface ExplanationDocument extends Document {
  readonly kind: 'ProfileExplanation';
  readonly file: string;
  readonly architecture: string;
  readonly dialect: string;
  /** The node that the answers are of; `variations` says what is different on others. */
  readonly runtime: string;
  readonly libseccomp: string;
  readonly defaultAction: OutcomeDocument & { readonly place?: PlaceDocument };
  /** All calls of the architecture or those that were asked for. */
  readonly calls: readonly ExplainedCallDocument[];
  readonly variations: readonly VariationDocument[];
  readonly compatible: readonly { readonly architecture: string; readonly covered: boolean }[];
  readonly runtimeDefault?: {
    readonly name: string;
    /** Go through here and not there. */
    readonly wider: readonly DeviationDocument[];
    readonly narrower: readonly DeviationDocument[];
  };
}

export interface DeviationDocument {
  readonly syscall: string;
  /** Present where it is so with some arguments only. */
  readonly example?: ArgumentsDocument;
}

export interface ExplainedCallDocument {
  readonly syscall: string;
  readonly number: number;
  /** systemd's, such as `@network-io`. */
  readonly group?: string;
  readonly fate: 'allowed' | 'logged' | 'refused' | 'asked' | 'conditional';
  /** Where there are `rules`: what happens if none of them holds. */
  readonly decision: DecisionDocument;
  readonly rules: readonly ExplainedRuleDocument[];
  readonly risk?: { readonly rank: 'dangerous' | 'notable'; readonly sentence: string };
}

export interface ExplainedRuleDocument extends OutcomeDocument {
  /** In words, e.g. `a0 is AF_UNIX`. */
  readonly when: string;
  readonly place: PlaceDocument;
}

export interface VariationDocument {
  readonly syscalls: readonly string[];
  readonly answers: readonly (OutcomeDocument & {
    readonly nodes: readonly { readonly runtime: string; readonly libseccomp: readonly string[] }[];
  })[];
}
