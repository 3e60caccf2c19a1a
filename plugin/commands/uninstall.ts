// `uninstall`: takes every bundle off every node, then removes all that this plugin made in the cluster.
import type { CommandModule } from 'yargs';
import type { RolloutEvent } from '../../src/rollout/events.ts';
import { initialState, type RolloutState, reduce } from '../../src/rollout/state.ts';
import { uninstall } from '../../src/rollout/uninstall.ts';
import { type DryRun, renderReasons, renderSummary } from '../output/rollout-result.ts';
import { sanitizeLine, sanitizeText } from '../output/sanitize.ts';
import type { Connected, ConnectOptions, ExitCode, Outside } from '../outside.ts';
import { confirm } from './confirm.ts';
import { clusterFlags, connectOptions, dryRunFlag, flag, jobFlags, quietFlag } from './flags.ts';
import { interruptible } from './interruptible.ts';
import { refuseMissingRights } from './missing-rights.ts';
import { follow, rolloutPolicy } from './rollout.ts';
import { findUninstallConflict } from './uninstall-in-use.ts';
import { verbs } from './verbs.ts';

export interface UninstallOptions {
  readonly isYes: boolean;
  readonly isForced: boolean;
  readonly dryRun: DryRun;
  readonly maxInFlight?: number;
  readonly isQuiet: boolean;
  readonly connect: ConnectOptions;
}

const USAGE = `$0 uninstall [flags]

Removes every bundle from every node, then the node labels, the records and the
install namespace. A namespace that this plugin did not create is kept. While a node
still holds a bundle, because it is down for example, labels and records are kept too,
so that running uninstall again can finish it; --force gives that up.

While a pod, or what makes pods, names a profile of a bundle that is there, it refuses
and lists them.`;

const EXAMPLES = `Examples:
  # What would go
  $0 uninstall --dry-run=client
  # Without asking
  $0 uninstall --yes`;

/** Builds the command; `run` is replaced in tests of the parsing. */
export const uninstallCommand = (
  outside: Outside,
  run: typeof runUninstall = runUninstall,
): CommandModule => ({
  ...verbs.uninstall,
  builder: (parser) =>
    parser
      .usage(USAGE)
      .epilogue(EXAMPLES)
      .options({
        yes: flag('Do not ask', { alias: 'y' }),
        ...dryRunFlag,
        force: flag(
          'Also where something uses a bundle; forget nodes that cannot be cleaned now, and delete the namespace with what others put there',
        ),
        ...quietFlag,
        ...jobFlags,
        ...clusterFlags,
      }),
  handler: async (given) => {
    const options: UninstallOptions = {
      isYes: given.yes === true,
      isForced: given.force === true,
      dryRun: (given.dryRun as DryRun | undefined) ?? 'none',
      ...(given.maxInFlight !== undefined && { maxInFlight: given.maxInFlight as number }),
      isQuiet: given.quiet === true,
      connect: connectOptions(given),
    };
    outside.conclude(await run(options, outside));
  },
});

/** Asks, uninstalls, and says what came of each bundle and of the whole. */
export const runUninstall = async (options: UninstallOptions, outside: Outside): Promise<ExitCode> => {
  const { dryRun, isQuiet } = options;
  const namespace = options.connect.installNamespace;
  await confirm(
    'Remove every bundle from every node, and all records?',
    options.isYes || dryRun !== 'none',
    outside,
  );
  const cluster = await outside.connect(options.connect);
  if (dryRun !== 'client')
    await refuseMissingRights('uninstall', { cluster, connect: options.connect }, outside);
  if (!options.isForced) await refuseInUse(cluster, dryRun, outside);
  const ended: RolloutState[] = [];
  const events = uninstall(
    { policy: rolloutPolicy(options) },
    { cluster, clock: outside.clock, signal: outside.signal, pace: outside.pace },
  );
  const last = await follow(keepEach(events, ended), isQuiet, outside);
  for (const state of ended) {
    outside.stdout.write(renderSummary(state, dryRun));
    outside.stderr.write(renderReasons(state, 'node/'));
  }
  const isComplete = last.ending === 'complete';
  if (isComplete)
    outside.stdout.write(`kubectl-seccomp uninstalled from ${renderNamespace(namespace, dryRun)}\n`);
  if (last.ending === 'interrupted') return 130;
  if (!isComplete) outside.stderr.write('error: not everything could be removed; run it again to finish\n');
  return isComplete ? 0 : 1;
};

/** A dry run only says what would be refused. */
const refuseInUse = async (
  cluster: Connected,
  dryRun: DryRun,
  { signal, stderr }: Outside,
): Promise<void> => {
  const conflict = await interruptible(findUninstallConflict(cluster), signal);
  if (conflict === undefined) return;
  if (dryRun === 'none') throw conflict;
  stderr.write(sanitizeText(`warning: would be refused without --force: ${conflict.message}\n`));
};

/** Passes the events on and keeps the last state of each bundle: the fold itself knows only the newest. */
async function* keepEach(
  events: AsyncIterable<RolloutEvent>,
  ended: RolloutState[],
): AsyncGenerator<RolloutEvent> {
  let state = initialState;
  for await (const event of events) {
    if (event.kind === 'planned' && state.bundle !== undefined) {
      ended.push(state);
      state = initialState;
    }
    state = reduce(state, event);
    yield event;
  }
  if (state.bundle !== undefined) ended.push(state);
}

const renderNamespace = (namespace: string, dryRun: DryRun): string =>
  `namespace ${sanitizeLine(namespace)}${{ none: '', client: ' (dry run)', server: ' (server dry run)' }[dryRun]}`;
