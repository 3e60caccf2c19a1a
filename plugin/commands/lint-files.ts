// The files that `lint` is asked about, and their mending: read, judged, mended and judged again.
import { MAXIMUM_PROFILE_BYTES } from '../../src/bundle/limits.ts';
import { SeccompError } from '../../src/error.ts';
import { applyFixes } from '../../src/profile/fixes.ts';
import { type LintOptions, lintFile } from '../../src/profile/lint/lint.ts';
import type { Problem } from '../../src/profile/problem.ts';
import { readText } from '../../src/profile/read-text.ts';
import type { LintedFile } from '../output/lint-document.ts';
import type { Outside } from '../outside.ts';
import { isBuiltin, pathOfBuiltin } from './builtin-file.ts';
import { baseName, emptyFolder, isBundle, join, PROFILE_FILE } from './input-files.ts';
import { interruptible } from './interruptible.ts';
import { readProfileFile, STANDARD_INPUT } from './profile-file.ts';

export interface NamedFile {
  /** As the user named it, or the folder. */
  readonly shownAs: string;
  /** In the bundle that would be made of it. */
  readonly path: string;
  readonly content: Uint8Array;
}

/** Says whether a name means a file or a folder of this machine, which can be written to. */
export const isOnDisk = (name: string): boolean => name !== STANDARD_INPUT && !isBuiltin(name);

/** Reads files, the profiles of folders, standard input and built-in profiles, in the order in which they are named. */
export async function* readNamedFiles(
  names: readonly string[],
  isRecursive: boolean,
  outside: Outside,
): AsyncGenerator<NamedFile> {
  if (names.filter((name) => name === STANDARD_INPUT).length > 1)
    throw new SeccompError('usage', '"-" was given twice: standard input can be read only once');
  for (const name of names) {
    if (!isOnDisk(name) || (await outside.files.kind(name)) !== 'folder') {
      yield await readOne(name, pathOf(name), outside);
      continue;
    }
    const inside = (await outside.files.list(name, { isRecursive })).filter((one) => PROFILE_FILE.test(one));
    if (inside.length === 0) throw emptyFolder(name, isRecursive);
    for (const one of inside) yield await readOne(join(name, one), one, outside);
  }
}

const pathOf = (name: string): string => {
  if (name === STANDARD_INPUT) return 'profile.json';
  return isBuiltin(name) ? pathOfBuiltin(name) : baseName(name);
};

const readOne = async (name: string, path: string, outside: Outside): Promise<NamedFile> => {
  const { content, shownAs } = await readProfileFile(name, MAXIMUM_PROFILE_BYTES, outside);
  if (isBundle(content)) {
    throw new SeccompError('usage', `"${shownAs}" is a bundle, not a profile`, {
      hint: 'Name the files that it was built from; apply checks it for the nodes that are to get it.',
    });
  }
  return { content, shownAs, path };
};

/** A fix may uncover what was hidden behind it, a fault in the syntax above all; then it is done again. */
const MOST_ROUNDS = 20;

/** Judges a file; with `isFixing` mends it first, and writes it by temporary file and rename. */
export const lintNamedFile = async (
  { shownAs, path, content }: NamedFile,
  options: LintOptions,
  isFixing: boolean,
  outside: Outside,
): Promise<LintedFile> => {
  let { problems } = lintFile(content, shownAs, path, options);
  if (!isFixing) return { file: shownAs, problems, fixed: [] };
  const fixed: Problem[] = [];
  let { text } = readText(content);
  let bytes = content;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const mended = applyFixes(text, problems);
    if (mended.problems.length === 0) break;
    text = mended.text;
    bytes = new TextEncoder().encode(text);
    fixed.push(...mended.problems);
    ({ problems } = lintFile(bytes, shownAs, path, options));
  }
  if (fixed.length > 0) await interruptible(outside.files.write(shownAs, bytes), outside.signal);
  return { file: shownAs, problems, fixed };
};
