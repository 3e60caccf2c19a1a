// Nodes counted by what they have in common: none is lost, none is counted twice, and a group's selector chooses it.
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { StatusRow } from '../../../src/rollout/desired.ts';
import { CELL_STATES, GROUP_KINDS, groupRows, groupValue, selectorOf } from '../../../src/rollout/groups.ts';
import { matchesSelector, parseSelector } from '../../../src/rollout/selector.ts';
import { sampleNode } from '../../support/fake-cluster.ts';

const test = suite('src/rollout/groups');

const rows: fc.Arbitrary<readonly StatusRow[]> = fc
  .array(
    fc.record({
      zone: fc.option(fc.constantFrom('a', 'b')),
      pool: fc.option(fc.constantFrom('web', 'batch')),
      state: fc.option(fc.constantFrom(...CELL_STATES)),
    }),
  )
  .map((all) =>
    all.map(
      ({ zone, pool, state }, index): StatusRow => ({
        node: sampleNode(`node-${index}`, {
          allLabels: {
            ...(zone !== null && { 'topology.kubernetes.io/zone': zone }),
            ...(pool !== null && { 'karpenter.sh/nodepool': pool }),
          },
        }),
        cells: state === null ? {} : { web: { state, current: '3fa9c1d2e4f5a6b7' } },
      }),
    ),
  );

test('every node is in one group, and in one state of a bundle that it has', () => {
  fc.assert(
    fc.property(rows, fc.constantFrom(...GROUP_KINDS), (all, by) => {
      const groups = groupRows(all, by, 'web');
      assert.is(new Set(groups.map(({ value }) => value)).size, groups.length);
      for (const { value, nodes, counts } of groups) {
        const own = all.filter((row) => groupValue(row, by, 'web') === value);
        assert.is(nodes, own.length);
        const counted = [...(counts.get('web') ?? new Map<string, number>()).values()];
        assert.is(
          counted.reduce((sum, count) => sum + count, 0),
          own.filter(({ cells }) => cells.web).length,
        );
      }
      assert.is(
        groups.reduce((sum, { nodes }) => sum + nodes, 0),
        all.length,
      );
    }),
  );
});

test('by state, what needs attention stands first', () => {
  fc.assert(
    fc.property(rows, (all) => {
      const ranks = groupRows(all, 'state', 'web').map(({ value }) =>
        (CELL_STATES as readonly string[]).indexOf(value),
      );
      assert.equal(
        ranks,
        ranks.toSorted((one, other) => other - one),
      );
    }),
  );
});

test("a zone's selector chooses its nodes and no other", () => {
  fc.assert(
    fc.property(rows, (all) => {
      const nodes = all.map(({ node }) => node);
      for (const { value, nodes: count } of groupRows(all, 'zone', undefined)) {
        const selector = parseSelector(selectorOf({ by: 'zone', value }, nodes) ?? '');
        assert.is(nodes.filter(({ allLabels }) => matchesSelector(selector, allLabels ?? {})).length, count);
      }
    }),
  );
});

test.run();
