// What the verbs that change nodes share: following the events, printing what came of them, and the exit code.
import type { RolloutEvent } from '../../src/rollout/events.ts';
import type { Reason } from '../../src/rollout/node.ts';
import type { RolloutPolicy } from '../../src/rollout/rollout.ts';
import type { RolloutState } from '../../src/rollout/state.ts';
import { allowsColor, paintWith } from '../output/color.ts';
import { renderDocument } from '../output/document.ts';
import type { RolloutDocument } from '../output/documents.ts';
import { followRollout } from '../output/progress.ts';
import {
  countResults,
  type DryRun,
  nodeResult,
  renderNodeLines,
  renderReasons,
  renderSummary,
  rolloutDocument,
} from '../output/rollout-result.ts';
import { sanitizeLine } from '../output/sanitize.ts';
import { renderFailing } from '../output/waves.ts';
import type { ConnectOptions, ExitCode, Outside } from '../outside.ts';
import { connectOptions, type Given } from './flags.ts';

export interface RolledBack {
  readonly state: RolloutState;
  /** Paths of what was brought back. */
  readonly profiles: readonly string[];
}

export interface ShowOptions {
  readonly kind: 'ApplyResult' | 'DeleteResult' | 'RollbackResult';
  readonly bundle: string;
  readonly dryRun: DryRun;
  readonly output?: string | undefined;
  readonly isQuiet: boolean;
  /** True for `--root`: the one "node" is a folder. */
  readonly isFolder: boolean;
  /** Paths below the bundle's folder. */
  readonly profiles?: readonly string[];
  /** What was rolled back because this failed. */
  readonly rollback?: RolledBack;
}

const DEFAULT_COLUMNS = 80;

/** What verbs that change nodes take alike. */
export interface RolloutOptions {
  readonly dryRun: DryRun;
  readonly maxInFlight?: number;
  readonly isForced: boolean;
  readonly output?: string;
  readonly isQuiet: boolean;
  readonly connect: ConnectOptions;
}

/** Reads them from what was given. */
export const readRolloutOptions = (given: Given): RolloutOptions => ({
  dryRun: (given.dryRun as DryRun | undefined) ?? 'none',
  ...(given.maxInFlight !== undefined && { maxInFlight: given.maxInFlight as number }),
  isForced: given.force === true,
  ...(given.output !== undefined && { output: given.output as string }),
  isQuiet: given.quiet === true,
  connect: connectOptions(given),
});

/** Builds the engine's policy from a verb's options. */
export const rolloutPolicy = (options: Omit<RolloutOptions, 'output' | 'isQuiet'>): RolloutPolicy => ({
  ...(options.maxInFlight !== undefined && { maxInFlight: options.maxInFlight }),
  force: options.isForced,
  dryRun: options.dryRun,
  nodeTimeoutMs: options.connect.jobTimeoutMs,
});

/** Follows a rollout with progress on stderr and returns its final state. */
export const follow = (
  events: AsyncIterable<RolloutEvent>,
  isQuiet: boolean,
  { stderr, clock, signal, environment, onEvent }: Outside,
): Promise<RolloutState> => {
  const isTerminal = stderr.isTTY === true && environment.TERM !== 'dumb';
  return followRollout(
    onEvent ? tapped(events, onEvent) : events,
    {
      mode: isQuiet ? 'quiet' : isTerminal ? 'live' : 'plain',
      // A terminal that does not know its width says 0.
      get columns() {
        return stderr.columns || DEFAULT_COLUMNS;
      },
      paint: paintWith(allowsColor(stderr, environment)),
      write: (text) => stderr.write(text),
    },
    clock,
    signal,
  );
};

/** Passes events on to whoever watches, before they are folded. */
async function* tapped(
  events: AsyncIterable<RolloutEvent>,
  onEvent: (event: RolloutEvent) => void,
): AsyncGenerator<RolloutEvent, void, void> {
  for await (const event of events) {
    onEvent(event);
    yield event;
  }
}

/** Prints what came of a rollout: the result on stdout, the reasons of what is not done on stderr. */
export const show = (seen: RolloutState, options: ShowOptions, { stdout, stderr }: Outside): ExitCode => {
  const { kind, dryRun, output, isFolder, profiles, rollback } = options;
  // Interrupted before there was a plan, the state does not know yet what it is about.
  const state: RolloutState = { ...seen, bundle: seen.bundle ?? options.bundle };
  const prefix = isFolder ? '' : 'node/';
  if (output === 'json' || output === 'yaml') {
    stdout.write(
      renderDocument(
        rolloutDocument(kind, state, {
          dryRun,
          ...(profiles && { profiles }),
          ...(rollback && { rollback: rollbackDocument(rollback) }),
        }),
        output,
      ),
    );
  } else if (output === 'name') {
    stdout.write(renderDoneNames(state, prefix, dryRun));
  } else {
    stdout.write(renderNodeLines(state, { dryRun, prefix }));
    stdout.write(renderSummary(state, dryRun, isFolder ? 'folder' : 'node'));
  }
  stderr.write(renderReasons(state, prefix));
  if (state.stopped) stderr.write(renderStopped(state.stopped, state, rollback !== undefined));
  if (rollback && output === undefined) {
    stdout.write(renderNodeLines(rollback.state, { dryRun, prefix }));
    stdout.write(renderSummary(rollback.state, dryRun));
  }
  if (rollback) stderr.write(renderReasons(rollback.state, prefix));
  return rollback?.state.ending === 'interrupted' ? 130 : exitCodeOf(state);
};

/** Decides the exit code from the final state alone. */
export const exitCodeOf = (state: RolloutState): ExitCode => {
  if (state.ending === 'interrupted') return 130;
  const { failed, pending } = countResults(state);
  return state.ending === 'complete' && failed + pending === 0 ? 0 : 1;
};

const rollbackDocument = ({ state, profiles }: RolledBack): RolloutDocument =>
  rolloutDocument('RollbackResult', state, { dryRun: 'none', profiles });

const renderStopped = ({ message, hint }: Reason, { gates }: RolloutState, isRolledBack: boolean): string =>
  [
    `stopped: ${sanitizeLine(message)}\n`,
    renderFailing(gates),
    hint === undefined || isRolledBack ? '' : `  hint: ${sanitizeLine(hint)}\n`,
  ].join('');

const renderDoneNames = (state: RolloutState, prefix: string, dryRun: DryRun): string =>
  [...state.nodes.values()]
    .filter((node) => ['done', 'up-to-date'].includes(node.phase) || nodeResult(node, dryRun) === 'would run')
    .map(({ node }) => `${prefix}${sanitizeLine(node.name)}\n`)
    .join('');
