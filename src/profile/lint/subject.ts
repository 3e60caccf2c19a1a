// What a check of lint is given: one profile, its text as a tree, and every kind of node that is asked about.
import type { DocumentNode } from '../document.ts';
import type { KnownFacts } from '../facts.ts';
import type { SourceProfile } from '../oci.ts';

export interface LintSubject {
  readonly source: SourceProfile;
  /** The object that holds the profile: the root of a JSON file, or `spec` of a SeccompProfile. */
  readonly node: DocumentNode;
  /** What may be so; never empty. Where verdicts differ between them, the message says for whom it holds. */
  readonly facts: readonly KnownFacts[];
}
