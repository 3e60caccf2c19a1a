// What a power loss may do to a run: where it begins, what it must leave at every instant, and what the next runs make
// of that.
import type { Bundle } from '../../src/bundle/manifest-types.ts';
import { SWEEP_AGE_MS } from '../../src/protocol/layout.ts';
import { parseRecord } from '../../src/protocol/node-record.ts';
import type { Request } from '../../src/protocol/request.ts';
import { MemoryDisk, type Tree } from './memory-disk.ts';
import { type Expectation, findViolation } from './root-invariants.ts';
import { FOREIGN, removeRequest, renderTree, runOn, sampleSite } from './root-samples.ts';

export interface Scenario {
  readonly name: string;
  readonly before: Tree;
  /** Happens first, and what it did not sync is not durable. */
  readonly prepare?: (disk: MemoryDisk) => Promise<void>;
  readonly request: Request;
  readonly after: Tree;
  /** What the next run may leave as well, where the power loss undid more. */
  readonly orAfter?: Tree;
  readonly expected: Expectation;
}

/** Says what is wrong with a tree that a power loss left, or with what the next runs make of it. */
export const findTreeViolation = async (
  tree: Tree,
  scenario: Scenario,
  isReported: boolean,
  bundles: readonly Bundle[],
): Promise<string | undefined> => {
  const found = findViolation(tree, scenario.expected);
  if (found !== undefined) return found;
  if (isReported) {
    const unfinished = findReportViolation(tree, scenario);
    if (unfinished !== undefined) return `after the report ${unfinished}`;
  }
  for (const [request, ...after] of [
    [scenario.request, scenario.after, scenario.orAfter ?? scenario.after],
    [removeRequest(9), FOREIGN],
  ] as const) {
    const disk = new MemoryDisk(tree);
    const site = sampleSite(disk, '/root', { now: () => SWEEP_AGE_MS + 1 });
    const report = await runOn(site, request, bundles);
    if (report.error) return `the next run fails: ${report.error.message}`;
    if (!after.map(renderTree).includes(renderTree(disk.tree())))
      return `the next run leaves ${renderTree(disk.tree())}`;
  }
  return undefined;
};

/** What was reported lasts: the tree is what the run was to leave, but for names that only dead runs knew. */
const findReportViolation = (tree: Tree, { request, after, expected }: Scenario): string | undefined => {
  if (request.operation === 'remove') {
    return renderTree(tree) === renderTree(after) ? undefined : `the root is ${renderTree(tree)}`;
  }
  for (const name of ['web', ...Object.keys(expected.generations)]) {
    const wanted = after[name] && renderTree({ [name]: after[name] });
    const found = tree[name] && renderTree(withoutWaitingLinks({ [name]: tree[name] }));
    const isToGo = wanted === undefined && request.operation === 'prune';
    if (wanted !== found && (wanted !== undefined || isToGo))
      return `${name} is ${found}: ${wanted} was wanted`;
  }
  const record = tree['.web.json'];
  const revision = record?.kind === 'file' ? parseRecord(record.content).revision : undefined;
  if (request.operation === 'prune') return undefined;
  return request.operation === 'install' && revision === request.revision
    ? undefined
    : `revision ${revision} is recorded`;
};

const withoutWaitingLinks = (tree: Tree): Tree =>
  Object.fromEntries(
    Object.entries(tree)
      .filter(([name]) => !name.startsWith('.link-'))
      .map(([name, entry]) => [
        name,
        entry.kind === 'folder' ? { ...entry, tree: withoutWaitingLinks(entry.tree) } : entry,
      ]),
  );
