// Leaving a cluster as if we had never been there: every bundle off every node, then the labels, then the namespace.
import { type GoneNode, statusOf } from './desired.ts';
import type { RolloutEvent } from './events.ts';
import { bundleOfLabel } from './names.ts';
import type { NodeSeen } from './node.ts';
import { mayHave } from './plan.ts';
import type { Release } from './release.ts';
import { removeBundle } from './remove.ts';
import type { Outside, RolloutPolicy } from './rollout.ts';
import { describeThrown } from './stop.ts';

const EVERY_NODE = { selector: '' } as const;

/**
 * Removes every bundle that labels or records know, then all labels and the install namespace. While a node still
 * holds something, labels and records stay, because they are what remembers it; `force` removes them all the same.
 * Yields one `planned` for each bundle and one `finished` at the very end.
 */
export async function* uninstall(
  { policy }: { readonly policy: RolloutPolicy },
  outside: Outside,
): AsyncGenerator<RolloutEvent, void, void> {
  const { cluster, signal } = outside;
  const [nodes, releases] = await Promise.all([cluster.readNodes(EVERY_NODE), cluster.readReleases()]);
  const unfinished: string[] = [];
  const { force, ...rest } = policy;
  for (const bundle of knownBundles(nodes, releases)) {
    yield { kind: 'phase', text: `deleting bundle ${bundle}` };
    for await (const event of removeBundle({ bundle, selection: EVERY_NODE, policy: { ...rest } }, outside)) {
      if (event.kind !== 'finished') yield event;
      else if (event.ending === 'interrupted') return yield event;
      else if (event.ending === 'incomplete') unfinished.push(bundle);
    }
  }
  if (signal.aborted) return yield { kind: 'finished', ending: 'interrupted' };
  if (policy.dryRun === 'client' || policy.dryRun === 'server')
    return yield { kind: 'finished', ending: unfinished.length > 0 ? 'incomplete' : 'complete' };
  if (unfinished.length > 0) {
    const still = `nodes still hold, or may hold, ${unfinished.join(', ')}`;
    if (!force) {
      yield { kind: 'warning', message: `${still}: labels and records are kept until they are gone` };
      return yield { kind: 'finished', ending: 'incomplete' };
    }
    yield { kind: 'warning', message: `${still}: nothing will remember that any more` };
  }
  // Autoscalers delete nodes all day, so this stops nobody; but one that comes back still has its disk.
  const gone = describeGone(statusOf(nodes, releases).gone);
  if (gone !== undefined) yield { kind: 'warning', message: gone };
  yield { kind: 'phase', text: 'removing labels' };
  let isComplete = unfinished.length === 0;
  for (const node of await cluster.readNodes(EVERY_NODE)) {
    const labels = Object.fromEntries(Object.keys(node.labels).map((key) => [key, null]));
    if (Object.keys(labels).length === 0) continue;
    const reason = await cluster.label(node, labels);
    if (!reason || reason.code === 'node-gone') continue;
    isComplete = false;
    yield { kind: 'warning', message: `cannot remove the labels of ${node.name}: ${reason.message}` };
  }
  yield { kind: 'phase', text: 'removing the install namespace' };
  try {
    await cluster.removeNamespace({ force: force ?? false, signal });
  } catch (thrown) {
    isComplete = false;
    yield { kind: 'warning', message: describeThrown(thrown) };
  }
  yield { kind: 'finished', ending: isComplete ? 'complete' : signal.aborted ? 'interrupted' : 'incomplete' };
}

const MOST_NAMES = 5;

const describeGone = (gone: readonly GoneNode[]): string | undefined => {
  const names = [...new Set(gone.map(({ node }) => node))];
  if (names.length === 0) return undefined;
  const shown = names.slice(0, MOST_NAMES).join(', ');
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  const bundles = [...new Set(gone.map(({ bundle }) => bundle))].join(', ');
  return `${shown}${more}, gone from the cluster, may still hold ${bundles}: nothing will remember that any more`;
};

/** Returns the names of the bundles that some node may still hold, sorted. */
export const knownBundles = (nodes: readonly NodeSeen[], releases: readonly Release[]): string[] => {
  const named = new Set([
    ...releases.map(({ bundle }) => bundle),
    ...nodes.flatMap(({ labels }) => Object.keys(labels).map(bundleOfLabel)),
  ]);
  return [...named].toSorted().filter((bundle) => {
    const own = releases.filter((release) => release.bundle === bundle);
    return nodes.some((node) => mayHave(node, own, bundle));
  });
};
