// A profile as a runtime's JSON reader leaves it: texts and numbers, not yet judged, each with its place in the file.
import type { DocumentNode, Located } from '../document.ts';

/** A value where it stands. */
export interface Placed<T> extends Located {
  readonly value: T;
}

export interface DecodedArg extends Located {
  readonly index: Placed<bigint>;
  readonly value: Placed<bigint>;
  readonly valueTwo: Placed<bigint>;
  readonly op: Placed<string>;
}

export interface DecodedRule extends Located {
  readonly names: readonly Placed<string>[];
  /** Whether `names` is there and not null. */
  readonly hasNames: boolean;
  readonly action: Placed<string>;
  readonly errnoRet?: Placed<bigint>;
  readonly args: readonly DecodedArg[];
  /** Whether `args` is there at all; crun adds a rule in another way then. */
  readonly hasArgs: boolean;
}

export interface DecodedProfile extends Located {
  readonly defaultAction: Placed<string>;
  readonly defaultErrnoRet?: Placed<bigint>;
  readonly architectures: readonly Placed<string>[];
  readonly flags: readonly Placed<string>[];
  readonly listenerPath?: Placed<string>;
  readonly rules: readonly DecodedRule[];
}

/** Something in the file that a reader passes over without a word. */
export interface Ignored {
  readonly at: Located;
  readonly what: string;
}

/** When a container fails: `decode` the file is no profile to the reader, `load` no filter comes of it, `start` the filter is loaded and forbids what the runtime needs. */
export type Stage = 'decode' | 'load' | 'start';

/** Thrown inside this folder where a runtime gives up; `message` is the tail of what it prints, `…` what varies. */
export class Refusal extends Error {
  readonly stage: Stage;
  readonly at: Located;

  constructor(stage: Stage, at: Located, message: string) {
    super(message);
    this.stage = stage;
    this.at = at;
  }
}

/** Thrown inside this folder where what is known does not tell how a runtime goes on. */
export class Undecided extends Error {}

/** Names a kind of node as Go's encoding/json does. */
export const goKindOf = (node: DocumentNode): string => (node.kind === 'boolean' ? 'bool' : node.kind);
