// What the engine itself does for thousands of nodes, told from CPU time: a clock would tell of other processes too.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sampleNode } from '../../support/fake-cluster.ts';
import { makeBench } from '../../support/rollout-samples.ts';

const test = suite('src/rollout/growth');

test("the engine's own work grows with the nodes, not with their square", async () => {
  const cpuSecondsFor = async (count: number): Promise<number> => {
    const nodes = Array.from({ length: count }, (_, index) =>
      sampleNode(`node-${String(index).padStart(4, '0')}`),
    );
    const { cluster, install } = makeBench({ nodes, script: () => [{ kind: 'reported', afterMs: 10 }] });
    const before = process.cpuUsage();
    const events = await install({ policy: { maxInFlight: 500 } });
    assert.is(events.length, 2 * count + 2);
    assert.is(cluster.discarded.length, count);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  };
  await cpuSecondsFor(500);
  const few = await cpuSecondsFor(500);
  const many = await cpuSecondsFor(5000);
  // Ten times the nodes: the square would be a hundred.
  assert.ok(many < 50 * few, `${few} s for 500 nodes, ${many} s for 5,000`);
});

test.run();
