import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Bundle } from '../../src/bundle/manifest-types.ts';
import { generationName, SWEEP_AGE_MS, takenName, waitingLinkName } from '../../src/protocol/layout.ts';
import { sampleBundle, sampleProfileBytes } from '../support/bundle-samples.ts';
import { MemoryDisk, type Tree, type TreeEntry } from '../support/memory-disk.ts';
import {
  FOREIGN,
  installRequest,
  pruneRequest,
  removeRequest,
  renderTree,
  runOn,
  sampleSite,
  treeAfter,
  withEntry,
} from '../support/root-samples.ts';

const test = suite('bootstrap/prune');

const contentOf = (syscall: string): Promise<Bundle> =>
  sampleBundle({ profiles: [{ path: 'a.json', content: sampleProfileBytes(syscall) }] });
const bundles = await Promise.all(['mkdir', 'rmdir', 'ptrace'].map(contentOf));
const [first, second, third] = bundles as [Bundle, Bundle, Bundle];
const nameOf = ({ digest }: Bundle): string => generationName('web', digest);
const short = ({ digest }: Bundle): string => digest.slice(0, 16);
const ID = 'f'.repeat(32);

const updates = [first, second, third].map((bundle, index) => installRequest(bundle, index + 1));
const three = await treeAfter(FOREIGN, updates, bundles);
const without = (tree: Tree, ...gone: readonly Bundle[]): Tree =>
  gone.reduce((left, bundle) => withEntry(left, nameOf(bundle), undefined), tree);

const run = async (tree: Tree, request = pruneRequest(3), now = 0) => {
  const disk = new MemoryDisk(tree);
  const report = await runOn(sampleSite(disk, '/root', { now: () => now }), request);
  return { report, tree: disk.tree() };
};

test('all generations go but the one that the link names, and nothing else is touched', async () => {
  const { report, tree } = await run(three);
  assert.is(report.outcome, 'pruned');
  assert.is(report.pruned, 2);
  assert.equal(report.generations, [short(third)]);
  assert.is(report.digest, third.digest);
  assert.is(renderTree(tree), renderTree(without(three, first, second)));
});

test('what is to be kept stays', async () => {
  const { report, tree } = await run(three, pruneRequest(3, [short(first)]));
  assert.equal(report.generations, [short(first), short(third)].toSorted());
  assert.is(renderTree(tree), renderTree(without(three, second)));
});

test('where nothing is to go, it says so', async () => {
  const alone = without(three, first, second);
  const { report, tree } = await run(alone);
  assert.is(report.outcome, 'unchanged');
  assert.is(report.pruned, 0);
  assert.is(renderTree(tree), renderTree(alone));
});

test('a node with a newer revision than the one who asks knows is left alone', async () => {
  const { report, tree } = await run(three, pruneRequest(2));
  assert.is(report.error?.code, 'stale');
  assert.is(renderTree(tree), renderTree(three));
});

test('what is not ours by its manifest stays, whatever its name', async () => {
  const file: TreeEntry = { kind: 'file', mode: 0o644, content: 'mine' };
  const planted: Tree = {
    ...withEntry(three, `${nameOf(first)}/.manifest.json`, file),
    'web@0123456789abcdef': { kind: 'folder', mode: 0o755, tree: { 'x.json': file } },
    'web@0123456789abcdee': file,
    'web@0123456789abcded': { kind: 'link', target: nameOf(second) },
    [`other@${short(second)}`]: three[nameOf(second)]!,
  };
  const { report, tree } = await run(planted);
  assert.is(report.pruned, 1);
  assert.is(renderTree(tree), renderTree(without(planted, second)));
});

test('a foreign link at the bundle’s name is an error, and nothing is touched', async () => {
  const planted: Tree = { ...three, web: { kind: 'link', target: '/etc' } };
  const { report, tree } = await run(planted);
  assert.is(report.error?.code, 'foreign');
  assert.is(renderTree(tree), renderTree(planted));
});

test('what the record names stays: the link is about to follow', async () => {
  const record = (await treeAfter(three, [installRequest(first, 4)], bundles))['.web.json']!;
  const killed: Tree = { ...three, '.web.json': record };
  const { tree } = await run(killed, pruneRequest(4));
  assert.is(renderTree(tree), renderTree(without(killed, second)));
});

test('a generation with a link that waits in it stays, until that is too old to be anybody’s', async () => {
  const link: TreeEntry = { kind: 'link', target: nameOf(first) };
  const waiting = withEntry(three, `${nameOf(first)}/${waitingLinkName(ID)}`, link);
  assert.is(renderTree((await run(waiting)).tree), renderTree(without(waiting, second)));
  const old = await run(waiting, pruneRequest(3), SWEEP_AGE_MS + 1);
  assert.is(renderTree(old.tree), renderTree(without(three, first, second)));
});

test('what a killed run had taken away is swept once it is too old to be anybody’s', async () => {
  const taken: TreeEntry = { kind: 'folder', mode: 0o700, tree: { [nameOf(first)]: three[nameOf(first)]! } };
  const killed: Tree = { ...without(three, first, second), [takenName(nameOf(first), ID)]: taken };
  assert.is(renderTree((await run(killed)).tree), renderTree(killed));
  const inspected = await runOn(sampleSite(new MemoryDisk(killed)), { version: 1, operation: 'inspect' });
  assert.equal(inspected.inspection?.leftovers, [takenName(nameOf(first), ID)]);
  assert.equal(inspected.inspection?.foreign, Object.keys(FOREIGN).toSorted());
  const old = await run(killed, pruneRequest(3), SWEEP_AGE_MS + 1);
  assert.is(renderTree(old.tree), renderTree(without(three, first, second)));
});

test('a generation that was pruned comes back whole by an install', async () => {
  const { tree } = await run(three);
  const back = await treeAfter(tree, [installRequest(first, 4)], bundles);
  assert.is(renderTree({ g: back[nameOf(first)]! }), renderTree({ g: three[nameOf(first)]! }));
  assert.equal(back.web, { kind: 'link', target: nameOf(first) });
});

test('a removal after a prune leaves nothing of ours', async () => {
  const { tree } = await run(three);
  assert.is(renderTree(await treeAfter(tree, [removeRequest(4)], bundles)), renderTree(FOREIGN));
});

test('a file that cannot be unlinked is a failure, and every generation is whole or gone', async () => {
  const disk = new MemoryDisk(three);
  const removeFile = disk.removeFile.bind(disk);
  disk.removeFile = async (path) => {
    if (path.includes('.taken-')) throw Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'unlink' });
    return removeFile(path);
  };
  const report = await runOn(sampleSite(disk), pruneRequest(3));
  assert.is(report.error?.code, 'disk');
  assert.equal(
    Object.keys(disk.tree()).filter((name) => name.startsWith('web@')),
    [nameOf(third)],
  );
});

test.run();
