import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { WorkloadPage } from '../../../src/workload/ports.ts';
import { foldWorkloads } from '../../../src/workload/rows.ts';
import { localhost, sampleContainer, samplePod, sampleTemplate } from '../../support/fake-workloads.ts';

const test = suite('src/workload/rows');

async function* pagesOf(...pages: WorkloadPage[]): AsyncGenerator<WorkloadPage> {
  yield* pages;
}

const old = localhost('web/old.json');
const now = localhost('web/now.json');

test('the pods of a workload are folded under its template; those of an earlier template stand apart', async () => {
  const { rows } = await foldWorkloads(
    pagesOf(
      { kind: 'templates', templates: [sampleTemplate(now)] },
      { kind: 'pods', pods: [samplePod('front-1', now), samplePod('front-2', old)] },
      { kind: 'pods', pods: [samplePod('front-3', now, { node: 'node-2' })] },
    ),
  );
  assert.equal(
    rows.map(({ confinement: { profile }, template, pods }) => [
      profile,
      template !== undefined,
      pods.map(({ name, node }) => `${name} ${node}`),
    ]),
    [
      [now, true, ['front-1 node-1', 'front-3 node-2']],
      [old, false, ['front-2 node-1']],
    ],
  );
});

test('who set it does not part a template from its pods: an old API server copies annotations into fields', async () => {
  const template = sampleTemplate(now, {
    containers: [
      { name: 'main', role: 'container', confinement: { profile: now, source: 'pod-annotation' } },
    ],
  });
  const { rows } = await foldWorkloads(
    pagesOf(
      { kind: 'templates', templates: [template] },
      { kind: 'pods', pods: [samplePod('front-1', now)] },
    ),
  );
  assert.is(rows.length, 1);
});

test('rows are sorted by namespace, kind, name, then init containers first', async () => {
  const containers = [
    sampleContainer(now, { name: 'b' }),
    sampleContainer(now, { name: 'a', role: 'ephemeral' }),
    sampleContainer(now, { name: 'z', role: 'init' }),
  ];
  const { rows } = await foldWorkloads(
    pagesOf({
      kind: 'pods',
      pods: [
        samplePod('x', now, { namespace: 'b', containers }),
        samplePod('y', now, { namespace: 'a-b', workload: { kind: 'Pod', name: 'y' } }),
        samplePod('z', now, { namespace: 'a', workload: { kind: 'Pod', name: 'z' } }),
      ],
    }),
  );
  assert.equal(
    rows.map(({ namespace, container }) => `${namespace} ${container.name}`),
    ['a main', 'a-b main', 'b z', 'b b', 'b a'],
  );
});

test('what is not wanted is not kept, and what could not be read is told', async () => {
  const unread = { kind: 'unread', resource: 'jobs.batch', message: 'no' } as const;
  const found = await foldWorkloads(
    pagesOf({ kind: 'pods', pods: [samplePod('a', now), samplePod('b', old)] }, unread),
    ({ profile }) => profile.kind === 'localhost' && profile.path === 'web/old.json',
  );
  assert.equal(
    found.rows.map(({ pods }) => pods.map(({ name }) => name)),
    [['b']],
  );
  assert.equal(found.unread, [{ resource: 'jobs.batch', message: 'no' }]);
});

test.run();
