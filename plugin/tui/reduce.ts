// What happens and what becomes of the state: the only place where the UI changes. Pure.
import { type FleetNews, foldFleet } from '../../src/rollout/fleet.ts';
import type { WorkloadsNow } from '../../src/workload/ports.ts';
import { takeFleet, takeWorkloads, withoutErrors } from './fold-news.ts';
import { withLook } from './looks.ts';
import { moveColumn, moveCursor, scrollIntoView, seek } from './movement.ts';
import { GROUPINGS, type Grouping, type Place } from './place.ts';
import type { Answer, RunNews } from './port.ts';
import { foldRun } from './run-fold.ts';
import { hasCursor, modelOf } from './screen.ts';
import {
  currentVisit,
  type Listing,
  type Loaded,
  newRun,
  type Prompt,
  type Size,
  type State,
  type Visit,
  visit,
} from './state.ts';
import { groupingOf } from './status.ts';

export type Action =
  // What the user does.
  | { readonly kind: 'move'; readonly by: number | 'start' | 'end' | 'page-up' | 'page-down' }
  | { readonly kind: 'move-column'; readonly by: number }
  /** `instead`: of the current place; `alone`: with no way back. */
  | { readonly kind: 'open'; readonly place: Place; readonly how?: 'instead' | 'alone' }
  | { readonly kind: 'back' }
  | { readonly kind: 'prompt'; readonly prompt: Prompt | undefined }
  | { readonly kind: 'filter'; readonly text: string }
  /** Goes to the next place of what is searched for in a text. */
  | { readonly kind: 'seek'; readonly by: 1 | -1 }
  | { readonly kind: 'order' }
  | { readonly kind: 'regroup' }
  | { readonly kind: 'change-over' }
  | { readonly kind: 'mark'; readonly key: string | undefined }
  | { readonly kind: 'help'; readonly isOpen: boolean; readonly top?: number }
  | { readonly kind: 'look' }
  | { readonly kind: 'line'; readonly cursor: number }
  | { readonly kind: 'call'; readonly text: string }
  | { readonly kind: 'run'; readonly words: readonly string[] }
  | { readonly kind: 'stop' }
  | { readonly kind: 'pause'; readonly isPaused: boolean }
  | { readonly kind: 'refresh' }
  | { readonly kind: 'switch'; readonly context: string }
  | { readonly kind: 'namespace'; readonly namespace: string | undefined }
  | { readonly kind: 'say'; readonly text: string; readonly isError: boolean }
  | { readonly kind: 'leave' }
  | { readonly kind: 'suspend' }
  // What the world tells.
  | { readonly kind: 'resized'; readonly size: Size }
  | { readonly kind: 'ticked'; readonly nowMs: number }
  | { readonly kind: 'fleet'; readonly news: readonly FleetNews[] }
  | { readonly kind: 'workloads'; readonly namespace: string | undefined; readonly now: WorkloadsNow }
  | { readonly kind: 'asking'; readonly key: string }
  | { readonly kind: 'answered'; readonly key: string; readonly answer: Answer }
  | { readonly kind: 'profile'; readonly name: string; readonly loaded: Loaded<string> }
  | { readonly kind: 'listed'; readonly folder: string; readonly loaded: Loaded<Listing> }
  | { readonly kind: 'context'; readonly name: string | undefined }
  | { readonly kind: 'contexts'; readonly names: readonly string[] }
  | {
      readonly kind: 'run-news';
      readonly id: number;
      readonly news: readonly RunNews[];
      readonly nowMs: number;
    };

/** What a message is about has passed when the user goes on. */
const KEEPS_MESSAGE = new Set<Action['kind']>([
  ...([
    'say',
    'resized',
    'ticked',
    'fleet',
    'workloads',
    'asking',
    'answered',
    'profile',
    'listed',
    'context',
    'contexts',
  ] as const),
  'run-news',
]);

/** Applies one action. */
export const reduce = (state: State, action: Action): State => {
  const before = state.message && !KEEPS_MESSAGE.has(action.kind) ? { ...state, message: undefined } : state;
  return scrollIntoView(apply(before, action));
};

