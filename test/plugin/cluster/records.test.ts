import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseRecord, renderRecord } from '../../../plugin/cluster/records.ts';
import { SeccompError } from '../../../src/error.ts';
import type { Release, ReleaseNode } from '../../../src/rollout/release.ts';
import { sampleNode } from '../../support/fake-cluster.ts';
import { DIGEST, sampleRelease } from '../../support/rollout-samples.ts';

const test = suite('plugin/cluster/records');
const hex = (seed: string) => createHash('sha256').update(seed).digest('hex');
const uuid = (seed: string) => hex(seed).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/, '$1-$2-$3-$4-$5');

test('what is written is read again, to the last optional field', () => {
  const full = sampleRelease([sampleNode('a'), sampleNode('b')], {
    nodeNames: ['a', 'b'],
    nodes: {
      a: {
        result: 'failed',
        reason: 'no-space',
        uid: 'u',
        machineId: 'm',
        bootId: 'b',
        seccompRoot: '/r',
        at: 't',
        installedAt: 'i',
        failingSince: 'f',
      },
      b: { result: 'pending', uid: 'u', machineId: 'm', bootId: 'b', seccompRoot: '/r' },
    },
  });
  const { digest, manifest, chunks, endedAt, ...removal } = sampleRelease([], {
    operation: 'remove',
    nodes: {},
  });
  for (const release of [full, removal]) {
    const sent = JSON.parse(JSON.stringify(renderRecord(release, 'ns')));
    assert.equal(parseRecord(sent), release);
  }
});

test('a record that was written before there was a later column is read', () => {
  const release = sampleRelease([sampleNode('a')]);
  const sent = JSON.parse(JSON.stringify(renderRecord(release, 'ns')));
  const columns = JSON.parse(gunzipSync(Buffer.from(sent.binaryData['nodes.json.gz'], 'base64')).toString());
  const { installedAt: _, ...older } = columns;
  sent.binaryData['nodes.json.gz'] = gzipSync(JSON.stringify(older)).toString('base64');
  assert.equal(parseRecord(sent), release);
});

test('the facts of a revision are readable with kubectl, and the object is found by its labels', () => {
  const { metadata, data } = renderRecord(sampleRelease(), 'ns');
  assert.is(metadata?.name, 'release-web-v1');
  assert.is(metadata?.labels?.['kubectl-seccomp/bundle'], 'web');
  assert.match(data?.['release.json'] ?? '', DIGEST);
});

test('5,000 nodes and 4,096 profiles fit one ConfigMap', () => {
  const nodes = Object.fromEntries(
    Array.from({ length: 5000 }, (_, index): [string, ReleaseNode] => [
      `ip-10-${index % 256}-${hex(`${index}`).slice(0, 6)}.eu-central-1.compute.internal`,
      {
        result: 'done',
        uid: uuid(`u${index}`),
        machineId: hex(`m${index}`).slice(0, 32),
        bootId: uuid(`b${index}`),
        seccompRoot: '/var/lib/kubelet/seccomp',
        at: new Date(1_760_000_000_000 + index * 137).toISOString(),
        installedAt: new Date(1_760_000_000_000 + index * 141).toISOString(),
      },
    ]),
  );
  const profiles = Array.from({ length: 4096 }, (_, index) => ({
    path: `team-${index % 40}/${hex(`p${index}`).slice(0, 12)}.json`,
    sha256: hex(`s${index}`),
    sizeBytes: index,
    source: { format: 'docker' as const, sha256: hex(`o${index}`) },
  }));
  const release = sampleRelease([], { nodes, manifest: { formatVersion: 1, name: 'web', profiles } });
  const { data = {}, binaryData = {} } = renderRecord(release, 'ns');
  const bytes =
    Object.values(data).reduce((sum, text) => sum + Buffer.byteLength(text), 0) +
    Object.values(binaryData).reduce((sum, text) => sum + Buffer.from(text, 'base64').length, 0);
  assert.ok(bytes < 1024 * 1024, `${bytes} bytes`);
});

test('a damaged record and one of another version are refused by name', () => {
  const good = () => JSON.parse(JSON.stringify(renderRecord(sampleRelease(), 'ns')));
  const packed = (value: unknown) => gzipSync(JSON.stringify(value)).toString('base64');
  const changes: ((record: ReturnType<typeof good>) => void)[] = [
    (record) => delete record.data['release.json'],
    (record) => (record.data['release.json'] = '[]'),
    (record) =>
      (record.data['release.json'] = JSON.stringify({ ...(sampleRelease() as Release), version: 2 })),
    (record) =>
      (record.data['release.json'] = JSON.stringify({ ...(sampleRelease() as Release), bundle: 'db' })),
    (record) => (record.binaryData['nodes.json.gz'] = 'AAAA'),
    (record) => (record.binaryData['nodes.json.gz'] = packed({ name: ['a'] })),
    (record) => (record.binaryData['nodes.json.gz'] = packed(null)),
    (record) => (record.binaryData['nodes.json.gz'] = packed('x'.repeat(40 * 1024 * 1024))),
    (record) => (record.binaryData['manifest.json.gz'] = 'x'),
  ];
  for (const change of changes) {
    const record = good();
    change(record);
    try {
      parseRecord(record);
      assert.unreachable(String(change));
    } catch (thrown) {
      assert.instance(thrown, SeccompError);
      assert.match((thrown as SeccompError).message, 'release-web-v1');
    }
  }
});

test.run();
