// `prune [BUNDLE]`: removes old generations from nodes or from a folder of this machine, and says what stays and why.
import type { CommandModule } from 'yargs';
import { SeccompError } from '../../src/error.ts';
import type { NodeSelection } from '../../src/rollout/ports.ts';
import { pruneBundle } from '../../src/rollout/prune.ts';
import { type Pins, type PrunePlan, pinsOf } from '../../src/rollout/prune-plan.ts';
import { knownBundles } from '../../src/rollout/uninstall.ts';
import { foldWorkloads } from '../../src/workload/rows.ts';
import { namesTarget } from '../../src/workload/target.ts';
import { renderDocument } from '../output/document.ts';
import { type Pruned, pruneDocument } from '../output/prune-document.ts';
import { renderPruned } from '../output/prune-result.ts';
import { type DryRun, renderReasons } from '../output/rollout-result.ts';
import type { Connected, ExitCode, Outside } from '../outside.ts';
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
  text,
} from './flags.ts';
import { refuseClusterFlags, statusHint } from './folder-inspection.ts';
import { pruneFolder } from './folder-prune.ts';
import { interruptible } from './interruptible.ts';
import { refuseMissingRights } from './missing-rights.ts';
import { exitCodeOf, follow, type RolloutOptions, readRolloutOptions, rolloutPolicy } from './rollout.ts';
import { verbs } from './verbs.ts';

export interface PruneOptions extends RolloutOptions {
  /** Absent: every bundle. */
  readonly bundle?: string;
  readonly keep: number;
  readonly isYes: boolean;
  readonly selection: NodeSelection;
  readonly root?: string;
}

const USAGE = `$0 prune [BUNDLE] [flags]

Removes what bundles held before from the disks of nodes: every generation (the folder
web@<digest>) but the one that the bundle's name leads to now. What a pod, or what
makes pods, names by its generation stays and is listed with its users; the others go.
History stays as it is, and rollback to what was pruned installs it again.

Pods are looked at right before. One that is made in the seconds until the disks are
changed, and names a generation that goes, will not start; what makes pods by a custom
resource is seen only by its pods. A rollout of the same bundle waits until this is done.`;

const EXAMPLES = `Examples:
  # What would go, and what stays?
  $0 prune web --dry-run=client
  # Keep two generations to go back to quickly
  $0 prune web --keep 2 --yes
  # In a node image
  $0 prune --root /mnt/image/var/lib/kubelet/seccomp`;

/** Builds the command; `run` is replaced in tests of the parsing. */
export const pruneCommand = (outside: Outside, run: typeof runPrune = runPrune): CommandModule => ({
  ...verbs.prune,
  builder: (parser) =>
    parser
      .usage(USAGE)
      .epilogue(EXAMPLES)
      .positional('bundle', { type: 'string', describe: 'Only this bundle' })
      .options({
        keep: text('Leave so many besides the current one, the newest that each node had', {
          coerce: readKeep,
          defaultDescription: '0',
        }),
        yes: flag('Do not ask', { alias: 'y' }),
        ...selectionFlags,
        ...dryRunFlag,
        force: flag('Also look on nodes whose labels list no old generation'),
        ...rootFlag,
        ...outputFlag(['json', 'yaml', 'name']),
        ...quietFlag,
        ...jobFlags,
        ...clusterFlags,
      }),
  handler: async (given) => {
    if (given.root !== undefined) refuseClusterFlags(given);
    // In a folder nothing tells which came last.
    if (given.root !== undefined && given.keep !== undefined)
      throw new SeccompError(
        'usage',
        '--keep goes by the records of a cluster: it cannot be given with --root',
      );
    const options: PruneOptions = {
      ...(given.bundle !== undefined && { bundle: readBundleName(given.bundle as string) }),
      keep: (given.keep as number | undefined) ?? 0,
      isYes: given.yes === true,
      selection: selection(given),
      ...(given.root !== undefined && { root: given.root as string }),
      ...readRolloutOptions(given),
    };
    outside.conclude(await run(options, outside));
  },
});

