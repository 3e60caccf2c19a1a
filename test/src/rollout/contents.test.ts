// What is known of the files on nodes, and under which content a running container started.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Manifest } from '../../../src/bundle/manifest-types.ts';
import { parseLocalhostProfile } from '../../../src/protocol/layout.ts';
import { contentsOf } from '../../../src/rollout/contents.ts';
import { installedLabels } from '../../../src/rollout/names.ts';
import type { Release } from '../../../src/rollout/release.ts';
import { sampleInstalledNode, sampleNode } from '../../support/fake-cluster.ts';
import { DIGEST, OTHER_DIGEST, sampleRelease, sampleReleaseNode } from '../../support/rollout-samples.ts';

const test = suite('src/rollout/contents');

const NODE = sampleInstalledNode('a', 'web', OTHER_DIGEST);
const T1 = Date.UTC(2026, 0, 1);
const T2 = Date.UTC(2026, 0, 2);
const path = parseLocalhostProfile;

/** Paths to a letter that stands for their content. */
const manifestOf = (contents: Record<string, string>): Manifest => ({
  formatVersion: 1,
  name: 'web',
  profiles: Object.entries(contents).map(([path, letter]) => ({
    path,
    sha256: letter.repeat(64),
    sizeBytes: 1,
  })),
});

const OLD = manifestOf({ 'nginx.json': 'a', 'same.json': 'c', 'gone.json': 'd' });
const NEW = manifestOf({ 'nginx.json': 'b', 'same.json': 'c', 'new.json': 'e' });

const said = (fromMs: number | undefined, changes = {}) =>
  sampleReleaseNode(NODE, {
    ...(fromMs !== undefined && { installedAt: new Date(fromMs).toISOString() }),
    ...changes,
  });
const first = (changes: Partial<Release> = {}): Release =>
  sampleRelease([], { digest: DIGEST, manifest: OLD, nodes: { a: said(T1) }, ...changes });
const second = (changes: Partial<Release> = {}): Release =>
  sampleRelease([], { revision: 2, digest: OTHER_DIGEST, manifest: NEW, nodes: { a: said(T2) }, ...changes });

test('a linked path is where the node’s present content has it', () => {
  const { fileOn } = contentsOf([NODE, sampleNode('b')], [first({ nodes: {} }), second()]);
  assert.is(fileOn('a', path('web/nginx.json')), 'present');
  assert.is(fileOn('a', path('web/gone.json')), 'missing-profile');
  assert.is(fileOn('b', path('web/nginx.json')), 'missing-bundle');
  assert.is(fileOn('node that is gone', path('web/nginx.json')), 'unknown');
});

test('a pinned path is where that generation still lies', () => {
  const labels = { ...installedLabels('web', DIGEST), ...installedLabels('web', OTHER_DIGEST) };
  const { fileOn } = contentsOf([sampleNode('a', { labels }), { ...NODE, name: 'b' }], [first(), second()]);
  const old = `web@${DIGEST.slice(0, 16)}`;
  assert.is(fileOn('a', path(`${old}/gone.json`)), 'present');
  assert.is(fileOn('a', path(`${old}/new.json`)), 'missing-profile');
  assert.is(fileOn('a', path('web@0123456789abcdef/gone.json')), 'missing-bundle');
});

test('what no record and no label knows is not ours, and neither is the operator’s folder', () => {
  const { fileOn, isKnown } = contentsOf([NODE], [second()]);
  assert.is(fileOn('a', path('profiles/audit.json')), 'unmanaged');
  assert.is(fileOn('a', path('operator/ns/a.json')), 'unmanaged');
  assert.is(fileOn('a', path('web/.manifest.json')), 'unmanaged');
  assert.ok(isKnown('web'));
  assert.not.ok(isKnown('profiles'));
});

test('another machine behind the name, or a content that no record describes, is unknown', () => {
  const other = { ...NODE, machineId: 'another' };
  assert.is(contentsOf([other], [second()]).fileOn('a', path('web/nginx.json')), 'unknown');
  assert.is(contentsOf([NODE], [first()]).fileOn('a', path('web/nginx.json')), 'unknown');
});

