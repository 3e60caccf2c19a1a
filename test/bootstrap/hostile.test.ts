// Bundles and disks that mean harm: refused, and not one byte of the root is different afterwards.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runRequest } from '../../bootstrap/run.ts';
import { generationName } from '../../src/protocol/layout.ts';
import { HOSTILE_KINDS, hostileBundles, sampleSource } from '../support/bundle-samples.ts';
import { MemoryDisk } from '../support/memory-disk.ts';
import {
  FOREIGN,
  installRequest,
  renderTree,
  runOn,
  SAMPLE_FACTS,
  sampleSite,
  sampleVersions,
  treeAfter,
  withEntry,
} from '../support/root-samples.ts';
import { tappedDisk } from '../support/tapped-disk.ts';

const test = suite('bootstrap/hostile');
const { first, second } = await sampleVersions();
const bundles = [first, second];

test('every kind of hostile bundle is refused and leaves the root as it was', async () => {
  const before = await treeAfter(FOREIGN, [installRequest(first, 1)], bundles);
  for (const { label, bytes } of hostileBundles(7, HOSTILE_KINDS.length * 8)) {
    const disk = new MemoryDisk(before);
    const report = await runRequest(sampleSite(disk), installRequest(second, 2), SAMPLE_FACTS, () =>
      sampleSource(bytes),
    );
    assert.is(report.error?.code, 'bundle', label);
    assert.is(renderTree(disk.tree()), renderTree(before), label);
  }
});

test('a valid manifest whose blobs are hostile leaves no staging behind', async () => {
  const disk = new MemoryDisk(FOREIGN);
  for (let cut = 0; cut < first.tar.length; cut += 256) {
    const bytes = Uint8Array.from(first.tar.subarray(0, cut));
    const report = await runRequest(sampleSite(disk), installRequest(first, 1), SAMPLE_FACTS, () =>
      sampleSource(bytes),
    );
    assert.is(report.error?.code, 'bundle', `cut at ${cut}`);
    assert.is(renderTree(disk.tree()), renderTree(FOREIGN), `cut at ${cut}`);
  }
});

test('every call that fails, with each errno, is told by its own code and cleaned up after', async () => {
  const before = await treeAfter(FOREIGN, [installRequest(first, 1)], bundles);
  for (const [errno, code] of [
    ['ENOSPC', 'no-space'],
    ['EDQUOT', 'no-space'],
    ['EROFS', 'read-only'],
    ['EACCES', 'permission'],
    ['EPERM', 'permission'],
    ['EIO', 'disk'],
  ] as const) {
    for (const failing of ['makeFolder', 'create', 'write', 'setMode', 'sync', 'makeLink'] as const) {
      const disk = new MemoryDisk(before);
      const tapped = tappedDisk(disk, ({ name, path }) => {
        if (name !== failing) return 'go';
        throw Object.assign(new Error(`${errno}: ${name} '${path}'`), { code: errno, syscall: name });
      });
      const report = await runOn(sampleSite(tapped), installRequest(second, 2), bundles);
      assert.is(report.error?.code, code, `${errno} at ${failing}`);
      const leftovers = Object.keys(disk.tree()).filter((name) => name.includes('.partial-'));
      assert.equal(leftovers, [], `${errno} at ${failing}`);
    }
  }
});

test('an abort before the commit cleans up and says so', async () => {
  const stop = new AbortController();
  const disk = new MemoryDisk(FOREIGN);
  const tapped = tappedDisk(disk, ({ name }) => {
    if (name === 'create') stop.abort();
    return 'go';
  });
  const report = await runOn(
    sampleSite(tapped, '/root', { signal: stop.signal }),
    installRequest(first, 1),
    bundles,
  );
  assert.is(report.error?.code, 'interrupted');
  assert.is(renderTree(disk.tree()), renderTree(FOREIGN));
});

test('links planted at any name inside a generation are never written through', async () => {
  const intact = await treeAfter(FOREIGN, [installRequest(first, 1)], bundles);
  const name = generationName('web', first.digest);
  for (const target of [
    '/root/profiles',
    '/root/profiles/x.json',
    '/root/custom.json',
    '/nowhere',
    'a.json',
  ]) {
    for (const path of ['a.json', 'sub', 'sub/b.json', 'new', '.hidden']) {
      const disk = new MemoryDisk(withEntry(intact, `${name}/${path}`, { kind: 'link', target }));
      const report = await runOn(sampleSite(disk), installRequest(first, 1), bundles);
      assert.is(report.outcome, 'repaired', `${path} -> ${target}: ${report.error?.message}`);
      assert.is(renderTree(disk.tree()), renderTree(intact));
    }
  }
});

test('a file written by somebody else is noticed as an owner that may change it', async () => {
  const intact = await treeAfter(FOREIGN, [installRequest(first, 1)], bundles);
  const path = `${generationName('web', first.digest)}/sub`;
  const disk = new MemoryDisk(withEntry(intact, path, { kind: 'folder', mode: 0o755, uid: 1000, tree: {} }));
  const report = await runOn(sampleSite(disk), installRequest(first, 1), bundles);
  assert.is(report.outcome, 'repaired');
  assert.is(renderTree(disk.tree()), renderTree(intact));
});

test.run();
