// `delete BUNDLE`: removes a bundle, all its generations included, from nodes or from a folder of this machine.
import type { CommandModule } from 'yargs';
import { SeccompError } from '../../src/error.ts';
import type { Cluster, NodeSelection } from '../../src/rollout/ports.ts';
import { removeBundle } from '../../src/rollout/remove.ts';
import type { ExitCode, Outside } from '../outside.ts';
import { readBundleName } from './bundle-name.ts';
import { confirm } from './confirm.ts';
import {
  clusterFlags,
  dryRunFlag,
  flag,
  jobFlags,
  outputFlag,
  quietFlag,
  rootFlag,
  selection,
  selectionFlags,
} from './flags.ts';
import { refuseClusterFlags, statusHint } from './folder-inspection.ts';
import { removeFromFolder } from './folder-rollout.ts';
import { refuseDeleteInUse } from './in-use.ts';
import { interruptible } from './interruptible.ts';
import { refuseMissingRights } from './missing-rights.ts';
import { follow, type RolloutOptions, readRolloutOptions, rolloutPolicy, show } from './rollout.ts';
import { verbs } from './verbs.ts';

export interface DeleteOptions extends RolloutOptions {
  readonly bundle: string;
  readonly isYes: boolean;
  readonly selection: NodeSelection;
  readonly root?: string;
}

const USAGE = `$0 delete BUNDLE [flags]

Removes a bundle with all its generations from the nodes that have it. Running
containers keep their filter; a container that starts later and names one of its
profiles will not start: while a pod, or what makes pods, names one, it refuses and
lists them. Files that are not this plugin's are never touched.`;

const EXAMPLES = `Examples:
  # Ask, then remove it from every node
  $0 delete web
  # From one node, without asking
  $0 delete web --nodes node-1 --yes`;

/** Builds the command; `run` is replaced in tests of the parsing. */
export const deleteCommand = (outside: Outside, run: typeof runDelete = runDelete): CommandModule => ({
  ...verbs.delete,
  builder: (parser) =>
    parser
      .usage(USAGE)
      .epilogue(EXAMPLES)
      .positional('bundle', { type: 'string', describe: 'Name of the bundle' })
      .options({
        yes: flag('Do not ask', { alias: 'y' }),
        ...selectionFlags,
        ...dryRunFlag,
        force: flag(
          'Also where something uses it, on nodes that do not seem to have it, and what is damaged',
        ),
        ...rootFlag,
        ...outputFlag(['json', 'yaml', 'name']),
        ...quietFlag,
        ...jobFlags,
        ...clusterFlags,
      }),
  handler: async (given) => {
    if (given.root !== undefined) refuseClusterFlags(given);
    const options: DeleteOptions = {
      bundle: readBundleName(given.bundle as string),
      isYes: given.yes === true,
      selection: selection(given),
      ...(given.root !== undefined && { root: given.root as string }),
      ...readRolloutOptions(given),
    };
    outside.conclude(await run(options, outside));
  },
});

/** Asks, removes and says what came of it. */
export const runDelete = async (options: DeleteOptions, outside: Outside): Promise<ExitCode> => {
  const { bundle, root, dryRun, isForced, isQuiet, output } = options;
  const where = root === undefined ? describeNodes(options.selection) : `"${root}"`;
  await confirm(`Delete bundle "${bundle}" from ${where}?`, options.isYes || dryRun !== 'none', outside);
  const cluster = root === undefined ? await outside.connect(options.connect) : undefined;
  if (cluster && dryRun !== 'client')
    await refuseMissingRights('delete', { cluster, connect: options.connect }, outside);
  const { signal } = outside;
  const events =
    cluster === undefined
      ? removeFromFolder(root ?? '', bundle, { isForced, isDryRun: dryRun !== 'none' }, outside)
      : removeBundle(
          {
            bundle,
            selection: options.selection,
            policy: rolloutPolicy(options),
            ...(!isForced && {
              examine: (seen) =>
                refuseDeleteInUse(bundle, seen, { cluster, signal, isDryRun: dryRun !== 'none' }),
            }),
          },
          { cluster, clock: outside.clock, signal, pace: outside.pace },
        );
  // A folder is done before there is anything to tell.
  const state = await follow(events, isQuiet || root !== undefined, outside);
  const isNowhere = [...state.nodes.values()].every(({ phase }) => phase === 'up-to-date');
  if (cluster && state.ending === 'complete' && isNowhere) await refuseUnknown(bundle, cluster, outside);
  return show(
    state,
    { kind: 'DeleteResult', bundle, dryRun, output, isQuiet, isFolder: root !== undefined },
    outside,
  );
};

// A name that was mistyped must not read as done. What was deleted before has a record, and is done.
const refuseUnknown = async (bundle: string, cluster: Cluster, outside: Outside): Promise<void> => {
  const releases = await interruptible(cluster.readReleases(bundle), outside.signal);
  if (releases.length > 0) return;
  throw new SeccompError(
    'bundle',
    `bundle "${bundle}" was never applied here, and no node is known to have it`,
    {
      hint: `${statusHint(outside)}. --force looks on every node all the same.`,
    },
  );
};

const describeNodes = ({ selector, names }: NodeSelection): string => {
  if (names) return names.length === 1 ? `node ${names[0]}` : `the ${names.length} named nodes`;
  return selector === '' ? 'every node' : `the nodes that match "${selector}"`;
};
