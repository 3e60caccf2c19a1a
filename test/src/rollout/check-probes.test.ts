// Which probes a check makes, and what becomes of it.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkSubjects } from '../../../src/rollout/check.ts';
import { probeCheck } from '../../../src/rollout/check-probes.ts';
import type { Check, CheckSubject } from '../../../src/workload/check.ts';
import { checkBench, localhost, sampleSubject } from '../../support/check-samples.ts';
import { sampleNode } from '../../support/fake-cluster.ts';
import { FakeProber, FakeSurroundings } from '../../support/fake-surroundings.ts';

const test = suite('src/rollout/check-probes');

const probe = async (subject: CheckSubject, prober: FakeProber, signal = new AbortController().signal) => {
  const { cluster } = await checkBench([
    sampleNode('node-0', { isReady: false }),
    sampleNode('node-2'),
    sampleNode('node-3', { architecture: 'arm64' }),
  ]);
  const check = await checkSubjects([subject], {}, { cluster, surroundings: new FakeSurroundings() });
  return await probeCheck(check, { prober, signal, onProbe: () => {} });
};

const spell = ({ containers }: Check): string[] =>
  containers.flatMap(({ classes }) =>
    classes.map(({ nodes, verdict, probedOn = '-' }) => `${nodes.join(' ')} ${verdict} ${probedOn}`),
  );

test('one pod for each class, on a node of it that is Ready, and all of the class are settled', async () => {
  const prober = new FakeProber();
  prober.fate = ({ node }) =>
    node === 'node-2'
      ? { start: 'failed', reason: 'CreateContainerError', message: 'no such file' }
      : { start: 'started', reason: '', message: '' };
  const result = await probe(sampleSubject('web/strict.json'), prober);
  assert.equal(prober.requests.map(({ node }) => node).toSorted(), ['node-1', 'node-2', 'node-3']);
  assert.equal(spell(result), ['node-0 node-2 fails node-2', 'node-3 starts node-3', 'node-1 starts node-1']);
  assert.is(result.verdict, 'fails');
});

test('containers that start alike share a pod; one with an exec probe needs its own', async () => {
  const prober = new FakeProber();
  const securityContext = localhost('web/open.json');
  const containers = [
    { name: 'a', securityContext },
    { name: 'b', securityContext },
    { name: 'c', securityContext, livenessProbe: { exec: {} } },
  ];
  await probe({ ...sampleSubject(''), template: { spec: { containers, nodeName: 'node-1' } } }, prober);
  assert.equal(
    prober.requests.map(({ isExecAsked }) => isExecAsked),
    [false, true],
  );
  // A pod that names its node comes there past the scheduler's taints.
  assert.equal(prober.requests[0]?.tolerations, [{ operator: 'Exists', effect: 'NoSchedule' }]);
});

test('nothing is probed that shows nothing: privileged containers, paths that the API server refuses', async () => {
  const prober = new FakeProber();
  const securityContext = { ...localhost('web/open.json'), privileged: true };
  await probe(sampleSubject('', { securityContext }), prober);
  await probe(sampleSubject('/etc/x.json'), prober);
  assert.equal(prober.requests, []);
});

test('after an interruption no further pod is begun', async () => {
  const prober = new FakeProber();
  const interruption = new AbortController();
  interruption.abort();
  await probe(sampleSubject('web/open.json'), prober, interruption.signal);
  assert.equal(prober.requests, []);
});

test('a failure of one probe is thrown only when the others have ended', async () => {
  const prober = new FakeProber();
  let ended = 0;
  prober.probe = async ({ node }) => {
    if (node === 'node-2') throw new Error('reset');
    await Promise.resolve();
    ended += 1;
    return { start: 'started', reason: '', message: '' };
  };
  try {
    await probe(sampleSubject('web/open.json'), prober);
    assert.unreachable();
  } catch (thrown) {
    assert.is((thrown as Error).message, 'reset');
    assert.is(ended, 2);
  }
});

test.run();
