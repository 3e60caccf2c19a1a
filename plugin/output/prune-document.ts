// The document of `prune -o json|yaml`, version kubectl-seccomp/v1, and how it is built.
import { generationName } from '../../src/protocol/layout.ts';
import { removedFrom } from '../../src/rollout/prune.ts';
import { generationsOn, type PrunePlan } from '../../src/rollout/prune-plan.ts';
import type { NodeState, RolloutState } from '../../src/rollout/state.ts';
import type { WorkloadRow } from '../../src/workload/rows.ts';
import { API_VERSION, type Document } from './document.ts';
import type { ReasonDocument } from './documents.ts';
import { type DryRun, nodeResult } from './rollout-result.ts';

export interface PruneDocument extends Document {
  readonly kind: 'PruneResult';
  readonly dryRun: DryRun;
  readonly bundles: readonly PrunedBundleDocument[];
}

export interface PrunedBundleDocument {
  readonly name: string;
  /** `complete`, `incomplete` or `interrupted`. */
  readonly outcome: string;
  /** Old generations that stay on a node which was looked at, sorted. */
  readonly kept: readonly KeptDocument[];
  readonly nodes: readonly PrunedNodeDocument[];
  readonly warnings: readonly string[];
}

export interface KeptDocument {
  /** e.g. `web@3fa9c1d2e4f5a6b7`. */
  readonly generation: string;
  /**
   * `in-use`: a pod or template names it; `newest`: of the number that was to be kept; `wanted`: a rollout to it is not
   * done yet.
   */
  readonly because: 'in-use' | 'newest' | 'wanted';
  /** On so many nodes, as their labels say. */
  readonly nodes: number;
  /** Who names it; empty where nobody does. */
  readonly users: readonly PinningDocument[];
}

export interface PinningDocument {
  readonly namespace: string;
  readonly workload: { readonly kind: string; readonly name: string };
  readonly container: string;
  readonly localhostProfile: string;
  /** That run now. */
  readonly pods: number;
}

export interface PrunedNodeDocument {
  readonly name: string;
  /** `pruned`, `unchanged`, `up-to-date`, `would run`, `failed`, `pending`, `excluded` or `unfinished`. */
  readonly result: string;
  /** Generations that are gone from it, or would be, as far as its labels listed them. */
  readonly removed: readonly string[];
  /** How many the node removed, those that no label listed included; absent where it did not say. */
  readonly removedCount?: number;
  readonly reason?: ReasonDocument;
}

export interface Pruned {
  readonly bundle: string;
  readonly state: RolloutState;
  /** Absent for a folder: nobody knows who uses what is in it. */
  readonly plan?: PrunePlan;
}

/** Builds the document. */
export const pruneDocument = (pruned: readonly Pruned[], dryRun: DryRun): PruneDocument => ({
  apiVersion: API_VERSION,
  kind: 'PruneResult',
  dryRun,
  bundles: pruned.map((one) => describeBundle(one, dryRun)),
});

const describeBundle = (pruned: Pruned, dryRun: DryRun): PrunedBundleDocument => ({
  name: pruned.bundle,
  outcome: pruned.state.ending ?? 'interrupted',
  kept: keptOf(pruned),
  nodes: [...pruned.state.nodes.values()].map((node) => describeNode(node, pruned, dryRun)),
  warnings: pruned.state.warnings,
});

const keptOf = ({ bundle, state, plan }: Pruned): KeptDocument[] => {
  const found = new Map<string, { because: KeptDocument['because']; nodes: number }>();
  for (const { node } of state.nodes.values())
    for (const digest of generationsOn(node, bundle)) {
      const because = plan?.kept.get(node.name)?.get(digest);
      if (because === undefined || because === 'current') continue;
      const known = found.get(digest);
      // What a pod names stays for that reason wherever it is.
      const first = known?.because === 'in-use' || because !== 'in-use' ? known?.because : undefined;
      found.set(digest, { because: first ?? because, nodes: (known?.nodes ?? 0) + 1 });
    }
  return [...found]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([digest, { because, nodes }]) => ({
      generation: generationName(bundle, digest),
      because,
      nodes,
      users: (plan?.pins.get(digest) ?? []).map(describePin),
    }));
};

const describePin = ({
  namespace,
  workload,
  container,
  confinement,
  pods,
}: WorkloadRow): PinningDocument => ({
  namespace,
  workload,
  container: container.name,
  localhostProfile: confinement.profile.kind === 'localhost' ? confinement.profile.path : '',
  pods: pods.length,
});

const describeNode = (seen: NodeState, { bundle, plan }: Pruned, dryRun: DryRun): PrunedNodeDocument => {
  const { node, phase, report, reason } = seen;
  const result = nodeResult(seen, dryRun);
  const would = generationsOn(node, bundle).filter((digest) => !plan?.kept.get(node.name)?.has(digest));
  const removed = result === 'would run' ? would : removedFrom(node, bundle, report?.generations);
  return {
    name: node.name,
    result,
    removed: removed.map((digest) => generationName(bundle, digest)),
    ...(report?.pruned !== undefined && { removedCount: report.pruned }),
    ...(reason &&
      phase !== 'done' && {
        reason: {
          code: reason.code,
          message: reason.message,
          ...(reason.hint !== undefined && { hint: reason.hint }),
        },
      }),
  };
};
