// `lint FILE|DIR…`: what is wrong with profiles, why it matters and how to mend it, before anybody runs them.
import type { CommandModule } from 'yargs';
import { MAXIMUM_PROFILE_BYTES } from '../../src/bundle/limits.ts';
import { SeccompError } from '../../src/error.ts';
import { defaultCompileOptions, parseArchitectures } from '../../src/profile/compile-options.ts';
import type { KnownFacts } from '../../src/profile/facts.ts';
import type { Policy } from '../../src/profile/policy/policy.ts';
import { readPolicy } from '../../src/profile/policy/read-policy.ts';
import { renderProblem } from '../../src/profile/problem.ts';
import { allowsColor, paintWith } from '../output/color.ts';
import { type DocumentFormat, renderDocument } from '../output/document.ts';
import { renderLint } from '../output/lint.ts';
import { type LintedFile, lintDocument } from '../output/lint-document.ts';
import { renderSarif } from '../output/lint-sarif.ts';
import { plural } from '../output/rollout-result.ts';
import { sanitizeLine } from '../output/sanitize.ts';
import type { ExitCode, Outside } from '../outside.ts';
import { engineFlag, factFlags, readFacts } from './fact-flags.ts';
import { flag, type Given, list, outputFlag, text } from './flags.ts';
import { filesArgument } from './found-profiles.ts';
import { lintNamedFile, readNamedFiles } from './lint-files.ts';
import { isOnDisk } from './profile-file.ts';
import { verbs } from './verbs.ts';

export interface LintVerbOptions {
  readonly filenames: readonly string[];
  readonly isRecursive: boolean;
  /** One for each architecture; never empty. */
  readonly facts: readonly KnownFacts[];
  /** Path of the policy's file. */
  readonly policy?: string;
  readonly isFixing: boolean;
  readonly output?: DocumentFormat | 'sarif';
}

const USAGE = `$0 lint FILE|DIR|builtin:NAME|- ... [flags]

Says what is wrong with profiles, where, why it matters and how to mend it. Errors are
what some runtime refuses or takes otherwise than it is written; warnings are what
hardly anybody means; notes are good to know. What is not said of the nodes is left
open: where runtimes or versions differ, the message says for whom it holds.

Of a folder, *.json, *.yaml and *.yml are read. Every code is explained in docs/lint.md.

Exit code: 0 nothing found but notes, 1 errors or warnings, 2 could not tell.`;

const EXAMPLES = `Examples:
  # A folder, as it would be applied
  $0 lint profiles/
  # A raw file for CRI-O nodes on arm64 with crun
  $0 lint web.json --dialect cri-o --arch arm64 --runtime crun
  # In a pipeline: against a policy, as annotations of the pull request
  $0 lint profiles/ --policy policy.yaml -o sarif > lint.sarif
  # Mend what can be mended without a doubt
  $0 lint profiles/ --fix`;

/** Builds the command; `run` is replaced in tests of the parsing. */
export const lintCommand = (outside: Outside, run: typeof runLint = runLint): CommandModule => ({
  ...verbs.lint,
  builder: (parser) =>
    parser
      .usage(USAGE)
      .epilogue(EXAMPLES)
      .positional('files', {
        ...filesArgument,
        describe: 'Profiles, folders of profiles, builtin:NAME, or - for standard input',
      })
      .options({
        recursive: flag('Read the subfolders too', { alias: 'R' }),
        fix: flag('Mend what can be mended without a doubt, in the files themselves'),
        policy: text('File that says what profiles may do, by their paths: YAML or JSON'),
        ...outputFlag(['json', 'yaml', 'sarif']),
        ...factFlags,
        ...engineFlag,
        arch: list('Architectures of the nodes', {
          group: factFlags.arch?.group ?? '',
          defaultDescription: defaultCompileOptions.architectures.join(','),
        }),
      }),
  handler: async (given) => outside.conclude(await run(readOptions(given), outside)),
});

const readOptions = (given: Given): LintVerbOptions => {
  const architectures =
    given.arch === undefined
      ? defaultCompileOptions.architectures
      : parseArchitectures(given.arch as string[]);
  return {
    filenames: given.files as string[],
    isRecursive: given.recursive === true,
    facts: architectures.map((arch) => readFacts({ ...given, arch })),
    ...(given.policy !== undefined && { policy: given.policy as string }),
    isFixing: given.fix === true,
    ...(given.output !== undefined && { output: given.output as DocumentFormat | 'sarif' }),
  };
};

/** Prints what was found; a file that cannot be read at all leaves the question open. */
export const runLint = async (options: LintVerbOptions, outside: Outside): Promise<ExitCode> => {
  outside.conclude(2);
  const { filenames, isRecursive, facts, isFixing, output } = options;
  const policy = options.policy === undefined ? undefined : await readPolicyFile(options.policy, outside);
  const unfixable = filenames.find((name) => !isOnDisk(name));
  if (isFixing && unfixable !== undefined)
    throw new SeccompError('usage', `--fix: "${unfixable}" is no file that could be written`);
  const linted: LintedFile[] = [];
  for await (const file of readNamedFiles(filenames, isRecursive, outside)) {
    linted.push(await lintNamedFile(file, { facts, ...(policy && { policy }) }, isFixing, outside));
  }
  const document = lintDocument(linted);
  outside.stdout.write(render(document, linted, output, outside));
  return document.answer === 'clean' ? 0 : 1;
};

const render = (
  document: ReturnType<typeof lintDocument>,
  linted: readonly LintedFile[],
  output: LintVerbOptions['output'],
  { stdout, environment, version }: Outside,
): string => {
  if (output === 'sarif') return renderSarif(linted, version);
  if (output !== undefined) return renderDocument(document, output);
  return renderLint(document, paintWith(allowsColor(stdout, environment)));
};

/** Reads a policy; with a fault anywhere in it nothing is judged by it. */
const readPolicyFile = async (name: string, outside: Outside): Promise<Policy> => {
  const { problems, policy } = readPolicy(await outside.files.read(name, MAXIMUM_PROFILE_BYTES), name);
  if (policy !== undefined) return policy;
  outside.stderr.write(problems.map((problem) => `${sanitizeLine(renderProblem(problem))}\n`).join(''));
  throw new SeccompError('usage', `--policy: "${name}" has ${plural(problems.length, 'error')}`);
};
