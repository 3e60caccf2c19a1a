// What an update does to pods that run, to pods that start later, and to pods that pinned the old content.
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { suiteThatNeeds } from '../support/requires.ts';
import { attachCluster } from './cluster.ts';
import { inFolder, mustPlugin, plugin } from './plugin.ts';
import { createPod, deletePods, effectInside, untilPhase } from './workload.ts';

const test = suiteThatNeeds('test/cluster/generations', ['cluster']);

const refusing = JSON.stringify({
  defaultAction: 'SCMP_ACT_ALLOW',
  syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO', errnoRet: 1 }],
});
const allowing = JSON.stringify({
  defaultAction: 'SCMP_ACT_ALLOW',
  syscalls: [{ names: ['chroot'], action: 'SCMP_ACT_ERRNO', errnoRet: 1 }],
});

const generationOf = (printed: string): string => /gen@[0-9a-f]{16}/.exec(printed)?.[0] ?? '';

test('a running pod keeps its filter, a new pod gets the new one, a pinned path keeps the old content', async () => {
  const cluster = attachCluster();
  await cluster.reset();
  await inFolder(async (folder) => {
    writeFileSync(join(folder, 'app.json'), refusing);
    const old = generationOf(await mustPlugin(cluster, ['apply', '-f', folder, '--name', 'gen']));
    assert.ok(old);
    await createPod(cluster, { name: 'before', node: 'node-1', localhostProfile: 'gen/app.json' });
    await untilPhase(cluster, 'before', 'Running');

    writeFileSync(join(folder, 'app.json'), allowing);
    // A pod uses what is changed: without --force that is refused.
    const printed = await mustPlugin(cluster, ['apply', '-f', folder, '--name', 'gen', '--force']);
    assert.match(printed, /gen@v2/);
    assert.is.not(generationOf(printed), old);

    await createPod(cluster, { name: 'after', node: 'node-1', localhostProfile: 'gen/app.json' });
    await createPod(cluster, { name: 'pinned', node: 'node-1', localhostProfile: `${old}/app.json` });
    await untilPhase(cluster, 'after', 'Running');
    await untilPhase(cluster, 'pinned', 'Running');

    assert.equal(await effectInside(cluster, 'before'), { mkdir: 'refused', seccomp: '2' });
    assert.equal(await effectInside(cluster, 'after'), { mkdir: 'allowed', seccomp: '2' });
    assert.equal(await effectInside(cluster, 'pinned'), { mkdir: 'refused', seccomp: '2' });
  });
  await deletePods(cluster, 'before', 'after', 'pinned');
});

test('drifted files are found by verify and put right by apply --force, also one that nobody may read', async () => {
  const cluster = attachCluster();
  await inFolder(async (folder) => {
    writeFileSync(join(folder, 'app.json'), allowing);
    writeFileSync(join(folder, 'other.json'), allowing);
    await mustPlugin(cluster, ['apply', '-f', folder, '--name', 'gen']);
    const root = cluster.node('node-2').seccompRoot;
    writeFileSync(join(root, 'gen', 'app.json'), '{}');
    // The program runs without capabilities: even root cannot read this one.
    chmodSync(join(root, 'gen', 'other.json'), 0o000);
    const found = await plugin(cluster, ['verify', 'gen']);
    assert.is(found.code, 1, found.stdout + found.stderr);
    assert.match(found.stdout, /node-2.*drifted.*app.json changed.*other.json mode/);
    await mustPlugin(cluster, ['apply', '-f', folder, '--name', 'gen', '--force']);
    assert.is((await plugin(cluster, ['verify', 'gen'])).code, 0);
  });
});

test.run();
