// The type of `sync -o json|yaml`, version kubectl-seccomp/v1: fields are added, never renamed or removed.
import { generationName } from '../../src/protocol/layout.ts';
import type { Reason } from '../../src/rollout/node.ts';
import type { RolloutState } from '../../src/rollout/state.ts';
import type { SyncState } from '../../src/rollout/sync-events.ts';
import { API_VERSION, type Document } from './document.ts';
import type { NodeResultDocument, ReasonDocument } from './documents.ts';
import { nodeResult } from './rollout-result.ts';

export interface SyncDocument extends Document {
  readonly kind: 'SyncResult';
  readonly dryRun: 'none' | 'client';
  readonly outcome: 'complete' | 'incomplete' | 'interrupted';
  /** One for each revision that nodes should have, and one for the removals of each bundle. */
  readonly rollouts: readonly {
    readonly bundle: string;
    readonly operation: 'install' | 'remove';
    readonly revision?: number;
    readonly generation?: string;
    readonly nodes: readonly NodeResultDocument[];
  }[];
  /** What nothing wants on a node any more; `why` it was not removed although --prune says so. */
  readonly left: readonly { readonly name: string; readonly bundle: string; readonly why?: string }[];
  /** Revisions that were stopped before these nodes. */
  readonly held: readonly {
    readonly bundle: string;
    readonly revision: number;
    readonly outcome: string;
    readonly nodes: readonly string[];
  }[];
  /** Bundles that somebody else was at work on. */
  readonly busy: readonly { readonly bundle: string; readonly message: string }[];
  /** Nodes with the startup taint: those that lost it wait for nothing. */
  readonly taints: readonly {
    readonly name: string;
    readonly isRemoved: boolean;
    readonly waitsFor: readonly string[];
    readonly reason?: ReasonDocument;
  }[];
  readonly warnings: readonly string[];
}

/** Builds the document. */
export const syncDocument = (state: SyncState, isDryRun: boolean): SyncDocument => ({
  apiVersion: API_VERSION,
  kind: 'SyncResult',
  dryRun: isDryRun ? 'client' : 'none',
  outcome: state.ending ?? 'interrupted',
  rollouts: state.rollouts.map((rollout) => describeRollout(rollout, isDryRun)),
  left: state.left.map(({ node, bundle, why }) => ({
    name: node,
    bundle,
    ...(why !== undefined && { why }),
  })),
  held: state.held,
  busy: state.busy,
  taints: state.taints.map(({ node, waitsFor, reason }) => ({
    name: node,
    isRemoved: waitsFor.length === 0 && reason === undefined,
    waitsFor,
    ...(reason && { reason: describeReason(reason) }),
  })),
  warnings: state.warnings,
});

const describeRollout = (
  { bundle = '', operation, revision, digest, nodes }: RolloutState,
  isDryRun: boolean,
): SyncDocument['rollouts'][number] => ({
  bundle,
  operation: operation === 'remove' ? 'remove' : 'install',
  ...(revision !== undefined && { revision }),
  ...(digest !== undefined && { generation: generationName(bundle, digest) }),
  nodes: [...nodes.values()].map((node) => ({
    name: node.node.name,
    result: nodeResult(node, isDryRun ? 'client' : 'none'),
    ...(node.reason && node.phase !== 'done' && { reason: describeReason(node.reason) }),
    ...(node.report && { durationMs: node.report.durationMs }),
  })),
});

const describeReason = ({ code, message, hint }: Reason): ReasonDocument => ({
  code,
  message,
  ...(hint !== undefined && { hint }),
});
