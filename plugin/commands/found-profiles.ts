// The profiles of several files that a verb is asked about, in whatever form they are there; with any error, none.
import { MAXIMUM_PROFILE_BYTES } from '../../src/bundle/limits.ts';
import { SeccompError } from '../../src/error.ts';
import {
  type FoundProfile,
  type ReadOptions,
  readProfiles,
} from '../../src/profile/convert/read-profiles.ts';
import { type Problem, renderProblem } from '../../src/profile/problem.ts';
import { sanitizeLine } from '../output/sanitize.ts';
import type { Outside } from '../outside.ts';
import { DASH } from './arguments.ts';
import { readProfileFile, refuseRepeatedInput, STANDARD_INPUT } from './profile-file.ts';

/** Describes the argument. */
export const filesArgument = {
  type: 'string',
  describe: 'Profiles; - for standard input',
  coerce: (files: string[]) => files.map((file) => (file === DASH ? STANDARD_INPUT : file)),
} as const;

/** Reads all profiles of all files; errors go to stderr, and then it throws SeccompError `profile`. */
export const readFoundProfiles = async (
  files: readonly string[],
  options: ReadOptions,
  outside: Outside,
): Promise<readonly FoundProfile[]> => {
  refuseRepeatedInput(files);
  const profiles: FoundProfile[] = [];
  const problems: Problem[] = [];
  for (const file of files) {
    const { content, shownAs } = await readProfileFile(file, MAXIMUM_PROFILE_BYTES, outside);
    const found = readProfiles(content, shownAs, options);
    problems.push(...found.problems);
    profiles.push(...found.profiles);
  }
  const told = problems.filter(
    ({ severity, code }) =>
      severity === 'error' || code === 'SP014' || (code === 'SP202' && options.list !== undefined),
  );
  outside.stderr.write(told.map((problem) => `${sanitizeLine(renderProblem(problem))}\n`).join(''));
  const faulty = new Set(problems.filter(({ severity }) => severity === 'error').map(({ file }) => file));
  if (faulty.size > 0) {
    const named = [...faulty].map((file) => JSON.stringify(file)).join(' and ');
    throw new SeccompError('profile', `${named} ${faulty.size === 1 ? 'has' : 'have'} errors`);
  }
  if (profiles.length === 0) throw new SeccompError('profile', 'the files hold no enabled profile');
  return profiles;
};
