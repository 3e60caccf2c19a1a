// One profile that a verb is asked about: read from a file, from standard input or from what is built in, and sound.
import { MAXIMUM_PROFILE_BYTES } from '../../src/bundle/limits.ts';
import { SeccompError } from '../../src/error.ts';
import { defaultCompileOptions } from '../../src/profile/compile-options.ts';
import type { KnownFacts } from '../../src/profile/facts.ts';
import type { SourceProfile } from '../../src/profile/oci.ts';
import { prepareFile } from '../../src/profile/prepare.ts';
import { renderProblem } from '../../src/profile/problem.ts';
import { readText } from '../../src/profile/read-text.ts';
import { sanitizeLine } from '../output/sanitize.ts';
import type { Outside } from '../outside.ts';
import { type ProfileFile, readProfileFile, STANDARD_INPUT } from './profile-file.ts';

export interface NamedProfile {
  /** As the user named it; `<stdin>` for `-`. */
  readonly file: string;
  /** What places in `source` are offsets of. */
  readonly text: string;
  readonly source: SourceProfile;
}

/** Describes an argument that names a profile; yargs hands on a lone dash as an empty text. */
export const profileArgument = (describe: string) =>
  ({
    type: 'string',
    describe,
    coerce: (file: string) => (file === '' ? STANDARD_INPUT : file),
  }) as const;

/** Reads the one profile that `file` holds; its errors go to stderr, and then it throws SeccompError `profile`. */
export const readProfileSource = async (
  file: string,
  facts: KnownFacts,
  outside: Outside,
): Promise<NamedProfile> =>
  prepareSource(await readProfileFile(file, MAXIMUM_PROFILE_BYTES, outside), facts, outside);

/** Prepares the one profile that was read; its errors go to stderr, and then it throws SeccompError `profile`. */
export const prepareSource = (
  { content, shownAs }: ProfileFile,
  { architecture, capabilities, minimumKernel }: KnownFacts,
  outside: Outside,
): NamedProfile => {
  const options = { ...defaultCompileOptions, architectures: [architecture], capabilities, minimumKernel };
  const { problems, profiles } = prepareFile(content, shownAs, 'profile.json', options);
  const errors = problems.filter(({ severity }) => severity === 'error');
  outside.stderr.write(errors.map((problem) => `${sanitizeLine(renderProblem(problem))}\n`).join(''));
  const [first, ...more] = profiles;
  if (first !== undefined && more.length === 0)
    return { file: shownAs, text: readText(content).text, source: first.source };
  const what = first === undefined ? 'has errors' : `holds ${profiles.length} profiles`;
  throw new SeccompError('profile', `"${shownAs}" ${what}: one sound profile was wanted`);
};
