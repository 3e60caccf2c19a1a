// All that the UI knows, as one value; screens are drawn from it and from nothing else.

import type { Inspection } from '../../src/protocol/report.ts';
import { emptyFleet, type Fleet } from '../../src/rollout/fleet.ts';
import { type RolloutState, initialState as unplanned } from '../../src/rollout/state.ts';
import type { WorkloadsNow } from '../../src/workload/ports.ts';
import type { Grouping, Place } from './place.ts';
import type { Answer, FolderEntry } from './port.ts';
import type { Order } from './table.ts';
import { isLocal, isRolling, joinWords } from './words.ts';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** A place as it was left: coming back finds everything where it was. */
export interface Visit {
  readonly place: Place;
  readonly cursor: number;
  /** The first row in sight. */
  readonly top: number;
  readonly column: number;
  readonly filter: string;
  readonly order?: Order;
  /** Shows what stands beside, where there is room for only one. */
  readonly isBeside: boolean;
  /** A row that is marked for a comparison, by its key. */
  readonly marked?: string;
  /** A system call and its arguments that a profile is asked about. */
  readonly call?: string;
}

/** What was asked of a verb, by its words. */
export interface Asked {
  readonly answer?: Answer;
  readonly atMs?: number;
  /** No longer sure: it is asked again where it is needed, and shown until then. */
  readonly isStale?: boolean;
  /** Asked anew: the answer before it is still shown. */
  readonly isAsking: boolean;
}

/** What was read of this machine or of a record, by its name; `error` instead of it where that failed. */
export interface Loaded<T> {
  readonly value?: T;
  readonly error?: string;
}

export interface Listing {
  readonly path: string;
  readonly entries: readonly FolderEntry[];
}

/** A line that is being typed: `text` stands left of the cursor, `after` right of it. */
export type Prompt = { readonly text: string; readonly after?: string } & (
  | { readonly kind: 'filter'; readonly before: string }
  | { readonly kind: 'command'; readonly chosen: number }
  | { readonly kind: 'eval' }
  | { readonly kind: 'confirm'; readonly wanted: string }
);

/** Returns all that was typed, whichever side of the cursor it is on. */
export const wholeText = ({ text, after = '' }: Prompt): string => text + after;

/** A verb at work on nodes; there is one at a time. */
export interface Run {
  readonly id: number;
  readonly words: readonly string[];
  readonly state: RolloutState;
  /** Nodes that failed, in the order in which they did. */
  readonly failed: readonly string[];
  readonly said: string;
  readonly startedMs: number;
  readonly endedMs?: number;
  readonly isStopping: boolean;
  /** No further node is to be begun until the user says so. */
  readonly isPaused: boolean;
  readonly answer?: Answer;
}

/** What a disk showed when it was last read. */
export interface Inspected {
  readonly inspection: Inspection;
  readonly atMs: number;
}

export interface State {
  readonly size: Size;
  /** Milliseconds since the epoch, a few seconds old at most. */
  readonly nowMs: number;
  readonly programName: string;
  readonly isReadOnly: boolean;
  /** Undefined: the kubeconfig's own. */
  readonly context: string | undefined;
  readonly contexts: readonly string[];
  /** That the UI was opened with and that other verbs need too, to do the same: e.g. `--context prod`. */
  readonly flags: readonly string[];
  /** Name and one line about it, of every verb. */
  readonly verbs: readonly (readonly [verb: string, what: string])[];
  /** Only this namespace's workloads; undefined: all. */
  readonly namespace: string | undefined;
  readonly fleet: Fleet;
  /** Oldest first; never empty. The last one is shown. */
  readonly trail: readonly Visit[];
  /** Undefined: by the number of nodes. */
  readonly grouping: Grouping | undefined;
  readonly asked: Readonly<Record<string, Asked>>;
  readonly profiles: Readonly<Record<string, Loaded<string>>>;
  readonly listings: Readonly<Record<string, Loaded<Listing>>>;
  /** As they were last told, and of which namespace; undefined: not yet. */
  readonly workloads: { readonly namespace: string | undefined; readonly now: WorkloadsNow } | undefined;
  readonly prompt: Prompt | undefined;
  readonly isHelp: boolean;
  /** The first line of the help in sight. */
  readonly helpTop: number;
  /** What rows said when their place was last looked at, by address and key. */
  readonly looks: Readonly<Record<string, ReadonlyMap<string, string>>>;
  readonly run: Run | undefined;
  /** By node. */
  readonly inspections: Readonly<Record<string, Inspected>>;
  /** How often everything was asked for anew. */
  readonly refreshes: number;
  readonly message: { readonly text: string; readonly isError: boolean } | undefined;
  readonly isLeaving: boolean;
  /** How often the user has gone back to the shell for a while. */
  readonly suspensions: number;
}

export interface StateOptions {
  readonly programName: string;
  readonly isReadOnly: boolean;
  readonly verbs: State['verbs'];
  readonly context?: string | undefined;
  readonly flags?: readonly string[];
  readonly namespace?: string | undefined;
  readonly place: Place;
  readonly size: Size;
  readonly nowMs: number;
}

/** Returns the state before anything is known. */
export const firstState = ({ place, ...options }: StateOptions): State => ({
  context: undefined,
  flags: [],
  namespace: undefined,
  ...options,
  contexts: [],
  fleet: emptyFleet,
  trail: [visit(place)],
  grouping: undefined,
  asked: {},
  profiles: {},
  listings: {},
  workloads: undefined,
  prompt: undefined,
  isHelp: false,
  helpTop: 0,
  looks: {},
  run: undefined,
  inspections: {},
  refreshes: 0,
  message: undefined,
  isLeaving: false,
  suspensions: 0,
});

/** Begins a visit at the top. */
export const visit = (place: Place): Visit => ({
  place,
  cursor: 0,
  top: 0,
  column: 0,
  filter: '',
  isBeside: false,
});

/** Returns what is shown. */
export const currentVisit = ({ trail }: State): Visit => trail.at(-1)!;

/** Begins a run. */
export const newRun = (words: readonly string[], { run, nowMs }: State): Run => ({
  id: (run?.id ?? 0) + 1,
  words,
  state: unplanned,
  failed: [],
  said: '',
  startedMs: nowMs,
  isStopping: false,
  isPaused: false,
});

/** Returns who runs with what in the chosen namespace, as far as it is known. */
export const workloadsOf = ({ workloads, namespace }: State): WorkloadsNow | undefined =>
  workloads?.namespace === namespace ? workloads?.now : undefined;

/** Tells whether a run is at work on nodes, and may be held before the next one. */
export const isPausable = ({ words, endedMs, isStopping }: Run): boolean =>
  endedMs === undefined && !isStopping && isRolling(words);

/** Returns the bundle that a verb has rolled out, which can be rolled back. */
export const rolledOut = ({ words: [verb = ''], state }: Run): string | undefined =>
  ['apply', 'rollback'].includes(verb) ? state.bundle : undefined;

/** Names what is asked of a verb. */
export const askKey = (words: readonly string[]): string => JSON.stringify(words);

/** Names a profile of a revision as verbs do: `web@v3/nginx.json`. */
export const profileName = (bundle: string, revision: number, path: string): string =>
  `${bundle}@v${revision}/${path}`;

/** Writes the command line that does the same outside of the UI. */
export const commandLine = ({ programName, flags }: State, words: readonly string[]): string =>
  `${programName} ${joinWords([...words, ...(isLocal(words) ? [] : flags)])}`;
