// What `-f` names, read: files, the profiles of a folder, what is built in, and standard input.
import { isGzip } from '../../src/bundle/gunzip.ts';
import { MAXIMUM_PROFILE_BYTES, MAXIMUM_UNPACKED_BYTES } from '../../src/bundle/limits.ts';
import { SeccompError } from '../../src/error.ts';
import type { Files, Outside } from '../outside.ts';
import { isBuiltin, pathOfBuiltin, readBuiltinFile } from './builtin-file.ts';
import { readStandardInput, STANDARD_INPUT } from './profile-file.ts';

export interface InputFile {
  readonly shownAs: string;
  readonly relativePath: string;
  readonly content: Uint8Array;
}

export interface FoundFiles {
  readonly files: readonly InputFile[];
  /** Of folders, what is neither JSON nor YAML. */
  readonly ignored: readonly string[];
}

export const PROFILE_FILE = /\.(json|ya?ml)$/i;
/** Room for the headers of the largest bundle. */
const MAXIMUM_BUNDLE_FILE_BYTES = MAXIMUM_UNPACKED_BYTES;

/** Reads them; throws SeccompError `file` for what is not there, is too large, or is neither profile nor bundle. */
export const readFiles = async (
  { filenames, isRecursive }: { readonly filenames: readonly string[]; readonly isRecursive: boolean },
  outside: Outside,
): Promise<FoundFiles> => {
  const files: InputFile[] = [];
  const ignored: string[] = [];
  for (const filename of filenames) {
    if (filename === STANDARD_INPUT) {
      files.push(await readInput(outside));
      continue;
    }
    if (isBuiltin(filename)) {
      const content = await readBuiltinFile(filename);
      files.push({ shownAs: filename, relativePath: pathOfBuiltin(filename), content });
      continue;
    }
    const kind = await outside.files.kind(filename);
    if (kind === 'absent') throw new SeccompError('file', `"${filename}": no such file or folder`);
    if (kind === 'file') {
      files.push(await readOne(outside.files, filename, baseName(filename)));
      continue;
    }
    const names = await outside.files.list(filename, { isRecursive });
    const profiles = names.filter((name) => PROFILE_FILE.test(name));
    if (profiles.length === 0) throw emptyFolder(filename, isRecursive);
    ignored.push(...names.filter((name) => !PROFILE_FILE.test(name)).map((name) => join(filename, name)));
    for (const name of profiles) files.push(await readOne(outside.files, join(filename, name), name));
  }
  return { files, ignored };
};

const readOne = async (files: Files, path: string, relativePath: string): Promise<InputFile> => {
  const limitBytes = PROFILE_FILE.test(path) ? MAXIMUM_PROFILE_BYTES : MAXIMUM_BUNDLE_FILE_BYTES;
  const content = await files.read(path, limitBytes);
  if (!PROFILE_FILE.test(path) && !isBundle(content)) {
    throw new SeccompError('file', `"${path}" is neither a profile nor a bundle`, {
      hint: 'Profiles are named *.json, *.yaml or *.yml; bundles are what `bundle build` writes.',
    });
  }
  return { shownAs: path, relativePath, content };
};

// Standard input has no name: a profile from it is always profile.json in its bundle.
const readInput = async (outside: Outside): Promise<InputFile> => ({
  shownAs: '<stdin>',
  relativePath: 'profile.json',
  content: await readStandardInput(MAXIMUM_BUNDLE_FILE_BYTES, outside),
});

export const emptyFolder = (folder: string, isRecursive: boolean): SeccompError =>
  new SeccompError('file', `"${folder}" holds no profile: no *.json, *.yaml or *.yml file`, {
    ...(!isRecursive && { hint: 'With -R its subfolders are read too.' }),
  });

/** Tells a bundle from a profile: POSIX.1 `ustar` stands at offset 257 of every tar that packing makes. */
export const isBundle = (content: Uint8Array): boolean =>
  isGzip(content) || new TextDecoder('latin1').decode(content.subarray(257, 262)) === 'ustar';

export const join = (folder: string, name: string): string =>
  `${folder.replace(/(?<=.)[/\\]+$/, '')}/${name}`;

/** Returns the last segment of a path, `/` or `\\`. */
export const baseName = (path: string): string => path.split(/[/\\]/).filter(Boolean).at(-1) ?? path;

/** Hands bytes to a reader of streams, as often as it asks. */
export const streamOf = (content: Uint8Array): AsyncIterable<Uint8Array> => ({
  async *[Symbol.asyncIterator]() {
    yield content;
  },
});
