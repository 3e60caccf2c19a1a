// `diff` for programs: every change between two profiles, with an example and the places that decide.
import type { ArgumentsDocument } from './call-arguments.ts';
import type { Document } from './document.ts';
import type { DecisionDocument } from './verdict.ts';

export interface DiffDocument extends Document {
  readonly kind: 'ProfileDiff';
  /** The two files, as they were named. */
  readonly before: string;
  readonly after: string;
  readonly architecture: string;
  readonly dialect: string;
  readonly answer: 'same' | 'differs' | 'unknown';
  /** Every runtime and version of libseccomp that was asked. */
  readonly runtimes: readonly string[];
  readonly libseccomp: readonly string[];
  readonly settings: readonly SettingDocument[];
  /** Ways of calling, such as `SCMP_ARCH_X86`, that only the second covers; the first kills them. */
  readonly addedArchitectures: readonly string[];
  readonly removedArchitectures: readonly string[];
  readonly changes: readonly ChangeDocument[];
  /** System calls with too many conditions to try all arguments. */
  readonly untold: readonly { readonly syscall: string; readonly architecture: string }[];
}

/** What a profile says beside its rules. */
export interface SettingDocument {
  readonly name: 'defaultAction' | 'flags' | 'listenerPath' | 'listenerMetadata';
  readonly before: string;
  readonly after: string;
}

export interface ChangeDocument {
  /** `wider`: now goes through. `narrower`: no longer does. `undecided`: libseccomp decides. */
  readonly kind: 'wider' | 'narrower' | 'other' | 'undecided';
  readonly architecture: string;
  /** Absent for numbers that no system call has: then the change is that of all such numbers from `number` to `to`. */
  readonly syscall?: string;
  readonly number: number;
  readonly to?: number;
  /** Whatever the arguments are. */
  readonly always: boolean;
  readonly example: ArgumentsDocument;
  readonly risk?: { readonly rank: 'dangerous' | 'notable'; readonly sentence: string };
  readonly before: DecisionDocument;
  readonly after: DecisionDocument;
  /** Whether it is so on all nodes that were asked about, and on which. */
  readonly everywhere: boolean;
  readonly nodes: readonly { readonly runtime: string; readonly libseccomp: readonly string[] }[];
}
