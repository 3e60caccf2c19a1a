// What a rollout came to, in words: one line per node, one summary, each reason once.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  countResults,
  renderNames,
  renderReasons,
  renderSummary,
} from '../../../plugin/output/rollout-result.ts';
import type { RolloutEvent } from '../../../src/rollout/events.ts';
import type { Reason } from '../../../src/rollout/node.ts';
import { initialState, type RolloutState, reduce } from '../../../src/rollout/state.ts';
import { sampleNode } from '../../support/fake-cluster.ts';

const test = suite('plugin/output/rollout-result');

const excluded: Reason = { code: 'excluded', message: 'node win runs Windows' };
const pending: Reason = { code: 'not-ready', message: 'node down is not ready', hint: 'wait' };

const stateOf = (...events: RolloutEvent[]): RolloutState =>
  [
    {
      kind: 'planned',
      operation: 'install',
      bundle: 'web',
      digest: 'a'.repeat(64),
      revision: 3,
      nodes: [
        { node: sampleNode('a'), action: 'run' },
        { node: sampleNode('b'), action: 'run' },
        { node: sampleNode('ok'), action: 'up-to-date' },
        { node: sampleNode('win'), action: 'excluded', reason: excluded },
        { node: sampleNode('down'), action: 'pending', reason: pending },
      ],
    } satisfies RolloutEvent,
    ...events,
  ].reduce(reduce, initialState);

const failed = (node: string): RolloutEvent => ({
  kind: 'failed',
  node,
  reason: { code: 'mount', message: `cannot mount on ${node}`, hint: 'look' },
});

test('nothing matches, or nothing came of it: the two are told apart', () => {
  const ended = (ending: 'complete' | 'interrupted'): RolloutState => ({
    ...initialState,
    bundle: 'web',
    ending,
  });
  assert.is(renderSummary(ended('complete'), 'none'), 'web: no node matches\n');
  assert.is(renderSummary(ended('interrupted'), 'none'), 'web: nothing was done\n');
});

test('the summary counts what is done, failed and left out, and nothing that is zero', () => {
  assert.is(
    renderSummary(stateOf(failed('a'), failed('b')), 'none'),
    'web@v3 (web@aaaaaaaaaaaaaaaa): 1 node done, 2 failed, 1 pending, 1 excluded\n',
  );
});

test('nodes that were never reached are unfinished, not failed', () => {
  const counts = countResults(stateOf({ kind: 'launched', node: 'a' }));
  assert.equal(counts, { done: 1, failed: 0, pending: 1, excluded: 1, unfinished: 2, running: 1 });
});

test('nodes that fail for the same reason share one message, in which no single name stands', () => {
  assert.is(
    renderReasons(stateOf(failed('a'), failed('b')), 'node/'),
    [
      'error: node/a, node/b: cannot mount on …',
      '  hint: look',
      'excluded: node/win: node win runs Windows',
      'pending: node/down: node down is not ready',
      '  hint: wait',
      '',
    ].join('\n'),
  );
});

test('a name inside a longer name is another node, and stays', () => {
  const about = (node: string): RolloutEvent => ({
    kind: 'failed',
    node,
    reason: { code: 'node-gone', message: 'no a-1, a.example or xa; a, a.' },
  });
  assert.match(renderReasons(stateOf(about('a')), ''), 'error: a: no a-1, a.example or xa; a, a.\n');
  const twice = renderReasons(
    stateOf(about('a'), {
      ...about('b'),
      reason: { code: 'node-gone', message: 'no a-1, a.example or xa; b, b.' },
    } as RolloutEvent),
    '',
  );
  assert.match(twice, 'error: a, b: no a-1, a.example or xa; …, ….\n');
});

test('of many names three are shown', () => {
  const names = Array.from({ length: 5_000 }, (_, index) => `n${index}`);
  assert.is(renderNames(names, 'node/'), 'node/n0, node/n1, node/n2 and 4,997 more');
});

test.run();
