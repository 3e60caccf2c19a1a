// Which workloads `bind` is about.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SeccompError } from '../../../src/error.ts';
import type { ControllerObject } from '../../../src/workload/objects.ts';
import { deployment, failure, NGINX, run, scene } from '../../support/bind-scene.ts';

const test = suite('plugin/commands/bind-targets');

test('a ReplicaSet that a Deployment made is no workload to bind', async () => {
  const one = scene();
  const ownerReferences = [{ kind: 'Deployment', name: 'front', uid: 'u', controller: true }];
  const { metadata, spec } = deployment('front-1');
  one.controllers.put('ReplicaSet', { metadata: { ...metadata, ownerReferences }, spec } as ControllerObject);
  const thrown = await failure(one, 'rs/front-1', NGINX, '--yes');
  assert.match(thrown.message, 'is a step of Deployment front');
});

test('--from-image binds each container that runs it, and says what it cannot change or read', async () => {
  const one = scene();
  one.controllers.put('Deployment', deployment('other', { containers: [{ name: 'x', image: 'envoy' }] }));
  one.controllers.put('StatefulSet', {
    ...deployment('store', {
      containers: [
        { name: 'side', image: 'envoy' },
        { name: 'db', image: 'docker.io/nginx:2' },
      ],
    }),
    status: { observedGeneration: 2, readyReplicas: 1, updatedReplicas: 1 },
  } as ControllerObject);
  one.controllers.put('Pod', deployment('bare'));
  one.controllers.unread = [{ kind: 'unread', resource: 'cronjobs.batch', message: 'forbidden' }];
  const outside = await run(one, '--from-image', 'nginx', NGINX, '--yes');
  assert.is(outside.stdoutText(), 'deployment.apps/front bound\nstatefulset.apps/store bound\n');
  assert.match(outside.stderrText(), 'warning: pod/bare -n shop runs the image too');
  assert.match(outside.stderrText(), 'error: cannot read cronjobs.batch: forbidden\n');
  assert.is(outside.exitCode(), 1);
  const containers = one.controllers.get('StatefulSet', 'store').spec?.template?.spec?.containers;
  assert.equal(
    containers?.map(({ securityContext }) => securityContext?.seccompProfile?.localhostProfile),
    [undefined, NGINX],
  );
  assert.match(
    (await failure(one, '--from-image', 'postgres', NGINX)).message,
    'no workload runs postgres in namespace shop',
  );
});

test('where the answer to one patch is lost, what became of the others is told all the same', async () => {
  const one = scene();
  one.controllers.put('Deployment', deployment('next'));
  let patches = 0;
  one.controllers.refusePatch = (isDryRun) => {
    if (!isDryRun) patches += 1;
    if (patches === 2) throw new SeccompError('api', 'the connection was lost');
    return undefined;
  };
  const outside = await run(one, '--from-image', 'nginx', NGINX, '--yes');
  assert.is(outside.stdoutText(), 'deployment.apps/front bound\n');
  assert.match(
    outside.stderrText(),
    'deployment.apps/next -n shop: it may have been changed or not: the connection',
  );
  assert.is(outside.exitCode(), 1);
});

test.run();
