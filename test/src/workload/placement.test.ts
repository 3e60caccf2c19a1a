// Where the scheduler may put a pod: each operator, each effect, and the words of each refusal.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  canPlace,
  choosesNode,
  type NodeRequirement,
  type NodeSelectorTerm,
  type PlacementNode,
  type PlacementSpec,
  type Taint,
  type Toleration,
} from '../../../src/workload/placement.ts';

const test = suite('src/workload/placement');

const node = (changes: Partial<PlacementNode> = {}): PlacementNode => ({
  name: 'node-1',
  labels: { zone: 'a', cpus: '8' },
  ...changes,
});

const requiring = (...nodeSelectorTerms: readonly NodeSelectorTerm[]): PlacementSpec => ({
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
});

const kindsOf = (spec: PlacementSpec, on = node()): readonly string[] => {
  const answer = canPlace(spec, on);
  return answer === true ? [] : answer.map(({ kind }) => kind);
};

test('a pod that asks for nothing may come to any node', () => {
  assert.is(canPlace({}, node()), true);
});

test('a name is that node and no other', () => {
  assert.is(canPlace({ nodeName: 'node-1' }, node()), true);
  assert.equal(kindsOf({ nodeName: 'node-2' }), ['node-name']);
});

test('every label of the node selector must be there, to the letter', () => {
  assert.is(canPlace({ nodeSelector: { zone: 'a', cpus: '8' } }, node()), true);
  assert.equal(kindsOf({ nodeSelector: { zone: 'b', disk: '' } }), ['node-selector', 'node-selector']);
  assert.equal(kindsOf({ nodeSelector: { constructor: 'x' } }), ['node-selector']);
});

const REQUIREMENTS: readonly (readonly [boolean, NodeRequirement])[] = [
  [true, { key: 'zone', operator: 'In', values: ['b', 'a'] }],
  [false, { key: 'zone', operator: 'In', values: ['b'] }],
  [false, { key: 'disk', operator: 'In', values: ['a'] }],
  [false, { key: 'zone', operator: 'NotIn', values: ['a'] }],
  [true, { key: 'zone', operator: 'NotIn', values: ['b'] }],
  [true, { key: 'disk', operator: 'NotIn', values: ['b'] }],
  [true, { key: 'zone', operator: 'Exists' }],
  [false, { key: 'disk', operator: 'Exists' }],
  [true, { key: 'disk', operator: 'DoesNotExist' }],
  [false, { key: 'zone', operator: 'DoesNotExist' }],
  [true, { key: 'cpus', operator: 'Gt', values: ['7'] }],
  [false, { key: 'cpus', operator: 'Gt', values: ['8'] }],
  [true, { key: 'cpus', operator: 'Lt', values: ['10'] }],
  [false, { key: 'cpus', operator: 'Lt', values: ['8'] }],
  [false, { key: 'zone', operator: 'Gt', values: ['1'] }],
  [false, { key: 'disk', operator: 'Lt', values: ['1'] }],
  [false, { key: 'cpus', operator: 'Gt', values: ['1.5'] }],
  [true, { key: 'cpus', operator: 'Gt', values: ['-9223372036854775808'] }],
  [false, { key: 'cpus', operator: 'Lt', values: ['9223372036854775808'] }],
  [false, { key: 'zone', operator: 'Like', values: ['a'] }],
];

for (const [isMet, requirement] of REQUIREMENTS)
  test(`${JSON.stringify(requirement)} is ${isMet ? '' : 'not '}met`, () => {
    assert.equal(kindsOf(requiring({ matchExpressions: [requirement] })), isMet ? [] : ['node-affinity']);
  });

test('fields are the name with one value', () => {
  const field = (operator: string, ...values: string[]) =>
    kindsOf(requiring({ matchFields: [{ key: 'metadata.name', operator, values }] })).length === 0;
  assert.ok(field('In', 'node-1'));
  assert.not(field('In', 'node-2'));
  assert.not(field('NotIn', 'node-1'));
  assert.ok(field('NotIn', 'node-2'));
  assert.not(field('In', 'node-1', 'node-2'));
  const other = { key: 'metadata.uid', operator: 'NotIn', values: ['x'] };
  assert.equal(kindsOf(requiring({ matchFields: [other] })), ['node-affinity']);
});

