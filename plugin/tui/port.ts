// What the screens know of the world: one object of functions. `plugin/commands/ui.ts` makes it of what the verbs use,
// tests make it of recorded data.
import type { RolloutEvent } from '../../src/rollout/events.ts';
import type { FleetNews } from '../../src/rollout/fleet.ts';
import type { Pace } from '../../src/rollout/ports.ts';
import type { WorkloadsNow } from '../../src/workload/ports.ts';
import type { ExitCode } from '../outside.ts';

/** What a verb came to; nothing of it is sanitized yet. */
export interface Answer {
  readonly exitCode: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

/** What is told while a verb that changes nodes is at work. */
export type RunNews =
  | { readonly kind: 'event'; readonly event: RolloutEvent }
  | { readonly kind: 'said'; readonly text: string }
  /** Last. */
  | { readonly kind: 'ended'; readonly answer: Answer };

export interface FolderEntry {
  readonly name: string;
  readonly isFolder: boolean;
}

export interface Port {
  /** The nodes and records there are, then what changes; ends when the signal aborts. */
  watchFleet(context: string | undefined, signal: AbortSignal): AsyncIterable<FleetNews>;
  /** Who runs with what, again whenever it changes; ends when the signal aborts. Without a namespace: in all. */
  watchWorkloads(
    namespace: string | undefined,
    context: string | undefined,
    signal: AbortSignal,
  ): AsyncIterable<WorkloadsNow>;
  /** Runs a verb and returns what it printed; it never throws. `./web@v3/nginx.json` names a profile of a revision. */
  ask(words: readonly string[], context: string | undefined, signal: AbortSignal): Promise<Answer>;
  /**
   * Runs a verb and tells what happens; an abort stops it as Ctrl-C does, and it still comes to its end. While `pace`
   * is paused it begins no further node.
   */
  run(
    words: readonly string[],
    context: string | undefined,
    signal: AbortSignal,
    pace: Pace,
  ): AsyncIterable<RunNews>;
  /** Reads a profile's text out of a revision's content. */
  readProfile(
    profile: { readonly bundle: string; readonly revision: number; readonly path: string },
    context: string | undefined,
  ): Promise<string>;
  /** Lists a folder of this machine: what may be applied, folders first. `path` is made absolute. */
  listFolder(folder: string): Promise<{ readonly path: string; readonly entries: readonly FolderEntry[] }>;
  /** Names the contexts of the kubeconfig. */
  readContexts(): Promise<readonly string[]>;
}
