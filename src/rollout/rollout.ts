// What one rollout is: the operation's own part, the policy it follows, and what it has to do with.
import type { Manifest } from '../bundle/manifest-types.ts';
import type { Request } from '../protocol/request.ts';
import type { PlannedNode, RolloutEvent } from './events.ts';
import type { GatePolicy } from './health.ts';
import type { NodeSeen } from './node.ts';
import type { Clock, Cluster, NodeSelection, Pace } from './ports.ts';
import type { WaveProbe } from './probe-wave.ts';
import type { Release } from './release.ts';
import type { WaveStep } from './waves.ts';

export interface RolloutPolicy {
  /** Nodes at work at the same time; 50 when left out. */
  readonly maxInFlight?: number;
  /** Also nodes that have it already, and back to a lower revision. */
  readonly force?: boolean;
  /** `client`: only plan; `server`: also ask the API server whether it would admit the Pod. Nothing is changed. */
  readonly dryRun?: 'none' | 'client' | 'server';
  /** Of one Job, from its creation to its end; the same as `ConnectOptions.jobTimeoutMs`. 5 minutes when left out. */
  readonly nodeTimeoutMs?: number;
  /** One after the other, each with a look at the containers on its nodes; left out, all nodes are one wave. */
  readonly waves?: readonly WaveStep[];
  readonly gate?: GatePolicy;
  /** So many nodes may fail; with one more, no further node is begun. Left out: any number. */
  readonly maxFailures?: number;
  /** How long to wait for somebody else's rollout of this bundle; 5 minutes when left out. */
  readonly leaseWaitMs?: number;
}

export interface Outside {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** By which it can be paused. */
  readonly pace?: Pace | undefined;
}

/** Of it, what reaches the nodes. */
export type Ports = Omit<Outside, 'signal'>;

/** What one operation adds to the common course. */
export interface Rollout {
  readonly operation: 'install' | 'remove';
  readonly bundle: string;
  readonly digest?: string;
  readonly manifest?: Manifest;
  readonly rolledBackTo?: number;
  readonly chunks: readonly {
    readonly name: string;
    readonly sha256: string;
    readonly content: Uint8Array;
  }[];
  readonly selection: NodeSelection;
  readonly policy: RolloutPolicy;
  readonly plan: (nodes: readonly NodeSeen[], releases: readonly Release[]) => readonly PlannedNode[];
  /**
   * Looks at the nodes that are to be changed, before anything is: returns warnings, and throws to stop it there. Asked
   * again where nodes or records may have changed in between.
   */
  readonly examine?: (seen: Examined, tell: (text: string) => void) => Promise<readonly string[]>;
  /** Starts short pods under the new content behind each wave. */
  readonly probe?: WaveProbe;
  readonly request: (revision: number) => Request;
  readonly labels: (node: NodeSeen) => Readonly<Record<string, string | null>>;
}

export interface Examined {
  /** Those that are to be changed, or will be when they can be reached. */
  readonly nodes: readonly NodeSeen[];
  /** Of the bundle, newest last. */
  readonly releases: readonly Release[];
}

export type Ending = 'complete' | 'incomplete' | 'interrupted';
export type Events<T = void> = AsyncGenerator<RolloutEvent, T, void>;

export interface View {
  readonly releases: readonly Release[];
  readonly planned: readonly PlannedNode[];
}

/** Tells whether a node has to be waited for. */
export const isAnyPending = (planned: readonly PlannedNode[]): boolean =>
  planned.some(({ action }) => action === 'pending');

/** Builds the event that a rollout begins with. */
export const describePlan = (
  { operation, bundle, digest }: Rollout,
  nodes: readonly PlannedNode[],
  revision: number | undefined,
): RolloutEvent => ({
  kind: 'planned',
  operation,
  bundle,
  ...(digest !== undefined && { digest }),
  ...(revision !== undefined && { revision }),
  nodes,
});

/** Builds the event that a rollout ends with. */
export const finished = (ending: Ending): RolloutEvent => ({ kind: 'finished', ending });
