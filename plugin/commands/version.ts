// `version`: of the plugin, and of the cluster where it can be asked.
import type { CommandModule } from 'yargs';
import { SeccompError } from '../../src/error.ts';
import { API_VERSION, type DocumentFormat, renderDocument } from '../output/document.ts';
import type { VersionDocument } from '../output/documents.ts';
import { renderVersions } from '../output/versions.ts';
import type { ConnectOptions, ExitCode, Outside } from '../outside.ts';
import { clusterFlags, connectOptions, flag, outputFlag } from './flags.ts';
import { interruptible } from './interruptible.ts';
import { verbs } from './verbs.ts';

export interface VersionOptions {
  readonly isClientOnly: boolean;
  readonly output?: DocumentFormat;
  readonly connect: ConnectOptions;
}

const USAGE = `$0 version [flags]

Prints the version of the plugin and of the cluster.`;

const EXAMPLES = `Examples:
  # Both
  $0 version
  # The plugin's alone, without asking a cluster
  $0 version --client`;

/** Builds the command; `run` is replaced in tests of the parsing. */
export const versionCommand = (outside: Outside, run: typeof runVersion = runVersion): CommandModule => ({
  ...verbs.version,
  builder: (parser) =>
    parser
      .usage(USAGE)
      .epilogue(EXAMPLES)
      .options({
        client: flag('Only the version of the plugin; asks no cluster'),
        ...outputFlag(['json', 'yaml']),
        ...clusterFlags,
      }),
  handler: async (given) => {
    const options: VersionOptions = {
      isClientOnly: given.client === true,
      ...(given.output !== undefined && { output: given.output as DocumentFormat }),
      connect: connectOptions(given),
    };
    outside.conclude(await run(options, outside));
  },
});

/** Prints the versions; a cluster that does not answer is said on stderr and costs exit code 1, as for kubectl. */
export const runVersion = async (options: VersionOptions, outside: Outside): Promise<ExitCode> => {
  const server = options.isClientOnly ? {} : await askServer(options.connect, outside);
  const document: VersionDocument = {
    apiVersion: API_VERSION,
    kind: 'Version',
    clientVersion: `v${outside.version}`,
    ...(server.version !== undefined && { serverVersion: server.version }),
  };
  outside.stdout.write(
    options.output
      ? renderDocument(document, options.output)
      : renderVersions(document.clientVersion, server.version),
  );
  if (!server.failure) return 0;
  // Thrown only now: the plugin's own version is wanted most when the cluster cannot be reached.
  throw server.failure;
};

const askServer = async (
  connect: ConnectOptions,
  outside: Outside,
): Promise<{ version?: string; failure?: SeccompError }> => {
  try {
    return { version: await interruptible(outside.readServerVersion(connect), outside.signal) };
  } catch (thrown) {
    if (thrown instanceof SeccompError) return { failure: thrown };
    throw thrown;
  }
};
