// `delete` and `uninstall` leave nothing: the disks as they were, no namespace of ours, no label.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { suiteThatNeeds } from '../support/requires.ts';
import { attachCluster } from './cluster.ts';
import type { Cluster } from './handle.ts';
import { EXAMPLES, inFolder, mustPlugin, plugin } from './plugin.ts';
import { poll } from './processes.ts';
import { type Snapshot, snapshot } from './snapshot.ts';

const test = suiteThatNeeds('test/cluster/delete', ['cluster']);

const disks = (cluster: Cluster): Snapshot[] => cluster.nodes.map((node) => snapshot(node.seccompRoot));

const plantForeignThings = (root: string): void => {
  mkdirSync(join(root, 'operator', 'default'), { recursive: true, mode: 0o744 });
  writeFileSync(join(root, 'operator', 'default', 'nginx.json'), '{"defaultAction":"SCMP_ACT_ALLOW"}', {
    mode: 0o640,
  });
  writeFileSync(join(root, 'audit.json'), '{"defaultAction":"SCMP_ACT_LOG"}', { mode: 0o600 });
  symlinkSync('audit.json', join(root, 'link.json'));
};

const labelsOfOurs = async (cluster: Cluster): Promise<string[]> => {
  const { items } = await cluster.getJson<{ items: { metadata: { labels: Record<string, string> } }[] }>([
    'nodes',
  ]);
  return items
    .flatMap(({ metadata }) => Object.keys(metadata.labels))
    .filter((label) => label.startsWith('kubectl-seccomp'));
};

test('delete leaves every seccomp root as it was before the first apply, byte for byte and mode for mode', async () => {
  const cluster = attachCluster();
  await cluster.reset();
  for (const node of cluster.nodes) {
    mkdirSync(node.seccompRoot, { recursive: true, mode: 0o755 });
    plantForeignThings(node.seccompRoot);
  }
  const before = disks(cluster);
  await inFolder(async (folder) => {
    writeFileSync(join(folder, 'a.json'), '{"defaultAction":"SCMP_ACT_ALLOW"}');
    await mustPlugin(cluster, ['apply', '-f', folder, '--name', 'web']);
    await mustPlugin(cluster, ['apply', '-f', EXAMPLES, '--name', 'web']);
  });
  assert.is.not(JSON.stringify(disks(cluster)), JSON.stringify(before));
  await mustPlugin(cluster, ['delete', 'web', '--yes']);
  assert.equal(disks(cluster), before);
  assert.equal(await labelsOfOurs(cluster), []);
});

test('after delete the bundle is known no more, and a new apply takes the next revision', async () => {
  const cluster = attachCluster();
  assert.not.match(await mustPlugin(cluster, ['status']), /^web\b/m);
  assert.match(await mustPlugin(cluster, ['apply', '-f', EXAMPLES, '--name', 'web']), /web@v4/);
});

test('delete asks, and refuses where nobody can answer', async () => {
  const cluster = attachCluster();
  const refused = await plugin(cluster, ['delete', 'web']);
  assert.is(refused.code, 2);
  assert.match(refused.stderr, '--yes');
});

test('uninstall leaves no namespace of ours, no label and no file', async () => {
  const cluster = attachCluster();
  await mustPlugin(cluster, ['uninstall', '--yes']);
  assert.is((await cluster.kubectl(['get', 'namespace', 'kubectl-seccomp'])).code, 1);
  assert.equal(await labelsOfOurs(cluster), []);
  for (const node of cluster.nodes) {
    assert.equal(
      Object.keys(snapshot(node.seccompRoot)).filter(
        (name) => name.startsWith('web') || name.startsWith('.web'),
      ),
      [],
    );
  }
});

test('an existing namespace is used, but never labelled or deleted', async () => {
  const cluster = attachCluster();
  await cluster.mustKubectl(['create', 'namespace', 'theirs']);
  const labels = async (): Promise<unknown> =>
    (await cluster.getJson<{ metadata: { labels: unknown; annotations?: unknown } }>(['namespace', 'theirs']))
      .metadata;
  const strip = (metadata: unknown): unknown => ({
    ...(metadata as object),
    managedFields: undefined,
    resourceVersion: undefined,
  });
  const before = strip(await labels());
  await mustPlugin(cluster, ['apply', '-f', EXAMPLES, '--name', 'web', '--install-namespace', 'theirs']);
  await mustPlugin(cluster, ['uninstall', '--yes', '--install-namespace', 'theirs']);
  assert.equal(strip(await labels()), before);
  // Background propagation: the Pods go a moment after their Jobs.
  const left = async (): Promise<string> => {
    const names = await cluster.mustKubectl([
      'get',
      'configmaps,jobs,pods,leases',
      '-n',
      'theirs',
      '-o',
      'name',
    ]);
    return names.replace('configmap/kube-root-ca.crt', '').trim();
  };
  await poll('nothing of ours is left', async () => (await left()) === '', {
    timeoutMs: 15_000,
    describe: left,
  });
});

test.run();
