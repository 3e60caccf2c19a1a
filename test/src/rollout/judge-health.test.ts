import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Health, HealthQuestion } from '../../../src/rollout/health.ts';
import { addPod, identifyFailing, NO_HEALTH, withoutEarlier } from '../../../src/rollout/judge-health.ts';
import type { ContainerStatus, PodObject } from '../../../src/workload/objects.ts';
import { DIGEST } from '../../support/rollout-samples.ts';

const test = suite('src/rollout/judge-health');

const question: HealthQuestion = {
  bundle: 'web',
  digest: DIGEST,
  paths: new Set(['nginx.json']),
  nodes: new Map([['a', Date.parse('2026-01-01T12:00:00.500Z')]]),
};
const BEFORE = '2026-01-01T11:59:59Z';
const SAME_SECOND = '2026-01-01T12:00:00Z';
const AFTER = '2026-01-01T12:00:01Z';

const pod = (
  status: Omit<ContainerStatus, 'name'>,
  { profile = 'web/nginx.json', node = 'a' }: { profile?: string; node?: string } = {},
): PodObject => ({
  metadata: { namespace: 'shop', name: 'nginx-1' },
  spec: {
    nodeName: node,
    containers: [
      {
        name: 'main',
        securityContext: { seccompProfile: { type: 'Localhost', localhostProfile: profile } },
      },
    ],
  },
  status: { containerStatuses: [{ name: 'main', ...status }] },
});
const judge = (object: PodObject): string => {
  const { using, started, waiting, failing } = addPod(NO_HEALTH, object, question);
  if (using === 0) return 'none of ours';
  return failing[0]?.reason ?? (started ? 'started' : waiting ? 'waiting' : 'unchanged');
};
const running = (startedAt: string) => ({ state: { running: { startedAt } } });
const ended = (exitCode: number, startedAt: string, more: object = {}) => ({
  exitCode,
  startedAt,
  finishedAt: startedAt,
  ...more,
});

test('a container that runs since before the change proves nothing, nor one of the same second', () => {
  assert.is(judge(pod(running(BEFORE))), 'unchanged');
  assert.is(judge(pod(running(SAME_SECOND))), 'unchanged');
  assert.is(judge(pod(running(AFTER))), 'started');
});

test('only containers that use this content on these nodes count', () => {
  assert.is(judge(pod(running(AFTER), { profile: 'other/nginx.json' })), 'none of ours');
  assert.is(judge(pod(running(AFTER), { node: 'b' })), 'none of ours');
  assert.is(judge(pod(running(AFTER), { profile: `web@${DIGEST.slice(0, 16)}/nginx.json` })), 'started');
  assert.is(judge(pod(running(AFTER), { profile: 'web@0000000000000000/nginx.json' })), 'none of ours');
  const privileged = pod(running(AFTER));
  const [container] = privileged.spec!.containers!;
  const object = {
    ...privileged,
    spec: {
      ...privileged.spec,
      containers: [{ ...container!, securityContext: { ...container!.securityContext, privileged: true } }],
    },
  };
  assert.is(judge(object), 'none of ours');
});

test('what started under the new content and ended badly fails, also while it is tried again', () => {
  const lastState = { terminated: ended(139, AFTER, { reason: 'Error' }) };
  assert.is(
    judge(pod({ state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState })),
    'CrashLoopBackOff',
  );
  assert.is(judge(pod({ ...running(AFTER), lastState })), 'Error');
  assert.is(judge(pod({ state: { terminated: ended(1, AFTER, { reason: 'Error' }) } })), 'Error');
  assert.is(judge(pod({ state: { terminated: ended(0, AFTER, { reason: 'Completed' }) } })), 'started');
});

test('a crash loop from before waits for its next try', () => {
  const lastState = { terminated: ended(1, BEFORE, { reason: 'Error' }) };
  assert.is(judge(pod({ state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState })), 'waiting');
  assert.is(judge(pod({ ...running(AFTER), lastState })), 'started');
});

test('a start that the runtime refused counts by when it was given up, as it never started', () => {
  const start = (finishedAt: string) => ({
    state: { waiting: { reason: 'RunContainerError' } },
    lastState: {
      terminated: { exitCode: 128, reason: 'StartError', startedAt: '1970-01-01T00:00:00Z', finishedAt },
    },
  });
  assert.is(judge(pod(start(AFTER))), 'StartError');
  assert.is(judge(pod(start(BEFORE))), 'waiting');
});

test('a missing file that has come by now is an old complaint; one that is not in the content is a new one', () => {
  const create = (path: string) =>
    pod({
      state: {
        waiting: {
          reason: 'CreateContainerError',
          message: `failed to create containerd container: cannot load seccomp profile "/var/lib/kubelet/seccomp/web/${path}": open /var/lib/kubelet/seccomp/web/${path}: no such file or directory`,
        },
      },
    });
  assert.is(judge(create('nginx.json')), 'waiting');
  assert.is(judge(create('removed.json')), 'CreateContainerError');
});

test('so also in the words of CRI-O', () => {
  const create = (path: string) =>
    pod({
      state: {
        waiting: {
          reason: 'CreateContainerError',
          message: `setup seccomp: unable to load local profile "/var/lib/kubelet/seccomp/web/${path}": open /var/lib/kubelet/seccomp/web/${path}: no such file or directory`,
        },
      },
    });
  assert.is(judge(create('nginx.json')), 'waiting');
  assert.is(judge(create('removed.json')), 'CreateContainerError');
});

test('what has nothing to do with a profile is not held against it', () => {
  for (const reason of ['ImagePullBackOff', 'CreateContainerConfigError', 'ContainerCreating'])
    assert.is(judge(pod({ state: { waiting: { reason } } })), 'unchanged');
});

test('what failed in the same way before the change is left out; in another way it counts', () => {
  const failing = (reason: string): Health => ({
    ...NO_HEALTH,
    failing: [{ namespace: 'shop', pod: 'p', container: 'main', node: 'a', reason, message: '' }],
  });
  const earlier = (reason: string) => new Set(failing(reason).failing.map(identifyFailing));
  assert.is(withoutEarlier(failing('CrashLoopBackOff'), earlier('CrashLoopBackOff')).failing.length, 0);
  assert.is(withoutEarlier(failing('StartError'), earlier('CreateContainerError')).failing.length, 1);
});

test.run();
