// `bundle verify FILE`: is this file a whole and untampered bundle, and the one that was expected?
import type { CommandModule } from 'yargs';
import { SeccompError } from '../../src/error.ts';
import { generationName } from '../../src/protocol/layout.ts';
import { plural } from '../output/rollout-result.ts';
import type { ExitCode, Outside } from '../outside.ts';
import { fileArgument, readBundleFile } from './bundle-file.ts';
import { text } from './flags.ts';
import { bundleVerbs } from './verbs.ts';

export interface BundleVerifyOptions {
  readonly file: string;
  /** At least 16 hex digits that the digest must begin with. */
  readonly digest?: string;
}

const EXAMPLES = `Examples:
  # Is it whole?
  $0 bundle verify web.tgz
  # Is it the one that was reviewed?
  $0 bundle verify web.tgz --digest 1bdeb79acdbf006e`;

/** Builds the command; `run` is replaced in tests of the parsing. */
export const bundleVerifyCommand = (
  outside: Outside,
  run: typeof runBundleVerify = runBundleVerify,
): CommandModule => ({
  ...bundleVerbs.verify,
  builder: (parser) =>
    parser
      .usage(
        '$0 bundle verify FILE|- [flags]\n\nChecks every byte of a bundle file against its manifest.\nExit code: 0 good, 1 not, 2 could not tell.',
      )
      .epilogue(EXAMPLES)
      .positional('file', fileArgument)
      .options({ digest: text('Also compare with this digest: 64 hex digits, or the first 16') }),
  handler: async (given) => {
    const digest = given.digest as string | undefined;
    if (digest !== undefined && !/^([0-9a-f]{16}|[0-9a-f]{64})$/.test(digest)) {
      throw new SeccompError('usage', `--digest: "${digest}" is neither 64 nor 16 lower-case hex digits`);
    }
    const options = { file: given.file as string, ...(digest !== undefined && { digest }) };
    outside.conclude(await run(options, outside));
  },
});

/** Says whether the bundle is good; a file that cannot be read at all is neither good nor bad. */
export const runBundleVerify = async (options: BundleVerifyOptions, outside: Outside): Promise<ExitCode> => {
  outside.conclude(2);
  const { manifest, digest } = await readBundleFile(options.file, outside).catch((thrown) => {
    if (thrown instanceof SeccompError && thrown.code === 'bundle') outside.conclude(1);
    throw thrown;
  });
  if (options.digest !== undefined && !digest.startsWith(options.digest)) {
    outside.conclude(1);
    throw new SeccompError(
      'bundle',
      `"${options.file}" has the digest ${digest}: ${options.digest} was expected`,
    );
  }
  const paths = new Set(manifest.profiles.map(({ path }) => path));
  outside.stdout.write(
    `${generationName(manifest.name, digest)}: good, ${plural(paths.size, 'profile')}, sha256 ${digest}\n`,
  );
  return 0;
};