/** Asks, prunes one bundle after the other and says what came of it; what is kept because it is in use is no failure. */
export const runPrune = async (options: PruneOptions, outside: Outside): Promise<ExitCode> => {
  const { bundle, root, dryRun, output } = options;
  const what = bundle === undefined ? 'every bundle' : `bundle "${bundle}"`;
  const where = root === undefined ? 'nodes' : `"${root}"`;
  const isYes = options.isYes || dryRun !== 'none';
  await confirm(`Remove the old generations of ${what} from ${where}?`, isYes, outside);
  const pruned =
    root === undefined ? await pruneNodes(options, outside) : await pruneInFolder(options, outside);
  const prefix = root === undefined ? 'node/' : '';
  if (output === 'json' || output === 'yaml')
    outside.stdout.write(renderDocument(pruneDocument(pruned, dryRun), output));
  else if (output === 'name') outside.stdout.write(renderRemovedNames(pruned, dryRun));
  else for (const one of pruned) outside.stdout.write(renderPruned(one, dryRun, prefix));
  for (const { state } of pruned) outside.stderr.write(renderReasons(state, prefix));
  if (pruned.length === 0) outside.stderr.write('No bundles found.\n');
  const codes = pruned.map(({ state }) => exitCodeOf(state));
  return codes.find((code) => code === 130) ?? codes.find((code) => code !== 0) ?? 0;
};

const pruneNodes = async (options: PruneOptions, outside: Outside): Promise<Pruned[]> => {
  const { keep, selection: wanted, isQuiet } = options;
  const { clock, signal } = outside;
  const cluster = await outside.connect(options.connect);
  if (options.dryRun !== 'client')
    await refuseMissingRights('prune', { cluster, connect: options.connect }, outside);
  const pruned: Pruned[] = [];
  for (const bundle of await interruptible(chooseBundles(options, cluster, outside), signal)) {
    let plan: PrunePlan | undefined;
    const events = pruneBundle(
      {
        bundle,
        keep,
        selection: wanted,
        policy: rolloutPolicy(options),
        readPins: () => interruptible(readPins(bundle, cluster), signal),
        onPlan: (latest) => {
          plan = latest;
        },
      },
      { cluster, clock, signal, pace: outside.pace },
    );
    const state = await follow(events, isQuiet, outside);
    pruned.push({ bundle, state, ...(plan && { plan }) });
    if (state.ending === 'interrupted') break;
  }
  return pruned;
};

const chooseBundles = async (
  { bundle }: PruneOptions,
  cluster: Connected,
  outside: Outside,
): Promise<readonly string[]> => {
  const [nodes, releases] = await Promise.all([
    cluster.readNodes({ selector: '' }),
    cluster.readReleases(bundle),
  ]);
  const known = knownBundles(nodes, releases);
  if (bundle === undefined) return known;
  // A name that was mistyped must not read as done.
  if (releases.length > 0 || known.includes(bundle)) return [bundle];
  throw new SeccompError(
    'bundle',
    `bundle "${bundle}" was never applied here, and no node is known to have it`,
    { hint: `${statusHint(outside)}.` },
  );
};

/** Throws `conflict` where something may not be read: it may name any generation. */
const readPins = async (bundle: string, { workloads }: Connected): Promise<Pins> => {
  const { rows, unread } = await foldWorkloads(workloads.read({ selector: '' }), (confinement) =>
    namesTarget(confinement, bundle),
  );
  if (unread.length === 0) return pinsOf(rows, bundle);
  const resources = unread.map(({ resource }) => resource).join(', ');
  throw new SeccompError(
    'conflict',
    `cannot tell which generations of "${bundle}" are in use: not allowed to list ${resources} in all namespaces`,
    { hint: 'Nothing was removed. Whoever prunes must be able to see all that makes pods.' },
  );
};

const pruneInFolder = async (
  { root = '', bundle, dryRun }: PruneOptions,
  outside: Outside,
): Promise<Pruned[]> => {
  const pruned: Pruned[] = [];
  for (const one of await pruneFolder(root, bundle, dryRun !== 'none', outside))
    pruned.push({ ...one, state: await follow(one.events, true, outside) });
  return pruned;
};

const renderRemovedNames = (pruned: readonly Pruned[], dryRun: DryRun): string => {
  const { bundles } = pruneDocument(pruned, dryRun);
  const removed = bundles.flatMap(({ nodes }) => nodes.flatMap((node) => node.removed));
  return [...new Set(removed)].map((generation) => `${generation}\n`).join('');
};

function readKeep(given: string | string[]): number {
  const value = (Array.isArray(given) ? given.at(-1) : given) ?? '';
  if (/^\d{1,3}$/.test(value)) return Number(value);
  throw new SeccompError('usage', `--keep: "${value}" is not a number of generations such as 2`);
}
