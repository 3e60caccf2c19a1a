// The name of a bundle, as an argument.
import { checkBundleName } from '../../src/bundle/entry-path.ts';
import { SeccompError } from '../../src/error.ts';

/** Returns the name when it can be one; throws SeccompError `usage` otherwise. */
export const readBundleName = (name: string): string => {
  const fault = checkBundleName(name);
  if (fault === undefined) return name;
  throw new SeccompError('usage', fault);
};
