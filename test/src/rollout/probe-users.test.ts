// In which ways a bundle's profiles are used, whoever uses them.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { usesOf } from '../../../src/rollout/probe-users.ts';
import type { ContainerObject, PodTemplate } from '../../../src/workload/objects.ts';
import { localhost } from '../../support/check-samples.ts';

const test = suite('src/rollout/probe-users');

const DIGEST = '3fa9c1d2e4f5a6b7'.repeat(4);
const content = { bundle: 'web', digest: DIGEST, paths: new Set(['a.json', 'b.json']) };
const template = (path: string, more: Partial<ContainerObject['securityContext']> = {}): PodTemplate => ({
  spec: { containers: [{ name: 'main', securityContext: { ...localhost(path), ...more } }] },
});

test('each profile once with and once without new privileges, as its users have it', () => {
  const templates = [
    template('web/b.json', { allowPrivilegeEscalation: false }),
    template('web/a.json'),
    template('web/a.json', { allowPrivilegeEscalation: true }),
    template('web/a.json', { allowPrivilegeEscalation: false }),
  ];
  assert.equal(usesOf(templates, content), [
    { path: 'a.json', noNewPrivileges: false },
    { path: 'a.json', noNewPrivileges: true },
    { path: 'b.json', noNewPrivileges: true },
  ]);
});

test('who pinned this very content uses it; who pinned another one, or what it does not have, does not', () => {
  assert.is(usesOf([template('web@3fa9c1d2e4f5a6b7/a.json')], content).length, 1);
  for (const path of ['web@0000000000000000/a.json', 'web/gone.json', 'other/a.json', 'operator/web/a.json'])
    assert.equal(usesOf([template(path)], content), [], path);
});

test('where no profile is applied, nothing would be shown', () => {
  assert.equal(usesOf([template('web/a.json', { privileged: true })], content), []);
  assert.equal(
    usesOf([{ spec: { ...template('web/a.json').spec, runtimeClassName: 'gvisor' } }], content),
    [],
  );
});

test.run();
