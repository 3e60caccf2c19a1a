// Jobs or bare Pods: what is created for a node, what takes it away, and what is left to the cluster.
import type { V1Job, V1Pod } from '@kubernetes/client-node';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ApiError } from '../../../plugin/cluster/api.ts';
import { createLauncher } from '../../../plugin/cluster/launcher.ts';
import { type JobSettings, jobName, nodeJob } from '../../../plugin/cluster/node-job.ts';
import { FakeApi } from '../../support/fake-api.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { sampleDigest, sampleTask } from '../../support/rollout-samples.ts';

const test = suite('plugin/cluster/launcher');

const JOBS = '/apis/batch/v1/namespaces/ns/jobs';
const PODS = '/api/v1/namespaces/ns/pods';
const job: JobSettings = {
  namespace: 'ns',
  image: 'node:24',
  privilege: 'default',
  jobTimeoutMs: 90_000,
  programSha256: sampleDigest('program'),
};

const makeBench = (launch: 'job' | 'pod') => {
  const api = new FakeApi();
  const clock = new FakeClock();
  return { api, clock, launcher: createLauncher({ api, clock, job, launch }) };
};

test('a Job is made for a node and taken away again', async () => {
  const { api, launcher } = makeBench('job');
  const task = sampleTask('a');
  assert.is(await launcher.launch(task), undefined);
  assert.ok(api.objects.has(`${JOBS}/${jobName(task)}`));
  await launcher.discard(task);
  await launcher.end();
  assert.is(api.objects.size, 0);
  assert.is(api.requests.length, 2);
});

test('a bare Pod is the Pod of the Job, with its name and its deadline, and belongs to an empty Job', async () => {
  const { api, launcher } = makeBench('pod');
  const task = sampleTask('a');
  await launcher.launch(task);
  const pod = api.objects.get(`${PODS}/${jobName(task)}`) as V1Pod;
  const ofJob = nodeJob(task, job).spec!.template;
  const { activeDeadlineSeconds, nodeName, ...spec } = pod.spec!;
  assert.equal(spec, ofJob.spec);
  assert.equal([activeDeadlineSeconds, nodeName], [90, 'a']);
  assert.equal(pod.metadata?.labels, ofJob.metadata?.labels);
  const owner = api.objects.get(`${JOBS}/web-v1-1-pods-1`) as V1Job;
  assert.is(pod.metadata?.ownerReferences?.[0]?.uid, owner.metadata?.uid);
  assert.equal([owner.spec?.parallelism, owner.spec?.completions], [0, 0]);
  // Longer than the owner is used and the last Pod given to it can live.
  assert.ok(owner.spec!.ttlSecondsAfterFinished! >= 300 + 90);
});

test('one owner serves all Pods of some minutes; the next takes over before the first goes', async () => {
  const { api, clock, launcher } = makeBench('pod');
  await Promise.all(['a', 'b', 'c'].map((name) => launcher.launch(sampleTask(name))));
  const owners = () => [...api.objects.keys()].filter((path) => path.startsWith(JOBS));
  assert.is(owners().length, 1);
  await clock.advance(299_000);
  await launcher.launch(sampleTask('d'));
  assert.is(owners().length, 1);
  await clock.advance(2_000);
  await launcher.launch(sampleTask('e'));
  assert.equal(owners(), [`${JOBS}/web-v1-1-pods-1`, `${JOBS}/web-v1-1-pods-2`]);
  for (const name of ['a', 'b', 'c', 'd', 'e']) await launcher.discard(sampleTask(name));
  await launcher.end();
  assert.is(api.objects.size, 0);
});

test('an owner that is refused is the refusal of each node, and is asked for again', async () => {
  const { api, launcher } = makeBench('pod');
  api.intercept = (request) => {
    if (request === `POST ${JOBS}`)
      throw new ApiError(403, 'Forbidden', 'jobs.batch "x" is forbidden: exceeded quota: q');
  };
  const reasons = await Promise.all(['a', 'b'].map((name) => launcher.launch(sampleTask(name))));
  assert.equal(
    reasons.map((reason) => reason?.code),
    ['quota', 'quota'],
  );
  assert.is(launcher.tasks.size, 0);
  api.intercept = () => {};
  assert.is(await launcher.launch(sampleTask('a')), undefined);
});

test('an answer that got lost is no refusal, of the Pod or of its owner', async () => {
  const { api, launcher } = makeBench('pod');
  const lost = new Set<string>();
  api.intercept = (request) => {
    if (!request.startsWith('POST') || lost.has(request)) return;
    lost.add(request);
    const path =
      request === `POST ${JOBS}` ? `${JOBS}/web-v1-1-pods-1` : `${PODS}/${jobName(sampleTask('a'))}`;
    api.put(path, { metadata: { name: path.split('/').at(-1)!, uid: 'u' } });
    throw new ApiError(409, 'AlreadyExists', 'already exists');
  };
  assert.is(await launcher.launch(sampleTask('a')), undefined);
  assert.is(launcher.tasks.size, 1);
  await launcher.discard(sampleTask('a'));
  await launcher.end();
  assert.is(api.objects.size, 0);
});

test.run();
