import { readFileSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type JobSettings, jobName, nodeJob } from '../../../plugin/cluster/node-job.ts';
import type { NodeTask } from '../../../src/rollout/ports.ts';
import { sampleNode } from '../../support/fake-cluster.ts';
import { DIGEST, sampleDigest } from '../../support/rollout-samples.ts';

const test = suite('plugin/cluster/node-job');
const GOLDEN = new URL('../../fixtures/kubernetes/node-job.json', import.meta.url);

const settings: JobSettings = {
  namespace: 'kubectl-seccomp',
  image: 'docker.io/library/node:24',
  privilege: 'default',
  jobTimeoutMs: 90_500,
  programSha256: sampleDigest('program'),
};
const chunk = { name: 'bundle-web-0123456789abcdef', sha256: sampleDigest('chunk') };
const install: NodeTask = {
  node: sampleNode('a', { kubeletRoot: '/mnt/kubelet' }),
  run: 'web-v3-2',
  attempt: 2,
  request: {
    version: 1,
    operation: 'install',
    bundle: 'web',
    digest: DIGEST,
    revision: 3,
    chunks: [chunk],
    force: false,
  },
  chunkConfigMaps: [chunk.name],
};
const inspect: NodeTask = {
  ...install,
  run: 'inspect-x7k2q9-mcx0z1a2',
  attempt: 1,
  request: { version: 1, operation: 'inspect' },
  chunkConfigMaps: [],
};

// UPDATE_GOLDEN=1 writes the file anew; read the difference before committing it.
test('is exactly what the golden file shows', () => {
  const built = `${JSON.stringify(nodeJob(install, settings), undefined, 2)}\n`;
  if (process.env.UPDATE_GOLDEN) writeFileSync(GOLDEN, built);
  assert.fixture(built, readFileSync(GOLDEN, 'utf8'));
});

test('its name tells revision, node and attempt, and fits a label also for the longest bundle name', () => {
  assert.match(jobName(install), /^web-v3-[0-9a-z]{8}-2$/);
  assert.is.not(jobName(install), jobName({ ...install, node: sampleNode('b') }));
  const request = { ...install.request, bundle: 'b'.repeat(40), revision: 99_999 } as NodeTask['request'];
  assert.ok(jobName({ ...install, request, attempt: 99 }).length <= 63);
  assert.match(jobName(inspect), /^inspect-x7k2q9-mcx0z1a2-[0-9a-z]{8}$/);
});

test('an inspection cannot write to the node, has no chunks, and is not swept with a bundle', () => {
  const { metadata, spec } = nodeJob(inspect, settings);
  const pod = spec?.template.spec;
  const mounts = pod?.containers[0]?.volumeMounts ?? [];
  assert.ok(mounts.every(({ readOnly }) => readOnly === true));
  assert.equal(
    pod?.volumes?.map(({ name }) => name),
    ['program', 'seccomp-root'],
  );
  assert.not.ok(Object.keys(metadata?.labels ?? {}).includes('kubectl-seccomp/bundle'));
});

test('privilege, pull secret and priority class appear where they are asked for', () => {
  const more = {
    ...settings,
    privilege: 'privileged',
    imagePullSecret: 'pull',
    priorityClass: 'high',
  } as const;
  const pod = nodeJob(install, more).spec?.template.spec;
  assert.equal(pod?.containers[0]?.securityContext, { privileged: true, readOnlyRootFilesystem: true });
  assert.equal(pod?.imagePullSecrets, [{ name: 'pull' }]);
  assert.is(pod?.priorityClassName, 'high');
});

test('two chunks of the same content are mounted once', () => {
  const { spec } = nodeJob({ ...install, chunkConfigMaps: [chunk.name, chunk.name] }, settings);
  assert.is(
    spec?.template.spec?.volumes?.find(({ name }) => name === 'bundle')?.projected?.sources?.length,
    1,
  );
});

test.run();
