// `sync`: brings every node to the state it should be in: once, until Ctrl-C, or by itself inside the cluster.
import type { CommandModule } from 'yargs';
import { SeccompError } from '../../src/error.ts';
import type { SyncInput } from '../../src/rollout/sync.ts';
import { renderDocument } from '../output/document.ts';
import { syncDocument } from '../output/sync-document.ts';
import { renderSync } from '../output/sync-result.ts';
import type { ConnectOptions, ExitCode, Outside } from '../outside.ts';
import {
  choice,
  clusterFlags,
  connectOptions,
  flag,
  type Given,
  jobFlags,
  outputFlag,
  quietFlag,
  text,
} from './flags.ts';
import { refuseMissingRights } from './missing-rights.ts';
import { follow } from './rollout.ts';
import { syncOrder } from './sync-order.ts';
import { passOnce } from './sync-pass.ts';
import { watchAndSync } from './sync-watch.ts';
import { verbs } from './verbs.ts';

export interface SyncOptions {
  readonly mode: 'once' | 'watch' | 'install' | 'uninstall';
  readonly isVerifying: boolean;
  readonly isPruning: boolean;
  readonly startupTaint?: string;
  readonly isDryRun: boolean;
  readonly maxInFlight?: number;
  readonly output?: string;
  readonly isQuiet: boolean;
  readonly connect: ConnectOptions;
}

const USAGE = `$0 sync [flags]

Brings every node to the state it should be in, by the records of what was applied: nodes
that joined, that were replaced under the same name, or that missed a rollout or failed in
it. It needs no files: the content is in the cluster. It makes no new revision, and it
does not carry on a rollout that was stopped. What lies on a node that left a bundle's
selector is told, and removed with --prune where no container there uses it.

--watch goes on until Ctrl-C. --install makes it run inside the cluster, every minute,
under an account of its own; --uninstall ends that. A node that fails again and again is
then left alone for as long as it has failed so far, at most half an hour.`;

const EXAMPLES = `Examples:
  # What would be done, and where
  $0 sync --dry-run=client
  # Also what has drifted on the disks, and what nothing wants there any more
  $0 sync --verify --prune
  # By itself; nodes that join with this taint lose it once they have all they should
  $0 sync --install --startup-taint kubectl-seccomp/not-ready
  $0 sync --uninstall`;

/** Builds the command; `run` is replaced in tests of the parsing. */
export const syncCommand = (outside: Outside, run: typeof runSync = runSync): CommandModule => ({
  ...verbs.sync,
  builder: (parser) =>
    parser
      .usage(USAGE)
      .epilogue(EXAMPLES)
      .options({
        verify: flag("Ask the nodes' disks too, and repair what has drifted"),
        prune: flag('Remove bundles from nodes that nothing wants them on any more'),
        'startup-taint': text('Key of a taint that nodes join with, removed once they have all they should', {
          coerce: readTaint,
        }),
        watch: flag('Go on until Ctrl-C: nodes that join or change are synced'),
        install: flag('Run it inside the cluster, every minute'),
        uninstall: flag('Remove what runs inside the cluster'),
        'dry-run': choice('--dry-run', ['none', 'client'], 'Only say what would be done', {
          defaultDescription: 'none',
        }),
        ...outputFlag(['json', 'yaml']),
        ...quietFlag,
        ...jobFlags,
        ...clusterFlags,
      }),
  handler: async (given) => {
    const options: SyncOptions = {
      mode: readMode(given),
      isVerifying: given.verify === true,
      isPruning: given.prune === true,
      ...(given.startupTaint !== undefined && { startupTaint: given.startupTaint as string }),
      isDryRun: given.dryRun === 'client',
      ...(given.maxInFlight !== undefined && { maxInFlight: given.maxInFlight as number }),
      ...(given.output !== undefined && { output: given.output as string }),
      isQuiet: given.quiet === true,
      connect: connectOptions(given),
    };
    checkOptions(options);
    outside.conclude(await run(options, outside));
  },
});

