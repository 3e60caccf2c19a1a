// The fold: one event at a time and all at once come to the same, and nobody's copy changes.
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { RolloutEvent } from '../../../src/rollout/events.ts';
import type { NodeSeen } from '../../../src/rollout/node.ts';
import { initialState, reduce, reduceAll } from '../../../src/rollout/state.ts';

const test = suite('src/rollout/state');

const names = ['a', 'b', 'c'];
const node = (name: string): NodeSeen => ({ name, uid: `uid-${name}` }) as NodeSeen;
const planned: RolloutEvent = {
  kind: 'planned',
  operation: 'install',
  bundle: 'web',
  revision: 3,
  nodes: names.map((name) => ({ node: node(name), action: 'run' })),
};

const event: fc.Arbitrary<RolloutEvent> = fc.oneof(
  fc.constant(planned),
  fc.record({ kind: fc.constant('phase' as const), text: fc.string() }),
  fc.record({ kind: fc.constant('launched' as const), node: fc.constantFrom(...names, 'unknown') }),
  fc.record({
    kind: fc.constantFrom('waiting' as const, 'failed' as const),
    node: fc.constantFrom(...names),
    reason: fc.record({ code: fc.constant('timeout' as const), message: fc.string() }),
  }),
  fc.record({ kind: fc.constant('warning' as const), message: fc.string() }),
);

test('folding one by one and all at once come to the same', () => {
  fc.assert(
    fc.property(fc.array(event), (events) => {
      assert.equal(reduceAll(initialState, events), events.reduce(reduce, initialState));
    }),
  );
});

test('a state that somebody holds does not change', () => {
  const before = reduce(initialState, planned);
  const copy = structuredClone(before);
  reduceAll(before, [
    { kind: 'launched', node: 'a' },
    { kind: 'warning', message: 'w' },
  ]);
  assert.equal(before, copy);
});

test('a reason to wait is forgotten when the node is done, and told when it failed', () => {
  const reason = { code: 'image-pull', message: 'no such image' } as const;
  const waiting = reduceAll(initialState, [
    planned,
    { kind: 'launched', node: 'a' },
    { kind: 'waiting', node: 'a', reason },
  ]);
  assert.equal(waiting.nodes.get('a'), { node: node('a'), phase: 'running', reason });
  const report = {
    version: 1,
    operation: 'install',
    outcome: 'installed',
    durationMs: 1,
    facts: { architecture: 'amd64', kernel: '6' },
  } as const;
  assert.equal(reduce(waiting, { kind: 'done', node: 'a', report }).nodes.get('a'), {
    node: node('a'),
    phase: 'done',
    report,
  });
  assert.equal(reduce(waiting, { kind: 'failed', node: 'a', reason }).nodes.get('a')?.phase, 'failed');
});

test.run();
