// Fleet: many bundles, and groups of nodes.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { frameOf } from '../../../../plugin/tui/frame.ts';
import { lineText } from '../../../../plugin/tui/line.ts';
import type { Size, State } from '../../../../plugin/tui/state.ts';
import { sampleRelease, sampleReleaseNode } from '../../../support/rollout-samples.ts';
import { act, press, SMALL, sampleNews, sampleNodes, sampleState } from '../../../support/ui-samples.ts';

const test = suite('plugin/tui/screens/fleet');

/** Fleets in which a bundle has a long name, or there are many of them. */
const withBundles = (count: number, size: Size): State => {
  const nodes = sampleNodes(3);
  const releases = Array.from({ length: count }, (_, index) =>
    sampleRelease([], {
      bundle: `bundle-${index}`,
      revision: 1,
      nodes: Object.fromEntries(nodes.map((node) => [node.name, sampleReleaseNode(node)])),
    }),
  );
  return act(sampleState('fleet', { nodes: 0, size }), { kind: 'fleet', news: sampleNews(nodes, releases) });
};

test('of many bundles those around the chosen one are shown whole, and signs say that there are more', () => {
  const titles = (state: State): string => lineText(frameOf(state)[2]!).trimEnd();
  const state = withBundles(20, SMALL);
  assert.match(titles(state), /^ {2}NODE +READY +▸API +BUNDLE-0 .*›$/);
  assert.not.match(titles(state), /…/);
  const moved = press(state, 'l'.repeat(20));
  assert.match(titles(moved), /^‹ NODE .*▸BUNDLE-9 *›$/);
  const end = press(moved, 'B');
  assert.is(lineText(frameOf(end)[0]!).split('  ')[0], 'fleet › bundle/bundle-9');
});

test('a group says how many nodes of all it has, keeps the chosen bundle, and names the command for it', () => {
  const grouped = press(sampleState('fleet', { nodes: 500 }), 'll', 'b', '<return>');
  const lines = frameOf(grouped).map(lineText);
  assert.match(lines[1]!, /^\d+ of 500 nodes, digest of web [0-9a-f]{16}/);
  assert.match(lines[3]!, /▸WEB/);
  assert.match(
    lines.slice(-3, -1).join(' ').replace(/ +/g, ' '),
    /status -o wide -l kubectl-seccomp\.node-restriction\.kubernetes\.io\/web=[0-9a-f]{16}/,
  );
  assert.match(
    lineText(frameOf(sampleState('fleet/zone=eu-1a')).at(-2)!),
    /-l topology\.kubernetes\.io\/zone=eu-1a/,
  );
  assert.match(lineText(frameOf(sampleState('fleet/pool=spot')).at(-2)!), /-l karpenter\.sh\/nodepool=spot/);
});

test.run();
