// A seccomp profile as values, once it is known to be sound: the plain OCI form that runtimes take (runtime-spec
// config-linux.md, section seccomp), and the source form with the fields that Docker and containers/common add.
import type { Action } from './actions.ts';
import type { SeccompArchitecture } from './architectures.ts';
import type { Located } from './document.ts';
import type { Flag } from './flags.ts';
import type { Operator } from './operators.ts';
import type { KernelVersion } from './prepared.ts';

export interface Condition {
  /** 0 to 5. */
  readonly index: number;
  /** Up to 2^64-1; the mask where `op` is MASKED_EQ. */
  readonly value: bigint;
  /** The datum where `op` is MASKED_EQ, otherwise without meaning. */
  readonly valueTwo: bigint;
  readonly op: Operator;
}

export interface Rule {
  readonly names: readonly string[];
  readonly action: Action;
  readonly errnoRet?: number;
  /** All must hold, unless an index repeats: then any suffices. */
  readonly args: readonly Condition[];
  /** Where the rule stands in its file. */
  readonly at: Located;
}

interface Filter {
  readonly defaultAction: Action;
  readonly defaultErrnoRet?: number;
  readonly flags: readonly Flag[];
  readonly listenerPath?: string;
  readonly listenerMetadata?: string;
}

/** What one runtime on one architecture is given. */
export interface Profile extends Filter {
  /** Beyond the native one. */
  readonly architectures: readonly SeccompArchitecture[];
  readonly rules: readonly Rule[];
}

/** `includes` or `excludes`: what a rule depends on. Empty lists say nothing. */
export interface RuleFilter {
  readonly capabilities: readonly string[];
  /** Docker's names, such as `amd64`. */
  readonly architectures: readonly string[];
  readonly minimumKernel?: KernelVersion;
}

export interface SourceRule extends Rule {
  /** An errno by name; it wins over `errnoRet`, as in containers/common. */
  readonly errnoName?: string;
  /** Named by the single `name`, which containerd passes over. */
  readonly isSingular?: true;
  readonly includes: RuleFilter;
  readonly excludes: RuleFilter;
}

/** An architecture where a file names it. */
export interface ListedArchitecture {
  readonly name: SeccompArchitecture;
  readonly at: Located;
}

export interface ArchMapEntry {
  readonly architecture: ListedArchitecture;
  readonly subArchitectures: readonly ListedArchitecture[];
}

/** What a file says, before it is decided for an architecture, a kernel and a set of capabilities. */
export interface SourceProfile extends Filter {
  readonly architectures: readonly ListedArchitecture[];
  readonly archMap: readonly ArchMapEntry[];
  readonly defaultErrnoName?: string;
  /** Where `defaultAction` stands. */
  readonly defaultAt?: Located;
  readonly rules: readonly SourceRule[];
}