test('after an attempt that failed a file counts only where both contents agree on it', () => {
  const node = sampleInstalledNode('a', 'web', DIGEST);
  const failed = second({ outcome: 'failed', nodes: { a: said(undefined, { result: 'failed' }) } });
  const { fileOn } = contentsOf([node], [first(), failed]);
  assert.is(fileOn('a', path('web/nginx.json')), 'present');
  assert.is(fileOn('a', path('web/gone.json')), 'unknown');
  assert.is(fileOn('a', path('web/none.json')), 'missing-profile');
});

test('a container that started before the present content came has the older one', () => {
  const { ageOn } = contentsOf([NODE], [first(), second()]);
  assert.is(ageOn('a', path('web/nginx.json'), T2 + 5_000), 'current');
  assert.is(ageOn('a', path('web/nginx.json'), T2 - 5_000), 'older');
});

test('an update that left this profile as it was made nobody’s content older', () => {
  const { ageOn } = contentsOf([NODE], [first(), second()]);
  assert.is(ageOn('a', path('web/same.json'), T2 - 5_000), 'current');
});

test('within a second of the change, or before all records, nobody can say', () => {
  const { ageOn } = contentsOf([NODE], [first(), second()]);
  assert.is(ageOn('a', path('web/nginx.json'), T2), 'unknown');
  assert.is(ageOn('a', path('web/nginx.json'), T2 - 500), 'unknown');
  assert.is(ageOn('a', path('web/nginx.json'), T1 - 5_000), 'unknown');
});

test('a node that did not say when leaves it open only where the contents differ', () => {
  const { ageOn } = contentsOf([NODE], [first(), second({ nodes: { a: said(undefined) } })]);
  assert.is(ageOn('a', path('web/nginx.json'), T2 + 5_000), 'unknown');
  assert.is(ageOn('a', path('web/same.json'), T2 + 5_000), 'current');
});

test('an attempt that failed in between may have changed it', () => {
  const failed = second({ outcome: 'failed', nodes: { a: said(undefined, { result: 'failed' }) } });
  const back = first({ revision: 3, nodes: { a: said(T2) } });
  const { ageOn } = contentsOf([sampleInstalledNode('a', 'web', DIGEST)], [first(), failed, back]);
  assert.is(ageOn('a', path('web/nginx.json'), T1 + 5_000), 'unknown');
  assert.is(ageOn('a', path('web/nginx.json'), T2 + 5_000), 'current');
});

test('records of another machine say nothing', () => {
  const elsewhere = first({ nodes: { a: said(T1, { machineId: 'another' }) } });
  const { ageOn } = contentsOf([NODE], [elsewhere, second()]);
  assert.is(ageOn('a', path('web/nginx.json'), T2 - 5_000), 'unknown');
});

test('a pinned content never grows old', () => {
  const { ageOn } = contentsOf([NODE], [first(), second()]);
  assert.is(ageOn('a', path(`web@${DIGEST.slice(0, 16)}/nginx.json`), T2 + 5_000), 'current');
});

test('of a profile with a build for each architecture only the node’s own counts', () => {
  const build = (architecture: string, letter: string) => ({
    path: 'nginx.json',
    sha256: letter.repeat(64),
    sizeBytes: 1,
    architectures: [architecture],
  });
  const of = (amd64: string, arm64: string): Manifest => ({
    ...NEW,
    profiles: [build('amd64', amd64), build('arm64', arm64)],
  });
  const releases = [first({ manifest: of('a', 'b') }), second({ manifest: of('a', 'c') })];
  assert.is(contentsOf([NODE], releases).ageOn('a', path('web/nginx.json'), T2 - 5_000), 'current');
  const arm = { ...NODE, architecture: 'arm64' };
  assert.is(contentsOf([arm], releases).ageOn('a', path('web/nginx.json'), T2 - 5_000), 'older');
});

test('a profile made from an object without a namespace is found by its name, where only one bundle has it', () => {
  const source = { format: 'spo', sha256: 'f'.repeat(64) } as const;
  const fromObjects = (bundle: string): Release =>
    sampleRelease([], {
      bundle,
      digest: DIGEST,
      manifest: { ...OLD, name: bundle, profiles: OLD.profiles.map((one) => ({ ...one, source })) },
    });
  const find = (...releases: Release[]) => contentsOf([NODE], releases).findObjectHolder('nginx.json');
  assert.is(find(fromObjects('spo'), first()), 'spo');
  assert.is(find(fromObjects('spo'), fromObjects('other')), undefined);
  assert.is(find(first()), undefined);
});

test.run();
