// The only fold over RolloutEvents: what is known of each node now. Everything shown is drawn from it.
import type { Report } from '../protocol/report.ts';
import type { OperationKind, RolloutEvent } from './events.ts';
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
  readonly nodes: ReadonlyMap<string, NodeState>;
  readonly warnings: readonly string[];
  readonly ending?: 'complete' | 'incomplete' | 'interrupted';
}

export const initialState: RolloutState = { nodes: new Map(), warnings: [] };

/** Applies one event. Pure: the given state is not changed. */
export const reduce = (state: RolloutState, event: RolloutEvent): RolloutState => {
  switch (event.kind) {
    case 'planned': {
      const phases = { run: 'queued', 'up-to-date': 'up-to-date', excluded: 'excluded', pending: 'pending' } as const;
      const nodes = new Map(
        event.nodes.map(({ node, action, reason }) => [
          node.name,
          { node, phase: phases[action], ...(reason && { reason }) } satisfies NodeState,
        ]),
      );
      const { operation, bundle, digest, revision } = event;
      return { ...state, operation, ...(bundle && { bundle }), ...(digest && { digest }), ...(revision && { revision }), nodes };
    }
    case 'phase':
      return { ...state, phase: event.text };
    case 'launched':
      return withNode(state, event.node, ({ reason: _, ...node }) => ({ ...node, phase: 'running' }));
    case 'waiting':
      return withNode(state, event.node, (node) => ({ ...node, reason: event.reason }));
    case 'done':
      return withNode(state, event.node, ({ reason: _, ...node }) => ({ ...node, phase: 'done', report: event.report }));
    case 'failed':
      return withNode(state, event.node, (node) => ({
        ...node,
        phase: 'failed',
        reason: event.reason,
        ...(event.report && { report: event.report }),
      }));
    case 'warning':
      return { ...state, warnings: [...state.warnings, event.message] };
    case 'finished':
      return { ...state, ending: event.ending };
  }
};

const withNode = (state: RolloutState, name: string, change: (node: NodeState) => NodeState): RolloutState => {
  const node = state.nodes.get(name);
  if (!node) return state;
  return { ...state, nodes: new Map(state.nodes).set(name, change(node)) };
};
