// What the status of a workload says of its rollout, and what that of its pods says of a profile.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { failuresOf, isOfNewTemplate } from '../../../src/workload/bind-failures.ts';
import { judgeRollout } from '../../../src/workload/bind-rollout.ts';
import type { ControllerObject, PodObject } from '../../../src/workload/objects.ts';

const test = suite('src/workload/bind-rollout');

const judge = (kind: string, spec: object, status: object, generation = 2): string => {
  const object = { metadata: { generation }, spec, status: { observedGeneration: 2, ...status } };
  const { kind: state, message } = judgeRollout(kind, object as unknown as ControllerObject);
  return `${state}: ${message}`;
};

for (const [title, given, wanted] of [
  [
    'unseen',
    ['Deployment', { replicas: 2 }, { updatedReplicas: 2, replicas: 2, availableReplicas: 2 }, 3],
    /^going: .*yet to see/,
  ],
  [
    'too few',
    ['Deployment', { replicas: 2 }, { updatedReplicas: 1, replicas: 3 }],
    /^going: 1 of 2 pods are updated/,
  ],
  [
    'old ones left',
    ['Deployment', { replicas: 2 }, { updatedReplicas: 2, replicas: 3 }],
    /^going: old pods still to end: 1/,
  ],
  [
    'not available',
    ['Deployment', { replicas: 2 }, { updatedReplicas: 2, replicas: 2, availableReplicas: 1 }],
    /^going: 1 of 2 updated/,
  ],
  [
    'done',
    ['Deployment', { replicas: 2 }, { updatedReplicas: 2, replicas: 2, availableReplicas: 2 }],
    /^done: 2 of 2/,
  ],
  ['none wanted', ['Deployment', { replicas: 0 }, {}], /^done: 0 of 0/],
  [
    'late',
    [
      'Deployment',
      {},
      { conditions: [{ type: 'Progressing', reason: 'ProgressDeadlineExceeded', message: 'late' }] },
    ],
    /^failed: late/,
  ],
  ['paused', ['Deployment', { paused: true }, {}], /^none: .*paused/],
  [
    'too few',
    ['DaemonSet', {}, { desiredNumberScheduled: 3, updatedNumberScheduled: 1 }],
    /^going: 1 of 3 pods are updated/,
  ],
  [
    'not available',
    ['DaemonSet', {}, { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 2 }],
    /^going: 2 of 3 updated/,
  ],
  [
    'done',
    ['DaemonSet', {}, { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 }],
    /^done/,
  ],
  ['on delete', ['DaemonSet', { updateStrategy: { type: 'OnDelete' } }, {}], /^none: .*OnDelete/],
  ['not ready', ['StatefulSet', { replicas: 2 }, { readyReplicas: 1 }], /^going: 1 of 2 pods are ready/],
  [
    'other revision',
    [
      'StatefulSet',
      { replicas: 2 },
      { readyReplicas: 2, updatedReplicas: 2, currentRevision: 'a', updateRevision: 'b' },
    ],
    /^going/,
  ],
  [
    'partition',
    [
      'StatefulSet',
      { replicas: 3, updateStrategy: { rollingUpdate: { partition: 2 } } },
      { readyReplicas: 3, updatedReplicas: 1 },
    ],
    /^done: 1 of 3 .*partition/,
  ],
  [
    'done',
    [
      'StatefulSet',
      { replicas: 2 },
      { readyReplicas: 2, updatedReplicas: 2, currentRevision: 'b', updateRevision: 'b' },
    ],
    /^done/,
  ],
  ['by the clock', ['CronJob', {}, {}], /^none: the next Job/],
  ['bare', ['ReplicaSet', {}, {}], /^none: pods that there are keep/],
] as const)
  test(`${given[0]}, ${title}`, () => {
    const [kind, spec, status, generation] = given as readonly [string, object, object, number?];
    assert.match(judge(kind, spec, status, generation), wanted);
  });

const pod = (state: object, lastState: object = {}): PodObject =>
  ({
    metadata: { name: 'p' },
    spec: { nodeName: 'n' },
    status: { containerStatuses: [{ name: 'main', state, lastState }] },
  }) as PodObject;
