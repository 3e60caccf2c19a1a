// The samples in test/fixtures/kubernetes were read from a Kubernetes 1.37 with containerd, at the moment their name says.
import { readdirSync, readFileSync } from 'node:fs';
import type { V1Job, V1Pod } from '@kubernetes/client-node';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hasEnded, type JobView, readJobStatus } from '../../../plugin/cluster/job-status.ts';

const test = suite('plugin/cluster/job-status');
const FOLDER = new URL('../../fixtures/kubernetes/', import.meta.url);

const read = (name: string, isSettled = false): JobView => ({
  ...JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')),
  isSettled,
});

const EXPECTED: Readonly<Record<string, readonly [kind: string, code: string, words: RegExp]>> = {
  'create-container-config-error': ['waiting', 'container', /secret "nope" not found/],
  'create-container-error': ['waiting', 'container', /cannot load seccomp profile/],
  'deadline-exceeded': ['failed', 'timeout', /within 4 s/],
  'deadline-while-pulling': [
    'failed',
    'image-pull',
    /registry\.invalid\/none\/node:1 was not pulled within 8 s/,
  ],
  'failed-mount': ['waiting', 'mount', /configmap "nope" not found/],
  'image-name-invalid': ['failed', 'image-pull', /docker\.io\/UPPER\/case:1/],
  'image-pull-backoff': ['waiting', 'image-pull', /127\.0\.0\.1:1\/none\/node:1/],
  'image-pull-error': ['waiting', 'image-pull', /registry\.invalid\/none\/node:1/],
  'insufficient-cpu': ['waiting', 'unschedulable', /Insufficient cpu/],
  'no-report': ['failed', 'program', /exit code 3: boom/],
  'node-gone': ['waiting', 'node-gone', /does not exist any more/],
  'out-of-memory': ['failed', 'out-of-memory', /more memory/],
  'pod-security': ['failed', 'pod-security', /^pods ".*hostPath volumes/],
  quota: ['waiting', 'quota', /exceeded quota: none/],
  'start-error': ['failed', 'container', /exec: "node": executable file not found/],
  suspended: ['waiting', 'admission', /suspended/],
};

for (const [name, [kind, code, words]] of Object.entries(EXPECTED))
  test(`${name}: ${kind} as ${code}, in the words of whoever said it`, () => {
    const status = readJobStatus(read(name));
    assert.is(status?.kind, kind);
    if (status?.kind === 'reported' || !status) return assert.unreachable();
    assert.is(status.reason.code, code);
    assert.match(status.reason.message, words);
  });

test('every sample is looked at', () => {
  const others = ['node-job', 'reported', 'reported-wrong-root', 'pod-deleted'];
  const files = readdirSync(FOLDER).map((name) => name.replace(/\.json$/, ''));
  assert.equal(files.toSorted(), [...Object.keys(EXPECTED), ...others].toSorted());
});

test('a report is read from the termination message, also one that tells of a failure', () => {
  const good = readJobStatus(read('reported'));
  assert.is(good?.kind === 'reported' && good.report.outcome, 'inspected');
  const bad = readJobStatus(read('reported-wrong-root'));
  assert.is(bad?.kind === 'reported' && bad.report.error?.code, 'wrong-root');
});

test("a report is believed though the Job's own deadline passed in the same moment", () => {
  const { pods } = read('reported');
  assert.is(readJobStatus({ ...read('deadline-exceeded'), pods })?.kind, 'reported');
});

test('a Job that failed without its Pod waits for the last words, then says that it was deleted', () => {
  const view = { ...read('pod-deleted'), pods: [] };
  assert.ok(hasEnded(view.job));
  assert.is(readJobStatus(view), undefined);
  const status = readJobStatus({ ...view, isSettled: true });
  assert.is(status?.kind === 'failed' && status.reason.code, 'evicted');
});

const podThat = (status: object, spec: object = { nodeName: 'a' }): JobView => ({
  pods: [{ metadata: { name: 'p' }, spec, status } as unknown as V1Pod],
  events: [],
  isSettled: false,
});
const codeOf = (view: JobView) => {
  const status = readJobStatus(view);
  return status && status.kind !== 'reported' ? `${status.kind} ${status.reason.code}` : status?.kind;
};

test('a Pod that failed as a whole says why', () => {
  const failed = (reason: string, more = {}) =>
    codeOf(podThat({ phase: 'Failed', reason, message: 'm', ...more }));
  assert.is(failed('Evicted'), 'failed evicted');
  assert.is(failed('OutOfpods'), 'failed node-full');
  assert.is(failed('OutOfcpu'), 'failed unschedulable');
  assert.is(failed('NodeAffinity'), 'failed node-gone');
  assert.is(failed('AppArmor'), 'failed permission');
  assert.is(failed('SomethingNew'), 'failed admission');
  const target = (reason: string) => ({
    conditions: [{ type: 'DisruptionTarget', status: 'True', reason, message: 'm' }],
  });
  assert.is(codeOf(podThat({ phase: 'Failed', ...target('DeletionByPodGC') })), 'failed node-gone');
  assert.is(codeOf(podThat({ phase: 'Failed', ...target('PreemptionByScheduler') })), 'failed evicted');
});

test('a full node is told from one without room for other reasons', () => {
  const unscheduled = (message: string) =>
    codeOf(
      podThat(
        { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }] },
        {},
      ),
    );
  const rest =
    "2 node(s) didn't satisfy plugin(s) [NodeAffinity]. preemption: 0/3 nodes are available: 3 No preemption victims found.";
  assert.is(unscheduled(`0/3 nodes are available: 1 Too many pods, ${rest}`), 'waiting node-full');
  assert.is(unscheduled(`0/3 nodes are available: 1 Insufficient memory, ${rest}`), 'waiting unschedulable');
  assert.is(unscheduled(`0/2 nodes are available: ${rest}`), 'waiting node-gone');
});

test('what Events said of mounts is past once the sandbox stands or the container runs', () => {
  const { pods, ...view } = read('failed-mount');
  const pod = pods[0]!;
  const ready = {
    ...pod,
    status: { ...pod.status, conditions: [{ type: 'PodReadyToStartContainers', status: 'True' }] },
  };
  assert.is(readJobStatus({ ...view, pods: [ready] }), undefined);
  const running = { ...pod, status: { containerStatuses: [{ name: 'seccomp', state: { running: {} } }] } };
  assert.is(readJobStatus({ ...view, pods: [running as unknown as V1Pod] }), undefined);
});

test('FailureTarget already counts as the end', () => {
  const job = {
    status: { conditions: [{ type: 'FailureTarget', status: 'True', reason: 'DeadlineExceeded' }] },
  };
  assert.is(
    codeOf({ job: job as unknown as V1Job, pods: [], events: [], isSettled: false }),
    'failed timeout',
  );
});

test('nothing is said while a Job goes its way', () => {
  assert.is(readJobStatus({ pods: [], events: [], isSettled: false }), undefined);
  assert.is(codeOf(podThat({ phase: 'Pending' })), undefined);
  assert.is(
    codeOf(podThat({ containerStatuses: [{ state: { waiting: { reason: 'ContainerCreating' } } }] })),
    undefined,
  );
});

test.run();