/** Syncs as asked; once, the exit code is 0 only when every node that can have it has what it should. */
export const runSync = async (options: SyncOptions, outside: Outside): Promise<ExitCode> => {
  const { mode, isPruning, isVerifying, startupTaint, isDryRun, maxInFlight, isQuiet, output } = options;
  const { clock, signal, stdout, stderr } = outside;
  const cluster = await outside.connect(options.connect);
  const where = `namespace ${options.connect.installNamespace}`;
  if (mode === 'install') {
    await refuseMissingRights('sync', { cluster, connect: options.connect, flags: ['install'] }, outside);
    await cluster.clusterSync.install(syncOrder(options));
    stdout.write(`sync installed in ${where}: it runs every minute\n`);
    return 0;
  }
  if (mode === 'uninstall') {
    const isAny = await cluster.clusterSync.remove();
    stdout.write(isAny ? `sync uninstalled from ${where}\n` : `no sync is installed in ${where}\n`);
    return 0;
  }
  if (!isDryRun) await refuseMissingRights('sync', { cluster, connect: options.connect }, outside);
  const input: SyncInput = {
    policy: {
      isPruning,
      isImpatient: mode === 'once',
      isDryRun,
      nodeTimeoutMs: options.connect.jobTimeoutMs,
      ...(maxInFlight !== undefined && { maxInFlight }),
    },
    isVerifying,
    ...(startupTaint !== undefined && { startupTaint }),
  };
  if (mode === 'watch') return await watchAndSync(input, cluster, outside);
  const state = await passOnce(input, { cluster, clock, signal, pace: outside.pace }, (events) =>
    follow(events, isQuiet, outside),
  );
  const rendered = renderSync(state, { isDryRun });
  if (output === 'json' || output === 'yaml')
    stdout.write(renderDocument(syncDocument(state, isDryRun), output));
  else stdout.write(rendered.stdout);
  stderr.write(rendered.stderr);
  if (state.ending === 'interrupted') return 130;
  const isTaintKept = state.taints.some(({ reason }) => reason !== undefined);
  return isDryRun || (state.ending === 'complete' && !isTaintKept) ? 0 : 1;
};

const readMode = (given: Given): SyncOptions['mode'] => {
  const modes = (['watch', 'install', 'uninstall'] as const).filter((mode) => given[mode] === true);
  if (modes.length <= 1) return modes[0] ?? 'once';
  throw new SeccompError('usage', `${modes.map((mode) => `--${mode}`).join(' and ')} exclude each other`);
};

const checkOptions = (options: SyncOptions): void => {
  const { mode, isVerifying, isPruning, startupTaint, isDryRun, output } = options;
  if (mode === 'once') return;
  const refused = [
    ...(isVerifying ? ['--verify'] : []),
    ...(isDryRun ? ['--dry-run'] : []),
    ...(output === undefined ? [] : ['-o']),
    ...(mode === 'install' && options.connect.launch === 'pod' ? ['--launch=pod'] : []),
    ...(mode === 'uninstall' && isPruning ? ['--prune'] : []),
    ...(mode === 'uninstall' && startupTaint !== undefined ? ['--startup-taint'] : []),
  ];
  if (refused.length > 0)
    throw new SeccompError('usage', `${refused.join(' and ')} cannot be used with --${mode}`, {
      ...(isVerifying && {
        hint: 'Asking every disk is a Job on every node: run sync --verify when it suits, or from a pipeline.',
      }),
    });
};

const KEY = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

function readTaint(given: string | string[]): string {
  const key = (Array.isArray(given) ? given.at(-1) : given) ?? '';
  if (KEY.test(key)) return key;
  throw new SeccompError('usage', `--startup-taint: "${key}" is not the key of a taint`, {
    hint: 'Write the key alone, e.g. kubectl-seccomp/not-ready, without value and effect.',
  });
}