const waiting = (reason: string, message = '') => ({ waiting: { reason, message } });
const ended = (reason: string, message: string, exitCode = 128) => ({
  terminated: { reason, message, exitCode },
});
const NOT_PERMITTED = 'operation not permitted';

for (const [object, wanted] of [
  [
    pod(
      waiting(
        'CreateContainerError',
        'failed to create containerd container: cannot load seccomp profile "/var/lib/kubelet/seccomp/web/x.json": open …: no such file or directory',
      ),
    ),
    'CreateContainerError: the profile is not on that node',
  ],
  [
    pod(
      waiting(
        'CreateContainerError',
        'setup seccomp: unable to load local profile "/x.json": open /x.json: no such file or directory',
      ),
    ),
    'CreateContainerError: the profile is not on that node',
  ],
  [
    pod(waiting('CreateContainerError', 'decoding seccomp profile failed: invalid character')),
    'CreateContainerError: the runtime cannot read the profile',
  ],
  [
    pod(ended('StartError', 'runc create failed: string SCMP_ACT_X is not a valid action for seccomp')),
    'StartError: this version of the runtime does not know a word of the profile',
  ],
  [
    pod(
      waiting('CrashLoopBackOff'),
      ended(
        'StartError',
        `reopen exec fifo: get safe /proc/thread-self/fd handle: fstatfs fsmount:fscontext:proc: ${NOT_PERMITTED}`,
      ),
    ),
    'StartError: the profile refuses fstatfs, which the runtime needs',
  ],
  [
    pod(ended('StartError', `open exec fifo /proc/self/fd/5: ${NOT_PERMITTED}`)),
    'StartError: the profile refuses a call that the runtime needs, such as openat',
  ],
  [
    pod(ended('StartError', 'cannot start a stopped process: unknown')),
    'StartError: the profile refuses calls that the runtime needs',
  ],
  [
    pod(waiting('CrashLoopBackOff'), ended('Error', '', 255)),
    'CrashLoopBackOff: where its log says "exec …: operation not permitted", the profile refuses execve',
  ],
  [
    pod(waiting('CrashLoopBackOff'), ended('Error', '', 159)),
    'CrashLoopBackOff: the filter killed it (SIGSYS): the profile does not allow a call that it makes',
  ],
  [pod(waiting('CrashLoopBackOff'), ended('Error', 'no database', 3)), 'CrashLoopBackOff: undefined'],
] as const)
  test(`a pod that fails: ${wanted}`, () => {
    const [failure] = failuresOf(object);
    assert.is(`${failure?.reason}: ${failure?.meaning}`, wanted);
    assert.ok(failure?.isStart);
  });

test('what is on its way does not fail; an image or a node that is waited for is told, but may come', () => {
  for (const state of [
    waiting('ContainerCreating'),
    waiting('PodInitializing'),
    { running: {} },
    ended('Completed', '', 0),
  ])
    assert.equal(failuresOf(pod(state)), []);
  const [image] = failuresOf(pod(waiting('ImagePullBackOff', 'no such image')));
  assert.is(image?.isStart, false);
  const [unscheduled] = failuresOf({
    metadata: { name: 'p' },
    status: {
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes' }],
    },
  } as PodObject);
  assert.equal(unscheduled, { pod: 'p', reason: 'Unschedulable', message: '0/3 nodes', isStart: false });
});

test('a pod is of the new template when it says what was bound, whatever others added to it', () => {
  const field = { type: 'Localhost', localhostProfile: 'web/a.json' };
  const changes = [
    { place: { at: 'pod' }, after: field },
    { place: { at: 'annotation', key: 'x' }, before: 'y' },
  ] as const;
  const of = (seccompProfile: object, annotations = {}): PodObject => ({
    metadata: { annotations },
    spec: { securityContext: { seccompProfile } },
  });
  assert.ok(isOfNewTemplate(of(field, { x: 'y' }), changes));
  assert.not(isOfNewTemplate(of({ type: 'RuntimeDefault' }), changes));
});

test.run();
