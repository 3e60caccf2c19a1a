import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { renderEvent } from '../../../plugin/cluster/events.ts';
import type { Announcement } from '../../../src/rollout/ports.ts';
import { sampleNode } from '../../support/fake-cluster.ts';

const test = suite('plugin/cluster/events');

const NOW = '2026-01-01T00:00:00.000Z';
const news: Announcement = {
  type: 'Normal',
  reason: 'SeccompWaveDone',
  message: 'web@v3: wave 1 of 2',
  bundle: 'web',
  revision: 3,
};
const render = (changes: Partial<Announcement> = {}) =>
  renderEvent({ ...news, ...changes }, 'kubectl-seccomp', NOW, 'abc');

test('a wave is told on the record of its revision, in its namespace', () => {
  const { metadata, involvedObject } = render();
  assert.is(metadata.namespace, 'kubectl-seccomp');
  assert.is(metadata.name, 'release-web-v3.abc');
  assert.equal(involvedObject, {
    ...{ apiVersion: 'v1', kind: 'ConfigMap' },
    ...{ name: 'release-web-v3', namespace: 'kubectl-seccomp' },
  });
});

test('a failed node is told on the Node, where kubectl describe looks for it', () => {
  const { metadata, involvedObject } = render({ type: 'Warning', node: sampleNode('node-1') });
  assert.is(metadata.namespace, 'default');
  assert.equal(involvedObject, { apiVersion: 'v1', kind: 'Node', name: 'node-1', uid: 'node-1' });
});

test('a message is cut to what the API takes, never inside its limit', () => {
  assert.is(render({ message: 'x'.repeat(1024) }).message?.length, 1024);
  const cut = render({ message: 'é'.repeat(4000) }).message ?? '';
  assert.ok(new TextEncoder().encode(cut).length <= 1024);
  assert.ok(cut.length > 480);
});

test.run();
