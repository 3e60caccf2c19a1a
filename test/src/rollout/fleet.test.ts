// The fold from news to the fleet: sorted, complete, and the same value where nothing has changed.
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { emptyFleet, type FleetNews, foldFleet } from '../../../src/rollout/fleet.ts';
import { sampleNode } from '../../support/fake-cluster.ts';
import { sampleRelease } from '../../support/rollout-samples.ts';

const test = suite('src/rollout/fleet');

const node = (name: string, isReady = true): FleetNews => ({
  kind: 'node',
  node: sampleNode(name, { isReady }),
});
const release = (bundle: string, revision: number): FleetNews => ({
  kind: 'release',
  release: sampleRelease([], { bundle, revision }),
});

test('nodes come by name, records by bundle and number, however they are told', () => {
  const fleet = foldFleet(emptyFleet, [
    node('b'),
    release('web', 10),
    node('a'),
    release('web', 9),
    release('api', 1),
  ]);
  assert.equal(
    fleet.nodes.map(({ name }) => name),
    ['a', 'b'],
  );
  assert.equal(
    fleet.releases.map(({ bundle, revision }) => `${bundle}@v${revision}`),
    ['api@v1', 'web@v9', 'web@v10'],
  );
});

test('what says nothing new leaves the very same value', () => {
  const fleet = foldFleet(emptyFleet, [node('a'), release('web', 1), { kind: 'synced', part: 'nodes' }]);
  const again = foldFleet(fleet, [
    node('a'),
    release('web', 1),
    { kind: 'node-gone', name: 'nobody' },
    { kind: 'release-gone', bundle: 'web', revision: 7 },
    { kind: 'synced', part: 'nodes' },
  ]);
  assert.is(again, fleet);
});

test('a change of a node leaves the records as they are, and the other nodes', () => {
  const before = foldFleet(emptyFleet, [node('a'), node('b'), release('web', 1)]);
  const after = foldFleet(before, [node('b', false)]);
  assert.is(after.releases, before.releases);
  assert.is(after.nodes[0], before.nodes[0]);
  assert.is(after.nodes[1]?.isReady, false);
});

test('a connection is lost until all has been told again', () => {
  const lost = foldFleet(emptyFleet, [{ kind: 'lost', part: 'nodes', message: 'refused' }]);
  assert.is(lost.lost.nodes, 'refused');
  assert.is(foldFleet(lost, [{ kind: 'synced', part: 'records' }]).lost.nodes, 'refused');
  assert.is(foldFleet(lost, [{ kind: 'synced', part: 'nodes' }]).lost.nodes, undefined);
  const regained = foldFleet(lost, [{ kind: 'regained', part: 'nodes' }]);
  assert.is(regained.lost.nodes, undefined);
  assert.not.ok(regained.synced.nodes);
});

test('in any order of news the fleet is what a map would hold', () => {
  const change = fc.record({
    name: fc.constantFrom('a', 'b', 'c', 'd'),
    state: fc.constantFrom('ready', 'not', 'gone'),
  });
  fc.assert(
    fc.property(fc.array(fc.array(change, { maxLength: 6 }), { maxLength: 6 }), (batches) => {
      const expected = new Map<string, boolean>();
      let fleet = emptyFleet;
      for (const batch of batches) {
        for (const { name, state } of batch)
          if (state === 'gone') expected.delete(name);
          else expected.set(name, state === 'ready');
        fleet = foldFleet(
          fleet,
          batch.map(({ name, state }) =>
            state === 'gone' ? { kind: 'node-gone', name } : node(name, state === 'ready'),
          ),
        );
      }
      assert.equal(
        fleet.nodes.map(({ name, isReady }) => [name, isReady]),
        [...expected].toSorted(([one], [other]) => (one < other ? -1 : 1)),
      );
    }),
  );
});

test.run();
