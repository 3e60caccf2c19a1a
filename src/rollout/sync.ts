// One pass over all bundles: every node is brought to the state it should be in, as the records say. Asks the disks only
// where that is wanted.
import { SeccompError } from '../error.ts';
import type { NodeSeen } from './node.ts';
import { finished, type Outside } from './rollout.ts';
import { type SyncPolicy, syncBundle } from './sync-bundle.ts';
import { bundlesOf, inspectDrift } from './sync-drift.ts';
import type { SyncEvent } from './sync-events.ts';

export interface SyncInput {
  readonly policy: SyncPolicy;
  /** Whether the disks of nodes are asked that say they have all. */
  readonly isVerifying: boolean;
  /** Key of the taint that nodes join with, and lose once they have every bundle they should have. */
  readonly startupTaint?: string;
}

const EVERY_NODE = { selector: '' } as const;

/** Syncs all bundles one after the other, whatever comes of each; ends with one `finished`, as every operation. */
export async function* syncNodes(
  { policy, isVerifying, startupTaint }: SyncInput,
  outside: Outside,
): AsyncGenerator<SyncEvent, void, void> {
  const { cluster, signal } = outside;
  const [nodes, releases] = await Promise.all([cluster.readNodes(EVERY_NODE), cluster.readReleases()]);
  const drifted = isVerifying ? yield* inspectDrift(nodes, releases, policy, outside) : undefined;
  const missing = new Missing();
  for (const bundle of bundlesOf(releases)) {
    if (signal.aborted) break;
    const own = releases.filter((release) => release.bundle === bundle);
    const sync = { bundle, policy, drifted: drifted?.get(bundle) ?? new Set<string>() };
    try {
      for await (const event of syncBundle(sync, { nodes, releases: own }, outside)) {
        missing.take(event, bundle);
        yield event;
      }
    } catch (thrown) {
      if (signal.aborted && thrown === signal.reason) break;
      if (!(thrown instanceof SeccompError)) throw thrown;
      missing.lose(bundle);
      yield { kind: 'warning', message: `bundle ${bundle} could not be synced: ${thrown.message}` };
    }
  }
  if (startupTaint !== undefined && !policy.isDryRun) {
    if (releases.length === 0)
      yield { kind: 'warning', message: 'nothing was ever applied: nodes keep their startup taint' };
    else yield* releaseNodes(nodes, missing, startupTaint, outside);
  }
  yield finished(signal.aborted ? 'interrupted' : missing.isComplete ? 'complete' : 'incomplete');
}

/** What nodes should have and have not, as the events tell. */
class Missing {
  /** Bundles by node. */
  readonly #bundles = new Map<string, Set<string>>();
  /** Nodes by bundle that are to have some revision of it. */
  readonly #planned = new Map<string, Set<string>>();
  /** Bundles of which nobody knows who misses them. */
  readonly #lost = new Set<string>();
  #hasFailed = false;
  /** What only a decision of people brings, by node: it is no part of a sync. */
  readonly #undecided = new Map<string, Set<string>>();

  get isComplete(): boolean {
    const isAny = [...this.#bundles.values()].some((bundles) => bundles.size > 0);
    return !isAny && this.#lost.size === 0 && !this.#hasFailed;
  }

  of(node: string): string[] {
    const named = [this.#bundles.get(node), this.#undecided.get(node), this.#lost];
    return [...new Set(named.flatMap((bundles) => [...(bundles ?? [])]))].toSorted();
  }

  lose(bundle: string): void {
    this.#lost.add(bundle);
  }

  take(event: SyncEvent, bundle: string): void {
    if (event.kind === 'busy') this.lose(bundle);
    if (event.kind === 'failed') this.#hasFailed = true;
    if (event.kind === 'done') this.#bundles.get(event.node)?.delete(bundle);
    if (event.kind === 'planned' && event.operation === 'install')
      for (const { node, action } of event.nodes) {
        add(this.#planned, bundle, node.name);
        if (action === 'run' || action === 'pending') add(this.#bundles, node.name, bundle);
      }
    // Where a first rollout is at work, or was stopped, a node must not be taken for one that should have nothing.
    if (event.kind === 'held')
      for (const node of event.nodes)
        if (!this.#planned.get(bundle)?.has(node)) add(this.#undecided, node, bundle);
  }
}

const add = (sets: Map<string, Set<string>>, key: string, value: string): void => {
  sets.set(key, (sets.get(key) ?? new Set()).add(value));
};

async function* releaseNodes(
  nodes: readonly NodeSeen[],
  missing: Missing,
  key: string,
  { cluster, signal }: Outside,
): AsyncGenerator<SyncEvent, void, void> {
  for (const node of nodes) {
    if (signal.aborted) return;
    if (!node.taints?.some((taint) => taint.key === key)) continue;
    const waitsFor = missing.of(node.name);
    const reason = waitsFor.length > 0 ? undefined : await cluster.removeTaint(node, key);
    yield { kind: 'taint', node: node.name, waitsFor, ...(reason && { reason }) };
  }
}
