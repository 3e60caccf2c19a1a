// `builtin:NAME`, which stands wherever a profile's file may: a profile that this program brings along.
import { SeccompError } from '../../src/error.ts';

const PREFIX = 'builtin:';

/** Says whether a name on the command line means a built-in profile; `./builtin:x` is the file. */
export const isBuiltin = (name: string): boolean => name.startsWith(PREFIX);

/** Reads a built-in profile; throws SeccompError `usage` with what there is where there is none of that name. */
export const readBuiltinFile = async (name: string): Promise<Uint8Array> => {
  // Their data is loaded only for those who ask for it.
  const { BUILTIN_NAMES, DEFAULT_VERSIONS, readBuiltin } = await import('../../src/profile/builtins.ts');
  const { didYouMean } = await import('../../src/profile/suggest.ts');
  const wanted = name.slice(PREFIX.length);
  const content = readBuiltin(wanted);
  if (content !== undefined) return content;
  const known = BUILTIN_NAMES.map((one) => one.name);
  const versions = Object.entries(DEFAULT_VERSIONS).flatMap(([engine, all]) =>
    all.map((version) => `${engine}-${version}`),
  );
  const [base = '', version] = wanted.split('@', 2);
  const suggestion =
    version !== undefined && known.includes(base)
      ? didYouMean(
          wanted,
          versions.map((one) => `${base}@${one}`),
        )
      : didYouMean(base, known);
  const [oldest, newest] = [0, -1].map((at) =>
    Object.entries(DEFAULT_VERSIONS).map(([engine, all]) => `@${engine}-${all.at(at)}`),
  ) as [string[], string[]];
  const ranges = oldest.map((one, at) => `${one} to ${newest[at]}`).join(' or ');
  throw new SeccompError(
    'usage',
    wanted === '' ? `"${PREFIX}" names no profile` : `there is no built-in profile "${wanted}"${suggestion}`,
    {
      hint: `There are ${known.join(', ')}. The version of a runtime may follow kubernetes/default and kubernetes/default-audit: ${ranges}.`,
    },
  );
};

/** Returns where a built-in profile lies in a bundle, such as `default-audit.json`: under its name, without a version. */
export const pathOfBuiltin = (name: string): string =>
  `${name.slice(PREFIX.length).split('@')[0]!.split('/').at(-1)}.json`;
