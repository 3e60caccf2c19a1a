// Short pods behind a wave: which are started, and what stops a rollout.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { NodeSeen } from '../../../src/rollout/node.ts';
import type { ProbedUse } from '../../../src/rollout/probe-users.ts';
import { probeWave } from '../../../src/rollout/probe-wave.ts';
import type { ProbeFate } from '../../../src/workload/probe.ts';
import { sampleNode } from '../../support/fake-cluster.ts';
import { FakeProber } from '../../support/fake-surroundings.ts';
import { describeEvent } from '../../support/rollout-samples.ts';

const test = suite('src/rollout/probe-wave');

const DIGEST = '3fa9c1d2e4f5a6b7'.repeat(4);
const USES: readonly ProbedUse[] = [
  { path: 'a.json', noNewPrivileges: false },
  { path: 'a.json', noNewPrivileges: true },
];
const NODES = [
  sampleNode('a', { isReady: false }),
  sampleNode('b'),
  sampleNode('c', { architecture: 'arm64' }),
];

interface Changes {
  readonly uses?: readonly ProbedUse[] | Error;
  readonly nodes?: readonly NodeSeen[];
  readonly onFailure?: 'stop' | 'rollback' | 'continue';
  readonly fate?: ProbeFate;
}

const probe = async ({ uses = USES, nodes = NODES, onFailure = 'stop', fate }: Changes = {}) => {
  const prober = new FakeProber();
  if (fate) prober.fate = ({ node }) => (node === 'b' ? fate : { start: 'started', reason: '', message: '' });
  const events = probeWave({
    ...{ wave: 1, bundle: 'web', digest: DIGEST, nodes, onFailure, signal: new AbortController().signal },
    probe: {
      prober,
      namespace: 'kubectl-seccomp',
      readUses: async () => {
        if (uses instanceof Error) throw uses;
        return uses;
      },
    },
  });
  const told: string[] = [];
  for (;;) {
    const { done, value } = await events.next();
    if (done) return { prober, told, reason: value };
    told.push(describeEvent(value));
  }
};

test('one pod for each class of nodes and each way of use, under the new generation, on a node that is Ready', async () => {
  const { prober, told, reason } = await probe();
  assert.equal(
    prober.requests.map(({ namespace, node, localhostProfile, securityContext }) => {
      const { allowPrivilegeEscalation } = securityContext as { allowPrivilegeEscalation?: boolean };
      return [namespace, node, localhostProfile, JSON.stringify({ allowPrivilegeEscalation })].join(' ');
    }),
    ['b', 'c'].flatMap((node) =>
      [true, false].map(
        (allowed) =>
          `kubectl-seccomp ${node} web@3fa9c1d2e4f5a6b7/a.json {"allowPrivilegeEscalation":${allowed}}`,
      ),
    ),
  );
  assert.is(reason, undefined);
  assert.is(told.at(-1), 'phase wave 1: 4 of 4 short pods started');
});

test('one that does not start stops the rollout, with the kubelet’s words', async () => {
  const fate = { start: 'failed', reason: 'StartError', message: 'fstatfs' } as const;
  const { reason } = await probe({ fate });
  assert.is(reason?.code, 'unhealthy');
  assert.is(
    reason?.message,
    'a short pod on b under web@3fa9c1d2e4f5a6b7/a.json does not start, and 1 more: StartError: fstatfs',
  );
  const { reason: none, told } = await probe({ fate, onFailure: 'continue' });
  assert.is(none, undefined);
  assert.ok(told.some((line) => line.startsWith('warning a short pod on b')));
});

test('one that could not tell is no failure, and is said', async () => {
  const { reason, told } = await probe({ fate: { start: 'unknown', reason: 'quota', message: 'none' } });
  assert.is(reason, undefined);
  assert.ok(told.some((line) => line.endsWith('could not tell: quota: none')));
});

test('where nobody uses it nothing is started, and where that cannot be seen it does not go on', async () => {
  const idle = await probe({ uses: [] });
  assert.equal(idle.prober.requests, []);
  assert.is(idle.reason, undefined);
  const blind = await probe({ uses: new Error('forbidden') });
  assert.is(blind.reason?.code, 'unproven');
  assert.match(blind.reason?.message ?? '', 'cannot see who uses web: forbidden');
});

test('hundreds of profiles are shown by some of them, and it is said', async () => {
  const uses = Array.from({ length: 300 }, (_, index) => ({ path: `${index}.json`, noNewPrivileges: true }));
  const { prober, told } = await probe({ uses });
  assert.is(prober.requests.length, 40);
  assert.is(told.at(-1), 'phase wave 1: 40 of 40 short pods started; 560 more were not started');
});

test.run();
