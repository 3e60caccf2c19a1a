// `history BUNDLE`: what was rolled out under a name, when, by whom and what it changed; read from the cluster's records.
import type { CommandModule } from 'yargs';
import { SeccompError } from '../../src/error.ts';
import { renderDocument } from '../output/document.ts';
import { historyDocument, renderHistory, renderRevision, revisionDocument } from '../output/history.ts';
import type { ConnectOptions, ExitCode, Outside } from '../outside.ts';
import { readBundleName } from './bundle-name.ts';
import { clusterFlags, connectOptions, namespaceFlag, outputFlag, text } from './flags.ts';
import { interruptible } from './interruptible.ts';
import { parseRevision } from './revision.ts';
import { verbs } from './verbs.ts';

export interface HistoryOptions {
  readonly bundle: string;
  readonly revision?: number;
  readonly output?: string;
  readonly connect: ConnectOptions;
}

const USAGE = `$0 history BUNDLE [--revision N] [flags]

Lists what was rolled out under a bundle's name, oldest first: how it ended, on how
many nodes, by whom, and which profiles it added, changed or removed. The records are
kept in the cluster: the newest ten, and whatever a node still needs.`;

const EXAMPLES = `Examples:
  $0 history web
  # One revision, with its profiles and nodes
  $0 history web --revision 3 -o yaml`;

/** Builds the command; `run` is replaced in tests of the parsing. */
export const historyCommand = (outside: Outside, run: typeof runHistory = runHistory): CommandModule => ({
  ...verbs.history,
  builder: (parser) =>
    parser
      .usage(USAGE)
      .epilogue(EXAMPLES)
      .positional('bundle', { type: 'string', describe: 'Bundle' })
      .options({
        revision: text('Only this revision, with its profiles and nodes', {
          coerce: (given: string | string[]) => parseRevision(given, '--revision'),
        }),
        ...outputFlag(['wide', 'json', 'yaml', 'name']),
        ...namespaceFlag,
        ...clusterFlags,
      }),
  handler: async (given) => {
    const options: HistoryOptions = {
      bundle: readBundleName(given.bundle as string),
      ...(given.revision !== undefined && { revision: given.revision as number }),
      ...(given.output !== undefined && { output: given.output as string }),
      connect: connectOptions(given),
    };
    outside.conclude(await run(options, outside));
  },
});

/** Prints the records; a bundle or revision that has none is an error. */
export const runHistory = async (
  { bundle, revision, output, connect }: HistoryOptions,
  outside: Outside,
): Promise<ExitCode> => {
  const cluster = await outside.connect(connect);
  const releases = await interruptible(cluster.readReleases(bundle), outside.signal);
  const { stdout, clock, programName } = outside;
  if (releases.length === 0)
    throw new SeccompError(
      'bundle',
      `bundle "${bundle}" has no history: nothing was ever applied under that name`,
      {
        hint: `See ${programName} status for the bundles that there are.`,
      },
    );
  const at = releases.findIndex((release) => release.revision === revision);
  if (revision !== undefined && at < 0)
    throw new SeccompError('bundle', `${bundle}@v${revision} is not recorded (any more)`, {
      hint: `See ${programName} history ${bundle}.`,
    });
  const shown = at < 0 ? releases : releases.slice(at, at + 1);
  if (output === 'name') {
    stdout.write(shown.map((release) => `${bundle}@v${release.revision}\n`).join(''));
    return 0;
  }
  if (at >= 0) {
    const document = revisionDocument(releases[at]!, releases.slice(0, at));
    stdout.write(isDocument(output) ? renderDocument(document, output) : renderRevision(document));
    return 0;
  }
  const document = historyDocument(bundle, releases);
  stdout.write(
    isDocument(output)
      ? renderDocument(document, output)
      : renderHistory(document, { isWide: output === 'wide', nowMs: clock.now() }),
  );
  return 0;
};

const isDocument = (output: string | undefined): output is 'json' | 'yaml' =>
  output === 'json' || output === 'yaml';
