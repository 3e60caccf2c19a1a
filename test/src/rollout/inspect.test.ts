import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inspectNodes } from '../../../src/rollout/inspect.ts';
import { sampleNode } from '../../support/fake-cluster.ts';
import { makeBench } from '../../support/rollout-samples.ts';

const test = suite('src/rollout/inspect');
const input = { selection: { selector: '' }, policy: {} };

test('asks every ready node, and takes no lease and leaves no record or label', async () => {
  const { cluster, collect, outside } = makeBench({
    nodes: [sampleNode('a'), sampleNode('b', { isReady: false })],
  });
  assert.equal(await collect(inspectNodes(input, outside)), [
    'planned a:run b:pending',
    'launched a',
    'done a inspected',
    'finished incomplete',
  ]);
  assert.equal(cluster.calls, ['readNodes', 'prepare', 'admit a', 'launch a', 'discard a']);
});

test('an inspection that is in the log is read before the Job goes', async () => {
  const { cluster, outside } = makeBench({
    nodes: [sampleNode('a')],
    script: () => [
      { kind: 'reported', report: { inspection: undefined, isInspectionInLog: true } as object },
    ],
  });
  cluster.inspections.set('a', { bundles: [], foreign: ['x'], leftovers: [] });
  for await (const event of inspectNodes(input, outside))
    if (event.kind === 'done') assert.equal(event.report.inspection?.foreign, ['x']);
  assert.equal(cluster.calls.slice(-2), ['readInspectionLog a', 'discard a']);
});

test('an interruption ends it as interrupted, with nothing left behind', async () => {
  const bench = makeBench({
    nodes: [sampleNode('a')],
    script: () => [{ kind: 'do', effect: () => bench.interruption.abort(), afterMs: 1 }],
  });
  const events = await bench.collect(inspectNodes(input, bench.outside));
  assert.is(events.at(-1), 'finished interrupted');
  assert.is(bench.cluster.inFlight, 0);
});

test.run();
