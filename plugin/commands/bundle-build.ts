// `bundle build`: checks profiles and packs them into one file.
import type { CommandModule } from 'yargs';
import { compressBundle } from '../../src/bundle/compress.ts';
import { SeccompError } from '../../src/error.ts';
import type { CompileOptions } from '../../src/profile/prepared.ts';
import { generationName } from '../../src/protocol/layout.ts';
import { plural } from '../output/rollout-result.ts';
import { sanitizeLine } from '../output/sanitize.ts';
import type { ExitCode, Outside } from '../outside.ts';
import { lintForAnyNode } from './apply-lint.ts';
import { compileFlags, givenCompileFlags, readCompileOptions } from './compile-flags.ts';
import { flag, list, text } from './flags.ts';
import { readInputs } from './inputs.ts';
import { bundleVerbs } from './verbs.ts';

export interface BundleBuildOptions {
  readonly filenames: readonly string[];
  readonly isRecursive: boolean;
  readonly name?: string;
  readonly compile: CompileOptions;
  readonly compileFlags: readonly string[];
  /** Where to write it; `-` for stdout. */
  readonly to: string;
}

const USAGE = `$0 bundle build -f FILE|DIR|- [--name NAME] --to FILE [flags]

Checks profiles and packs them into one file. A file named *.gz or *.tgz is compressed.
The digest does not depend on the machine, the time or the compression.`;

const EXAMPLES = `Examples:
  # Pack a folder, then apply that very file
  $0 bundle build -f profiles/ --name web --to web.tgz
  $0 apply -f web.tgz`;

/** Builds the command; `run` is replaced in tests of the parsing. */
export const bundleBuildCommand = (
  outside: Outside,
  run: typeof runBundleBuild = runBundleBuild,
): CommandModule => ({
  ...bundleVerbs.build,
  builder: (parser) =>
    parser
      .usage(USAGE)
      .epilogue(EXAMPLES)
      .options({
        filename: {
          ...list('Profile, folder of profiles, builtin:NAME, or - for standard input', { alias: 'f' }),
          coerce: undefined,
        },
        recursive: flag('Read the subfolders too', { alias: 'R' }),
        name: text('Name of the bundle: lower-case letters, digits and hyphens'),
        to: text('File to write, or - for standard output'),
        ...compileFlags,
      }),
  handler: async (given) => {
    if (given.to === undefined) {
      throw new SeccompError('usage', 'bundle build: where to write the bundle was not said', {
        hint: 'Give --to web.tgz, or --to - for standard output.',
      });
    }
    const options: BundleBuildOptions = {
      filenames: (given.filename as string[] | undefined) ?? [],
      isRecursive: given.recursive === true,
      ...(given.name !== undefined && { name: given.name as string }),
      compile: readCompileOptions(given),
      compileFlags: givenCompileFlags(given),
      to: given.to as string,
    };
    outside.conclude(await run(options, outside));
  },
});

/** Packs and writes; the digest goes to stdout, or to stderr when stdout carries the bundle. */
export const runBundleBuild = async (options: BundleBuildOptions, outside: Outside): Promise<ExitCode> => {
  const { bundle, files, notes } = await readInputs(options, outside);
  await lintForAnyNode(files, { compile: options.compile, runtime: {}, isQuiet: false }, outside);
  outside.stderr.write(notes.map((note) => `note: ${sanitizeLine(note)}\n`).join(''));
  const isStdout = options.to === '-';
  const content = /\.t?gz$/.test(options.to) ? compressBundle(bundle.tar) : bundle.tar;
  const { name, profiles } = bundle.manifest;
  const paths = new Set(profiles.map(({ path }) => path));
  const said = `${generationName(name, bundle.digest)}: ${plural(paths.size, 'profile')}, sha256 ${bundle.digest}\n`;
  if (isStdout) {
    if (outside.stdout.isTTY)
      throw new SeccompError('usage', 'a bundle is not text: standard output is a terminal');
    outside.stdout.write(content);
    outside.stderr.write(said);
    return 0;
  }
  await outside.files.write(options.to, content);
  outside.stdout.write(said);
  return 0;
};
