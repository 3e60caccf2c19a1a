// How the built-in profiles are stored: many versions of one profile in Docker's form, what they share only once.
// plugin/release/builtin-encoding.ts writes it.

export interface BuiltinCondition {
  readonly caps?: readonly string[];
  readonly arches?: readonly string[];
  readonly minKernel?: string;
}

/** A rule as Docker writes it. */
export interface BuiltinRule {
  readonly names: readonly string[];
  readonly action: string;
  readonly errnoRet?: number;
  readonly errno?: string;
  readonly args?: readonly {
    readonly index: number;
    readonly value: number;
    readonly valueTwo?: number;
    readonly op: string;
  }[];
  readonly includes?: BuiltinCondition;
  readonly excludes?: BuiltinCondition;
}

export interface BuiltinProfile {
  readonly head: {
    readonly defaultAction: string;
    readonly defaultErrnoRet?: number;
    readonly defaultErrno?: string;
  };
  readonly archMap: readonly {
    readonly architecture: string;
    readonly subArchitectures: readonly string[];
  }[];
  readonly rules: readonly BuiltinRule[];
}

/** Holders such as `0-3 5` say which of the profiles have what stands beside them. */
export interface BuiltinData {
  readonly about: string;
  readonly from: readonly string[];
  /** The version that a profile came with → its place; versions of one minor number, and then those, oldest first. */
  readonly versions: Readonly<Record<string, number>>;
  readonly head: BuiltinProfile['head'];
  readonly archMap: readonly (BuiltinProfile['archMap'][number] & { readonly in: string })[];
  readonly rules: readonly (Omit<BuiltinRule, 'names'> & {
    /** Holders → names with blanks between them. */
    readonly names: Readonly<Record<string, string>>;
  })[];
}

/** Reads the profile that stands at a place. */
export const decode = (data: Omit<BuiltinData, 'about' | 'from'>, place: number): BuiltinProfile => ({
  head: data.head,
  archMap: data.archMap
    .filter((entry) => holds(entry.in, place))
    .map(({ architecture, subArchitectures }) => ({ architecture, subArchitectures })),
  rules: data.rules.flatMap(({ names, ...rule }) => {
    const held = Object.entries(names).flatMap(([holders, some]) =>
      holds(holders, place) ? some.split(' ') : [],
    );
    return held.length === 0 ? [] : [{ names: held.sort(), ...rule }];
  }),
});

const holds = (holders: string, place: number): boolean =>
  holders.split(' ').some((range) => {
    const [from, to = from] = range.split('-').map(Number) as [number, number?];
    return place >= from && place <= to;
  });

/** Finds the profile of a version such as `2.1.4` or `2.1`: the newest that isn't younger; `undefined` asks for the newest. */
export const versionFor = (
  { versions }: Pick<BuiltinData, 'versions'>,
  wanted: string | undefined,
): string | undefined => {
  const known = Object.keys(versions);
  if (wanted === undefined) return known.at(-1);
  return known.findLast((version) => !isYounger(version, wanted));
};

/** `2.1` is the newest 2.1. */
const isYounger = (version: string, than: string): boolean => {
  const ours = version.split('.').map(Number);
  const theirs = than.split('.').map(Number);
  const at = ours.findIndex((number, index) => number !== (theirs[index] ?? Number.POSITIVE_INFINITY));
  return at >= 0 && ours[at]! > (theirs[at] ?? Number.POSITIVE_INFINITY);
};
