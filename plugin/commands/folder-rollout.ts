// `--root DIR`: the node's own program on a folder of this machine, told as a rollout to one "node".
import { compressBundle, splitChunks } from '../../src/bundle/compress.ts';
import type { Bundle } from '../../src/bundle/manifest-types.ts';
import { generationName } from '../../src/protocol/layout.ts';
import type { BundleOnDisk, Inspection } from '../../src/protocol/report.ts';
import type { Request } from '../../src/protocol/request.ts';
import type { RolloutEvent } from '../../src/rollout/events.ts';
import type { NodeSeen, Reason } from '../../src/rollout/node.ts';
import { judgeReport } from '../../src/rollout/verdict.ts';
import type { Outside } from '../outside.ts';
import { inspectFolder } from './folder-inspection.ts';
import { streamOf } from './input-files.ts';

/** Finds a bundle in what an inspection says. */
export const findBundle = (inspection: Inspection, name: string): BundleOnDisk | undefined =>
  inspection.bundles.find((bundle) => bundle.name === name);

/** Installs a bundle in a folder; the content that is there keeps its revision, another one takes the next. */
export async function* installInFolder(
  root: string,
  { manifest, digest, tar }: Bundle,
  { isForced, isDryRun }: { readonly isForced: boolean; readonly isDryRun: boolean },
  outside: Outside,
): AsyncGenerator<RolloutEvent> {
  // An install makes the folder, so one that is not there yet is empty.
  const isThere = (await outside.files.kind(root)) !== 'absent';
  const found = isThere
    ? findBundle(await inspectFolder(root, outside, manifest.name), manifest.name)
    : undefined;
  const recorded = found?.revision ?? 0;
  const isCurrent = found?.current === generationName(manifest.name, digest);
  const revision = isCurrent ? Math.max(recorded, 1) : recorded + 1;
  const node = folderAsNode(root);
  yield {
    kind: 'planned',
    operation: 'install',
    bundle: manifest.name,
    digest,
    revision,
    nodes: [{ node, action: 'run' }],
  };
  if (isDryRun) {
    yield { kind: 'finished', ending: 'complete' };
    return;
  }
  const compressed = compressBundle(tar);
  const chunks = splitChunks(compressed).map(({ sha256 }, index) => ({ name: `chunk-${index}`, sha256 }));
  const request: Request = {
    version: 1,
    operation: 'install',
    bundle: manifest.name,
    digest,
    revision,
    chunks,
    force: isForced,
  };
  yield* runInFolder(node, request, outside, compressed);
}

/** Removes a bundle from a folder. */
export async function* removeFromFolder(
  root: string,
  bundle: string,
  { isForced, isDryRun }: { readonly isForced: boolean; readonly isDryRun: boolean },
  outside: Outside,
): AsyncGenerator<RolloutEvent> {
  const found = findBundle(await inspectFolder(root, outside, bundle), bundle);
  const revision = (found?.revision ?? 0) + 1;
  const node = folderAsNode(root);
  yield { kind: 'planned', operation: 'remove', bundle, revision, nodes: [{ node, action: 'run' }] };
  if (isDryRun) yield { kind: 'finished', ending: 'complete' };
  else
    yield* runInFolder(node, { version: 1, operation: 'remove', bundle, revision, force: isForced }, outside);
}

/** Runs a request on a folder and tells of it as of one node. */
export async function* runInFolder(
  node: NodeSeen,
  request: Request,
  outside: Outside,
  content?: Uint8Array,
): AsyncGenerator<RolloutEvent> {
  yield { kind: 'launched', node: node.name };
  const report = await outside.runOnFolder(node.name, request, content && streamOf(content));
  const reason = judgeReport(request, report);
  if (reason) yield { kind: 'failed', node: node.name, report, reason };
  else yield { kind: 'done', node: node.name, report };
  yield { kind: 'finished', ending: ending(reason) };
}

const ending = (reason: Reason | undefined): 'complete' | 'incomplete' | 'interrupted' => {
  if (reason === undefined) return 'complete';
  return reason.code === 'interrupted' ? 'interrupted' : 'incomplete';
};

/** A folder stands in for a node: its path is its name. */
export const folderAsNode = (root: string): NodeSeen => ({
  name: root,
  uid: '',
  machineId: '',
  bootId: '',
  os: 'linux',
  architecture: '',
  kernel: '',
  runtime: '',
  isReady: true,
  kubeletRoot: '',
  labels: {},
});