test('any one term is enough, all of a term must hold, and an empty one never does', () => {
  const inZone = (zone: string) => ({ key: 'zone', operator: 'In', values: [zone] });
  assert.equal(
    kindsOf(requiring({ matchExpressions: [inZone('b')] }, { matchExpressions: [inZone('a')] })),
    [],
  );
  assert.equal(kindsOf(requiring({ matchExpressions: [inZone('a'), inZone('b')] })), ['node-affinity']);
  assert.equal(kindsOf(requiring({})), ['node-affinity']);
  assert.equal(kindsOf(requiring({ matchExpressions: [], matchFields: null })), ['node-affinity']);
  assert.equal(kindsOf(requiring()), ['node-affinity']);
  assert.equal(kindsOf(requiring({}, { matchExpressions: [inZone('a')] })), []);
});

const tainted = (...taints: readonly Taint[]): PlacementNode => node({ taints });
const GPU: Taint = { key: 'gpu', value: '4', effect: 'NoSchedule' };

const TOLERATIONS: readonly (readonly [boolean, Toleration])[] = [
  [true, { operator: 'Exists' }],
  [true, { key: 'gpu', operator: 'Exists' }],
  [true, { key: 'gpu', operator: 'Exists', effect: 'NoSchedule' }],
  [false, { key: 'gpu', operator: 'Exists', effect: 'NoExecute' }],
  [false, { key: 'cpu', operator: 'Exists' }],
  [true, { key: 'gpu', value: '4' }],
  [true, { key: 'gpu', operator: 'Equal', value: '4', effect: '' }],
  [false, { key: 'gpu', value: '5' }],
  [false, { key: 'gpu' }],
  [false, { value: '4' }],
  [true, { key: 'gpu', operator: 'Gt', value: '3' }],
  [false, { key: 'gpu', operator: 'Gt', value: '4' }],
  [true, { key: 'gpu', operator: 'Lt', value: '5' }],
  [false, { key: 'gpu', operator: 'Lt', value: 'five' }],
];

for (const [isTolerated, toleration] of TOLERATIONS)
  test(`${JSON.stringify(toleration)} ${isTolerated ? 'tolerates' : 'does not tolerate'} gpu=4:NoSchedule`, () => {
    assert.equal(kindsOf({ tolerations: [toleration] }, tainted(GPU)), isTolerated ? [] : ['taint']);
  });

test('a preference repels nobody', () => {
  assert.is(canPlace({}, tainted({ ...GPU, effect: 'PreferNoSchedule' })), true);
});

test('a pod that names its node comes past the scheduler, but not past NoExecute', () => {
  const named = { nodeName: 'node-1' };
  assert.is(canPlace(named, node({ taints: [GPU], isUnschedulable: true })), true);
  assert.equal(kindsOf(named, tainted({ ...GPU, effect: 'NoExecute' })), ['taint']);
});

test('a cordon is one reason, also where it is a taint too, and can be tolerated', () => {
  const cordon: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
  for (const taints of [[], [cordon]])
    assert.equal(kindsOf({}, node({ isUnschedulable: true, taints })), ['unschedulable']);
  const tolerations = [{ key: cordon.key, operator: 'Exists' }];
  assert.is(canPlace({ tolerations }, node({ isUnschedulable: true, taints: [cordon] })), true);
});

test('choosing a node asks neither for cordon nor taints', () => {
  const repelling = node({ isUnschedulable: true, taints: [GPU] });
  assert.ok(choosesNode({ nodeSelector: { zone: 'a' } }, repelling));
  assert.not(choosesNode({ nodeSelector: { zone: 'b' } }, repelling));
  assert.not(choosesNode(requiring({ matchExpressions: [{ key: 'disk', operator: 'Exists' }] }), repelling));
});

test('the reasons say what is asked for', () => {
  const spec: PlacementSpec = {
    ...requiring({ matchExpressions: [{ key: 'zone', operator: 'In', values: ['b', 'c'] }] }),
    nodeSelector: { disk: 'ssd' },
  };
  const answer = canPlace(spec, tainted(GPU));
  assert.equal(answer === true || answer.map(({ message }) => message), [
    'the node has no label disk=ssd',
    'its required node affinity asks for zone In b, c',
    'it does not tolerate the taint gpu=4:NoSchedule',
  ]);
});

test.run();
