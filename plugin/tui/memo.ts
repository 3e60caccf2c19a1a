// Remembers the last results of a pure function by the identity of its arguments: what a frame shares with the one
// before it is not worked out again.

const REMEMBERED = 2;

/** Returns a function with the same results that works each out once while its arguments stay the same values. */
export const memoize = <A extends readonly unknown[], R>(work: (...args: A) => R): ((...args: A) => R) => {
  let known: { readonly args: A; readonly result: R }[] = [];
  return (...args) => {
    const found = known.find(
      (one) => one.args.length === args.length && one.args.every((value, index) => value === args[index]),
    );
    if (found) return found.result;
    const result = work(...args);
    known = [{ args, result }, ...known].slice(0, REMEMBERED);
    return result;
  };
};
