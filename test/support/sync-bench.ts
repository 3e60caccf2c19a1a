// A fake cluster whose nodes can be synced, and what a sync of it tells, one line for each event.
import type { NodeSeen } from '../../src/rollout/node.ts';
import { type SyncInput, syncNodes } from '../../src/rollout/sync.ts';
import { type SyncEvent, SyncFold, type SyncState } from '../../src/rollout/sync-events.ts';
import { sampleInstalledNode } from './fake-cluster.ts';
import { type Bench, DIGEST, describeEvent } from './rollout-samples.ts';

const POLICY = { isPruning: false, isImpatient: true, isDryRun: false };

const describe = (event: SyncEvent): string => {
  switch (event.kind) {
    case 'busy':
      return `busy ${event.bundle}: ${event.message}`;
    case 'held':
      return `held ${event.bundle} v${event.revision} ${event.outcome} ${event.nodes.join(' ')}`;
    case 'left':
      return `left ${event.bundle} ${event.node}${event.why === undefined ? '' : `: ${event.why}`}`;
    case 'taint':
      return `taint ${event.node} ${event.waitsFor.join(' ')}`.trim();
    default:
      return describeEvent(event);
  }
};

/** Syncs once, by hand unless told otherwise. */
export const sync = async (
  { outside }: Bench,
  policy: Partial<SyncInput['policy']> = {},
  more: Partial<SyncInput> = {},
): Promise<{ lines: string[]; state: SyncState }> => {
  const fold = new SyncFold();
  const lines: string[] = [];
  const input = { policy: { ...POLICY, ...policy }, isVerifying: false, ...more };
  for await (const event of syncNodes(input, outside)) {
    fold.take(event);
    lines.push(describe(event));
  }
  return { lines, state: fold.state() };
};

/** Returns a node that has a digest of web, by its labels. */
export const has = (name: string, digest = DIGEST): NodeSeen => sampleInstalledNode(name, 'web', digest);

/** Returns what a node's label says of web. */
export const labelOf = ({ cluster }: Bench, name: string): string | undefined =>
  cluster.nodes.find((node) => node.name === name)?.labels.web;
