// What others may have done to our objects and to the disks, and how much of it is believed.
import { randomBytes } from 'node:crypto';
import { chownSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { suiteThatNeeds } from '../support/requires.ts';
import { attachCluster } from './cluster.ts';
import type { Cluster } from './handle.ts';
import { inFolder, mustPlugin, plugin } from './plugin.ts';
import { applyAs, failuresIn, resultsOf } from './results.ts';

const test = suiteThatNeeds('test/cluster/trust', ['cluster']);

const NAMESPACE = ['-n', 'kubectl-seccomp'];
const LABEL = 'kubectl-seccomp.node-restriction.kubernetes.io';
const ALLOW = '{"defaultAction":"SCMP_ACT_ALLOW"}';

interface Document {
  readonly nodes: readonly {
    readonly name: string;
    readonly bundles: readonly { name: string; state: string; drift?: readonly unknown[] }[];
  }[];
}

/** Each node's state of one bundle, by `status` or `verify`. */
const statesOf = async (cluster: Cluster, verb: string, bundle: string): Promise<Record<string, string>> => {
  const { stdout } = await plugin(cluster, [verb, '-o', 'json']);
  const { nodes } = JSON.parse(stdout) as Document;
  return Object.fromEntries(
    nodes.flatMap(({ name, bundles }) =>
      bundles.filter((one) => one.name === bundle).map(({ state }) => [name, state]),
    ),
  );
};

const everywhere = (state: string) => ({ 'node-1': state, 'node-2': state, 'node-3': state });

/** Applies a bundle of its own, so that what an earlier test left is not in the way. */
const applyExpectingFailure = async (cluster: Cluster, bundle: string, ...more: string[]) =>
  failuresIn(await plugin(cluster, [...applyAs(bundle), '-o', 'json', ...more]));

test.before(() => attachCluster().reset());

test('a chunk or a program that somebody else put under our name is refused and named', async () => {
  const cluster = attachCluster();
  await mustPlugin(cluster, [...applyAs('tampered'), '--nodes', 'node-1']);
  const names = await cluster.mustKubectl(['get', 'configmaps', ...NAMESPACE, '-o', 'name']);
  for (const prefix of ['bundle-tampered-', 'program-']) {
    const name = new RegExp(`${prefix}[0-9a-f]{16}`).exec(names)?.[0];
    assert.ok(name, names);
    const kept = await cluster.getJson<Record<string, unknown>>(['configmap', name, ...NAMESPACE]);
    const key = Object.keys(kept.binaryData as object)[0] ?? '';
    const { labels } = kept.metadata as { labels: object };
    const metadata = { name, namespace: 'kubectl-seccomp', labels };
    const evil = { ...kept, metadata, binaryData: { [key]: Buffer.from('evil').toString('base64') } };
    await cluster.mustKubectl(['delete', 'configmap', name, ...NAMESPACE]);
    await cluster.mustKubectl(['create', '-f', '-'], { input: JSON.stringify(evil) });
    const { code, stderr } = await plugin(cluster, applyAs('tampered'));
    assert.is(code, 1);
    assert.match(stderr, `ConfigMap kubectl-seccomp/${name} exists, but does not hold what its name says`);
    await cluster.mustKubectl(['delete', 'configmap', name, ...NAMESPACE]);
  }
  await mustPlugin(cluster, applyAs('tampered'));
});

test('who deletes the install namespace loses the records: status says so, and apply with --force heals', async () => {
  const cluster = attachCluster();
  await inFolder(async (folder) => {
    writeFileSync(join(folder, 'a.json'), ALLOW);
    await mustPlugin(cluster, ['apply', '-f', folder, '--name', 'recordless']);
  });
  await mustPlugin(cluster, applyAs('recordless'));
  await cluster.mustKubectl(['delete', 'namespace', 'kubectl-seccomp']);
  assert.equal(await statesOf(cluster, 'status', 'recordless'), everywhere('unknown'));
  const nodes = await applyExpectingFailure(cluster, 'recordless');
  assert.equal(new Set(Object.values(resultsOf(nodes))), new Set(['failed: stale']));
  assert.match(nodes.get('node-1')?.reason?.hint ?? '', /records .* were lost; --force/);
  await mustPlugin(cluster, [...applyAs('recordless'), '--force']);
  assert.equal(await statesOf(cluster, 'status', 'recordless'), everywhere('in-sync'));
  assert.equal(await statesOf(cluster, 'verify', 'recordless'), everywhere('in-sync'));
});

test('a label alone is not believed, and a disk that lost what label and record say is found by verify', async () => {
  const cluster = attachCluster();
  await cluster.mustKubectl(['label', 'node', 'node-1', `${LABEL}/ghost=0123456789abcdef`]);
  assert.equal(await statesOf(cluster, 'status', 'ghost'), { 'node-1': 'unknown' });
  await mustPlugin(cluster, applyAs('lost'));
  const root = cluster.node('node-2').seccompRoot;
  for (const name of readdirSync(root)) rmSync(join(root, name), { recursive: true });
  assert.equal(await statesOf(cluster, 'status', 'lost'), everywhere('in-sync'));
  assert.equal(await statesOf(cluster, 'verify', 'lost'), { ...everywhere('in-sync'), 'node-2': 'missing' });
  await mustPlugin(cluster, [...applyAs('lost'), '--force', '--nodes', 'node-2']);
  assert.equal(await statesOf(cluster, 'verify', 'lost'), everywhere('in-sync'));
});

test('an inspection that is too long for a termination message comes through the log', async () => {
  const cluster = attachCluster();
  await inFolder(async (folder) => {
    const names = Array.from({ length: 60 }, (_, index) => `${'long-name-'.repeat(12)}${index}.json`);
    for (const name of names) writeFileSync(join(folder, name), ALLOW);
    await mustPlugin(cluster, ['apply', '-f', folder, '--name', 'long', '--nodes', 'node-1']);
    for (const name of names) rmSync(join(cluster.node('node-1').seccompRoot, 'long', name));
  });
  const { code, stdout } = await plugin(cluster, ['verify', 'long', '--nodes', 'node-1', '-o', 'json']);
  assert.is(code, 1);
  const [found] = (JSON.parse(stdout) as Document).nodes[0]?.bundles ?? [];
  assert.is(found?.state, 'drifted');
  assert.is(found?.drift?.length, 50);
  assert.ok(JSON.stringify(found?.drift).length > 4096);
});

test('the largest bundle arrives on a node within what its Job may use', async () => {
  const cluster = attachCluster();
  const before = readdirSync(cluster.node('node-1').seccompRoot);
  await inFolder(async (folder) => {
    // 62 MiB unpacked, and not far below 8 MiB compressed: base64 of noise, and zeros.
    for (let index = 0; index < 62; index++) {
      const listenerMetadata = randomBytes(115 * 1024).toString('base64') + '0'.repeat(870 * 1024);
      const profile = { defaultAction: 'SCMP_ACT_ALLOW', listenerPath: '/run/x', listenerMetadata };
      writeFileSync(join(folder, `p${index}.json`), JSON.stringify(profile));
    }
    await mustPlugin(cluster, ['apply', '-f', folder, '--name', 'big', '--nodes', 'node-1']);
    const chunks = await cluster.mustKubectl(['get', 'configmaps', ...NAMESPACE, '-o', 'name']);
    assert.ok(chunks.match(/bundle-big-/g)!.length >= 8, chunks);
    assert.is((await plugin(cluster, ['verify', 'big', '--nodes', 'node-1'])).code, 0);
  });
  await mustPlugin(cluster, ['delete', 'big', '--yes']);
  assert.equal(readdirSync(cluster.node('node-1').seccompRoot), before);
});

test('without capabilities, drifted files are repaired; for a folder that was given away there is --privilege', async () => {
  const cluster = attachCluster();
  await mustPlugin(cluster, [...applyAs('owner'), '--nodes', 'node-1']);
  const folder = join(cluster.node('node-1').seccompRoot, 'owner');
  const [file = ''] = readdirSync(folder).filter((name) => name.endsWith('.json') && !name.startsWith('.'));
  chownSync(join(folder, file), 65_535, 65_535);
  writeFileSync(join(folder, 'extra.json'), ALLOW);
  const again = [...applyAs('owner'), '--force', '--nodes', 'node-1'];
  assert.match(await mustPlugin(cluster, again), 'repaired');
  chownSync(`${folder}/.`, 65_535, 65_535);
  const nodes = await applyExpectingFailure(cluster, 'owner', '--force', '--nodes', 'node-1');
  assert.equal(resultsOf(nodes), { 'node-1': 'failed: permission' });
  assert.match(nodes.get('node-1')?.reason?.hint ?? '', '--privilege privileged');
  assert.match(await mustPlugin(cluster, [...again, '--privilege', 'privileged']), 'repaired');
  assert.is((await plugin(cluster, ['verify', 'owner', '--nodes', 'node-1'])).code, 0);
});

test.run();
