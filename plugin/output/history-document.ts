// The type of `history -o json|yaml`, version kubectl-seccomp/v1: fields are added, never renamed or removed.
import type { Document } from './document.ts';

export interface HistoryDocument extends Document {
  readonly kind: 'History';
  readonly bundle: string;
  /** Oldest first. */
  readonly revisions: readonly RevisionDocument[];
}

export interface RevisionDocument {
  readonly revision: number;
  readonly operation: 'install' | 'remove';
  /** sha256 of the manifest: 64 hex digits; absent for a removal. */
  readonly digest?: string;
  readonly generation?: string;
  readonly outcome: string;
  readonly who: string;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly selector: string;
  readonly nodeNames?: readonly string[];
  readonly rolledBackTo?: number;
  /** Nodes by result. */
  readonly summary: Readonly<Record<string, number>>;
  /** Against the revision before it that is still recorded; absent where that one's content is not known. */
  readonly changes?: {
    readonly added: readonly string[];
    readonly removed: readonly string[];
    readonly changed: readonly string[];
  };
}

/** `history BUNDLE --revision N`. */
export interface RevisionDetailDocument extends Document, RevisionDocument {
  readonly kind: 'Revision';
  readonly bundle: string;
  readonly profiles: readonly {
    readonly path: string;
    readonly sha256: string;
    readonly sizeBytes: number;
    readonly architectures?: readonly string[];
  }[];
  readonly nodes: readonly {
    readonly name: string;
    readonly result: string;
    readonly reason?: string;
    readonly uid: string;
    readonly machineId: string;
    /** RFC 3339. */
    readonly at?: string;
  }[];
}
