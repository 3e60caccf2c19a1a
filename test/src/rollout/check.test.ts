// The whole of a check on a cluster in memory: where pods could come to, which file is there, and what comes of it.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SeccompError } from '../../../src/error.ts';
import { checkSubjects } from '../../../src/rollout/check.ts';
import type { CheckSettings } from '../../../src/rollout/check-settings.ts';
import type { NodeSeen } from '../../../src/rollout/node.ts';
import type { Check, CheckSubject } from '../../../src/workload/check.ts';
import { sampleCompressedBundle } from '../../support/bundle-samples.ts';
import {
  bytesOf,
  type CheckBench,
  checkBench,
  localhost,
  PROFILES,
  sampleSubject,
} from '../../support/check-samples.ts';
import { sampleNode } from '../../support/fake-cluster.ts';
import { FakeSurroundings } from '../../support/fake-surroundings.ts';

const test = suite('src/rollout/check');

const check = (
  subjects: CheckSubject | readonly CheckSubject[],
  { cluster }: Pick<CheckBench, 'cluster'>,
  settings: CheckSettings = {},
  surroundings = new FakeSurroundings(),
): Promise<Check> => checkSubjects([subjects].flat(), settings, { cluster, surroundings });

const spell = ({ containers }: Check): string[] =>
  containers.flatMap(({ container, classes }) =>
    classes.map(({ nodes, verdict, reasons }) =>
      `${container.name} on ${nodes.join(' ')} ${verdict} ${reasons.map(({ code }) => code).join(' ')}`.trim(),
    ),
  );

test('a file that is there with a content that starts, and nodes without it', async () => {
  const bench = await checkBench([sampleNode('node-2'), sampleNode('node-3')]);
  const result = await check(sampleSubject('web/open.json'), bench);
  assert.equal(spell(result), ['main on node-2 node-3 fails missing-bundle', 'main on node-1 starts']);
  assert.is(result.verdict, 'fails');
  assert.is(result.containers[0]?.classes[1]?.nodeClass, 'amd64, Linux 6.18, containerd 2.4.2');
});

test('every state of the file has its reason', async () => {
  const bench = await checkBench();
  const codeOf = async (path: string) =>
    spell(await check(sampleSubject(path), bench))[0]?.split('on node-1 ')[1] ?? '';
  assert.is(await codeOf('web/open.json'), 'starts');
  assert.is(await codeOf(`web@${bench.digest}/open.json`), 'starts');
  assert.is(await codeOf('web/lost.json'), 'fails missing-profile');
  assert.is(await codeOf(`web@${'0'.repeat(16)}/open.json`), 'fails missing-bundle');
  assert.is(await codeOf('theirs/x.json'), 'unknown unmanaged');
  assert.is(await codeOf('operator/a/b.json'), 'unknown unmanaged');
  assert.is(await codeOf(''), 'fails path');
  assert.is(await codeOf('../x.json'), 'fails path');
  assert.match(await codeOf('web/stifling.json'), 'fails needs-calls');
  assert.match(await codeOf('web/strict.json'), 'unknown needs-calls');
});

test('what is said of the runtime settles what versions leave open', async () => {
  const bench = await checkBench();
  const facts = { runtime: 'runc', runtimeVersion: '1.5.2' } as const;
  const result = await check(sampleSubject('web/strict.json'), bench, { facts });
  assert.equal(spell(result), ['main on node-1 fails needs-calls']);
});

test('a node whose machine is another one has an unknown file, whatever its label says', async () => {
  const bench = await checkBench();
  const [node] = bench.cluster.nodes as [NodeSeen];
  bench.cluster.setNode('node-1', { ...node, machineId: 'another' });
  const result = await check(sampleSubject('web/open.json'), bench);
  assert.equal(spell(result), ['main on node-1 unknown file-unknown']);
  assert.is(result.verdict, 'unknown');
});

test('a content that is gone or not what the record says is unknown, and so is all without records', async () => {
  const bench = await checkBench();
  bench.cluster.uploaded.clear();
  const gone = await check(sampleSubject('web/open.json'), bench);
  assert.equal(spell(gone), ['main on node-1 unknown content-unknown']);
  assert.match(gone.unread[0]?.message ?? '', 'is gone');
  bench.cluster.readReleases = async () => {
    throw new SeccompError('api', 'configmaps is forbidden');
  };
  const blind = await check(sampleSubject('web/open.json'), bench);
  assert.equal(spell(blind), ['main on node-1 unknown file-unknown']);
  assert.equal(blind.unread, [{ resource: 'configmaps', message: 'configmaps is forbidden' }]);
});

test('a content that is another one than the record names is not judged', async () => {
  const bench = await checkBench();
  const other = await sampleCompressedBundle({
    profiles: [{ path: 'open.json', content: bytesOf(PROFILES['open.json']) }],
  });
  bench.cluster.uploaded.set('bundle-web', other);
  const result = await check(sampleSubject('web/open.json'), bench);
  assert.equal(spell(result), ['main on node-1 unknown content-unknown']);
  assert.match(result.unread[0]?.message ?? '', 'is not what its record says');
});

