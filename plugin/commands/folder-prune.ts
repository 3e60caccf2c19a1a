// `prune --root DIR`: old generations of the bundles in a folder of this machine. Nobody knows who uses them there.
import { SeccompError } from '../../src/error.ts';
import { parseGenerationName } from '../../src/protocol/layout.ts';
import type { BundleOnDisk } from '../../src/protocol/report.ts';
import type { RolloutEvent } from '../../src/rollout/events.ts';
import { digest16 } from '../../src/rollout/names.ts';
import type { NodeSeen } from '../../src/rollout/node.ts';
import type { PrunePlan } from '../../src/rollout/prune-plan.ts';
import type { Outside } from '../outside.ts';
import { inspectFolder, statusHint } from './folder-inspection.ts';
import { folderAsNode, runInFolder } from './folder-rollout.ts';

export interface PrunedFolder {
  readonly bundle: string;
  readonly plan: PrunePlan;
  readonly events: AsyncIterable<RolloutEvent>;
}

/** Looks into the folder and returns the work on each bundle, which begins when its events are read. */
export const pruneFolder = async (
  root: string,
  bundle: string | undefined,
  isDryRun: boolean,
  outside: Outside,
): Promise<PrunedFolder[]> => {
  const { bundles } = await inspectFolder(root, outside, bundle);
  if (bundle !== undefined && bundles.length === 0)
    throw new SeccompError('bundle', `there is no bundle "${bundle}" in "${root}"`, {
      hint: `${statusHint(outside, root)}.`,
    });
  return bundles.map((found) => {
    const plan = planFolder(root, found);
    return { bundle: found.name, plan, events: pruneOne(root, found, plan, isDryRun, outside) };
  });
};

/** The generations on disk stand in for the labels of a node. */
const planFolder = (root: string, { name, current, generations }: BundleOnDisk): PrunePlan => {
  const ours = generations.filter(({ state }) => state !== 'damaged');
  const labels = Object.fromEntries(ours.map(({ digest }) => [`${name}.${digest16(digest)}`, '']));
  const node: NodeSeen = { ...folderAsNode(root), labels };
  const linked = parseGenerationName(current ?? '')?.digest16;
  const isTidy = ours.every(({ digest }) => digest16(digest) === linked);
  return {
    planned: [{ node, action: isTidy ? 'up-to-date' : 'run' }],
    kept: new Map([[root, new Map(linked === undefined ? [] : [[linked, 'current']])]]),
    pins: new Map(),
  };
};

async function* pruneOne(
  root: string,
  { name, revision = 0 }: BundleOnDisk,
  { planned }: PrunePlan,
  isDryRun: boolean,
  outside: Outside,
): AsyncGenerator<RolloutEvent> {
  yield { kind: 'planned', operation: 'prune', bundle: name, nodes: planned };
  if (isDryRun || planned.every(({ action }) => action !== 'run'))
    return yield { kind: 'finished', ending: 'complete' };
  const request = { version: 1, operation: 'prune', bundle: name, revision, kept: [] } as const;
  yield* runInFolder(folderAsNode(root), request, outside);
}
