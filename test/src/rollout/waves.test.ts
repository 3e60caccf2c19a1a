import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SeccompError } from '../../../src/error.ts';
import type { PlannedNode } from '../../../src/rollout/events.ts';
import { mixNodes, parseWaves, planWaves } from '../../../src/rollout/waves.ts';
import { sampleNode } from '../../support/fake-cluster.ts';

const test = suite('src/rollout/waves');

const planned = (count: number, action: PlannedNode['action'] = 'run', from = 0): PlannedNode[] =>
  Array.from({ length: count }, (_, index) => ({ node: sampleNode(`n${from + index}`), action }));
const sizes = (nodes: readonly PlannedNode[], text: string): string[] =>
  planWaves(nodes, parseWaves(text, '--waves')).map((wave) => `${wave.number}:${wave.nodes.length}`);

test('numbers and shares say how many nodes have it after each wave', () => {
  assert.equal(sizes(planned(200), '1,10%,100%'), ['1:1', '2:19', '3:180']);
  assert.equal(sizes(planned(3), '1,10%,100%'), ['1:1', '3:2']);
  assert.equal(sizes(planned(3), '50,100%'), ['1:3']);
});

test('what is left after the last step is a wave of its own', () => {
  assert.equal(sizes(planned(10), '1,3'), ['1:1', '2:2', '3:7']);
});

test('nodes that have it already count, so that the same command goes on where it stopped', () => {
  const nodes = [...planned(20, 'up-to-date'), ...planned(180, 'run', 20)];
  assert.equal(sizes(nodes, '1,10%,100%'), ['3:180']);
  assert.equal(sizes([...planned(5, 'up-to-date'), ...planned(195, 'run', 5)], '1,10%,100%'), [
    '2:15',
    '3:180',
  ]);
});

test('nodes that cannot run now are in no wave and in no share', () => {
  assert.equal(sizes([...planned(10), ...planned(90, 'pending', 10)], '50%,100%'), ['1:5', '2:5']);
});

test('every node that is to run is in exactly one wave, in its order, and no wave goes beyond its share', () => {
  const step = fc.oneof(
    fc.integer({ min: 1, max: 60 }).map((nodes) => ({ nodes })),
    fc.integer({ min: 1, max: 100 }).map((percent) => ({ percent })),
  );
  const actions = fc.array(fc.constantFrom('run', 'up-to-date', 'pending', 'excluded'), { maxLength: 60 });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 5 }), actions, (given, kinds) => {
      const steps = [...given, { percent: 100 }];
      const nodes = kinds.map((action, index): PlannedNode => ({ node: sampleNode(`n${index}`), action }));
      const waves = planWaves(nodes, steps);
      const names = nodes.filter(({ action }) => action === 'run').map(({ node }) => node.name);
      assert.equal(
        waves.flatMap((wave) => wave.nodes),
        names,
      );
      const done = nodes.filter(({ action }) => action === 'up-to-date').length;
      let taken = 0;
      for (const wave of waves) {
        taken += wave.nodes.length;
        const limit = steps[wave.number - 1]!;
        const most =
          'nodes' in limit ? limit.nodes : Math.ceil(((names.length + done) * limit.percent) / 100);
        assert.ok(done + taken <= most, `wave ${wave.number}`);
      }
    }),
  );
});

test('what is no list of growing waves is refused with its words', () => {
  for (const text of ['', '0', '1,,2', '10%,5%', '5,3', '101%', '1.5', 'all', '1,1']) {
    let thrown: unknown;
    try {
      parseWaves(text, '--waves');
    } catch (error) {
      thrown = error;
    }
    assert.instance(thrown, SeccompError, text);
    assert.match((thrown as SeccompError).message, /^--waves: ".*" .*such as 1,10%,100%$/s);
  }
});

test('architectures, runtimes and zones take turns; alike nodes keep their order', () => {
  const node = (name: string, architecture: string, zone: string): PlannedNode => ({
    node: sampleNode(name, { architecture, allLabels: { 'topology.kubernetes.io/zone': zone } }),
    action: 'run',
  });
  const mixed = mixNodes([
    node('a1', 'amd64', 'x'),
    node('a2', 'amd64', 'x'),
    node('a3', 'amd64', 'y'),
    node('b1', 'arm64', 'x'),
    node('b2', 'arm64', 'y'),
  ]);
  assert.equal(
    mixed.map(({ node: { name } }) => name),
    ['a1', 'b1', 'a3', 'b2', 'a2'],
  );
});

test.run();
