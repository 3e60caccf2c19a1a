// Objects by name, as kubectl takes them.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseNamedObjects } from '../../../src/workload/named.ts';

const test = suite('src/workload/named');

const spell = (...words: string[]): string[] =>
  parseNamedObjects(words).map(({ kind, name }) => `${kind.resource}/${name}`);

test('every spelling of a kind that kubectl takes', () => {
  for (const type of [
    'deploy',
    'deployment',
    'Deployment',
    'deployments',
    'deployments.apps',
    'deployment.v1.apps',
  ])
    assert.equal(spell(`${type}/web`), ['deployments.apps/web']);
  assert.equal(spell('po/a', 'sts/b', 'cj/c', 'job/d', 'ds/e', 'rs/f', 'rc/g'), [
    ...['pods/a', 'statefulsets.apps/b', 'cronjobs.batch/c', 'jobs.batch/d'],
    ...['daemonsets.apps/e', 'replicasets.apps/f', 'replicationcontrollers/g'],
  ]);
});

test('TYPE NAME NAME, too', () => {
  assert.equal(spell('deploy', 'web', 'api'), ['deployments.apps/web', 'deployments.apps/api']);
  assert.equal(spell(), []);
});

for (const [words, message] of [
  [['web'], 'names no workload'],
  [['svc/web'], 'no kind of object that is or makes pods'],
  [['deploy/../x'], 'names no workload'],
  [['deploy/..'], 'not the name of an object'],
  [['deploy', 'web/x'], 'names no workload'],
  [['constructor/web'], 'no kind of object'],
] as const)
  test(`refused: ${words.join(' ')}`, () => {
    assert.throws(() => parseNamedObjects(words), message);
  });

test.run();
