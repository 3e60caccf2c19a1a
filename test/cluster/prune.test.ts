// Old generations on real nodes: what is pinned stays, the rest is gone from the disks byte for byte, history still
// tells of it, and a rollback brings it back.
import { readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { readTree } from '../support/real-tree.ts';
import { suiteThatNeeds } from '../support/requires.ts';
import { attachCluster } from './cluster.ts';
import { inFolder, mustPlugin, plugin } from './plugin.ts';
import { createPod, deletePods, effectInside, untilPhase } from './workload.ts';

const test = suiteThatNeeds('test/cluster/prune', ['cluster']);

const refusing = (...names: readonly string[]): string =>
  JSON.stringify({
    defaultAction: 'SCMP_ACT_ALLOW',
    syscalls: [{ names, action: 'SCMP_ACT_ERRNO', errnoRet: 1 }],
  });
const VERSIONS = [refusing('mkdir', 'mkdirat'), refusing('chroot'), refusing('swapon'), refusing('swapoff')];
const ONE_NODE = ['--runtime', 'runc', '--libseccomp', '2.6.1'];

const generationIn = (printed: string): string => /prn@[0-9a-f]{16}/.exec(printed)?.[0] ?? '';
const ours = (root: string): string[] => readdirSync(root).filter((name) => /^\.?prn/.test(name));

test('pinned generations stay, others are gone byte for byte, and come back by rollback', async () => {
  const cluster = attachCluster();
  await cluster.reset();
  const nodes = cluster.nodes.map(({ name }) => name);
  const roots = nodes.map((name) => cluster.node(name).seccompRoot);
  const generations: string[] = [];
  await inFolder(async (folder) => {
    for (const version of VERSIONS) {
      writeFileSync(join(folder, 'app.json'), version);
      const printed = await mustPlugin(cluster, ['apply', '-f', folder, '--name', 'prn']);
      generations.push(generationIn(printed));
    }
    const [first = '', second = '', third = '', fourth = ''] = generations;
    const before = roots.map((root) => readTree(root));
    for (const root of roots) assert.equal(ours(root), ['.prn.json', 'prn', ...generations.toSorted()]);
    await createPod(cluster, { name: 'pinned', node: 'node-1', localhostProfile: `${first}/app.json` });
    await untilPhase(cluster, 'pinned', 'Running');

    const dry = await mustPlugin(cluster, ['prune', 'prn', '--keep', '1', '--dry-run=server']);
    assert.match(dry, `node/node-1 pruned: ${second} (server dry run)`);
    assert.equal(roots.map(readTree), before);

    const kept = await mustPlugin(cluster, ['prune', 'prn', '--keep', '1', '--yes']);
    assert.match(kept, `node/node-1 pruned: ${second}\n`);
    assert.match(kept, `kept ${third} on ${nodes.length} nodes: one of the newest`);
    assert.match(
      kept,
      `kept ${first} on ${nodes.length} nodes, because it is in use:\n  pod/pinned -n default`,
    );

    const pruned = await mustPlugin(cluster, ['prune', 'prn', '--yes']);
    assert.match(pruned, `prn: ${nodes.length} generations removed from ${nodes.length} nodes, 0 failed`);
    const left = [first, fourth];
    for (const [index, root] of roots.entries()) {
      // Nothing of it is left under any name, and what stays is as it was to the last byte.
      const { [second]: _, [third]: __, ...rest } = before[index]!;
      assert.equal(readTree(root), rest);
      assert.is(readlinkSync(join(root, 'prn')), fourth);
    }
    const { stdout: labels } = await cluster.kubectl(['get', 'nodes', '-o', 'json']);
    for (const node of JSON.parse(labels).items) {
      const keys = Object.keys(node.metadata.labels).flatMap((key) => /\/prn\.(.+)$/.exec(key)?.[1] ?? []);
      assert.equal(keys.toSorted(), left.map((generation) => generation.slice(4)).toSorted());
    }

    // A restart of the pinned pod finds its file.
    await deletePods(cluster, 'pinned');
    await createPod(cluster, { name: 'again', node: 'node-1', localhostProfile: `${first}/app.json` });
    await untilPhase(cluster, 'again', 'Running');
    assert.is((await effectInside(cluster, 'again')).mkdir, 'refused');
    await deletePods(cluster, 'again');

    const back = await mustPlugin(cluster, ['rollback', 'prn', '--to', '2']);
    assert.match(back, 'node/node-1 installed');
    for (const [index, root] of roots.entries()) {
      assert.equal(readTree(join(root, second)), treeOf(before[index]?.[second]));
      assert.is(readlinkSync(join(root, 'prn')), second);
    }
  });
});

const treeOf = (entry: ReturnType<typeof readTree>[string] | undefined) =>
  entry?.kind === 'folder' ? entry.tree : undefined;

test('revisions are compared by what they do, also one whose generation is on no node any more', async () => {
  const cluster = attachCluster();
  const differs = await plugin(cluster, ['diff', 'prn@v1', 'prn@v3', ...ONE_NODE]);
  assert.is(differs.code, 1, differs.stderr);
  assert.match(differs.stdout, 'changed    app.json');
  assert.match(differs.stdout, /Newly let through: [\s\S]*mkdir/);
  const same = await plugin(cluster, ['diff', 'prn@v2', 'prn@v5', ...ONE_NODE]);
  assert.is(same.code, 0, same.stderr);
  const one = await plugin(cluster, [
    'diff',
    'prn@v3/app.json',
    'prn@v4/app.json',
    ...ONE_NODE,
    '-o',
    'json',
  ]);
  assert.is(one.code, 1, one.stderr);
  assert.is(JSON.parse(one.stdout).kind, 'ProfileDiff');
});

test.run();
