// The only fold over RolloutEvents: what is known of each node now. Everything shown is drawn from it.
import type { Report } from '../protocol/report.ts';
import type { OperationKind, PlannedNode, RolloutEvent } from './events.ts';
import type { NodeSeen, Reason } from './node.ts';

export type NodePhase = 'queued' | 'running' | 'done' | 'up-to-date' | 'failed' | 'excluded' | 'pending';

export interface NodeState {
  readonly node: NodeSeen;
  readonly phase: NodePhase;
  /** Of a failure, of waiting, of exclusion. */
  readonly reason?: Reason;
  readonly report?: Report;
}

export interface RolloutState {
  readonly operation?: OperationKind;
  readonly bundle?: string;
  readonly digest?: string;
  readonly revision?: number;
  readonly phase?: string;
  /** The one that is at work; absent where all nodes are one. */
  readonly wave?: { readonly number: number; readonly of: number };
  /** Of the waves that have ended. */
  readonly gates: readonly Gate[];
  /** Why it went no further. */
  readonly stopped?: Reason;
  readonly nodes: ReadonlyMap<string, NodeState>;
  readonly warnings: readonly string[];
  /** Nodes wait for somebody to resume it. */
  readonly isPaused?: boolean;
  readonly ending?: 'complete' | 'incomplete' | 'interrupted';
}

export type Gate = Omit<Extract<RolloutEvent, { readonly kind: 'gate' }>, 'kind'>;

export const initialState: RolloutState = { nodes: new Map(), gates: [], warnings: [] };

/** Applies one event. Pure: the given state is not changed. */
export const reduce = (state: RolloutState, event: RolloutEvent): RolloutState => reduceAll(state, [event]);

/**
 * Applies events in order. Pure: the given state is not changed. The nodes are copied once however many events there
 * are, so that a reader of 5,000 nodes folds what came since it last looked instead of copying them for each event.
 */
export const reduceAll = (state: RolloutState, events: readonly RolloutEvent[]): RolloutState => {
  if (events.length === 0) return state;
  const draft: Draft = {
    ...state,
    nodes: new Map(state.nodes),
    gates: [...state.gates],
    warnings: [...state.warnings],
  };
  for (const event of events) apply(draft, event);
  return draft;
};

/** A copy that nobody else has seen yet. */
type Draft = { -readonly [Key in keyof RolloutState]: RolloutState[Key] } & {
  nodes: Map<string, NodeState>;
  gates: Gate[];
  warnings: string[];
};

const apply = (draft: Draft, event: RolloutEvent): void => {
  switch (event.kind) {
    case 'planned':
      draft.operation = event.operation;
      if (event.bundle) draft.bundle = event.bundle;
      if (event.digest) draft.digest = event.digest;
      if (event.revision) draft.revision = event.revision;
      draft.nodes = new Map(event.nodes.map((planned) => [planned.node.name, firstState(planned)]));
      break;
    case 'phase':
      draft.phase = event.text;
      break;
    case 'paused':
    case 'resumed':
      draft.isPaused = event.kind === 'paused';
      break;
    case 'wave':
      draft.wave = { number: event.number, of: event.of };
      break;
    case 'gate': {
      const { kind: _, ...gate } = event;
      draft.gates.push(gate);
      break;
    }
    case 'stopped':
      draft.stopped = event.reason;
      break;
    case 'warning':
      draft.warnings.push(event.message);
      break;
    case 'finished':
      delete draft.isPaused;
      draft.ending = event.ending;
      break;
    default: {
      const node = draft.nodes.get(event.node);
      if (node) draft.nodes.set(event.node, nextState(node, event));
    }
  }
};

const firstState = ({ node, action, reason }: PlannedNode): NodeState => ({
  node,
  phase: action === 'run' ? 'queued' : action,
  ...(reason && { reason }),
});

const nextState = (
  { reason: _, ...node }: NodeState,
  event: Extract<RolloutEvent, { readonly node: string }>,
): NodeState => {
  switch (event.kind) {
    case 'launched':
      return { ...node, phase: 'running' };
    case 'waiting':
      return { ...node, reason: event.reason };
    case 'done':
      return { ...node, phase: 'done', report: event.report };
    case 'failed':
      return {
        ...node,
        phase: 'failed',
        reason: event.reason,
        ...(event.report && { report: event.report }),
      };
  }
};
