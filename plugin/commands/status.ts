// `status [BUNDLE]`: what the labels and records say is on which node. It asks no disk; `verify` does.
import type { CommandModule } from 'yargs';
import { SeccompError } from '../../src/error.ts';
import { generationName } from '../../src/protocol/layout.ts';
import type { BundleOnDisk, Inspection } from '../../src/protocol/report.ts';
import { type Cell, type Status, statusOf } from '../../src/rollout/desired.ts';
import { GROUP_KINDS, type GroupKind } from '../../src/rollout/groups.ts';
import type { NodeSelection } from '../../src/rollout/ports.ts';
import type { Release } from '../../src/rollout/release.ts';
import { API_VERSION, renderDocument } from '../output/document.ts';
import type { BundleStatusDocument, CellDocument, StatusDocument } from '../output/documents.ts';
import { countBy } from '../output/many-rows.ts';
import { renderStatusMetrics } from '../output/prometheus.ts';
import { renderStatus } from '../output/status-result.ts';
import type { ConnectOptions, ExitCode, Outside } from '../outside.ts';
import { readBundleName } from './bundle-name.ts';
import {
  choice,
  clusterFlags,
  connectOptions,
  namespaceFlag,
  outputFlag,
  rootFlag,
  selection,
  selectionFlags,
} from './flags.ts';
import { inspectFolder, refuseClusterFlags, statusHint } from './folder-inspection.ts';
import { interruptible } from './interruptible.ts';
import { describeGroups } from './status-groups.ts';
import { readSyncStatus } from './sync-status.ts';
import { verbs } from './verbs.ts';

export interface StatusOptions {
  readonly bundle?: string;
  readonly selection: NodeSelection;
  readonly root?: string;
  readonly by?: GroupKind;
  readonly output?: string;
  readonly connect: ConnectOptions;
}

const USAGE = `$0 status [BUNDLE] [flags]

Shows which bundles should be on which nodes and what the nodes are known to have, by
node labels and the records of past rollouts. It starts nothing; to have the disks
themselves compared, use verify. With many nodes only those that need attention are
listed; -o wide lists all, and --by counts them by what they have in common.`;

const EXAMPLES = `Examples:
  # Every bundle on every node
  $0 status
  # One bundle, with the generations
  $0 status web -o wide
  # How far each zone is
  $0 status --by zone
  # What lies in a folder of this machine
  $0 status --root /tmp/seccomp`;

/** Builds the command; `run` is replaced in tests of the parsing. */
export const statusCommand = (outside: Outside, run: typeof runStatus = runStatus): CommandModule => ({
  ...verbs.status,
  builder: (parser) =>
    parser
      .usage(USAGE)
      .epilogue(EXAMPLES)
      .positional('bundle', { type: 'string', describe: 'Only this bundle' })
      .options({
        ...selectionFlags,
        by: choice(
          '--by',
          GROUP_KINDS,
          'Count the nodes by the state or digest of the bundle, or by zone or pool',
        ),
        ...rootFlag,
        ...outputFlag(['wide', 'json', 'yaml', 'name', 'prometheus']),
        ...namespaceFlag,
        ...clusterFlags,
      }),
  handler: async (given) => {
    if (given.root !== undefined) refuseClusterFlags(given);
    if (given.root !== undefined && given.by !== undefined)
      throw new SeccompError('usage', '--by counts the nodes of a cluster: it does not go with --root');
    if (given.by !== undefined && (given.output === 'name' || given.output === 'prometheus'))
      throw new SeccompError('usage', `--by: -o ${given.output} has no place for groups`, {
        hint: 'Leave one of the two out, or take -o json.',
      });
    const options: StatusOptions = {
      ...(given.bundle !== undefined && { bundle: readBundleName(given.bundle as string) }),
      selection: selection(given),
      ...(given.root !== undefined && { root: given.root as string }),
      ...(given.by !== undefined && { by: given.by as GroupKind }),
      ...(given.output !== undefined && { output: given.output as string }),
      connect: connectOptions(given),
    };
    outside.conclude(await run(options, outside));
  },
});

