// `rollback BUNDLE`: brings an earlier content back, as a rollout of its own with the next revision.
import type { CommandModule } from 'yargs';
import { collectBundle } from '../../src/bundle/collect.ts';
import { sha256Of } from '../../src/bundle/manifest.ts';
import { SeccompError } from '../../src/error.ts';
import { installBundle } from '../../src/rollout/install.ts';
import type { Cluster, NodeSelection } from '../../src/rollout/ports.ts';
import type { Release } from '../../src/rollout/release.ts';
import { chooseRollback, type Restorable } from '../../src/rollout/rollback.ts';
import type { ExitCode, Outside } from '../outside.ts';
import { readBundleName } from './bundle-name.ts';
import {
  clusterFlags,
  dryRunFlag,
  flag,
  jobFlags,
  outputFlag,
  quietFlag,
  selection,
  selectionFlags,
  text,
} from './flags.ts';
import { interruptible } from './interruptible.ts';
import { refuseMissingRights } from './missing-rights.ts';
import { parseRevision } from './revision.ts';
import {
  follow,
  type RolledBack,
  type RolloutOptions,
  readRolloutOptions,
  rolloutPolicy,
  show,
} from './rollout.ts';
import { verbs } from './verbs.ts';

export interface RollbackOptions extends RolloutOptions {
  readonly bundle: string;
  readonly to?: number;
  /** Absent: the nodes of the newest revision. */
  readonly selection?: NodeSelection;
}

const USAGE = `$0 rollback BUNDLE [--to N] [flags]

Brings back what a bundle held before, on the nodes of its newest revision: the newest
revision that succeeded with another content, or revision N of its history. Where that
was for other nodes, it asks for --to. It is a rollout like any other and gets the next
revision. A node that still has that content
only swaps a link; elsewhere it is installed again. Running containers keep the filter
that they started with.`;

const EXAMPLES = `Examples:
  $0 rollback web
  $0 rollback web --to 3 --dry-run=client`;

/** Builds the command; `run` is replaced in tests of the parsing. */
export const rollbackCommand = (outside: Outside, run: typeof runRollback = runRollback): CommandModule => ({
  ...verbs.rollback,
  builder: (parser) =>
    parser
      .usage(USAGE)
      .epilogue(EXAMPLES)
      .positional('bundle', { type: 'string', describe: 'Bundle' })
      .options({
        to: text('Revision to go back to', {
          coerce: (given: string | string[]) => parseRevision(given, '--to'),
        }),
        ...selectionFlags,
        ...dryRunFlag,
        force: flag('Run on nodes that have that content already, too, and replace what is damaged'),
        ...outputFlag(['json', 'yaml', 'name']),
        ...quietFlag,
        ...jobFlags,
        ...clusterFlags,
      }),
  handler: async (given) => {
    const isSelected = given.nodes !== undefined || given.selector !== undefined;
    const options: RollbackOptions = {
      bundle: readBundleName(given.bundle as string),
      ...(given.to !== undefined && { to: given.to as number }),
      ...(isSelected && { selection: selection(given) }),
      ...readRolloutOptions(given),
    };
    outside.conclude(await run(options, outside));
  },
});

/** Rolls back and says what came of it; the exit code is 0 only when every node that can have it has it. */
export const runRollback = async (options: RollbackOptions, outside: Outside): Promise<ExitCode> => {
  const { bundle, dryRun, isQuiet, output } = options;
  const { state, profiles } = await rollBack(options, outside);
  return show(
    state,
    { kind: 'RollbackResult', bundle, dryRun, output, isQuiet, isFolder: false, profiles },
    outside,
  );
};

/** Brings an earlier content back; throws SeccompError where there is none or it cannot be read. */
export const rollBack = async (
  options: Omit<RollbackOptions, 'output'>,
  outside: Outside,
): Promise<RolledBack> => {
  const { bundle, to, isQuiet } = options;
  const cluster = await outside.connect(options.connect);
  if (options.dryRun !== 'client')
    await refuseMissingRights('rollback', { cluster, connect: options.connect }, outside);
  const { target, content, nodes } = await interruptible(
    prepareRollback(cluster, bundle, to, options.selection),
    outside.signal,
  );
  if (!isQuiet) outside.stderr.write(`rolling ${bundle} back to v${target.revision}\n`);
  const { digest, manifest, revision } = target;
  const events = installBundle(
    {
      bundle,
      digest,
      manifest,
      rolledBackTo: revision,
      chunks: content,
      selection: nodes,
      policy: rolloutPolicy(options),
    },
    { cluster, clock: outside.clock, signal: outside.signal, pace: outside.pace },
  );
  const state = await follow(events, isQuiet, outside);
  return { state, profiles: [...new Set(manifest.profiles.map(({ path }) => path))] };
};

interface Preparation {
  readonly target: Restorable;
  readonly content: readonly { readonly sha256: string; readonly content: Uint8Array }[];
  readonly nodes: NodeSelection;
}

const prepareRollback = async (
  cluster: Cluster,
  bundle: string,
  to: number | undefined,
  selected: NodeSelection | undefined,
): Promise<Preparation> => {
  const releases = await cluster.readReleases(bundle);
  const target = chooseRollback(bundle, releases, {
    ...(to !== undefined && { to }),
    ...(selected && { selection: selected }),
  });
  const chunks = await cluster.readChunks(target);
  // The record names both: neither of them is believed about the other.
  const { digest } = await collectBundle(asStream(chunks));
  if (digest !== target.digest)
    throw new SeccompError(
      'conflict',
      `the content of ${bundle}@v${target.revision} is not what its record says`,
      {
        hint: 'apply the profiles from where they are kept, or choose another revision with --to',
      },
    );
  return {
    target,
    content: chunks.map((content) => ({ sha256: sha256Of(content), content })),
    nodes: selected ?? (await nodesOf(releases.at(-1)!, cluster)),
  };
};

/** Those that the newest revision was for; one that has left the cluster since is no longer waited for. */
const nodesOf = async ({ selector, nodeNames }: Release, cluster: Cluster): Promise<NodeSelection> => {
  if (nodeNames === undefined) return { selector };
  const present = new Set((await cluster.readNodes({ selector })).map(({ name }) => name));
  const names = nodeNames.filter((name) => present.has(name));
  if (names.length > 0) return { selector, names };
  throw new SeccompError('usage', `none of its nodes is in the cluster any more: ${nodeNames.join(', ')}`, {
    hint: 'Choose nodes with --nodes or -l.',
  });
};

async function* asStream(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void, void> {
  yield* chunks;
}
