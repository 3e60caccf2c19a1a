// How workloads are named on the command line.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseWorkload, renderWorkload } from '../../../src/workload/bind-names.ts';

const test = suite('src/workload/bind-names');

for (const [text, shown] of [
  ['deploy/front', 'deployment.apps/front'],
  ['deployment/front', 'deployment.apps/front'],
  ['Deployments.apps/front', 'deployment.apps/front'],
  ['deployment.apps/front', 'deployment.apps/front'],
  ['sts/a.b', 'statefulset.apps/a.b'],
  ['ds/x', 'daemonset.apps/x'],
  ['cj/x', 'cronjob.batch/x'],
  ['rs/x', 'replicaset.apps/x'],
  ['rc/x', 'replicationcontroller/x'],
] as const)
  test(`${text} is ${shown}`, () => {
    assert.is(renderWorkload(parseWorkload(text)), shown);
  });

for (const [text, message] of [
  ['front', /no workload/],
  ['deploy/', /no workload/],
  ['deploy/front/x', /no workload/],
  ['deploy/..', /not the name of an object/],
  ['svc/front', /"svc" is no kind of workload/],
  ['Rollout.argoproj.io/web', /"Rollout.argoproj.io" is no kind of workload/],
  ['deploymentx/front', /is no kind/],
  ['job/once', /template of a Job cannot be changed/],
  ['pod/front-1', /profile of a Pod cannot be changed/],
] as const)
  test(`refused: ${text}`, () => {
    assert.throws(() => parseWorkload(text), message);
  });

test.run();