/** Prints the matrix; a bundle that was named and is unknown is an error. */
export const runStatus = async (options: StatusOptions, outside: Outside): Promise<ExitCode> => {
  const { bundle, root, output } = options;
  const document =
    root === undefined ? await readCluster(options, outside) : await readFolder(root, outside, bundle);
  if (bundle !== undefined && document.bundles.length === 0) {
    throw new SeccompError('bundle', `bundle "${bundle}" is on no node, and none should have it`, {
      hint: statusHint(outside, root),
    });
  }
  if (output === 'json' || output === 'yaml') outside.stdout.write(renderDocument(document, output));
  else if (output === 'prometheus') outside.stdout.write(renderStatusMetrics(document));
  else if (output === 'name')
    outside.stdout.write(document.bundles.map(({ name }) => `bundle/${name}\n`).join(''));
  else {
    const text = renderStatus(document, { isWide: output === 'wide', nowMs: outside.clock.now() });
    outside.stdout.write(text.stdout);
    outside.stderr.write(text.stderr);
  }
  return 0;
};

const readCluster = async (
  { bundle, selection: chosen, by, connect }: StatusOptions,
  outside: Outside,
): Promise<StatusDocument> => {
  const cluster = await outside.connect(connect);
  const reading = Promise.all([
    cluster.readNodes(chosen),
    cluster.readReleases(bundle),
    readSyncStatus(cluster.clusterSync, outside.clock),
  ]);
  const [nodes, releases, sync] = await interruptible(reading, outside.signal);
  const status = statusOf(nodes, releases);
  const names = status.bundles.filter((name) => bundle === undefined || name === bundle);
  return {
    apiVersion: API_VERSION,
    kind: 'Status',
    bundles: names.map((name) => describeBundle(name, status, releases)),
    nodes: status.rows.map(({ node, cells }) => ({
      name: node.name,
      bundles: names.flatMap((name) => (cells[name] ? [describeCell(name, cells[name])] : [])),
    })),
    // Who was not asked for is not gone: only the whole list tells.
    gone: (isEveryNode(chosen) ? status.gone : [])
      .filter((one) => bundle === undefined || one.bundle === bundle)
      .map((one) => ({
        name: one.node,
        uid: one.uid,
        bundle: one.bundle,
        generation: generationName(one.bundle, one.digest),
      })),
    ...(by !== undefined && { groups: describeGroups(status.rows, by, names) }),
    sync,
  };
};

const isEveryNode = ({ selector, names }: NodeSelection): boolean => names === undefined && selector === '';

const describeBundle = (
  name: string,
  { rows }: Status,
  releases: readonly Release[],
): BundleStatusDocument => {
  const newest = releases.findLast((release) => release.bundle === name);
  const states = rows.flatMap(({ cells }) => (cells[name] ? [cells[name].state] : []));
  const paths = [...new Set(newest?.manifest?.profiles.map(({ path }) => path))];
  return {
    name,
    ...(newest && {
      revision: newest.revision,
      outcome: newest.outcome,
      who: newest.who,
      startedAt: newest.startedAt,
      selector: newest.nodeNames ? `${newest.nodeNames.length} by name` : newest.selector,
    }),
    ...(newest?.digest !== undefined && {
      digest: newest.digest,
      generation: generationName(name, newest.digest),
    }),
    ...(paths.length > 0 && { localhostProfiles: paths.map((path) => `${name}/${path}`) }),
    summary: countBy(states),
  };
};

const describeCell = (name: string, { state, current, wanted, revision, reason }: Cell): CellDocument => ({
  name,
  state,
  ...(current !== undefined && { current: generationName(name, current) }),
  ...(wanted !== undefined && { wanted: generationName(name, wanted) }),
  ...(revision !== undefined && { revision }),
  ...(reason !== undefined && { reason }),
});

/** A folder has no records beside its own: what its links name is what is wanted there. */
const readFolder = async (root: string, outside: Outside, bundle?: string): Promise<StatusDocument> => {
  const inspection: Inspection = await inspectFolder(root, outside, bundle);
  const bundles = inspection.bundles.filter(({ name }) => bundle === undefined || name === bundle);
  return {
    apiVersion: API_VERSION,
    kind: 'Status',
    bundles: bundles.map((one) => ({
      name: one.name,
      ...(one.revision !== undefined && { revision: one.revision }),
      ...(one.current !== undefined && { generation: one.current }),
      ...(one.installedAt !== undefined && { startedAt: one.installedAt }),
      summary: { [stateOnDisk(one)]: 1 },
    })),
    nodes: [
      {
        name: root,
        bundles: bundles.map((one) => ({
          name: one.name,
          state: stateOnDisk(one),
          ...(one.current !== undefined && { current: one.current }),
          ...(one.revision !== undefined && { revision: one.revision }),
        })),
      },
    ],
    gone: [],
  };
};

const stateOnDisk = ({ current, generations, problems }: BundleOnDisk): string => {
  if (current === undefined) return 'missing';
  return problems.length === 0 && generations.every(({ state }) => state === 'intact')
    ? 'in-sync'
    : 'drifted';
};
