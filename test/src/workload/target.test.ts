import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { namesTarget } from '../../../src/workload/target.ts';
import { localhost, sampleConfinement } from '../../support/fake-workloads.ts';

const test = suite('src/workload/target');

const names = (path: string, target: string): boolean =>
  namesTarget(sampleConfinement(localhost(path)), target);
const PINNED = 'web@0123456789abcdef';

test('a bundle is named by its link and by each of its generations, and by nothing that only begins alike', () => {
  for (const path of ['web/a.json', 'web/b/c.json', `${PINNED}/a.json`]) assert.ok(names(path, 'web'), path);
  for (const path of ['web2/a.json', 'x/web/a.json', 'operator/web/a.json', `web@0123/a.json`])
    assert.not.ok(names(path, 'web'), path);
});

test('a profile is the file of that path, or every file below it, in every generation', () => {
  assert.ok(names('web/a.json', 'web/a.json'));
  assert.ok(names(`${PINNED}/a.json`, 'web/a.json'));
  assert.ok(names('web/team/a.json', 'web/team'));
  assert.not.ok(names('web/a.json5', 'web/a.json'));
});

test('a generation is only itself', () => {
  assert.ok(names(`${PINNED}/a.json`, PINNED));
  assert.not.ok(names('web/a.json', PINNED));
  assert.not.ok(names('web@fedcba9876543210/a.json', PINNED));
});

test('spellings that the kubelet takes for the same path are the same', () => {
  assert.ok(names('./web//a.json', 'web/a.json'));
});

test('a path of nobody’s bundle can be asked for, and what an annotation asks for in vain counts too', () => {
  assert.ok(names('operator/ns/cm/a.json', 'operator'));
  const ignored = sampleConfinement(
    { kind: 'none' },
    { ignoredAnnotation: localhost('operator/ns/cm/a.json') },
  );
  assert.ok(namesTarget(ignored, 'operator/ns'));
  assert.not.ok(namesTarget(sampleConfinement({ kind: 'runtime-default' }), 'web'));
});

test.run();
