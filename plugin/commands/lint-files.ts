// The files that `lint` is asked about, and their mending: read, judged, mended and judged again.
import { MAXIMUM_PROFILE_BYTES } from '../../src/bundle/limits.ts';
import { SeccompError } from '../../src/error.ts';
import { applyFixes } from '../../src/profile/fixes.ts';
import { type LintOptions, lintFile } from '../../src/profile/lint/lint.ts';
import type { Problem } from '../../src/profile/problem.ts';
import { readText } from '../../src/profile/read-text.ts';
import type { LintedFile } from '../output/lint-document.ts';
import type { Outside } from '../outside.ts';
import { findInputs, type InputFile, isBundle } from './input-files.ts';
import { interruptible } from './interruptible.ts';
import { readProfileFile } from './profile-file.ts';

/** Reads files, the profiles of folders, standard input and built-in profiles, in the order in which they are named. */
export async function* readNamedFiles(
  filenames: readonly string[],
  isRecursive: boolean,
  outside: Outside,
): AsyncGenerator<InputFile> {
  for await (const { name, relativePath, isIgnored } of findInputs({ filenames, isRecursive }, outside)) {
    if (isIgnored) continue;
    const file = await readProfileFile(name, MAXIMUM_PROFILE_BYTES, outside);
    if (isBundle(file.content)) {
      throw new SeccompError('usage', `"${file.shownAs}" is a bundle, not a profile`, {
        hint: 'Name the files that it was built from; apply checks it for the nodes that are to get it.',
      });
    }
    yield { ...file, relativePath };
  }
}

/** A fix may uncover what was hidden behind it, a fault in the syntax above all; then it is done again. */
const MOST_ROUNDS = 20;

/** Judges a file; with `isFixing` mends it first, and writes it by temporary file and rename. */
export const lintNamedFile = async (
  { shownAs, relativePath: path, content }: InputFile,
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