test('only nodes that a pod could come to are asked; the others are named with the reason', async () => {
  const tainted = { taints: [{ key: 'gpu', effect: 'NoSchedule' }] };
  const bench = await checkBench([
    sampleNode('node-2', tainted),
    sampleNode('node-3', { taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' }] }),
    sampleNode('windows', { os: 'windows' }),
    sampleNode('cordoned', { isUnschedulable: true }),
  ]);
  const result = await check(sampleSubject('web/open.json'), bench);
  assert.equal(spell(result), ['main on node-3 fails missing-bundle', 'main on node-1 starts']);
  assert.equal(
    result.leftOut.map(({ node, message }) => `${node}: ${message}`),
    [
      'cordoned: the node is cordoned',
      'node-2: it does not tolerate the taint gpu:NoSchedule',
      'windows: it runs windows',
    ],
  );
  const tolerations = [{ key: 'gpu', operator: 'Exists' }];
  const tolerant = await check(sampleSubject('web/open.json', {}, { tolerations }), bench);
  assert.match(spell(tolerant)[0] ?? '', 'node-2 node-3');
  const daemons = { ...sampleSubject('web/open.json'), workload: { kind: 'DaemonSet', name: 'agent' } };
  assert.match(spell(await check(daemons, bench))[0] ?? '', 'cordoned node-3');
});

test('a pod that no node takes is unknown', async () => {
  const bench = await checkBench();
  const result = await check(sampleSubject('web/open.json', {}, { nodeSelector: { pool: 'x' } }), bench);
  assert.equal(spell(result), []);
  assert.is(result.verdict, 'unknown');
});

test('privileged, and behind a sandbox: the profile is not applied, but a sandbox still wants the file', async () => {
  const bench = await checkBench([sampleNode('node-2')]);
  const securityContext = { ...localhost('web/stifling.json'), privileged: true };
  assert.equal(spell(await check(sampleSubject('', { securityContext }), bench)), [
    'main on node-1 node-2 starts not-applied',
  ]);
  const surroundings = new FakeSurroundings();
  surroundings.classes = new Map([['safe', { handler: 'runsc', nodeSelector: {}, tolerations: [] }]]);
  const sandboxed = sampleSubject('web/stifling.json', {}, { runtimeClassName: 'safe' });
  assert.equal(spell(await check(sandboxed, bench, {}, surroundings)), [
    'main on node-2 fails missing-bundle not-applied',
    'main on node-1 starts not-applied',
  ]);
});

test('a RuntimeClass chooses nodes and the runtime, and one that does not exist is refused', async () => {
  const bench = await checkBench([sampleNode('node-2')]);
  const surroundings = new FakeSurroundings();
  const nodeSelector = { 'kubernetes.io/hostname': 'node-1' };
  surroundings.classes = new Map([['fast', { handler: 'crun', nodeSelector, tolerations: [] }]]);
  const subject = sampleSubject('web/strict.json', {}, { runtimeClassName: 'fast' });
  assert.equal(spell(await check(subject, bench, {}, surroundings)), ['main on node-1 starts exec']);
  const missing = sampleSubject('web/open.json', {}, { runtimeClassName: 'gone' });
  assert.equal(spell(await check(missing, bench, {}, surroundings)), [
    'main on node-1 node-2 fails runtime-class',
  ]);
});

test('with the disks asked, labels are not believed', async () => {
  const bench = await checkBench([sampleNode('node-2')]);
  const generation = { digest: bench.release.digest!, state: 'intact', drift: [] } as const;
  const bundle = { name: 'web', current: `web@${bench.digest}`, generations: [generation], problems: [] };
  const disk = (changes: object = {}) => ({
    inspection: { bundles: [{ ...bundle, ...changes }], foreign: [], leftovers: [] },
    facts: {},
  });
  const ask = async (seen: ReturnType<typeof disk>, path = 'web/open.json') =>
    spell(await check(sampleSubject(path), bench, { disks: new Map([['node-2', seen]]) }));
  // node-1 did not answer.
  assert.equal(await ask(disk()), ['main on node-1 unknown file-unknown', 'main on node-2 starts']);
  const drifted = (kind: string) =>
    disk({ generations: [{ ...generation, state: 'drifted', drift: [{ path: 'open.json', kind }] }] });
  assert.equal((await ask(drifted('missing')))[0], 'main on node-2 fails drifted');
  assert.match((await ask(drifted('changed'))).join(), 'node-2 unknown drifted');
  assert.equal((await ask(drifted('mode')))[1], 'main on node-2 starts');
  assert.match((await ask(drifted('missing'), 'web/strict.json')).join(), 'node-2 unknown needs-calls');
});

test('a kernel that says which actions it has is believed', async () => {
  const bench = await checkBench();
  const inspection = {
    bundles: [
      {
        name: 'web',
        current: `web@${bench.digest}`,
        generations: [{ digest: bench.release.digest!, state: 'intact' as const, drift: [] }],
        problems: [],
      },
    ],
    foreign: [],
    leftovers: [],
  };
  const disks = new Map([
    ['node-1', { inspection, facts: { actionsAvailable: ['SCMP_ACT_ALLOW'] as const } }],
  ]);
  const result = await check(sampleSubject('web/open.json'), bench, { disks });
  assert.equal(spell(result), ['main on node-1 fails action']);
  assert.ok(result.isVerified);
});

test('containers without a localhost profile are not told of', async () => {
  const bench = await checkBench();
  const result = await check(
    { ...sampleSubject('x'), template: { spec: { containers: [{ name: 'a' }] } } },
    bench,
  );
  assert.equal(result.containers, []);
  assert.is(result.verdict, 'starts');
});

test('a content is read once for thousands of nodes', async () => {
  const bench = await checkBench();
  const [node] = bench.cluster.nodes as [NodeSeen];
  for (let index = 2; index < 500; index += 1)
    bench.cluster.setNode(`n${index}`, { ...node, name: `n${index}` });
  const paths = ['web/open.json', 'web/strict.json'].map((path) => sampleSubject(path));
  await check(paths, bench);
  assert.is(bench.cluster.calls.filter((call) => call.startsWith('readChunks')).length, 1);
});

test.run();
