// Manifests as people write them.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readManifests } from '../../../src/workload/read-manifests.ts';

const test = suite('src/workload/read-manifests');

const read = (text: string) => readManifests(new TextEncoder().encode(text), 'a.yaml', 'shop');

test('pods and every template, in several documents and Lists, with their namespaces', () => {
  const { subjects, others } = read(`
apiVersion: v1
kind: Pod
metadata: {name: bare, namespace: other}
spec: {containers: [{name: main}]}
---
# nothing
---
kind: List
items:
- {kind: Service, metadata: {name: web}}
- kind: CronJob
  metadata: {name: nightly}
  spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: job, securityContext: {privileged: false}}]}}}}}
---
{"kind": "Deployment", "metadata": {"name": "web"}, "spec": {"replicas": 3, "template": {"spec": {"nodeSelector": null}}}}
`);
  assert.equal(
    subjects.map(({ namespace, workload }) => `${namespace} ${workload.kind}/${workload.name}`),
    ['other Pod/bare', 'shop CronJob/nightly', 'shop Deployment/web'],
  );
  assert.is(subjects[1]?.template.spec?.containers?.[0]?.securityContext?.privileged, false);
  assert.is(subjects[2]?.template.spec?.nodeSelector, undefined);
  assert.equal(others, ['Service']);
});

for (const [title, text, message] of [
  ['broken YAML with its place', 'kind: Pod\n  x: [', 'a.yaml:'],
  ['something that is no object', '- 1', 'has no kind'],
  ['a profile', '{"defaultAction": "SCMP_ACT_ALLOW"}', 'has no kind'],
] as const)
  test(`refused: ${title}`, () => {
    assert.throws(() => read(text), message);
  });

test.run();