const apply = (state: State, action: Action): State => {
  switch (action.kind) {
    case 'move':
      return moveCursor(state, action.by);
    case 'move-column':
      return moveColumn(state, action.by);
    case 'line':
      return withVisit(state, { cursor: action.cursor });
    case 'call':
      return withVisit(state, { call: action.text });
    case 'open':
      return open(state, action.place, action.how);
    case 'back':
      return back(state);
    case 'prompt':
      return { ...state, prompt: action.prompt };
    case 'filter':
      return filterBy(state, action.text);
    case 'seek':
      return seek(state, linePlace(state) + action.by, action.by);
    case 'order':
      return withVisit(state, nextOrder(state));
    case 'regroup':
      return withVisit({ ...state, grouping: nextGrouping(state) }, { cursor: 0, top: 0, order: undefined });
    case 'change-over':
      return withVisit(state, { isBeside: !currentVisit(state).isBeside });
    case 'mark':
      return withVisit(state, { marked: action.key });
    case 'help':
      return { ...state, isHelp: action.isOpen, helpTop: action.top ?? 0 };
    case 'look':
      return withLook(state);
    case 'run':
      return open({ ...state, run: newRun(action.words, state) }, { screen: 'rollout' }, 'instead');
    case 'stop':
      return state.run === undefined ? state : { ...state, run: { ...state.run, isStopping: true } };
    case 'pause':
      return state.run === undefined ? state : { ...state, run: { ...state.run, isPaused: action.isPaused } };
    case 'refresh':
      return {
        ...state,
        asked: {},
        listings: {},
        profiles: withoutErrors(state.profiles),
        refreshes: state.refreshes + 1,
      };
    case 'switch':
      return switchContext(state, action.context);
    case 'namespace':
      return { ...state, namespace: action.namespace, asked: {} };
    case 'say':
      return { ...state, message: { text: action.text, isError: action.isError } };
    case 'leave':
      return { ...state, isLeaving: true };
    case 'suspend':
      return { ...state, suspensions: state.suspensions + 1 };
    case 'resized':
      return isSameSize(state.size, action.size) ? state : { ...state, size: action.size };
    case 'ticked':
      return { ...state, nowMs: action.nowMs };
    case 'fleet':
      return takeFleet(state, action.news);
    case 'workloads':
      return takeWorkloads(state, action.namespace, action.now);
    case 'asking':
      return {
        ...state,
        asked: {
          ...state.asked,
          [action.key]: { ...state.asked[action.key], isAsking: true, isStale: false },
        },
      };
    case 'answered':
      return {
        ...state,
        asked: {
          ...state.asked,
          [action.key]: {
            ...state.asked[action.key],
            answer: action.answer,
            atMs: state.nowMs,
            isAsking: false,
          },
        },
      };
    case 'profile':
      return { ...state, profiles: { ...state.profiles, [action.name]: action.loaded } };
    case 'listed':
      return { ...state, listings: { ...state.listings, [action.folder]: action.loaded } };
    case 'context':
      return { ...state, context: action.name };
    case 'contexts':
      return { ...state, contexts: action.names };
    case 'run-news':
      return foldRun(state, action.id, action.news, action.nowMs);
  }
};

/** Of a table the rows that match are left; in a text the first place from where one is on is gone to. */
const filterBy = (state: State, filter: string): State => {
  if (modelOf(state).table !== undefined) return withVisit(state, { filter, cursor: 0, top: 0 });
  return seek(withVisit(state, { filter }), linePlace(state), 1);
};

const linePlace = (state: State): number => {
  const { cursor, top } = currentVisit(state);
  return hasCursor(modelOf(state)) ? cursor : top;
};

const isSameSize = (one: Size, other: Size): boolean =>
  one.columns === other.columns && one.rows === other.rows;

/** Changes the visit that is shown. */
const withVisit = (state: State, changes: { [Key in keyof Visit]?: Visit[Key] | undefined }): State => ({
  ...state,
  trail: [...state.trail.slice(0, -1), { ...currentVisit(state), ...changes } as Visit],
});

/** A place that is on the trail already is gone back to, so that the trail never has loops. */
const open = (seen: State, place: Place, how?: 'instead' | 'alone'): State => {
  const state = { ...withLook(seen), prompt: undefined, isHelp: false };
  if (how === 'alone') return { ...state, trail: [visit(place)] };
  const address = JSON.stringify(place);
  const at = state.trail.findIndex((one) => JSON.stringify(one.place) === address);
  if (at >= 0) return { ...state, trail: state.trail.slice(0, at + 1) };
  const kept = how === 'instead' ? state.trail.slice(0, -1) : state.trail;
  // A group shows the bundle that it was opened for.
  const from = currentVisit(state);
  const isGroup = place.screen === 'fleet' && from.place.screen === 'fleet';
  return { ...state, trail: [...kept, { ...visit(place), ...(isGroup && { column: from.column }) }] };
};

const back = (state: State): State => {
  if (state.trail.length > 1) return { ...withLook(state), trail: state.trail.slice(0, -1) };
  const { place } = currentVisit(state);
  // Whoever came by an address has not been anywhere else.
  const isHome = place.screen === 'fleet' && place.group === undefined;
  return isHome ? state : { ...withLook(state), trail: [visit({ screen: 'fleet' })] };
};

const nextOrder = (state: State): { readonly order: Visit['order'] } => {
  const { order } = currentVisit(state);
  const count = modelOf(state).table?.columns.length ?? 0;
  if (order === undefined) return { order: count > 0 ? { column: 0, isReversed: false } : undefined };
  if (!order.isReversed) return { order: { ...order, isReversed: true } };
  return { order: order.column + 1 < count ? { column: order.column + 1, isReversed: false } : undefined };
};

const nextGrouping = ({ grouping, fleet }: State): Grouping => {
  const now = groupingOf(grouping, fleet.nodes.length);
  return GROUPINGS[(GROUPINGS.indexOf(now) + 1) % GROUPINGS.length]!;
};

/** Everything known was of the other cluster. */
const switchContext = (state: State, context: string): State => {
  // Where one is already nothing is told again: what is known stays.
  if (context === state.context) return { ...withLook(state), trail: [visit({ screen: 'fleet' })] };
  return { ...state, ...otherContext(state, context) };
};

const otherContext = (state: State, context: string): Partial<State> => ({
  context,
  flags: [...withoutContext(state.flags), '--context', context],
  fleet: foldFleet(
    {
      ...state.fleet,
      nodes: [],
      releases: [],
      synced: { nodes: false, records: false },
      lost: {},
      damaged: [],
    },
    [],
  ),
  trail: [visit({ screen: 'fleet' })],
  asked: {},
  profiles: {},
  looks: {},
  inspections: {},
  workloads: undefined,
  prompt: undefined,
});

const withoutContext = (flags: readonly string[]): readonly string[] =>
  flags.filter((flag, index) => flag !== '--context' && flags[index - 1] !== '--context');
