import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type ConfinementFacts,
  confinementOf,
  isUnconfined,
  needsFile,
} from '../../../src/workload/confinement.ts';
import type { ContainerObject, PodSpec, SeccompProfileField } from '../../../src/workload/objects.ts';

const test = suite('src/workload/confinement');

const now: ConfinementFacts = { areAnnotationsRead: false, handlers: new Map() };
const until126: ConfinementFacts = { ...now, areAnnotationsRead: true };
const POD_KEY = 'seccomp.security.alpha.kubernetes.io/pod';
const MAIN_KEY = 'container.seccomp.security.alpha.kubernetes.io/main';
const local = (localhostProfile: string): SeccompProfileField => ({ type: 'Localhost', localhostProfile });
const main = (seccompProfile?: SeccompProfileField, privileged = false): ContainerObject => ({
  name: 'main',
  securityContext: { privileged, ...(seccompProfile && { seccompProfile }) },
});
const pod = (seccompProfile?: SeccompProfileField, more: PodSpec = {}): PodSpec => ({
  ...(seccompProfile && { securityContext: { seccompProfile } }),
  ...more,
});

test('the container’s field beats the pod’s, and without either nothing is set', () => {
  assert.equal(confinementOf(pod(local('a.json')), {}, main(local('b.json')), now), {
    profile: { kind: 'localhost', path: 'b.json' },
    source: 'container',
  });
  assert.equal(confinementOf(pod(local('a.json')), {}, main(), now), {
    profile: { kind: 'localhost', path: 'a.json' },
    source: 'pod',
  });
  assert.equal(confinementOf({}, {}, { name: 'main' }, now), {
    profile: { kind: 'none' },
    source: 'default',
  });
});

test('each type of the API is read, Unconfined in a container against a stricter pod too', () => {
  const { profile } = confinementOf(pod({ type: 'RuntimeDefault' }), {}, main({ type: 'Unconfined' }), now);
  assert.equal(profile, { kind: 'unconfined' });
  assert.equal(confinementOf(pod({ type: 'RuntimeDefault' }), {}, main(), now).profile, {
    kind: 'runtime-default',
  });
});

test('up to Kubernetes 1.26 annotations count: container field, container annotation, pod field, pod annotation', () => {
  const annotations = { [POD_KEY]: 'docker/default', [MAIN_KEY]: 'localhost/x/y.json' };
  const annotated = (spec: PodSpec, container: ContainerObject, given: Record<string, string>) =>
    confinementOf(spec, given, container, until126);
  assert.is(annotated(pod(local('a')), main(local('b')), annotations).source, 'container');
  assert.equal(annotated(pod(local('a')), main(), annotations), {
    profile: { kind: 'localhost', path: 'x/y.json' },
    source: 'container-annotation',
  });
  assert.is(annotated(pod(local('a')), main(), { [POD_KEY]: 'unconfined' }).source, 'pod');
  assert.equal(annotated({}, main(), { [POD_KEY]: 'runtime/default' }), {
    profile: { kind: 'runtime-default' },
    source: 'pod-annotation',
  });
  assert.is(annotated({}, main(), { [POD_KEY]: 'nonsense' }).source, 'default');
});

test('since 1.27 they do not, and what they ask for in vain is told', () => {
  const annotations = { [MAIN_KEY]: 'localhost/operator/ns/cm/a.json', [POD_KEY]: 'unconfined' };
  assert.equal(confinementOf({}, annotations, main(), now), {
    profile: { kind: 'none' },
    source: 'default',
    ignoredAnnotation: { kind: 'localhost', path: 'operator/ns/cm/a.json' },
  });
  assert.equal(confinementOf({}, annotations, { name: 'other' }, now).ignoredAnnotation, {
    kind: 'unconfined',
  });
  // The fields say what holds; an annotation beside them is what is left of the time when both were written.
  assert.is(
    confinementOf(pod(local('a')), { [POD_KEY]: 'unconfined' }, main(), now).ignoredAnnotation,
    undefined,
  );
  assert.is(confinementOf({}, annotations, main(local('b')), now).ignoredAnnotation, undefined);
});

test('privileged: no profile is applied and no file is read', () => {
  const confinement = confinementOf(pod(local('a.json')), {}, main(undefined, true), now);
  assert.is(confinement.notApplied, 'privileged');
  assert.not.ok(needsFile(confinement));
  assert.ok(isUnconfined(confinement));
});

test('a sandbox is known by its handler, or by its name where handlers cannot be read; its file is still read', () => {
  const inClass = (runtimeClassName: string, handlers: [string, string][] = []) =>
    confinementOf(pod(local('a.json'), { runtimeClassName }), {}, main(), {
      ...now,
      handlers: new Map(handlers),
    });
  for (const name of ['gvisor', 'kata', 'kata-qemu', 'kata-mshv-vm-isolation', 'runsc'])
    assert.is(inClass(name).notApplied, 'sandbox', name);
  assert.is(inClass('secure', [['secure', 'runsc']]).notApplied, 'sandbox');
  assert.is(inClass('kata', [['kata', 'runc']]).notApplied, undefined);
  for (const name of ['nvidia', 'crun', 'katana']) assert.is(inClass(name).notApplied, undefined, name);
  assert.ok(needsFile(inClass('gvisor')));
  assert.not.ok(isUnconfined(inClass('gvisor')));
});

test('Windows has no seccomp', () => {
  for (const spec of [{ os: { name: 'windows' } }, { nodeSelector: { 'kubernetes.io/os': 'windows' } }])
    assert.is(confinementOf(spec, {}, main(), now).notApplied, 'windows');
});

test('unconfined is what says so, and what says nothing', () => {
  assert.ok(isUnconfined(confinementOf({}, {}, main(), now)));
  assert.ok(isUnconfined(confinementOf({}, {}, main({ type: 'Unconfined' }), now)));
  assert.not.ok(isUnconfined(confinementOf({}, {}, main({ type: 'RuntimeDefault' }), now)));
  assert.not.ok(isUnconfined(confinementOf({}, {}, main(local('a')), now)));
});

test.run();
