// What names on the command line mean: files, the profiles of folders, what is built in, and standard input.
import { isGzip } from '../../src/bundle/gunzip.ts';
import { MAXIMUM_PROFILE_BYTES, MAXIMUM_UNPACKED_BYTES } from '../../src/bundle/limits.ts';
import { SeccompError } from '../../src/error.ts';
import type { Outside } from '../outside.ts';
import { pathOfBuiltin } from './builtin-file.ts';
import {
  isOnDisk,
  type ProfileFile,
  readProfileFile,
  refuseRepeatedInput,
  STANDARD_INPUT,
} from './profile-file.ts';

export interface InputFile extends ProfileFile {
  /** Where its profile lies in a bundle. */
  readonly relativePath: string;
}

export interface FoundFiles {
  readonly files: readonly InputFile[];
  /** Of folders, what is neither JSON nor YAML. */
  readonly ignored: readonly string[];
}

const PROFILE_FILE = /\.(json|ya?ml)$/i;
/** Room for the headers of the largest bundle. */
const MAXIMUM_BUNDLE_FILE_BYTES = MAXIMUM_UNPACKED_BYTES;

/** What one name means, or one file of a folder; nothing of it is read yet. */
export interface FoundInput {
  readonly name: string;
  /** Where its profile lies in a bundle. */
  readonly relativePath: string;
  /** Of a folder's files, those that are neither JSON nor YAML. */
  readonly isIgnored: boolean;
}

interface Named {
  readonly filenames: readonly string[];
  readonly isRecursive: boolean;
}

/** Finds what is meant, in the order of the names; throws SeccompError `file` for what is not there or holds nothing. */
export async function* findInputs(
  { filenames, isRecursive }: Named,
  { files }: Outside,
): AsyncGenerator<FoundInput> {
  refuseRepeatedInput(filenames);
  for (const name of filenames) {
    if (!isOnDisk(name)) {
      // Standard input has no name: a profile from it is always profile.json in its bundle.
      const relativePath = name === STANDARD_INPUT ? 'profile.json' : pathOfBuiltin(name);
      yield { name, relativePath, isIgnored: false };
      continue;
    }
    const kind = await files.kind(name);
    if (kind === 'absent') throw new SeccompError('file', `"${name}": no such file or folder`);
    if (kind === 'file') {
      yield { name, relativePath: baseName(name), isIgnored: false };
      continue;
    }
    const inside = await files.list(name, { isRecursive });
    if (!inside.some((one) => PROFILE_FILE.test(one))) throw emptyFolder(name, isRecursive);
    for (const one of inside)
      yield { name: join(name, one), relativePath: one, isIgnored: !PROFILE_FILE.test(one) };
  }
}

/** Reads them; throws SeccompError `file` for what is not there, is too large, or is neither profile nor bundle. */
export const readFiles = async (named: Named, outside: Outside): Promise<FoundFiles> => {
  const files: InputFile[] = [];
  const ignored: string[] = [];
  for await (const { name, relativePath, isIgnored } of findInputs(named, outside)) {
    if (isIgnored) ignored.push(name);
    else files.push({ ...(await readOne(name, outside)), relativePath });
  }
  return { files, ignored };
};

const readOne = async (name: string, outside: Outside): Promise<ProfileFile> => {
  const isProfile = PROFILE_FILE.test(name);
  const file = await readProfileFile(
    name,
    isProfile ? MAXIMUM_PROFILE_BYTES : MAXIMUM_BUNDLE_FILE_BYTES,
    outside,
  );
  if (isOnDisk(name) && !isProfile && !isBundle(file.content)) {
    throw new SeccompError('file', `"${name}" is neither a profile nor a bundle`, {
      hint: 'Profiles are named *.json, *.yaml or *.yml; bundles are what `bundle build` writes.',
    });
  }
  return file;
};

const emptyFolder = (folder: string, isRecursive: boolean): SeccompError =>
  new SeccompError('file', `"${folder}" holds no profile: no *.json, *.yaml or *.yml file`, {
    ...(!isRecursive && { hint: 'With -R its subfolders are read too.' }),
  });

/** Tells a bundle from a profile: POSIX.1 `ustar` stands at offset 257 of every tar that packing makes. */
export const isBundle = (content: Uint8Array): boolean =>
  isGzip(content) || new TextDecoder('latin1').decode(content.subarray(257, 262)) === 'ustar';

const join = (folder: string, name: string): string => `${folder.replace(/(?<=.)[/\\]+$/, '')}/${name}`;

/** Returns the last segment of a path, `/` or `\\`. */
export const baseName = (path: string): string => path.split(/[/\\]/).filter(Boolean).at(-1) ?? path;

/** Hands bytes to a reader of streams, as often as it asks. */
export const streamOf = (content: Uint8Array): AsyncIterable<Uint8Array> => ({
  async *[Symbol.asyncIterator]() {
    yield content;
  },
});
