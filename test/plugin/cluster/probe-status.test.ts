// What Pods' states mean for a probe. The words are those of real kubelets and runtimes.
import type { CoreV1Event, V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type ProbeView, readProbe } from '../../../plugin/cluster/probe-status.ts';

const test = suite('plugin/cluster/probe-status');

const podWith = (status: Partial<V1ContainerStatus>, more: V1Pod['status'] = {}): V1Pod => ({
  spec: { nodeName: 'node-1', containers: [{ name: 'probe', image: 'node:24' }] },
  status: { containerStatuses: [status as V1ContainerStatus], ...more },
});
const waiting = (reason: string, message: string): V1Pod =>
  podWith({ state: { waiting: { reason, message } } });
const ended = (reason: string, exitCode: number, message = ''): V1Pod =>
  podWith({ state: { terminated: { reason, exitCode, message } } }, { phase: 'Failed' });
const event = (message: string): CoreV1Event => ({ reason: 'Unhealthy', message }) as CoreV1Event;

const spell = (view: ProbeView): string =>
  view.kind === 'settled' ? [view.fate.start, view.fate.exec].filter(Boolean).join(' ') : view.kind;

const SHIM =
  'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed';
const CASES: readonly [string, V1Pod, string][] = [
  [
    'a missing file',
    waiting(
      'CreateContainerError',
      'failed to create containerd container: cannot load seccomp profile "/var/lib/kubelet/seccomp/x.json": open /var/lib/kubelet/seccomp/x.json: no such file or directory',
    ),
    'failed',
  ],
  [
    'CRI-O’s runtime, which fails when it creates',
    waiting('CreateContainerError', 'container create failed: string X is not a valid action for seccomp'),
    'failed',
  ],
  [
    'a creation that failed for something else',
    waiting('CreateContainerError', 'context deadline exceeded'),
    'waiting',
  ],
  ['a user that is not allowed', waiting('CreateContainerConfigError', 'runAsNonRoot'), 'unknown'],
  ['an image that is being pulled', waiting('ContainerCreating', ''), 'waiting'],
  ['an image that cannot be pulled yet', waiting('ImagePullBackOff', 'Back-off pulling image'), 'waiting'],
  ['an image that has no name', waiting('InvalidImageName', 'invalid'), 'unknown'],
  [
    'a start that the runtime refused',
    ended('StartError', 128, `${SHIM}: fstatfs: operation not permitted`),
    'failed',
  ],
  [
    'an image without the program',
    ended('StartError', 128, `${SHIM}: exec: "sleep": executable file not found in $PATH`),
    'unknown',
  ],
  ['execve refused, by runc', ended('Error', 255, 'exec /bin/sleep: operation not permitted'), 'failed'],
  [
    'execve refused, by crun',
    ended('Error', 1, 'exec container process `/bin/sleep`: Operation not permitted'),
    'failed',
  ],
  ['a program that a filter killed', ended('Error', 159), 'killed'],
  [
    'a program that did not like what it found',
    ended('Error', 127, 'sleep: cannot load libc.so.6'),
    'started',
  ],
  ['a program that was killed from outside', ended('Error', 137), 'unknown'],
  ['a node that had no memory for it', ended('OOMKilled', 137), 'started'],
  ['a pod that the kubelet refused', podWith({}, { phase: 'Failed', reason: 'OutOfpods' }), 'unknown'],
  ['a running container', podWith({ state: { running: {} } }), 'running'],
];

for (const [title, pod, wanted] of CASES)
  test(`${title}: ${wanted}`, () => {
    assert.is(spell(readProbe(pod, [], false)), wanted);
  });

test('a pod that no node takes waits, and says so', () => {
  const conditions = [{ type: 'PodScheduled', status: 'False', message: '0/3 nodes: Insufficient cpu' }];
  const view = readProbe({ spec: { containers: [] }, status: { conditions } }, [], false);
  assert.ok(view.kind === 'waiting' && view.isUnscheduled);
});

test('exec works where its probe has passed, or has run and failed by itself', () => {
  const running = podWith({ state: { running: {} }, started: false });
  assert.is(spell(readProbe(podWith({ state: { running: {} }, started: true }), [], true)), 'started works');
  assert.is(spell(readProbe(running, [event('Startup probe failed: ')], true)), 'started works');
  assert.is(spell(readProbe(running, [], true)), 'waiting');
});

test('exec fails where the runtime could not run it; a slow one is waited for', () => {
  const running = podWith({ state: { running: {} }, started: false });
  const refused = 'Startup probe errored and resulted in unknown state: rpc error: OCI runtime exec failed';
  assert.is(spell(readProbe(running, [event(refused)], true)), 'started fails');
  assert.is(spell(readProbe(running, [event('Startup probe errored: deadline exceeded')], true)), 'waiting');
});

test.run();
