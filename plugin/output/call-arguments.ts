// The arguments of a call in documents: hexadecimal digits by name, as JSON numbers end at 2^53.

/** By name, `a0` to `a5`; what is missing is 0. */
export type ArgumentsDocument = Readonly<Record<string, string>>;

/** Makes the document of a call's arguments. */
export const argumentsDocument = (args: readonly bigint[]): ArgumentsDocument =>
  Object.fromEntries(
    args.flatMap((value, index) => (value === 0n ? [] : [[`a${index}`, `0x${value.toString(16)}`]])),
  );

/** Reads the six arguments back. */
export const argumentsOf = (args: ArgumentsDocument): readonly bigint[] =>
  [0, 1, 2, 3, 4, 5].map((index) => BigInt(args[`a${index}`] ?? 0));
