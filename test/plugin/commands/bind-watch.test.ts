// What `bind` says of the rollout that follows.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SeccompError } from '../../../src/error.ts';
import type { ControllerObject, PodObject } from '../../../src/workload/objects.ts';
import { NGINX, profileOf, run, scene } from '../../support/bind-scene.ts';

const test = suite('plugin/commands/bind-watch');

/** A pod of the new template that cannot be created. */
const failingPod = {
  metadata: { name: 'front-1' },
  spec: {
    nodeName: 'node-1',
    securityContext: { seccompProfile: { type: 'Localhost', localhostProfile: NGINX } },
  },
  status: {
    containerStatuses: [
      {
        name: 'main',
        state: { waiting: { reason: 'CreateContainerError', message: 'decoding seccomp profile failed' } },
      },
    ],
  },
} as PodObject;
const behind = (object: ControllerObject) => ({ ...object, status: { observedGeneration: 2, replicas: 1 } });

test('pods that go on failing end the watch with the reason and the way back', async () => {
  const one = scene();
  one.controllers.onPatched = behind;
  one.controllers.pods = () => [failingPod];
  const outside = await run(one, 'deploy/front', NGINX, '--yes');
  assert.is(outside.exitCode(), 1);
  assert.is(outside.stdoutText(), 'deployment.apps/front bound\n');
  const reason =
    'container main of pod front-1 on node-1: the runtime cannot read the profile; CreateContainerError: decoding seccomp profile failed';
  assert.match(outside.stderrText(), `deployment.apps/front: ${reason}\n`);
  assert.match(outside.stderrText(), `error: deployment.apps/front -n shop: ${reason}\n`);
  assert.match(
    outside.stderrText(),
    'The way back: kubectl seccomp bind deployment.apps/front -n shop --undo\n',
  );
  assert.ok(outside.clock.monotonic() < 60_000);
});

test('pods that fail for a moment, or only wait for an image, do not; the time that is given ends it', async () => {
  const one = scene();
  one.controllers.onPatched = behind;
  one.controllers.pods = (look) => (look < 5 ? [failingPod] : []);
  const outside = await run(one, 'deploy/front', NGINX, '--yes', '--timeout', '40s');
  assert.is(outside.exitCode(), 1);
  assert.match(
    outside.stderrText(),
    'warning: deployment.apps/front -n shop: not done in time: 0 of 1 pods are updated\n',
  );
});

test('what cannot be watched any more is changed all the same, and the way back is told', async () => {
  const one = scene();
  one.controllers.onPatched = behind;
  one.controllers.pods = () => {
    throw new SeccompError('api', 'the server is gone');
  };
  const outside = await run(one, 'deploy/front', NGINX, '--yes');
  assert.is(outside.exitCode(), 1);
  assert.match(outside.stderrText(), 'it cannot be watched: the server is gone\nIt stays as it was changed.');
});

test('Ctrl-C while it watches is 130, and leaves it as it was changed', async () => {
  const one = scene();
  one.controllers.onPatched = behind;
  one.controllers.pods = (look) => {
    if (look === 3) one.outside.interruption.abort(new Error('interrupted'));
    return [];
  };
  const outside = await run(one, 'deploy/front', NGINX, '--yes');
  assert.is(outside.exitCode(), 130);
  assert.match(outside.stderrText(), 'It stays as it was changed.');
  assert.equal(profileOf(one), { type: 'Localhost', localhostProfile: NGINX });
});

test.run();
