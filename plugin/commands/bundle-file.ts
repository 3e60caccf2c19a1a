// Reading a bundle file that is named on the command line, verified to its last byte.
import { collectBundle } from '../../src/bundle/collect.ts';
import { MAXIMUM_UNPACKED_BYTES } from '../../src/bundle/limits.ts';
import type { Bundle } from '../../src/bundle/manifest-types.ts';
import { SeccompError } from '../../src/error.ts';
import type { Outside } from '../outside.ts';
import { streamOf } from './input-files.ts';

/** Describes the argument; yargs hands on a lone dash as an empty text. */
export const fileArgument = {
  type: 'string',
  describe: 'Bundle file, or - for standard input',
  coerce: (file: string) => (file === '' ? '-' : file),
} as const;

/** Reads a bundle from a file, or from standard input for `-`; throws `bundle` naming the file when it is none. */
export const readBundleFile = async (path: string, outside: Outside): Promise<Bundle> => {
  try {
    return await collectBundle(
      path === '-' ? outside.stdin : streamOf(await outside.files.read(path, MAXIMUM_UNPACKED_BYTES)),
    );
  } catch (thrown) {
    if (!(thrown instanceof SeccompError) || thrown.code !== 'bundle') throw thrown;
    throw new SeccompError('bundle', `"${path}" is no good bundle: ${thrown.message}`, {
      ...(thrown.hint !== undefined && { hint: thrown.hint }),
      cause: thrown,
    });
  }
};
