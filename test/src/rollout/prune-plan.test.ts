import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { NodeSeen } from '../../../src/rollout/node.ts';
import { generationsOn, type PruneRule, pinsOf, planGenerations } from '../../../src/rollout/prune-plan.ts';
import type { Release } from '../../../src/rollout/release.ts';
import { foldWorkloads } from '../../../src/workload/rows.ts';
import { sampleNode } from '../../support/fake-cluster.ts';
import {
  FakeWorkloads,
  localhost,
  sampleConfinement,
  sampleContainer,
  samplePod,
  sampleTemplate,
} from '../../support/fake-workloads.ts';
import { sampleDigest, sampleRelease, sampleReleaseNode } from '../../support/rollout-samples.ts';

const test = suite('src/rollout/prune-plan');

const DIGESTS = ['one', 'two', 'three', 'four'].map(sampleDigest) as [string, string, string, string];
const [ONE, TWO, THREE, FOUR] = DIGESTS.map((digest) => digest.slice(0, 16)) as [
  string,
  string,
  string,
  string,
];

/** A node with these generations, the last of which is current. */
const nodeWith = (name: string, ...digests: readonly string[]): NodeSeen =>
  sampleNode(name, {
    labels: {
      ...Object.fromEntries(digests.map((digest) => [`web.${digest}`, ''])),
      web: digests.at(-1) ?? '',
      other: 'f'.repeat(16),
      [`other.${'f'.repeat(16)}`]: '',
    },
  });

/** Revisions of the four digests, all done on the node. */
const history = (node: NodeSeen, changes: Partial<Release> = {}): Release[] =>
  DIGESTS.map((digest, index) => sampleRelease([node], { revision: index + 1, digest, ...changes }));

const rule = (changes: Partial<PruneRule> = {}): PruneRule => ({
  bundle: 'web',
  keep: 0,
  pins: new Map(),
  force: false,
  ...changes,
});

const keptOn = (node: NodeSeen, releases: readonly Release[], given: PruneRule): [string, string][] =>
  [...planGenerations([node], releases, given).kept.get(node.name)!].toSorted(([one], [other]) =>
    one < other ? -1 : 1,
  );
const sorted = (entries: [string, string][]): [string, string][] =>
  entries.toSorted(([one], [other]) => (one < other ? -1 : 1));

test('the labels list the generations of the bundle and of no other', () => {
  assert.equal(generationsOn(nodeWith('a', ONE, TWO), 'web'), [ONE, TWO].toSorted());
  assert.equal(generationsOn(sampleNode('a'), 'web'), []);
});

test('without more the current one stays alone', () => {
  const node = nodeWith('a', ONE, TWO, THREE, FOUR);
  assert.equal(keptOn(node, history(node), rule()), [[FOUR, 'current']]);
});

test('the newest of the records stay, as many as are asked for beside the current one', () => {
  const node = nodeWith('a', ONE, TWO, THREE, FOUR);
  assert.equal(
    keptOn(node, history(node), rule({ keep: 1 })),
    sorted([
      [FOUR, 'current'],
      [THREE, 'newest'],
    ]),
  );
  assert.is(keptOn(node, history(node), rule({ keep: 9 })).length, 4);
});

test('a rollback makes what it brought back the newest', () => {
  const node = nodeWith('a', TWO, THREE, ONE);
  const releases = [...history(node).slice(0, 3), sampleRelease([node], { revision: 4, digest: DIGESTS[0] })];
  assert.equal(
    keptOn(node, releases, rule({ keep: 1 })),
    sorted([
      [ONE, 'current'],
      [THREE, 'newest'],
    ]),
  );
});

test('what the records do not reach stays where they do not suffice, and only there', () => {
  const node = nodeWith('a', ONE, TWO, THREE, FOUR);
  const short = history(node).slice(2);
  assert.is(keptOn(node, short, rule({ keep: 2 })).length, 4);
  assert.is(keptOn(node, short, rule({ keep: 1 })).length, 2);
});

test('a record of another machine, or of a failure, orders nothing', () => {
  const node = nodeWith('a', ONE, TWO, THREE);
  const other = { nodes: { a: sampleReleaseNode(node, { machineId: 'another' }) } };
  const failed = { nodes: { a: sampleReleaseNode(node, { result: 'failed' as const }) } };
  for (const changes of [other, failed]) {
    const releases = history(node).map((release, index) =>
      index === 1 ? { ...release, ...changes } : release,
    );
    const kept = new Map(keptOn(node, releases.slice(0, 3), rule({ keep: 1 })));
    assert.equal([...kept.keys()].toSorted(), [ONE, THREE].toSorted());
  }
});

test('what a rollout is still to bring stays', () => {
  const node = nodeWith('a', ONE, TWO, THREE);
  const unfinished = { a: sampleReleaseNode(node, { result: 'unfinished' as const }) };
  const back = sampleRelease([], {
    revision: 5,
    digest: DIGESTS[0],
    outcome: 'interrupted',
    nodes: unfinished,
  });
  assert.equal(
    keptOn(node, [...history(node), back], rule()),
    sorted([
      [THREE, 'current'],
      [ONE, 'wanted'],
    ]),
  );
});

test('only nodes whose labels list something to remove get work, unless forced', () => {
  const nodes = [
    nodeWith('a', ONE, TWO),
    nodeWith('b', TWO),
    { ...nodeWith('c', ONE, TWO), isReady: false },
    { ...nodeWith('d', ONE, TWO), exclusion: 'Windows' },
    sampleNode('e'),
  ];
  const actions = (given: PruneRule) =>
    planGenerations(nodes, [], given).planned.map(({ node, action }) => `${node.name}:${action}`);
  assert.equal(actions(rule()), ['a:run', 'b:up-to-date', 'c:pending', 'd:excluded', 'e:up-to-date']);
  assert.equal(actions(rule({ force: true })), ['a:run', 'b:run', 'c:pending', 'd:excluded', 'e:run']);
  const pins = new Map([[ONE, []]]);
  assert.equal(actions(rule({ pins })).slice(0, 3), ['a:up-to-date', 'b:up-to-date', 'c:up-to-date']);
});

test('pins are paths of generations in pods and templates, also where the profile is not applied', async () => {
  const workloads = new FakeWorkloads();
  const pinned = (digest: string) => localhost(`web@${digest}/sub/a.json`);
  const privileged = sampleContainer(pinned(THREE), {
    confinement: sampleConfinement(pinned(THREE), { notApplied: 'privileged' }),
  });
  workloads.pages = [
    { kind: 'templates', templates: [sampleTemplate(pinned(ONE)), sampleTemplate(localhost('web/a.json'))] },
    {
      kind: 'pods',
      pods: [
        samplePod('p', pinned(TWO)),
        samplePod('q', pinned(TWO)),
        samplePod('r', pinned(THREE), { containers: [privileged] }),
        samplePod('s', localhost(`other@${FOUR}/a.json`)),
      ],
    },
  ];
  const { rows } = await foldWorkloads(workloads.read({ selector: '' }));
  const pins = pinsOf(rows, 'web');
  assert.equal([...pins.keys()].toSorted(), [ONE, TWO, THREE].toSorted());
  assert.is(pins.get(TWO)?.[0]?.pods.length, 2);
});

test.run();
